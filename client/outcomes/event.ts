import { EVENT_TYPES, type OutcomeEvent } from '../../domain/outcome/event.js';
import { InvalidOutcomeError } from './errors.js';

/**
 * An event of a type that this version does not know: the worker is newer. Answer it with success, or it comes again for
 * days. Its `type` is a word of its own, so that the compiler can tell the known ones apart.
 */
export interface UnknownOutcome extends Pick<OutcomeEvent, 'id' | 'sequence' | 'occurredAt' | 'workflowId'> {
  readonly type: 'unknown';
  /** The type that it has. */
  readonly unknownType: string;
  readonly data: unknown;
}

/**
 * An event that the worker signed. Known ones have the fields of their type; a newer worker may add fields, and may have
 * reasons and outcomes that their types do not list yet.
 */
export type VerifiedOutcome = OutcomeEvent | UnknownOutcome;

/**
 * Reads a signed event.
 *
 * @param id what the header `webhook-id` says
 * @throws InvalidOutcomeError
 */
export function eventFrom(text: string, id: string): VerifiedOutcome {
  const event = objectFrom(text);
  if (!isEvent(event)) throw new InvalidOutcomeError('not-an-event');
  if (event.id !== id) throw new InvalidOutcomeError('id-differs');
  return isKnown(event) ? event : { ...event, type: 'unknown', unknownType: event.type };
}

/** What every event has. */
interface AnyEvent extends Pick<OutcomeEvent, 'id' | 'sequence' | 'occurredAt' | 'workflowId'> {
  readonly type: string;
  readonly data: object;
}

function objectFrom(text: string): Readonly<Record<string, unknown>> {
  try {
    // Also of a number, a list or `null`: the fields are not there.
    return { ...(JSON.parse(text) as Record<string, unknown>) };
  } catch {
    return {};
  }
}

function isEvent(event: object): event is AnyEvent {
  const { id, type, sequence, occurredAt, workflowId, data } = event as Partial<Record<keyof AnyEvent, unknown>>;
  const areTexts = [id, type, occurredAt, workflowId].every((each) => typeof each === 'string' && each !== '');
  return areTexts && Number.isSafeInteger(sequence) && typeof data === 'object' && data !== null;
}

function isKnown(event: AnyEvent): event is AnyEvent & OutcomeEvent {
  return Object.hasOwn(EVENT_TYPES, event.type);
}

/**
 * Whether an event is newer than what is stored. Store the `sequence` of the newest by `event.workflowId`, which an order
 * and its late payment do not share; with an older one change nothing, and answer with success.
 *
 * @param stored the `sequence` stored for this `workflowId`, as the database gives it (some give a big integer as a text);
 * `null` or `undefined`: none is stored
 * @throws TypeError if `stored` is not an integer
 */
export function isNewer(
  { sequence }: Pick<VerifiedOutcome, 'sequence'>,
  stored: number | bigint | string | null | undefined,
): boolean {
  if (stored === null || stored === undefined) return true;
  const last = stored === '' ? NaN : Number(stored);
  if (!Number.isSafeInteger(last)) throw new TypeError('the stored sequence is not an integer');
  return sequence > last;
}
