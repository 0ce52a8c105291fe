import type { Client } from '@temporalio/client';
import { CALLS, isWrite, type Call } from '../domain/call-policies.js';
import type { Announced, FailureDetails } from '../domain/calls.js';
import { sentBefore } from '../domain/guarded-write.js';
import { notified, orderHappened } from '../domain/orders/story.js';
import { deliveryHappened } from '../domain/outcome/story.js';
import { serviceOrderHappened } from '../domain/payscore/story.js';
import type { WholeLife } from '../domain/page/whole-story.js';
import { withEntry, type Happened, type Happening, type Shows, type StoryEntry } from '../domain/story.js';
import { parseInstant, toRfc3339, type Instant } from '../domain/time.js';
import { isRecord } from '../domain/validation.js';
import { paymentNotification } from '../workflows/messages/orders.js';
import { outcomeEvent } from '../workflows/messages/outcome.js';
import { serviceOrderNotification } from '../workflows/messages/payscore.js';
import { reasonAttribute, stateAttribute } from '../workflows/messages/shared.js';
import { attributeIn, decoded, instantOf, type HistoryEvent } from './run-history.js';

/** What histories tell of their workflow. */
type Told = Pick<WholeLife, 'entries' | 'shows' | 'timeZone' | 'outcome' | 'until'>;

type Payloads = { readonly payloads?: Parameters<typeof decoded>[1] } | null | undefined;
type Failure = NonNullable<HistoryEvent['activityTaskFailedEventAttributes']>['failure'];

/** The messages that people and checkouts send, by their names. */
const REQUESTS: readonly Happening[] = [
  ...(['closeNow', 'checkNow', 'extend', 'placedAgain', 'placementFailed', 'retry', 'resolve'] as const),
  ...(['requestCancel', 'record', 'giveUp'] as const),
];

/** Reads the story of a workflow from its histories, by the words of the workflow itself. */
export class HistoryReader {
  private entries: readonly StoryEntry[] = [];
  private shows: Shows | null = null;
  private timeZone: string | null = null;
  private outcome: unknown;
  /** What came before a workflow task, which is then told to have led to what the task did. */
  private batch: StoryEntry[] = [];
  private isTaskDone = false;
  private readonly scheduled = new Map<string, { readonly type: string; readonly input: Payloads }>();
  private readonly timers = new Map<string, Instant>();

  constructor(
    private readonly client: Client,
    private readonly workflowId: string,
  ) {}

  /** Reads the history of a further run, from its beginning. */
  async read(events: readonly HistoryEvent[]): Promise<void> {
    this.timers.clear();
    for (const event of events) await this.readEvent(event);
    this.flush();
  }

  get told(): Told {
    const { entries, shows, timeZone, outcome } = this;
    return { entries, shows, timeZone, outcome, until: [...this.timers.values()].at(-1) ?? null };
  }

  private async readEvent(event: HistoryEvent): Promise<void> {
    const {
      activityTaskScheduledEventAttributes: scheduled,
      timerStartedEventAttributes: timer,
      timerFiredEventAttributes: fired,
      upsertWorkflowSearchAttributesEventAttributes: upsert,
    } = event;
    const at = instantOf(event.eventTime);
    if (scheduled) {
      const { activityType, input } = scheduled;
      this.scheduled.set(String(event.eventId), { type: activityType?.name ?? '', input });
    } else if (timer) this.timers.set(timer.timerId ?? '', at + instantOf(timer.startToFireTimeout));
    else if (fired) this.timers.delete(fired.timerId ?? '');
    else if (event.timerCanceledEventAttributes) this.timers.delete(event.timerCanceledEventAttributes.timerId ?? '');
    else if (upsert) this.listed(upsert.searchAttributes?.indexedFields, at);
    const happened = fired ? ({ what: 'timer' } as const) : await this.happened(event);
    if (event.workflowTaskCompletedEventAttributes) this.isTaskDone = true;
    if (happened !== null) this.add({ ...happened, at }, Boolean(event.workflowExecutionUpdateAcceptedEventAttributes));
    const started = event.workflowExecutionStartedEventAttributes;
    if (started) this.listed(started.searchAttributes?.indexedFields, at);
  }

