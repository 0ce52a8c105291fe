import { ORDER_FLOW } from '../../../domain/orders/decide.js';
import { currentDetailsOf } from '../../../domain/page/order.js';
import { type Locale, LOCALES } from '../../../domain/locale.js';
import { initialFacts } from '../../../domain/orders/facts.js';
import {
  ATTENTION_REASONS,
  type Facts,
  type OrderState,
  type Outcome,
  type Phase,
} from '../../../domain/orders/state.js';
import type { MerchantRef, Order, OrderRef } from '../../../domain/orders/order.js';
import { MINUTE } from '../../../domain/time.js';
import { DEADLINE, ORDER, PAYMENT } from '../../support/orders.js';

export const AT = DEADLINE + MINUTE;
export const HONG_KONG = 'Asia/Hong_Kong';

export const OPEN: readonly Phase[] = [
  { phase: 'awaitingPayment' },
  { phase: 'checking' },
  { phase: 'userIsPaying', until: AT },
  { phase: 'closing', allows: ['unpaid'], isSuperseded: false, extension: null },
  { phase: 'confirming', until: AT },
  { phase: 'notFoundYet', until: AT },
  { phase: 'unsettled', until: AT },
  ...ATTENTION_REASONS.map((reason): Phase => ({ phase: 'needsAttention', reason, until: AT })),
];

export const RESOLVED = {
  ended: 'resolved',
  as: 'paid',
  note: 'seen in *the* bill',
  by: 'Mei',
  said: 'NOTPAY',
} as const;
export const PAID = { ended: 'paid', refunded: false, toldBy: 'query', ...PAYMENT } as const;
export const replacedBy = 'NEW|1';
export const OUTCOMES: readonly Outcome[] = [
  PAID,
  { ...PAID, refunded: true, toldBy: 'notification' },
  { ...PAID, replacedBy },
  { ...PAID, refunded: true, replacedBy },
  { ...PAID, transactionId: null, amount: null, paidAt: null },
  { ended: 'closed', closeSent: 'yes' },
  { ended: 'closed', closeSent: 'maybe' },
  { ended: 'closed', closeSent: 'no', replacedBy },
  { ended: 'never-existed' },
  RESOLVED,
  { ...RESOLVED, as: 'closed' },
  { ...RESOLVED, as: 'never-existed', replacedBy },
  { ended: 'released', replacedBy },
];
export const ENDED = OUTCOMES.map((outcome): Phase => ({ phase: 'ended', outcome }));

export const REFUSED = { call: 'queryOrder', said: 'NO_AUTH', requestId: 'request-9', at: DEADLINE } as const;

export function stateOf(phase: Phase, locale: Locale = 'en', facts: Partial<Facts> = {}): OrderState {
  const order: Order = { ...ORDER, locale, ...facts.order };
  return { ...initialFacts(order), timeZone: HONG_KONG, last: REFUSED, ...facts, order, ...phase };
}

export const pageOf = (state: OrderState, now = DEADLINE): string =>
  currentDetailsOf(state, ORDER_FLOW.stepOf(state, now));

/** The same order under another number. */
export function numbered(outTradeNo: string, ref: Partial<MerchantRef> = {}): OrderRef {
  return { api: 'v3-global', mchid: ORDER.ref.mchid, ...ref, outTradeNo };
}

export const inBoth = <T>(each: readonly T[]): [Locale, T][] =>
  LOCALES.flatMap((locale) => each.map((one) => [locale, one] as [Locale, T]));
