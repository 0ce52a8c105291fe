import type { Amount, Cancellable } from '../../client/index.js';
import type { Misbehaviour } from '../../testing/sandbox/misbehaviour.js';
import type { OrderApi } from '../../testing/sandbox/calls.js';
import { drawIncidents } from './incidents.js';
import { drawOrders } from './order-kinds.js';
import { drawServiceOrders } from './service-order-kinds.js';

/** Numbers that are the same for the same seed. */
export interface Random {
  /** A number from 0 up to 1, which is not among them. */
  next(): number;
  /** A whole number, both ends among them. */
  int(min: number, max: number): number;
  pick<T>(from: readonly T[]): T;
  /** Whether something happens that does so with this probability. */
  chance(probability: number): boolean;
}

/** Mulberry32: small, and good enough to draw a plan. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    int,
    pick: (from) => {
      const picked = from[int(0, from.length - 1)];
      if (picked === undefined) throw new Error('there is nothing to pick from');
      return picked;
    },
    chance: (probability) => next() < probability,
  };
}

/** Everything that is going to happen, as data: the same seed gives the same plan. Times are milliseconds. */
export interface Plan {
  readonly seed: number;
  readonly orders: readonly PlannedOrder[];
  readonly serviceOrders: readonly PlannedServiceOrder[];
  /** In the order of their times. */
  readonly incidents: readonly Incident[];
  readonly workers: number;
  readonly receivers: number;
  /** How long after the last incident and the last start everything must have ended. */
  readonly settleMs: number;
  /** Workers freeze themselves at this place of a guarded write, once for each order: see `tools/verify-writes`. */
  readonly freezeAt?: { readonly place: 'before-verifying'; readonly forMs: number };
}

/** Whose an order is, and how it is placed. */
export interface Variant {
  readonly api: OrderApi;
  readonly mchid: string;
  readonly subMchid?: string;
  readonly signType?: 'MD5' | 'HMAC-SHA256';
}

export interface PlannedOrder extends Variant {
  readonly number: string;
  readonly kind: string;
  /** When the checkout starts its workflow, after the beginning. */
  readonly startAt: number;
  /** How old the order is then: the checkout vouches for it. `null`: it is placed at the start, and waits the 5 minutes. */
  readonly ageMs: number | null;
  /** When it must be paid, after the start. The floor may be later. */
  readonly dueAfterMs: number;
  readonly amount: Amount;
  /** What the checkout says that it costs. */
  readonly expected: Amount;
  readonly isPlaced: boolean;
  /** How often it is started, at once. */
  readonly starts: number;
  readonly acts: readonly OrderAct[];
  /** After its end, one after the other. */
  readonly afterEnd: readonly LateAct[];
  readonly faults: readonly Misbehaviour[];
  /** How it may end: as `endName` says it. */
  readonly ends: readonly string[];
  /** What happens when the first close of it is answered, before the worker has the answer. */
  readonly onWrite?: WriteTrap;
}

/** `pay`: the payment lands although the close was accepted. `kill`: the worker dies. */
export type WriteTrap = 'pay' | 'kill';

/** `after`: the start of the order; less than 0 is before it. */
export type OrderAct = { readonly after: number } & (
  | { readonly does: 'pay'; readonly notified: number }
  | { readonly does: 'close-now' | 'check-now' | 'placement-failed' }
  | { readonly does: 'extend'; readonly byMs: number }
);

/** A notification of the payment it ended with; a payment of a closed order; another payment of a paid one. */
export type LateAct = 'notify' | 'pay-closed' | 'pay-again';

export interface PlannedServiceOrder {
  readonly number: string;
  readonly kind: string;
  readonly mchid: string;
  readonly startAt: number;
  /** The first starts the workflow. */
  readonly requests: readonly CancelAsked[];
  readonly acts: readonly ServiceAct[];
  readonly faults: readonly Misbehaviour[];
  /** How it may end: as `endName` says it. */
  readonly ends: readonly string[];
  readonly onWrite?: WriteTrap;
}

export interface CancelAsked {
  readonly after: number;
  readonly requestId: string;
  readonly reason: string;
  readonly ifNotConfirmedWithinMs?: number;
  readonly mayCancel: readonly Cancellable[];
  /** In fen. */
  readonly giveUp?: number;
}

export type ServiceAct = { readonly after: number; readonly isNotified: boolean } & (
  { readonly does: 'confirm' | 'pay' } | { readonly does: 'complete'; readonly total: number }
);

/** `at`: after the beginning. */
export type Incident = { readonly at: number } & (
  | { readonly what: 'worker-killed' | 'receiver-killed'; readonly slot: number }
  | { readonly what: 'worker-frozen'; readonly slot: number; readonly forMs: number }
  | { readonly what: 'temporal-killed' | 'wechatpay-away'; readonly forMs: number }
  | { readonly what: 'keys'; readonly step: 'rotate' | 'prepare' | 'begin' | 'end' }
);

/** How much of everything there is. */
export interface Scale {
  readonly orders: number;
  /** Of them PayScore service orders. */
  readonly serviceOrders: number;
  /** Of them orders that wait the real five minutes. */
  readonly realWaits: number;
  /** Over how long orders are started. */
  readonly startsOverMs: number;
  readonly workers: number;
  readonly receivers: number;
  readonly workerKills: number;
  readonly receiverKills: number;
  readonly temporalKills: number;
  /** How long Temporal is away each time. */
  readonly temporalAwayMs: number;
  /** How long a worker is frozen; 0: none is. */
  readonly frozenMs: number;
  /** How long WeChat Pay cannot be reached; 0: it can. */
  readonly wechatpayAwayMs: number;
  /** From the beginning to the last incident. */
  readonly lengthMs: number;
  readonly settleMs: number;
}

export const LONG: Scale = {
  orders: 300,
  serviceOrders: 90,
  realWaits: 20,
  startsOverMs: 300_000,
  workers: 3,
  receivers: 2,
  workerKills: 15,
  receiverKills: 8,
  temporalKills: 2,
  temporalAwayMs: 6_000,
  frozenMs: 20_000,
  wechatpayAwayMs: 60_000,
  lengthMs: 390_000,
  settleMs: 240_000,
};

export const SHORT: Scale = {
  orders: 40,
  serviceOrders: 9,
  realWaits: 0,
  startsOverMs: 15_000,
  workers: 2,
  receivers: 1,
  workerKills: 3,
  receiverKills: 1,
  temporalKills: 1,
  temporalAwayMs: 1_000,
  frozenMs: 0,
  wechatpayAwayMs: 4_000,
  lengthMs: 26_000,
  settleMs: 120_000,
};

/** With another number of orders, the shares of their kinds stay. */
export function scaled(scale: Scale, orders: number): Scale {
  const share = (part: number): number => Math.round((part / scale.orders) * orders);
  return { ...scale, orders, serviceOrders: share(scale.serviceOrders), realWaits: share(scale.realWaits) };
}

export function makePlan(seed: number, scale: Scale): Plan {
  const random = seeded(seed);
  const { workers, receivers, settleMs } = scale;
  return {
    seed,
    orders: drawOrders(random, scale),
    serviceOrders: drawServiceOrders(random, scale),
    incidents: drawIncidents(random, scale),
    workers,
    receivers,
    settleMs,
  };
}
