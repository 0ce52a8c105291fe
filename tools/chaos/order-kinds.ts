import { MERCHANTS } from '../../testing/demo/context.js';
import type { Misbehaviour } from '../../testing/sandbox/misbehaviour.js';
import { drawFaults } from './fault-mix.js';
import { FLOOR_MS } from './evidence.js';
import type { LateAction, OnWrite, OrderAction, PlannedOrder, Random, Scale, Variant } from './plan.js';

export const SUB_MCHID = '1900000301';

const HMAC = MERCHANTS['HMAC-SHA256'];

export const VARIANTS: readonly Variant[] = [
  { api: 'v3-global', mchid: HMAC },
  { api: 'v3-global', mchid: HMAC, subMchid: SUB_MCHID },
  { api: 'v3', mchid: HMAC },
  { api: 'v2', mchid: HMAC, signType: 'HMAC-SHA256' },
  { api: 'v2', mchid: MERCHANTS.MD5, signType: 'MD5' },
];

/** So late that the order is closed on request, and not because it is due. */
const CLOSED_NOW_DUE_AFTER_MS = 240_000;

/** What is special about a kind of order. */
interface KindDetails {
  /** How it may end. */
  readonly ends: readonly string[];
  readonly actions?: readonly OrderAction[];
  readonly afterEnd?: readonly LateAction[];
  readonly faults?: readonly Misbehaviour[];
  readonly starts?: number;
  readonly isPlaced?: boolean;
  readonly isAmountWrong?: boolean;
  readonly dueAfterMs?: number;
  readonly onWrite?: OnWrite;
}

/** When an order may be closed and when it is due, after its start. */
interface Times {
  readonly floorAfterMs: number;
  readonly dueAfterMs: number;
}

type Kind = (random: Random, times: Times) => KindDetails;

/** An instant between the start and shortly before the order is due. */
const early = (random: Random, { dueAfterMs }: Times): number => random.int(200, Math.max(300, dueAfterMs - 1_000));

const pay = (after: number, notified: number): OrderAction => ({ after, does: 'pay', notified });

/**
 * The shopper pays some time after the workflow has started. If Temporal is unavailable at the start, that may be after the
 * deadline, and the order is closed. The sandbox's state tells which of the two ends is right.
 */
const PAID_IF_IN_TIME = ['paid', 'closed'] as const;

/** The kinds of orders. They are drawn in turn, and combined with every way to place an order. */
const ORDER_KINDS: Readonly<Record<string, Kind>> = {
  unpaid: () => ({ ends: ['closed'] }),
  'paid, notified': (random, times) => ({ ends: PAID_IF_IN_TIME, actions: [pay(early(random, times), 1)] }),
  'paid, not notified': (random, times) => ({ ends: PAID_IF_IN_TIME, actions: [pay(early(random, times), 0)] }),
  'paid, notified twice': (random, times) => ({ ends: PAID_IF_IN_TIME, actions: [pay(early(random, times), 2)] }),
  'paid, notified after the end': (random, times) => ({
    ends: PAID_IF_IN_TIME,
    actions: [pay(early(random, times), 0)],
    afterEnd: ['notify'],
  }),
  'notified before the start': () => ({ ends: ['paid'], actions: [pay(-2_000, 1)] }),
  'paid between query and close': () => ({ ends: ['paid'], faults: [{ what: 'payFirst', on: 'close' }] }),
  'paid after the close': () => ({ ends: ['closed'], afterEnd: ['pay-closed'] }),
  // If the answer to the close is slow, a query shows the order as closed before the payment arrives.
  'paid although the close was accepted': () => ({ ends: ['paid', 'closed'], onWrite: 'pay' }),
  'paid twice': (random, times) => ({
    ends: PAID_IF_IN_TIME,
    actions: [pay(early(random, times), 1)],
    afterEnd: ['pay-again'],
  }),
  'wrong amount': (random, times) => ({
    ends: ['resolved as paid', 'closed'],
    isAmountWrong: true,
    actions: [pay(early(random, times), random.int(0, 1))],
  }),
  'started twice at once': (random, times) => {
    const actions = random.chance(0.5) ? [pay(early(random, times), 1)] : [];
    return { ends: actions.length > 0 ? PAID_IF_IN_TIME : ['closed'], starts: 2, actions };
  },
  closeNow: (random) => ({
    ends: ['closed'],
    dueAfterMs: CLOSED_NOW_DUE_AFTER_MS,
    actions: [{ after: random.int(300, 3_000), does: 'close-now' }],
  }),
  extend: (random, { dueAfterMs }) => {
    const extension: OrderAction = { after: random.int(0, 1_000), does: 'extend', byMs: random.int(2_000, 6_000) };
    const payments = random.chance(0.5) ? [pay(dueAfterMs + 1_000, 1)] : [];
    return { ends: payments.length > 0 ? PAID_IF_IN_TIME : ['closed'], actions: [extension, ...payments] };
  },
  checkNow: (random, times) => {
    const at = early(random, times);
    const payments = random.chance(0.6) ? [pay(at, 0)] : [];
    return {
      ends: payments.length > 0 ? PAID_IF_IN_TIME : ['closed'],
      actions: [...payments, { after: at + 100, does: 'check-now' }],
    };
  },
  placementFailed: (random) => ({
    ends: ['never-existed'],
    isPlaced: false,
    actions: [{ after: random.int(100, 1_000), does: 'placement-failed' }],
  }),
  // WeChat Pay answers ORDERPAID before a query shows the payment. If that answer is lost with its worker, the order may be closed.
  'called paid before it shows': (_, { floorAfterMs, dueAfterMs }) => ({
    ends: ['paid', 'closed'],
    faults: [{ what: 'refuse', on: 'close', code: 'ORDERPAID' }],
    actions: [pay(Math.max(floorAfterMs, dueAfterMs) + 8_000, 0)],
  }),
  'worker killed during its close': () => ({ ends: ['closed'], onWrite: 'kill' }),
};

