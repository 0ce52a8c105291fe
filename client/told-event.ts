import type { Client } from '@temporalio/client';
import type { OutcomeEvent } from '../domain/outcome/event.js';
import type { TellInput } from '../domain/outcome/state.js';
import type { Instant } from '../domain/time.js';
import { eventOf } from '../wechatpay/webhook-signature.js';
import { attributeIn, decoded, type HistoryEvent, instantOf, readBack, type RunKey } from './run-history.js';
import { reasonAttribute, stateAttribute } from '../workflows/messages/shared.js';
import { untoldNews, type TellingRun } from './untold-event.js';

/** The activity with which a workflow tells. */
const TELL = 'tellOutcome';

/** The last event of a run, and what the activity that tells it is given. */
export interface LastEvent {
  readonly event: OutcomeEvent;
  readonly at: Instant;
  /** `undefined`: the merchant had no URL, so nobody was told, or nobody is told yet. */
  readonly told: TellInput | undefined;
}

/**
 * The last event of a run: what it told, as it stands in its history. If it told nothing, it is made as the workflow would
 * have made it.
 *
 * Of an open run, only an event that holds: the order needs a person, or its end is being told.
 *
 * @param since what an open run told before that instant is not looked for
 * @returns `undefined` if there is none: nothing holds, or this end is told to nobody
 */
export async function lastEventOf(
  client: Client,
  run: TellingRun,
  since: Instant = -Infinity,
): Promise<LastEvent | undefined> {
  const isTooOld = (event: HistoryEvent): boolean => run.is === 'open' && instantOf(event.eventTime) < since;
  const events = await readBack(client, run, (event) => isTell(event) || isTooOld(event));
  const last = events.at(-1);
  const told = last && isTell(last) ? await tellInputOf(client, run, last) : undefined;
  if (told !== undefined && holds(run, told, events))
    return { event: eventOf(run.workflowId, told), at: told.news.occurredAt, told };
  if (run.is === 'lost' || (run.is === 'open' && !mayHaveAsked(events))) return undefined;
  const isWhole = Boolean(last?.workflowExecutionStartedEventAttributes);
  const untold = await untoldNews(client, run, isWhole ? events : await readBack(client, run, () => false));
  if (untold === undefined) return undefined;
  return { event: eventOf(run.workflowId, untold), at: untold.news.occurredAt, told: undefined };
}

/** Whether what a run told last is about how it is now. @param events those since then, the newest first */
function holds({ is }: TellingRun, { news }: TellInput, events: readonly HistoryEvent[]): boolean {
  // What ended without telling it had only asked for a person before.
  return is === 'open' ? events.every((event) => reasonShown(event) === undefined) : !('reason' in news.data);
}

/** Whether a person may be needed: the list was changed to that last, or not at all in this run. */
function mayHaveAsked(events: readonly HistoryEvent[]): boolean {
  const reasons = events.map(reasonShown);
  return reasons.find((reason) => reason !== undefined) !== null;
}

/**
 * Why a person is needed after an event that changes what a list shows. `null`: none is. `undefined`: the event changes
 * nothing of it.
 */
function reasonShown(event: HistoryEvent): string | null | undefined {
  const fields = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields;
  const reason = attributeIn(fields, reasonAttribute.name);
  return reason === undefined && attributeIn(fields, stateAttribute.name) !== undefined ? null : reason;
}

function isTell({ activityTaskScheduledEventAttributes: scheduled }: HistoryEvent): boolean {
  return scheduled?.activityType?.name === TELL;
}

async function tellInputOf(
  client: Client,
  { workflowId }: RunKey,
  { activityTaskScheduledEventAttributes: scheduled }: HistoryEvent,
): Promise<TellInput> {
  const { namespace } = client.options;
  const activity = { type: 'activity', namespace, workflowId, isLocal: false } as const;
  const owner = { ...activity, ...(scheduled?.activityId && { activityId: scheduled.activityId }) };
  const [input] = await decoded(client, scheduled?.input?.payloads, owner);
  return input as TellInput;
}
