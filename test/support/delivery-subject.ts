import { DELIVERY_FLOW } from '../../domain/outcome/decide.js';
import {
  DELIVERED_WITHIN,
  type DeliveryEvent,
  type DeliveryState,
  type DeliveryStep,
  type Undelivered,
} from '../../domain/outcome/state.js';
import type { DeliveryRow } from '../../domain/outcome/table.js';
import type { DeliveryTrigger } from '../../domain/outcome/triggers.js';
import * as deliveries from './deliveries.js';
import type { Subject } from './flow-subjects.js';

const failures = (state: DeliveryState): DeliveryEvent[] => {
  const byOneUrl = state.events.map((each): Undelivered => ({ ...each, delivered: ['0123456789ab'] }));
  return [deliveries.tried(state, state.events), deliveries.tried(state, byOneUrl)];
};

/** Each try that is taken takes an event at least. */
const answers = (state: DeliveryState): DeliveryEvent[] => {
  const { events } = state;
  const [last] = events.slice(-1);
  const cameMeanwhile = events.length > 1 ? { events: events.slice(0, -1) } : state;
  return [
    deliveries.tried(state),
    deliveries.tried(cameMeanwhile),
    deliveries.tried(state, events.slice(1).slice(-1), null),
    deliveries.tried(state, last === undefined ? [] : [last]),
    deliveries.tried(state, events, deliveries.GONE),
    ...failures(state),
  ];
};

const messages: readonly DeliveryEvent[] = [
  ...[0, 1, 2, 3].map(deliveries.added),
  deliveries.retry,
  deliveries.gaveUp,
  deliveries.release,
];

export const DELIVERIES: Subject<DeliveryState, DeliveryEvent, DeliveryTrigger, DeliveryRow, DeliveryStep> = {
  flow: DELIVERY_FLOW,
  tellsEveryEnd: false,
  fixedPatience: DELIVERED_WITHIN,
  dueSince: ({ failingSince }) => failingSince,
  starts: () => [deliveries.begun(0), deliveries.begun(1, 2, 0)],
  idle: [],
  given: ['input'],
  answers,
  failures,
  messages: () => messages,
  timer: deliveries.timer,
  release: deliveries.release,
};
