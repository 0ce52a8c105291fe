import type { Instant } from '../time.js';
import type { PhaseWords } from '../flow.js';
import type { EventContent, EventOrder, EventServiceOrder, OutcomeEvent } from './event.js';

/** What a flow has told the checkout so far. */
export interface Telling {
  /** The number of the last event. */
  readonly sequence: number;
  /** What the last event was about, while that still holds. `null`: nothing was told, or it holds no more. */
  readonly last: string | null;
  /** How often the checkout was told that a person is needed. */
  readonly asked: number;
  /** Whether the last event was told. It was not if there was no URL. */
  readonly isTold: boolean;
  /** Whether the merchant may have a URL for outcomes. It is what the worker or the receiver said last. */
  readonly hasWebhook: boolean;
}

export interface TellingFacts {
  readonly telling: Telling;
}

/** At the start, nobody has said yet whether there is a URL. */
export const INITIAL_TELLING: Telling = { sequence: 0, last: null, asked: 0, isTold: true, hasWebhook: true };

/** An event as the workflow tells it. The id that the checkout gets is made of it when it is sent. */
export type News = Omit<OutcomeEvent, 'id' | 'workflowId' | 'occurredAt'> & {
  readonly occurredAt: Instant;
  /** What makes it one event of its type, besides the workflow. A workflow that is reset makes the same one again. */
  readonly mark: string;
};

/** An event of a flow, as far as it may say whether the merchant has a URL for outcomes. */
interface MayTellOfWebhook {
  readonly answer?: object;
  readonly result?: object;
  readonly notification?: object;
}

/**
 * What a flow tells after an event: nothing that was told already, and nothing if the merchant has no URL.
 *
 * @param content what the state has to tell; `null`: nothing, and what was told no longer holds; `undefined`: as before,
 *   because the phase lasts for a moment only
 */
export function tellAfter(
  telling: Telling,
  event: MayTellOfWebhook,
  content: EventContent | null | undefined,
  now: Instant,
): { readonly telling: Telling; readonly news?: News } {
  const hasWebhook = webhookAfter(telling, event);
  if (content === undefined) return { telling: { ...telling, hasWebhook } };
  if (content === null) return { telling: { ...telling, hasWebhook, last: null } };
  const last = subjectOf(content);
  const isSame = last === telling.last;
  if (isSame && (telling.isTold || !hasWebhook)) return { telling: { ...telling, hasWebhook } };
  // What was not told, because there was no URL, is told once there is one, as of then.
  const asked = telling.asked + (!isSame && 'reason' in content.data ? 1 : 0);
  const sequence = isSame ? telling.sequence : Math.max(now, telling.sequence + 1);
  const next: Telling = { sequence, last, asked, isTold: hasWebhook, hasWebhook };
  if (!hasWebhook) return { telling: next };
  const occurredAt = isSame ? sequence : now;
  return { telling: next, news: { ...content, sequence, occurredAt, mark: markOf(content, asked) } };
}

/** The last to say it is right: the merchants file may have changed meanwhile. */
function webhookAfter({ hasWebhook }: Telling, { answer, result, notification }: MayTellOfWebhook): boolean {
  const said = answer ?? result ?? notification;
  return said === undefined ? hasWebhook : !('hasWebhook' in said && said.hasWebhook === false);
}

/** So the mark of a payment begins: it is one event also of a workflow that was started anew. */
export const PAYMENT_MARK = 'payment ';

/** An event is told again only if it is about something else. */
function subjectOf({ type, data }: EventContent): string {
  return 'reason' in data ? `${type} ${data.reason}` : type;
}

/**
 * A workflow that is reset may go another way: then a person was needed in between, or said something else. A payment is one
 * event even so, because goods are delivered for it.
 */
function markOf(content: EventContent, asked: number): string {
  const { data } = content;
  if (content.type === 'order.paid' && content.data.outcome.transactionId !== null)
    return PAYMENT_MARK + content.data.outcome.transactionId;
  if ('reason' in data) return `${asked} ${data.reason}`;
  const isWordOfPerson = data.outcome.ended === 'resolved' || data.outcome.ended === 'recorded';
  return isWordOfPerson ? `${asked} ${JSON.stringify(data.outcome)}` : String(asked);
}

/** Where the flow of an order or a service order is. */
interface InLife {
  readonly phase: string;
  readonly reason?: string;
  readonly outcome?: { readonly ended: string };
}

/**
 * What the flow of an order or a service order tells in a state: its end, or that a person is needed.
 *
 * @param phases of the flow: one that lists do not show lasts for a moment only
 */
export function lifeEvent(
  kind: 'order' | 'service-order',
  order: EventOrder | EventServiceOrder,
  { phase, reason, outcome }: InLife,
  phases: Readonly<Record<string, PhaseWords>>,
): EventContent | null | undefined {
  // A state keeps fields of the phases before. The types of the flows and of the events have the same names.
  if (phase === 'ended') return { type: `${kind}.${outcome?.ended}`, data: { order, outcome } } as EventContent;
  if (phase === 'needsAttention') return { type: `${kind}.needs-attention`, data: { order, reason } } as EventContent;
  return phases[phase]?.visible === undefined ? undefined : null;
}
