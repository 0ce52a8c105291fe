import { initialLateFacts } from '../../../domain/late/facts.js';
import { LATE_FLOW } from '../../../domain/late/decide.js';
import {
  LATE_REASONS,
  type LateFacts,
  type LateOutcome,
  type LatePhase,
  type LateState,
} from '../../../domain/late/state.js';
import { lateCurrentDetailsOf } from '../../../domain/page/late.js';
import { type Locale, LOCALES } from '../../../domain/locale.js';
import { HOUR } from '../../../domain/time.js';
import { CLOSED, LATE_ORDER, NOTIFICATION, startOf } from '../../support/late-payments.js';
import { START } from '../../support/orders.js';

export const AT = START + HOUR;
export const HONG_KONG = 'Asia/Hong_Kong';

export const OPEN: readonly LatePhase[] = [
  { phase: 'checking' },
  { phase: 'unsettled', until: AT },
  ...LATE_REASONS.map((reason): LatePhase => ({ phase: 'needsAttention', reason, until: AT })),
];

export const OUTCOMES: readonly LateOutcome[] = [
  { ended: 'known' },
  { ended: 'refunded' },
  { ended: 'recorded', as: 'refunded', note: 'refund *R-1*', by: 'Mei' },
  { ended: 'recorded', as: 'reopened', note: 'order 2', by: 'Mei' },
  { ended: 'released' },
];
export const ENDED = OUTCOMES.map((outcome): LatePhase => ({ phase: 'ended', outcome }));

const REFUSED = { call: 'queryOrder', said: 'NO_AUTH', requestId: 'request-9', at: START } as const;

export function stateOf(phase: LatePhase, locale: Locale = 'en', facts: Partial<LateFacts> = {}): LateState {
  const first = initialLateFacts(startOf(CLOSED, NOTIFICATION, { order: { ...LATE_ORDER, locale } }), START);
  const asked = phase.phase === 'needsAttention' ? phase.reason : null;
  return { ...first, timeZone: HONG_KONG, last: REFUSED, asked, ...facts, ...phase };
}

export const pageOf = (state: LateState): string => lateCurrentDetailsOf(state, LATE_FLOW.stepOf(state, START));

export const inBoth = <T>(each: readonly T[]): [Locale, T][] =>
  LOCALES.flatMap((locale) => each.map((one): [Locale, T] => [locale, one]));