/** Kinds that end soon after a close is sent. If the floor were missing, each of them would show it. */
const CLOSING_KINDS: ReadonlySet<string> = new Set([
  'unpaid',
  'paid between query and close',
  'paid after the close',
  'paid although the close was accepted',
  'closeNow',
  'called paid before it shows',
]);

/** The kinds of the orders that wait the real five minutes: they end at the deadline. */
const REAL_KINDS = ['unpaid', 'paid, not notified', 'paid between query and close', 'paid after the close'] as const;

/** How long after its start an order may be closed, as a range; and how much later it may be due. */
const FLOOR_AFTER_MS = [1_500, 12_000] as const;
const DUE_LATER_MS = 6_000;
/** Young orders: their five minutes end 10 s after their start, and they are due before that. */
const YOUNG_FLOOR_AFTER_MS = 40_000;
const YOUNG_DUE_AFTER_MS = [1_000, 5_000] as const;
/** They start early, so that they do not make the storm much longer. A share of the time of all starts. */
const YOUNG_START_SHARE = 0.3;
/** Orders that wait the real five minutes start in the beginning, so that they do not make the storm much longer. */
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
      return drawOrder(random, { kind, startAt, times, variant, number: orderNumber(place), isAgeVouchedFor: true });
    }),
    ...Array.from({ length: scale.realWaits }, (_, place) => {
      const kind = REAL_KINDS[place % REAL_KINDS.length] ?? 'unpaid';
      const startAt = random.int(0, Math.min(REAL_START_WITHIN_MS, scale.startsOverMs));
      const times = { floorAfterMs: FLOOR_MS, dueAfterMs: random.int(20_000, 60_000) };
      const variant = variantAt(place, REAL_KINDS.length);
      return drawOrder(random, {
        kind,
        startAt,
        times,
        variant,
        number: orderNumber(vouched + place),
        isAgeVouchedFor: false,
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

/** Each round of kinds begins with another variant, so that every kind comes with every variant. */
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
  readonly isAgeVouchedFor: boolean;
}

function drawOrder(random: Random, { kind, startAt, times, variant, number, isAgeVouchedFor }: Drawn): PlannedOrder {
  const details = ORDER_KINDS[kind]?.(random, times);
  if (details === undefined) throw new Error(`there is no kind ${kind}`);
  const amount = { total: random.int(100, 99_900), currency: variant.api === 'v3-global' ? 'HKD' : 'CNY' };
  const {
    ends,
    actions = [],
    afterEnd = [],
    faults = [],
    starts = 1,
    isPlaced = true,
    isAmountWrong = false,
  } = details;
  return {
    ...variant,
    number,
    // Some kinds have actions before their start.
    startAt: startAt + 2_500,
    kind: isAgeVouchedFor ? kind : `${kind}, after the real five minutes`,
    ageMs: isAgeVouchedFor ? FLOOR_MS - times.floorAfterMs : null,
    dueAfterMs: details.dueAfterMs ?? times.dueAfterMs,
    amount,
    expected: isAmountWrong ? { ...amount, total: amount.total + 1 } : amount,
    isPlaced,
    starts,
    actions,
    ends,
    afterEnd,
    faults: [...faults, ...(isPlaced ? drawFaults(random, variant.api === 'v2' ? 'v2' : 'v3') : [])],
    ...(details.onWrite !== undefined && { onWrite: details.onWrite }),
  };
}
