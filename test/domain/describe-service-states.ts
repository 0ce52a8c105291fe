import { serviceStepOf } from '../../domain/payscore/decide.js';
import { serviceCurrentDetailsOf } from '../../domain/describe/service-order.js';
import { LOCALES, type Locale } from '../../domain/locale.js';
import { initialServiceFacts } from '../../domain/payscore/facts.js';
import {
  type CancelRequest,
  SERVICE_ATTENTION_REASONS,
  type ServiceFacts,
  type ServiceOrderState,
  type ServiceOutcome,
  type ServicePhase,
} from '../../domain/payscore/state.js';
import { HOUR } from '../../domain/time.js';
import { NOON, REQUEST, SERVICE_ORDER } from '../support/service-orders.js';

export const AT = NOON + HOUR;
export const HONG_KONG = 'Asia/Hong_Kong';
export const LATER: CancelRequest = { ...REQUEST, dueAt: AT };

export const OPEN: readonly ServicePhase[] = [
  { phase: 'waiting', until: AT },
  { phase: 'checking' },
  { phase: 'cancelling', queriedAt: NOON, reason: REQUEST.reason },
  { phase: 'confirming', until: AT },
  { phase: 'unsettled', until: AT },
  ...SERVICE_ATTENTION_REASONS.map((reason): ServicePhase => ({ phase: 'needsAttention', reason, until: AT })),
];

export const RESOLVED = {
  ended: 'resolved',
  as: 'cancelled',
  note: 'seen *there*',
  by: 'Mei',
  said: 'CREATED',
} as const;
export const OUTCOMES: readonly ServiceOutcome[] = [
  { ended: 'cancelled', by: 'us', reason: '用户投诉' },
  { ended: 'cancelled', by: 'us', reason: '用户投诉', raced: true, totalDue: 100 },
  { ended: 'cancelled', by: 'us', reason: '用户投诉', raced: true },
  { ended: 'cancelled', by: 'us', reason: '用户投诉', totalDue: 100 },
  { ended: 'cancelled', by: 'elsewhere' },
  { ended: 'done' },
  { ended: 'expired' },
  { ended: 'kept', reason: 'confirmed' },
  { ended: 'kept', reason: 'amount-due', totalDue: 100 },
  { ended: 'kept', reason: 'amount-due' },
  { ended: 'kept', reason: 'paid' },
  { ended: 'kept', reason: 'stage-unknown' },
  { ended: 'kept', reason: 'not-allowed' },
  { ended: 'never-existed' },
  RESOLVED,
  { ...RESOLVED, as: 'kept' },
  { ended: 'released' },
];
export const ENDED = OUTCOMES.map((outcome): ServicePhase => ({ phase: 'ended', outcome }));

export const REFUSED = { call: 'queryServiceOrder', said: 'NO_AUTH', requestId: 'request-9', at: NOON } as const;

export function stateOf(
  phase: ServicePhase,
  locale: Locale = 'en',
  facts: Partial<ServiceFacts> = {},
): ServiceOrderState {
  const first = initialServiceFacts({ order: SERVICE_ORDER, request: LATER, locale });
  return { ...first, timeZone: HONG_KONG, last: REFUSED, ...facts, ...phase };
}

export const pageOf = (state: ServiceOrderState, now = NOON): string =>
  serviceCurrentDetailsOf(state, serviceStepOf(state, now));

export const inBoth = <T>(each: readonly T[]): [Locale, T][] =>
  LOCALES.flatMap((locale) => each.map((one): [Locale, T] => [locale, one]));
