import type { OutcomeEvent } from '../../domain/outcome/event.js';
import { decideDelivery, openDelivery } from '../../domain/outcome/decide.js';
import type {
  DeliveryDecision,
  DeliveryEvent,
  DeliveryFailure,
  DeliveryState,
  Undelivered,
} from '../../domain/outcome/state.js';
import { START } from './orders.js';
import type { Instant } from '../../domain/time.js';

export const TELLER = 'order/1900000109/SHOP-1';

/** The n-th event that an order tells: at first that a person is needed, at last that it is closed. */
export function event(n: number): OutcomeEvent {
  const order = { mchid: '1900000109', outTradeNo: 'SHOP-1' };
  const frame = {
    id: `evt_${String(n).padStart(32, '0')}`,
    sequence: START + n,
    occurredAt: '2026-01-31T09:00:00Z',
    workflowId: TELLER,
  };
  return n === 0
    ? { ...frame, type: 'order.closed', data: { order, outcome: { ended: 'closed', closeSent: 'yes' } } }
    : { ...frame, type: 'order.needs-attention', data: { order, reason: 'patience-over' } };
}

export const undelivered = (n: number, ...delivered: string[]): Undelivered => ({ event: event(n), delivered });

export const added = (n: number): DeliveryEvent => ({ type: 'eventAdded', added: undelivered(n) });
export const timer: DeliveryEvent = { type: 'timerFired' };
export const retry: DeliveryEvent = { type: 'retryRequested' };
export const release: DeliveryEvent = { type: 'releaseRequested' };
export const gaveUp: DeliveryEvent = { type: 'gaveUp', note: 'they know', by: 'Mei' };

export const FAILURE: DeliveryFailure = { said: 'HTTP_500', host: 'shop.example', isGone: false };
export const GONE: DeliveryFailure = { said: 'HTTP_410', host: 'shop.example', isGone: true };

/** The result of a try that was given all that is kept. */
export function tried(
  { events: given }: Pick<DeliveryState, 'events'>,
  left: readonly Undelivered[] = [],
  failure: DeliveryFailure | null = left.length > 0 ? FAILURE : null,
): DeliveryEvent {
  return { type: 'delivered', result: { left, failure }, given };
}

/** A delivery that has begun with some events. */
export function begun(...events: number[]): DeliveryDecision {
  const opened = openDelivery({ workflowId: TELLER, mchid: '1900000109' }, START);
  return after(opened, START, ...events.map(added));
}

export function after(decision: DeliveryDecision, now: Instant, ...all: DeliveryEvent[]): DeliveryDecision {
  return all.reduce((soFar, each) => decideDelivery(soFar.state, each, now), decision);
}
