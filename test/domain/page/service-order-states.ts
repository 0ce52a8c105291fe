import { serviceCurrentDetailsOf } from '../../../domain/page/service-order.js';
import { resume } from '../../../domain/flow.js';
import { type Locale, LOCALES } from '../../../domain/locale.js';
import { SERVICE_ORDER_FLOW } from '../../../domain/payscore/decide.js';
import { initialServiceFacts } from '../../../domain/payscore/facts.js';
import {
  SERVICE_ATTENTION_REASONS,
  type ServiceFacts,
  type ServiceOrderState,
  type ServiceOutcome,
  type ServicePhase,
} from '../../../domain/payscore/state.js';
import type { CancelRequest } from '../../../domain/payscore/write.js';
import { HOUR } from '../../../domain/time.js';
import { NOON, REQUEST, START } from '../../support/service-orders.js';

export const AT = NOON + HOUR;
export const HONG_KONG = 'Asia/Hong_Kong';
export const LATER: CancelRequest = { ...REQUEST, dueAt: AT };

export const OPEN: readonly ServicePhase[] = [
  { phase: 'waiting', until: AT },
  { phase: 'checking' },
  { phase: 'cancelling', isSuperseded: false },
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
  { ended: 'cancelled', cancelSent: 'yes', reason: '用户投诉' },
  { ended: 'cancelled', cancelSent: 'yes', reason: '用户投诉', raced: true, totalDue: 100 },
  { ended: 'cancelled', cancelSent: 'yes', reason: '用户投诉', raced: true },
  { ended: 'cancelled', cancelSent: 'yes', reason: '用户投诉', totalDue: 100 },
  { ended: 'cancelled', cancelSent: 'maybe', reason: '用户投诉' },
  { ended: 'cancelled', cancelSent: 'no' },
  { ended: 'cancelled', cancelSent: 'no', totalDue: 100 },
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
  const first = { ...initialServiceFacts({ ...START, locale }), requests: [LATER] };
  return { ...first, timeZone: HONG_KONG, last: REFUSED, ...facts, ...phase };
}

export const pageOf = (state: ServiceOrderState, now = NOON): string =>
  serviceCurrentDetailsOf(state, resume(SERVICE_ORDER_FLOW, state, now).step);

export const inBoth = <T>(each: readonly T[]): [Locale, T][] =>
  LOCALES.flatMap((locale) => each.map((one): [Locale, T] => [locale, one]));
