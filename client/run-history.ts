import type { Client } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/client';
import type { Instant } from '../domain/time.js';
import { isUnknown } from './server-errors.js';

/** A run of a workflow. Without a run id: the last one. */
export interface RunKey {
  readonly workflowId: string;
  readonly runId?: string;
}

type ReversePage = Awaited<ReturnType<Client['workflowService']['getWorkflowExecutionHistoryReverse']>>;

/** An event of a history, as the server returns it. */
export type HistoryEvent = NonNullable<NonNullable<ReversePage['history']>['events']>[number];

/** How many events are read at a time. Most orders have fewer. */
const PAGE_SIZE = 50;

/** How far back a history is read. A run with more events than that goes on in a new one, at its next wait. */
const MAX_EVENTS_READ = 10_000;

/**
 * Reads a history from its end.
 *
 * @param isEnough whether what came before an event is not needed
 * @returns the newest event first
 */
export async function readBack(
  client: Client,
  { workflowId, runId }: RunKey,
  isEnough: (event: HistoryEvent) => boolean,
): Promise<HistoryEvent[]> {
  const { namespace } = client.options;
  const execution = { workflowId, ...(runId !== undefined && { runId }) };
  const read: HistoryEvent[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace,
      execution,
      maximumPageSize: PAGE_SIZE,
      ...(nextPageToken && { nextPageToken }),
    });
    for (const event of page.history?.events ?? []) {
      read.push(event);
      if (isEnough(event)) return read;
    }
    ({ nextPageToken } = page);
  } while (nextPageToken !== undefined && nextPageToken.length > 0 && read.length < MAX_EVENTS_READ);
  return read;
}

/** The first event of a run; `undefined` if Temporal has forgotten it. */
export async function firstEventOf(client: Client, { workflowId, runId }: RunKey): Promise<HistoryEvent | undefined> {
  const { namespace } = client.options;
  const execution = { workflowId, ...(runId !== undefined && { runId }) };
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution,
      maximumPageSize: 1,
    });
    return history?.events?.[0];
  } catch (error) {
    if (!isUnknown(error)) throw error;
    return undefined;
  }
}

/** The input of a workflow, from its first event; `undefined` if Temporal has forgotten it. */
export async function inputOfRun(client: Client, run: RunKey): Promise<unknown> {
  const [input] = await argumentsOf(client, run, await firstEventOf(client, run));
  return input;
}

/** What a run was started with: its input and, in a run that goes on for an earlier one, the state so far. */
export function argumentsOf(
  client: Client,
  { workflowId }: RunKey,
  started: HistoryEvent | undefined,
): Promise<readonly unknown[]> {
  const payloads = started?.workflowExecutionStartedEventAttributes?.input?.payloads;
  return decoded(client, payloads, { type: 'workflow', namespace: client.options.namespace, workflowId });
}

type Owner = Parameters<Client['options']['loadedDataConverter']['payloadCodecs'][number]['decode']>[1];

/** Decodes payloads as the client would. @param owner what they were encoded for */
export async function decoded(
  client: Client,
  encoded: Payload[] | null | undefined,
  owner: Owner,
): Promise<readonly unknown[]> {
  const { payloadConverter, payloadCodecs } = client.options.loadedDataConverter;
  let payloads = encoded ?? [];
  for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads, owner);
  return payloads.map((each): unknown => payloadConverter.fromPayload(each, owner));
}

/** A search attribute of an event. No codec is applied to them. `undefined`: the event says nothing of it. */
export function attributeIn(
  fields: { readonly [name: string]: Payload } | null | undefined,
  name: string,
): string | null | undefined {
  const payload = fields?.[name];
  if (payload === undefined) return undefined;
  const value: unknown = defaultPayloadConverter.fromPayload(payload);
  const [first = null] = Array.isArray(value) ? (value as unknown[]) : [value];
  return typeof first === 'string' ? first : null;
}

/** A time of the server, in whole milliseconds, as a workflow sees it. */
export function instantOf(time: HistoryEvent['eventTime']): Instant {
  return Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1_000_000);
}
