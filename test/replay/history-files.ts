import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Histories that every version of the workflows must replay: complete ones, and some cut while in flight. A folder for
 * each version of the package that recorded some, since orders of that version may still be in flight.
 */
export const GOLDEN = fileURLToPath(new URL('histories/golden', import.meta.url));

/** Histories of workflows that were changed without care: the gate must refuse them. */
export const MUST_FAIL = fileURLToPath(new URL('histories/must-fail', import.meta.url));

/** An event, as far as a test looks at it. */
export interface HistoryEvent {
  readonly eventType: string;
  /** What people read of it in Temporal UI, as payloads. */
  readonly userMetadata?: { readonly summary?: Payload; readonly details?: Payload };
  /** Of the first event. */
  readonly workflowExecutionStartedEventAttributes?: { readonly workflowId: string };
}

interface Payload {
  /** JSON in base64. */
  readonly data: string;
}

/** A text that people read. */
export function textOf(payload: Payload | undefined): string {
  return payload === undefined ? '' : (JSON.parse(Buffer.from(payload.data, 'base64').toString()) as string);
}

export interface RecordedHistory {
  readonly name: string;
  /** The version of the package that recorded it. */
  readonly version: string;
  /** A workflow does nothing under an id that is not its order's. */
  readonly workflowId: string;
  readonly events: readonly HistoryEvent[];
  /** What Temporal's `historyFromJSON` takes. */
  readonly json: unknown;
  readonly text: string;
}

/** Every recorded history of a folder, of every version. */
export function readHistories(folder: string): RecordedHistory[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const json = JSON.parse(text) as { events: HistoryEvent[] };
      const { events } = json;
      const workflowId = events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '';
      return { name: basename(file, '.json'), version: dirname(file), workflowId, events, json, text };
    });
}
