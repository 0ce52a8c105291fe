import type { Amount, Cancellable } from '../../client/index.js';
import type { Misbehaviour } from '../../testing/sandbox/misbehaviour.js';
import type { OrderApi } from '../../testing/sandbox/calls.js';
import type { Away } from './checkout.js';
import { drawIncidents } from './incidents.js';
import { drawOrders } from './order-kinds.js';
import { drawServiceOrders } from './service-order-kinds.js';

/** Random numbers, the same for the same seed. */
export interface Random {
  /** At least 0, and less than 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  pick<T>(from: readonly T[]): T;
  /** `true` with this probability. */
  chance(probability: number): boolean;
}

/** Mulberry32: small, and good enough to draw a plan. */
function seeded(seed: number): Random {
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
      if (picked === undefined) throw new Error('the list is empty');
      return picked;
    },
    chance: (probability) => next() < probability,
  };
}

/** Everything that is to happen in a storm, as data. The same seed gives the same plan. Times are milliseconds. */
export interface Plan {
  readonly seed: number;
  readonly orders: readonly PlannedOrder[];
  readonly serviceOrders: readonly PlannedServiceOrder[];
  /** In the order of their times. */
  readonly incidents: readonly Incident[];
  readonly workers: number;
  readonly receivers: number;
  /** How long after the last incident and the last start every workflow must have ended. */
  readonly settleMs: number;
  /** Workers freeze themselves at this place of a guarded write, once for each order: see `tools/verify-writes`. */
  readonly freezeAt?: { readonly place: 'before-verifying'; readonly forMs: number };
}

/** The merchant of an order, and how it is placed. */
export interface Variant {
  readonly api: OrderApi;
  readonly mchid: string;
  readonly subMchid?: string;
  readonly signType?: 'MD5' | 'HMAC-SHA256';
}

export interface PlannedOrder extends Variant {
  readonly number: string;
  readonly kind: string;
  /** When the checkout starts its workflow, counted from the beginning of the storm. */
  readonly startAt: number;
  /** How old the order is then, as the checkout vouches. `null`: it is placed at the start, and waits the real 5 minutes. */
  readonly ageMs: number | null;
  /** The deadline, counted from the start. The floor may be later. */
  readonly dueAfterMs: number;
  readonly amount: Amount;
  /** The amount that the checkout tells the workflow. */
  readonly expected: Amount;
  readonly isPlaced: boolean;
  /** How many starts are made at the same time. */
  readonly starts: number;
  readonly actions: readonly OrderAction[];
  /** Done after its end, one after the other. */
  readonly afterEnd: readonly LateAction[];
  readonly faults: readonly Misbehaviour[];
  /** How it may end, as `endName` names it. */
  readonly ends: readonly string[];
  /** What happens when its first close is answered, before the worker has the answer. */
  readonly onWrite?: OnWrite;
}

/** `pay`: the shopper's payment arrives although the close was accepted. `kill`: the worker is killed. */
export type OnWrite = 'pay' | 'kill';

/** `after`: milliseconds after the start of the order; less than 0 is before it. */
export type OrderAction = { readonly after: number } & (
  | { readonly does: 'pay'; readonly notified: number }
  | { readonly does: 'close-now' | 'check-now' | 'placement-failed' }
  | { readonly does: 'extend'; readonly byMs: number }
);

/** A notification of the payment that ended the order; a payment of a closed order; a second payment of a paid one. */
export type LateAction = 'notify' | 'pay-closed' | 'pay-again';

export interface PlannedServiceOrder {
  readonly number: string;
  readonly kind: string;
  readonly mchid: string;
  readonly startAt: number;
  /** The first one starts the workflow. */
  readonly requests: readonly PlannedCancel[];
  readonly actions: readonly ServiceOrderAction[];
  readonly faults: readonly Misbehaviour[];
  /** How it may end, as `endName` names it. */
  readonly ends: readonly string[];
  readonly onWrite?: OnWrite;
}

export interface PlannedCancel {
  readonly after: number;
  readonly requestId: string;
  readonly reason: string;
  readonly ifNotConfirmedWithinMs?: number;
  readonly mayCancel: readonly Cancellable[];
  /** In fen. */
  readonly giveUp?: number;
}

export type ServiceOrderAction = { readonly after: number; readonly isNotified: boolean } & (
  { readonly does: 'confirm' | 'pay' } | { readonly does: 'complete'; readonly total: number }
);

/** `at`: milliseconds after the beginning of the storm. `number`: which worker or receiver, from 1. */
export type Incident = { readonly at: number } & (
  | { readonly what: 'worker-killed' | 'receiver-killed'; readonly number: number }
  | { readonly what: 'worker-frozen'; readonly number: number; readonly forMs: number }
  | { readonly what: 'temporal-killed' | 'wechatpay-away'; readonly forMs: number }
  | { readonly what: 'checkout-away'; readonly how: Away; readonly forMs: number }
  | { readonly what: 'keys'; readonly step: 'rotate' | 'prepare' | 'begin' | 'end' }
);

/** The size of a storm. */
export interface Scale {
  readonly orders: number;
  /** How many of the orders are PayScore service orders. */
  readonly serviceOrders: number;
  /** How many of the orders wait the real five minutes. */
  readonly realWaits: number;
  /** From the first start to the last. */
  readonly startsOverMs: number;
  readonly workers: number;
  readonly receivers: number;
  readonly workerKills: number;
  readonly receiverKills: number;
  readonly temporalKills: number;
  /** How long Temporal is unavailable each time. */
  readonly temporalAwayMs: number;
  /** How long one worker is frozen; 0: none is. */
  readonly frozenMs: number;
  /** How long WeChat Pay is unreachable; 0: it never is. */
  readonly wechatpayAwayMs: number;
  /** For how long the checkout is there, and then away, by turns. */
  readonly checkoutTurnMs: number;
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
  // Longer than a worker waits for an answer.
  checkoutTurnMs: 12_000,
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
  checkoutTurnMs: 4_000,
  lengthMs: 26_000,
  settleMs: 120_000,
};

/** The same storm with another number of orders. The shares of service orders and real waits stay. */
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
