import { DELIVERY_FLOW } from '../../../domain/outcome/decide.js';
import { initialDeliveryFacts } from '../../../domain/outcome/facts.js';
import {
  DELIVERY_REASONS,
  type DeliveryFacts,
  type DeliveryOutcome,
  type DeliveryPhase,
  type DeliveryState,
} from '../../../domain/outcome/state.js';
import { type Locale } from '../../../domain/locale.js';
import { deliveryCurrentDetailsOf } from '../../../domain/page/outcome.js';
import { HOUR } from '../../../domain/time.js';
import { FAILURE, TELLER, undelivered } from '../../support/deliveries.js';
import { START } from '../../support/orders.js';

export const AT = START + HOUR;

export const OPEN: readonly DeliveryPhase[] = [
  { phase: 'delivering' },
  { phase: 'retrying', until: AT },
  ...DELIVERY_REASONS.map((reason): DeliveryPhase => ({ phase: 'needsAttention', reason, until: AT })),
];

const OUTCOMES: readonly DeliveryOutcome[] = [
  { ended: 'delivered' },
  { ended: 'given-up', note: 'they *know*', by: 'Mei' },
  { ended: 'released' },
];
export const ENDED = OUTCOMES.map((outcome): DeliveryPhase => ({ phase: 'ended', outcome }));

export function stateOf(
  phase: DeliveryPhase,
  locale: Locale = 'en',
  facts: Partial<DeliveryFacts> = {},
): DeliveryState {
  const input = { workflowId: TELLER, mchid: '1900000109', locale };
  const events = [undelivered(0)];
  return { ...initialDeliveryFacts(input), events, failures: 1, last: { ...FAILURE, at: START }, ...facts, ...phase };
}

export const pageOf = (state: DeliveryState): string =>
  deliveryCurrentDetailsOf(state, DELIVERY_FLOW.stepOf(state, START));