  private add(entry: StoryEntry, isOfTask: boolean): void {
    if (this.isTaskDone && !isOfTask) this.flush();
    this.batch.push(entry);
  }

  private flush(): void {
    for (const entry of this.batch) this.entries = withEntry(this.entries, entry);
    this.batch = [];
    this.isTaskDone = false;
  }

  /** A list was changed: by the last that happened before. */
  private listed(fields: Parameters<typeof attributeIn>[0], at: Instant): void {
    const state = attributeIn(fields, stateAttribute.name) ?? this.shows?.state;
    const reason = attributeIn(fields, reasonAttribute.name);
    if (state === undefined) return;
    const shows = { state, reason: reason === undefined ? (this.shows?.reason ?? null) : reason };
    if (shows.state === this.shows?.state && shows.reason === this.shows.reason) return;
    this.shows = shows;
    const index = this.batch.findLastIndex(({ what }) => what !== 'timer');
    const last = this.batch.at(index) ?? { what: 'timer', at };
    this.batch = [...this.batch.filter((each) => each !== last), { ...last, shows }];
  }

  private async happened(event: HistoryEvent): Promise<Happened | null> {
    const {
      workflowExecutionStartedEventAttributes: started,
      activityTaskCompletedEventAttributes: completed,
      activityTaskFailedEventAttributes: failed,
      activityTaskTimedOutEventAttributes: timedOut,
      activityTaskCanceledEventAttributes: cancelled,
      workflowExecutionSignaledEventAttributes: signal,
      workflowExecutionUpdateAcceptedEventAttributes: update,
      startChildWorkflowExecutionInitiatedEventAttributes: child,
      signalExternalWorkflowExecutionInitiatedEventAttributes: external,
      workflowTaskFailedEventAttributes: taskFailed,
    } = event;
    if (started) return { what: started.continuedExecutionRunId ? 'newRun' : 'started' };
    // Whoever may start workflows can make a history of any form: what has none of ours is left out.
    if (completed) return this.answered(String(completed.scheduledEventId), completed.result).catch(() => null);
    const lost = failed ?? timedOut;
    if (lost) return this.failed(String(lost.scheduledEventId), lost.failure);
    if (cancelled) return this.superseded(String(cancelled.scheduledEventId));
    if (signal) return this.signalled(signal.signalName, signal.input);
    if (update) return this.requested(update.acceptedRequest?.input?.name, update.acceptedRequest?.input?.args);
    if (event.workflowExecutionCancelRequestedEventAttributes) return { what: 'requestCancellation' };
    if (child) return { what: 'latePayment', about: child.workflowId ?? '' };
    if (external) return { what: 'latePayment', about: external.workflowExecution?.workflowId ?? '' };
    if (taskFailed) return { what: taskFailed.newRunId ? 'reset' : 'taskFailed' };
    return this.ended(event);
  }

  /** The last event of a run. */
  private async ended(event: HistoryEvent): Promise<Happened | null> {
    const {
      workflowExecutionCompletedEventAttributes: completed,
      workflowExecutionTerminatedEventAttributes: terminated,
      workflowExecutionFailedEventAttributes: failed,
    } = event;
    if (completed) {
      this.outcome = await this.first(completed.result);
      return this.endsAs(isRecord(this.outcome) ? String(this.outcome['ended']) : '');
    }
    if (event.workflowExecutionCanceledEventAttributes) {
      this.outcome = { ended: 'released' };
      return this.endsAs('released');
    }
    if (terminated)
      return { what: 'ended', about: 'Terminate', ...(terminated.reason && { said: [terminated.reason] }) };
    if (failed) return { what: 'ended', said: [failed.failure?.applicationFailureInfo?.type ?? 'failed'] };
    return null;
  }

  /** If a list shows the end, the step that led to it was told. */
  private endsAs(outcome: string): Happened | null {
    return this.shows?.state === outcome ? null : { what: 'ended', about: outcome };
  }

