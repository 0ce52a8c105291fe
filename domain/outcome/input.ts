import { localeOf, MCHID } from '../orders/input.js';
import { parseInstant } from '../time.js';
import {
  bad,
  BY_LENGTH,
  collect,
  fault,
  isRecord,
  isVisibleText,
  matches,
  NOTE_LENGTH,
  ok,
  unknownFields,
  type Checked,
} from '../validation.js';
import type { OutcomeEvent } from './event.js';
import { MAX_EVENTS_KEPT, type DeliveryInput, type DeliveryState, type GivenUp, type Undelivered } from './state.js';

/** The id of a workflow that tells outcomes. */
const TELLER = /^(?:late\/)?(?:order|payscore)\/[0-9A-Za-z_\-|*@:/]{1,120}$/;

/** A newer worker may know more types, and more fields: what it hands over is delivered as it is. */
const EVENT_TYPE = /^[a-z-]{1,40}\.[a-z-]{1,40}$/;

const EVENT_ID = /^evt_[0-9a-f]{32}$/;
const URL_KEY = /^[0-9a-f]{12}$/;

/** A late payment with all its payments has some 6 KB. Of all that are kept, none may have more than Temporal takes. */
const MAX_EVENT_LENGTH = 10_000;

/** No merchant has more URLs. */
const MAX_URLS = 20;

/** A longer list names events that are not kept. */
const MAX_NAMED = 2 * MAX_EVENTS_KEPT;

const RULES = {
  object: 'must be an object',
  workflowId: 'must be the id of the workflow that tells: order/…, payscore/… or late/…',
  mchid: 'must be a merchant number of 1 to 32 digits',
  event: 'must be { event, delivered } as the worker makes it, of this workflow',
  note: `must say why, in 1 to ${NOTE_LENGTH} characters`,
  by: `must say who gives up, in 1 to ${BY_LENGTH} characters`,
  ids: 'must name every event that is not delivered, as a list of texts: look at those that came meanwhile, and copy the JSON from the page of the delivery',
  notResting: 'is taken only between two tries',
} as const;

/** Checks the input of a delivery. All faults are listed, not only the first. */
export function checkDeliveryInput(input: unknown): Checked<DeliveryInput> {
  if (!isRecord(input)) return bad('delivery', input, RULES.object);
  const { workflowId, mchid } = input;
  const faults = unknownFields(input, ['workflowId', 'mchid', 'locale']);
  if (!matches(workflowId, TELLER)) faults.push(fault('workflowId', workflowId, RULES.workflowId));
  if (!matches(mchid, MCHID)) faults.push(fault('mchid', mchid, RULES.mchid));
  const locale = collect(faults, localeOf(input['locale']));
  if (locale === undefined || faults.length > 0) return { ok: false, faults };
  return ok({ workflowId: workflowId as string, mchid: mchid as string, locale });
}

/**
 * Checks the form of an event, and its length. Anybody with access to the namespace can send a signal, and it must not be
 * able to stop the workflow.
 */
export function checkUndelivered(added: unknown, { input }: Pick<DeliveryState, 'input'>): Checked<Undelivered> {
  if (!isRecord(added)) return bad('event', added, RULES.event);
  const { event, delivered } = added;
  const areKeys =
    Array.isArray(delivered) && delivered.length <= MAX_URLS && delivered.every((key) => matches(key, URL_KEY));
  if (!areKeys || !isRecord(event) || !isEvent(event, input.workflowId)) return bad('event', added, RULES.event);
  return ok({ event: event as unknown as OutcomeEvent, delivered: delivered });
}

function isEvent(event: Readonly<Record<string, unknown>>, workflowId: string): boolean {
  const { id, type, sequence, occurredAt, data } = event;
  return (
    matches(id, EVENT_ID) &&
    matches(type, EVENT_TYPE) &&
    Number.isSafeInteger(sequence) &&
    typeof occurredAt === 'string' &&
    parseInstant(occurredAt) !== undefined &&
    event['workflowId'] === workflowId &&
    isRecord(data) &&
    JSON.stringify(event).length <= MAX_EVENT_LENGTH
  );
}

/**
 * Checks what a person says who gives up: of every event that is not delivered, so that none is given up unseen that came
 * while the person wrote.
 */
export function checkGiveUp(request: unknown, { events }: Pick<DeliveryState, 'events'>): Checked<GivenUp> {
  if (!isRecord(request)) return bad('request', request, RULES.object);
  const { ids, note, by } = request;
  const faults = unknownFields(request, ['ids', 'note', 'by']);
  if (!isVisibleText(note, NOTE_LENGTH)) faults.push(fault('note', note, RULES.note));
  if (!isVisibleText(by, BY_LENGTH)) faults.push(fault('by', by, RULES.by));
  const namesAll = Array.isArray(ids) && ids.length <= MAX_NAMED && events.every(({ event }) => ids.includes(event.id));
  if (!namesAll) faults.push(fault('ids', ids, RULES.ids));
  return faults.length > 0 ? { ok: false, faults } : ok({ note: note as string, by: by as string });
}

/** Whether there is something to retry: the delivery pauses, or a person is asked. */
export function checkDeliveryRetry({ phase }: DeliveryState): Checked<null> {
  const isResting = phase === 'retrying' || phase === 'needsAttention';
  return isResting ? ok(null) : bad('request', undefined, RULES.notResting);
}
