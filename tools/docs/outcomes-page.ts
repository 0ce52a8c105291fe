import { EVENT_TYPES, type EventType } from '../../domain/outcome/event.js';
import { OUTCOME_RESULTS } from '../../client/outcomes/results.js';
import { code, table } from './markdown.js';

/** What `data` has, beside the order. */
const SAYS: Record<EventType, string> = {
  'order.paid': '`outcome`: `transactionId`, `amount`, `paidAt`, `refunded`, `toldBy`',
  'order.closed': '`outcome`: `closeSent`',
  'order.never-existed': '`outcome`',
  'order.resolved': '`outcome`: `as`, `note`, `by`, and what WeChat Pay said last (`said`)',
  'order.released': '`outcome`',
  'order.needs-attention': '`reason`, as in [the reasons](operating.md#why-a-person-is-needed)',
  'service-order.cancelled': '`outcome`: `cancelSent`, `reason`, `raced`, `totalDue`',
  'service-order.done': '`outcome`',
  'service-order.expired': '`outcome`',
  'service-order.kept': '`outcome`: `reason`, `totalDue`',
  'service-order.never-existed': '`outcome`',
  'service-order.resolved': '`outcome`: `as`, `note`, `by`, `said`',
  'service-order.released': '`outcome`',
  'service-order.needs-attention': '`reason`',
  'late-payment.found': '`ended`: how the order had ended; `payments`; `reason`',
  'late-payment.settled': '`ended`, `payments`; `outcome`: `known`, `refunded`, `recorded` or `released`',
};

/** Every type of event. */
export function eventTypes(): string {
  const types = Object.entries(EVENT_TYPES) as [EventType, { readonly en: string }][];
  return table(
    ['`type`', 'when', 'what `data` has, beside `order`'],
    types.map(([type, { en }]) => [code(type), en, SAYS[type]]),
  );
}

/** The same in Chinese, with when only. */
export function chineseEventTypes(): string {
  return table(
    ['`type`', '何时'],
    Object.entries(EVENT_TYPES).map(([type, { zh }]) => [code(type), zh]),
  );
}

/** What can happen to what was posted. */
export function outcomeAnswers(): string {
  return table(
    ['`result`', 'answer', 'what it means'],
    Object.entries(OUTCOME_RESULTS).map(([result, { status, means }]) => [code(result), String(status), means]),
  );
}