  private async answered(id: string, payloads: Payloads): Promise<Happened | null> {
    const { type = '', input } = this.scheduled.get(id) ?? {};
    const result = await this.first(payloads);
    if (!isRecord(result)) return null;
    if (typeof result['timeZone'] === 'string') this.timeZone = result['timeZone'];
    // The worker of this version, or an earlier one, has made them.
    switch (type as Happening) {
      case 'queryOrder':
        return orderHappened({ type: 'queryAnswered', answer: result as never, askedAt: 0 });
      case 'closeOrder':
        return orderHappened({ type: 'closeAnswered', result: result as never, askedAt: 0 });
      case 'queryServiceOrder':
        return serviceOrderHappened({ type: 'queryAnswered', answer: result as never });
      case 'cancelServiceOrder':
        return serviceOrderHappened({ type: 'cancelAnswered', result: result as never });
      case 'deliverOutcomes':
        return deliveryHappened({ type: 'delivered', result: result as never, given: [] });
      case 'tellOutcome': {
        const told = (await this.first(input)) as { readonly news?: { readonly type?: string } } | undefined;
        return { what: 'tellOutcome', about: told?.news?.type ?? '', said: [String(result['told'])] };
      }
      default:
        return null;
    }
  }

  private async failed(id: string, failure: Failure): Promise<Happened | null> {
    const { type } = this.scheduled.get(id) ?? {};
    if (type === undefined) return null;
    const { applicationFailureInfo: info, timeoutFailureInfo: timeout } = failure ?? {};
    const details = (await this.first(info?.details ?? undefined)) as FailureDetails | undefined;
    const announced = timeout
      ? ((await this.first(timeout.lastHeartbeatDetails ?? undefined)) as Announced | undefined)
      : details?.announced;
    const call = type as Call;
    return {
      what: details?.call ?? call,
      said: [info?.type ?? 'LOCAL_LOST'],
      requestId: details?.requestId ?? null,
      ...(isCall(call) && isWrite(call) && { sent: sentBefore(announced ?? null) }),
    };
  }

  /** A query that is overtaken is told by what overtook it. */
  private superseded(id: string): Happened | null {
    const call = (this.scheduled.get(id)?.type ?? '') as Call;
    return isCall(call) && isWrite(call) ? { what: call, said: ['LOCAL_SUPERSEDED'], sent: 'maybe' } : null;
  }

  private async signalled(name: string | null | undefined, payloads: Payloads): Promise<Happened | null> {
    const input = await this.first(payloads);
    if (!isRecord(input)) return null;
    if (name === paymentNotification.name) {
      const { transactionId } = input;
      return notified({ transactionId: typeof transactionId === 'string' ? transactionId : null });
    }
    if (name === serviceOrderNotification.name) return { what: 'notification', said: [String(input['said'])] };
    const { event } = input;
    return name === outcomeEvent.name && isRecord(event) ? { what: 'event', about: String(event['type']) } : null;
  }

  private async requested(name: string | null | undefined, payloads: Payloads): Promise<Happened | null> {
    const what = REQUESTS.find((each) => each === name);
    if (what === undefined) return null;
    const input = await this.first(payloads);
    const fields = isRecord(input) ? input : {};
    const payBefore = typeof fields['payBefore'] === 'string' ? parseInstant(fields['payBefore']) : undefined;
    const about =
      payBefore === undefined
        ? [fields['replacedBy'], fields['code'], fields['as'], fields['requestId']].find((each) => each !== undefined)
        : toRfc3339(payBefore);
    const { by } = fields;
    return { what, ...(typeof about === 'string' && { about }), ...(typeof by === 'string' && { by }) };
  }

  private async first(payloads: Payloads): Promise<unknown> {
    const owner = { type: 'workflow', namespace: this.client.options.namespace, workflowId: this.workflowId } as const;
    const [first] = await decoded(this.client, payloads?.payloads, owner);
    return first;
  }
}

function isCall(name: string): name is Call {
  return CALLS.some((call) => call === name);
}
