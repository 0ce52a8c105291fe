import type { Client } from '@temporalio/client';
import type { TellInput } from '../domain/outcome/state.js';
import { INITIAL_TELLING, tellAfter, type News, type Telling } from '../domain/outcome/telling.js';
import type { Instant } from '../domain/time.js';
import { isRecord } from '../domain/validation.js';
import { paymentNotification } from '../workflows/messages/orders.js';
import { reasonAttribute, stateAttribute } from '../workflows/messages/shared.js';
import { argumentsOf, attributeIn, decoded, firstEventOf, type HistoryEvent, instantOf } from './run-history.js';
import type { RunKey } from './run-history.js';
import { contentOf, type End, type Reported, type Shown, type TellingType } from './untold-content.js';

/** A run of a workflow that tells. */
export interface TellingRun extends Required<RunKey> {
  readonly type: TellingType;
  /** `lost`: it ended without an outcome. */
  readonly is: 'open' | 'ended' | 'lost';
}

/**
 * What a workflow would have told last if somebody had listened. It follows what a list showed of the order, and decides by
 * the rule of the workflow. So the event is the same at each read, and the same as the one that is told after all, if one
 * before it is still being told.
 *
 * @param newestFirst the history of the run
 * @returns `undefined` if there is nothing to tell, or this version cannot read it
 */
export async function untoldNews(
  client: Client,
  run: TellingRun,
  newestFirst: readonly HistoryEvent[],
): Promise<Pick<TellInput, 'news' | 'life'> | undefined> {
  const events = newestFirst.toReversed();
  const isWhole = Boolean(events[0]?.workflowExecutionStartedEventAttributes);
  const first = isWhole ? events[0] : await firstEventOf(client, run);
  const started = first?.workflowExecutionStartedEventAttributes;
  if (!first || !started) return undefined;
  const [input, soFar] = await argumentsOf(client, run, first);
  const contentFor = contentOf(run.type, { input, soFar, at: instantOf(first.eventTime) });
  if (contentFor === undefined) return undefined;

  const end = await endOf(client, run, newestFirst[0]);
  const reported: Reported[] = [];
  const taskTime = taskTimes(events);
  let shown = shownAfter(started.searchAttributes, NOTHING_SHOWN);
  let telling = tellingIn(soFar);
  let news = stillTold(telling, (none) => contentFor(shown, none, reported));
  for (const event of events) {
    const at = taskTime(event);
    reported.push(...(await reportsIn(client, run, event, at)));
    const after = shownAfter(event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes, shown);
    if (after === shown) continue;
    shown = after;
    const content = contentFor(shown, end ?? { ended: shown.state ?? '' }, reported);
    const isSettledUnasked = content?.type === 'late-payment.settled' && telling.asked === 0;
    const told = tellAfter(telling, {}, isSettledUnasked ? undefined : content, at);
    telling = told.telling;
    news = content === null ? undefined : (told.news ?? news);
  }
  if (news === undefined || 'reason' in news.data !== (run.is === 'open')) return undefined;
  return { news, life: started.firstExecutionRunId || run.runId };
}

const NOTHING_SHOWN: Shown = { state: null, reason: null };

/** What the flow has told so far, as if somebody listened from now on. */
function tellingIn(soFar: unknown): Telling {
  const before = isRecord(soFar) ? (soFar['telling'] as Telling | undefined) : undefined;
  return { ...(before ?? INITIAL_TELLING), hasWebhook: true };
}

/** What an earlier run has told, if it still holds: the same decision once more. */
function stillTold(
  telling: Telling,
  contentFor: (none: End) => ReturnType<NonNullable<ReturnType<typeof contentOf>>>,
): News | undefined {
  const { last, sequence, asked } = telling;
  if (last === null) return undefined;
  const before = { ...telling, sequence: sequence - 1, asked: asked - 1, last: null };
  return tellAfter(before, {}, contentFor({ ended: '' }), sequence).news;
}

type Attributes = NonNullable<HistoryEvent['upsertWorkflowSearchAttributesEventAttributes']>['searchAttributes'];

/** What a list shows after a change. The same object: nothing changes that is told. */
function shownAfter(changes: Attributes, before: Shown): Shown {
  const state = attributeIn(changes?.indexedFields, stateAttribute.name);
  const reason = attributeIn(changes?.indexedFields, reasonAttribute.name);
  if (state === undefined && reason === undefined) return before;
  return { state: state === undefined ? before.state : state, reason: reason === undefined ? before.reason : reason };
}

/** The workflow's time at an event: if the workflow caused it, that of the task in which it did. */
function taskTimes(events: readonly HistoryEvent[]): (event: HistoryEvent) => Instant {
  const byId = new Map(events.map((event) => [String(event.eventId), event]));
  return (event) => {
    const task = event.upsertWorkflowSearchAttributesEventAttributes?.workflowTaskCompletedEventId;
    const startedId = byId.get(String(task))?.workflowTaskCompletedEventAttributes?.startedEventId;
    return instantOf((byId.get(String(startedId)) ?? event).eventTime);
  };
}

/** What an event reports to a late payment. */
async function reportsIn(
  client: Client,
  { workflowId }: RunKey,
  { workflowExecutionSignaledEventAttributes: signal }: HistoryEvent,
  at: Instant,
): Promise<Reported[]> {
  if (signal?.signalName !== paymentNotification.name) return [];
  const owner = { type: 'workflow', namespace: client.options.namespace, workflowId } as const;
  const [notification] = await decoded(client, signal.input?.payloads, owner);
  return [{ notification, at }];
}

/** How a run ended, from its last event; `undefined`: it has not. */
async function endOf(client: Client, run: TellingRun, last: HistoryEvent | undefined): Promise<End | undefined> {
  if (run.is === 'open') return undefined;
  const completed = last?.workflowExecutionCompletedEventAttributes;
  if (!completed) return { ended: 'released' };
  const owner = { type: 'workflow', namespace: client.options.namespace, workflowId: run.workflowId } as const;
  const [result] = await decoded(client, completed.result?.payloads, owner);
  // A late payment returns the numbers of its payments, too: its event has the payments.
  const { transactionIds: _, ...end } = result as End & { readonly transactionIds?: unknown };
  return end;
}
