import { MERCHANTS } from '../../testing/demo/context.js';
import type { Misbehaviour } from '../../testing/sandbox/misbehaviour.js';
import { drawFaults } from './fault-mix.js';
import type { LateAct, OrderAct, PlannedOrder, Random, Scale, Variant, WriteTrap } from './plan.js';

export const SUB_MCHID = '1900000301';

const HMAC = MERCHANTS['HMAC-SHA256'];

export const VARIANTS: readonly Variant[] = [
  { api: 'v3-global', mchid: HMAC },
  { api: 'v3-global', mchid: HMAC, subMchid: SUB_MCHID },
  { api: 'v3', mchid: HMAC },
  { api: 'v2', mchid: HMAC, signType: 'HMAC-SHA256' },
  { api: 'v2', mchid: MERCHANTS.MD5, signType: 'MD5' },
];

/** Long after everything: it is to be closed because someone asked for it, and not because it is due. */
const CLOSED_NOW_DUE_AFTER_MS = 240_000;

/** The 5 minutes and their margin: an order that is older than that when it starts may be closed at once. */
const FLOOR_AGE_MS = 330_000;

/** What a kind of order makes of one, besides what all have. */
interface Course {
  /** How it may end. */
  readonly ends: readonly string[];
  readonly acts?: readonly OrderAct[];
  readonly afterEnd?: readonly LateAct[];
  readonly faults?: readonly Misbehaviour[];
  readonly starts?: number;
  readonly isPlaced?: boolean;
  readonly isAmountWrong?: boolean;
  readonly dueAfterMs?: number;
  readonly onWrite?: WriteTrap;
}

/** When an order may be closed and when it is due, after its start. */
interface Times {
  readonly floorAfterMs: number;
  readonly dueAfterMs: number;
}

type Kind = (random: Random, times: Times) => Course;

/** Somewhen between the start and shortly before the order is due. */
const early = (random: Random, { dueAfterMs }: Times): number => random.int(200, Math.max(300, dueAfterMs - 1_000));

const pay = (after: number, notified: number): OrderAct => ({ after, does: 'pay', notified });

/**
 * A shopper pays so long after the workflow was started. If Temporal is away at the start, the order may be due before, and be
 * closed: the books tell which of the two is right.
 */
const PAID_IF_IN_TIME = ['paid', 'closed'] as const;

/** What may become of an order. Each is drawn in turn, over every way in which an order can be placed. */
export const ORDER_KINDS: Readonly<Record<string, Kind>> = {
  unpaid: () => ({ ends: ['closed'] }),
  'paid, notified': (random, times) => ({ ends: PAID_IF_IN_TIME, acts: [pay(early(random, times), 1)] }),
  'paid, not notified': (random, times) => ({ ends: PAID_IF_IN_TIME, acts: [pay(early(random, times), 0)] }),
  'paid, notified twice': (random, times) => ({ ends: PAID_IF_IN_TIME, acts: [pay(early(random, times), 2)] }),
  'paid, notified after the end': (random, times) => ({
    ends: PAID_IF_IN_TIME,
    acts: [pay(early(random, times), 0)],
    afterEnd: ['notify'],
  }),
  'notified before the start': () => ({ ends: ['paid'], acts: [pay(-2_000, 1)] }),
  'paid between query and close': () => ({ ends: ['paid'], faults: [{ what: 'payFirst', on: 'close' }] }),
  'paid after the close': () => ({ ends: ['closed'], afterEnd: ['pay-closed'] }),
  // If the answer to the close is slow, a query shows the order closed before the payment lands.
  'paid although the close was accepted': () => ({ ends: ['paid', 'closed'], onWrite: 'pay' }),
  'paid twice': (random, times) => ({
    ends: PAID_IF_IN_TIME,
    acts: [pay(early(random, times), 1)],
    afterEnd: ['pay-again'],
  }),
  'wrong amount': (random, times) => ({
    ends: ['resolved as paid', 'closed'],
    isAmountWrong: true,
    acts: [pay(early(random, times), random.int(0, 1))],
  }),
  'started twice at once': (random, times) => {
    const acts = random.chance(0.5) ? [pay(early(random, times), 1)] : [];
    return { ends: acts.length > 0 ? PAID_IF_IN_TIME : ['closed'], starts: 2, acts };
  },
  closeNow: (random) => ({
    ends: ['closed'],
    dueAfterMs: CLOSED_NOW_DUE_AFTER_MS,
    acts: [{ after: random.int(300, 3_000), does: 'close-now' }],
  }),
  extend: (random, { dueAfterMs }) => {
    const extension: OrderAct = { after: random.int(0, 1_000), does: 'extend', byMs: random.int(2_000, 6_000) };
    const payments = random.chance(0.5) ? [pay(dueAfterMs + 1_000, 1)] : [];
    return { ends: payments.length > 0 ? PAID_IF_IN_TIME : ['closed'], acts: [extension, ...payments] };
  },
  checkNow: (random, times) => {
    const at = early(random, times);
    const payments = random.chance(0.6) ? [pay(at, 0)] : [];
    return {
      ends: payments.length > 0 ? PAID_IF_IN_TIME : ['closed'],
      acts: [...payments, { after: at + 100, does: 'check-now' }],
    };
  },
  placementFailed: (random) => ({
    ends: ['never-existed'],
    isPlaced: false,
    acts: [{ after: random.int(100, 1_000), does: 'placement-failed' }],
  }),
  // WeChat Pay calls it paid before its query shows it. If the claim is lost with its worker, it may be closed.
  'called paid before it shows': (_, { floorAfterMs, dueAfterMs }) => ({
    ends: ['paid', 'closed'],
    faults: [{ what: 'refuse', on: 'close', code: 'ORDERPAID' }],
    acts: [pay(Math.max(floorAfterMs, dueAfterMs) + 8_000, 0)],
  }),
  'killed in its close': () => ({ ends: ['closed'], onWrite: 'kill' }),
};

/** Kinds of which a close is sent, and that end soon after it: if the floor were gone, it would show in each of them. */
const CLOSING_KINDS: ReadonlySet<string> = new Set([
  'unpaid',
  'paid between query and close',
  'paid after the close',
  'paid although the close was accepted',
  'closeNow',
  'called paid before it shows',
]);

/** Orders that wait the real five minutes are of kinds that end at the deadline. */
const REAL_KINDS = ['unpaid', 'paid, not notified', 'paid between query and close', 'paid after the close'] as const;

/** How long after its start an order may be closed, at least and at most, and how much later it may be due. */
const FLOOR_AFTER_MS = [1_500, 12_000] as const;
const DUE_LATER_MS = 6_000;
/** Some are so young that their five minutes are over 10 s after their start, and due before. */
const YOUNG_FLOOR_AFTER_MS = 40_000;
const YOUNG_DUE_AFTER_MS = [1_000, 5_000] as const;
/** They start early, so that the storm need not go on much longer for them. A share of the time of all starts. */
const YOUNG_START_SHARE = 0.3;
/** The orders that wait all start in the beginning, so that the storm need not go on much longer than they wait. */
const REAL_START_WITHIN_MS = 20_000;

export function drawOrders(random: Random, scale: Scale): PlannedOrder[] {
  const names = Object.keys(ORDER_KINDS);
  const vouched = scale.orders - scale.serviceOrders - scale.realWaits;
  const orderNumber = (place: number): string => `CHAOS-${String(place + 1).padStart(4, '0')}`;
  return [
    ...Array.from({ length: vouched }, (_, place) => {
      const kind = names[place % names.length] ?? '';
      // In every other round of kinds.
      const isYoung = CLOSING_KINDS.has(kind) && Math.floor(place / names.length) % 2 === 0;
      const startAt = random.int(0, Math.round(scale.startsOverMs * (isYoung ? YOUNG_START_SHARE : 1)));
      const times = isYoung ? drawYoung(random) : drawTimes(random);
      const variant = variantAt(place, names.length);
      return drawOrder(random, { kind, startAt, times, variant, number: orderNumber(place), isVouched: true });
    }),
    ...Array.from({ length: scale.realWaits }, (_, place) => {
      const kind = REAL_KINDS[place % REAL_KINDS.length] ?? 'unpaid';
      const startAt = random.int(0, Math.min(REAL_START_WITHIN_MS, scale.startsOverMs));
      const times = { floorAfterMs: FLOOR_AGE_MS, dueAfterMs: random.int(20_000, 60_000) };
      const variant = variantAt(place, REAL_KINDS.length);
      return drawOrder(random, {
        kind,
        startAt,
        times,
        variant,
        number: orderNumber(vouched + place),
        isVouched: false,
      });
    }),
  ];
}

function drawTimes(random: Random): Times {
  const floorAfterMs = random.int(...FLOOR_AFTER_MS);
  return { floorAfterMs, dueAfterMs: floorAfterMs + random.int(0, DUE_LATER_MS) };
}

function drawYoung(random: Random): Times {
  return { floorAfterMs: YOUNG_FLOOR_AFTER_MS, dueAfterMs: random.int(...YOUNG_DUE_AFTER_MS) };
}

/** Each round of kinds begins with another variant, so that in the end every kind was of every variant. */
function variantAt(place: number, kinds: number): Variant {
  const variant = VARIANTS[(place + Math.floor(place / kinds)) % VARIANTS.length];
  if (variant === undefined) throw new Error('there are no variants');
  return variant;
}

interface Drawn {
  readonly kind: string;
  readonly startAt: number;
  readonly times: Times;
  readonly variant: Variant;
  readonly number: string;
  readonly isVouched: boolean;
}

function drawOrder(random: Random, { kind, startAt, times, variant, number, isVouched }: Drawn): PlannedOrder {
  const course = ORDER_KINDS[kind]?.(random, times);
  if (course === undefined) throw new Error(`there is no kind ${kind}`);
  const amount = { total: random.int(100, 99_900), currency: variant.api === 'v3-global' ? 'HKD' : 'CNY' };
  const { ends, acts = [], afterEnd = [], faults = [], starts = 1, isPlaced = true, isAmountWrong = false } = course;
  return {
    ...variant,
    number,
    // A notification that comes before the start needs the time before it.
    startAt: startAt + 2_500,
    kind: isVouched ? kind : `${kind}, after the real five minutes`,
    ageMs: isVouched ? FLOOR_AGE_MS - times.floorAfterMs : null,
    dueAfterMs: course.dueAfterMs ?? times.dueAfterMs,
    amount,
    expected: isAmountWrong ? { ...amount, total: amount.total + 1 } : amount,
    isPlaced,
    starts,
    acts,
    ends,
    afterEnd,
    faults: [...faults, ...(isPlaced ? drawFaults(random, variant.api === 'v2' ? 'v2' : 'v3') : [])],
    ...(course.onWrite !== undefined && { onWrite: course.onWrite }),
  };
}
