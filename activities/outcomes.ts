import { activityInfo, Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { LATE_PAYMENT_WORKFLOW } from '../domain/late/state.js';
import { TIMEOUT_THEN_CLOSE_WORKFLOW } from '../domain/orders/order.js';
import type { OutcomeEvent } from '../domain/outcome/event.js';
import {
  DELIVER_OUTCOMES_WORKFLOW,
  outcomeWorkflowId,
  URL_BUSY,
  URL_SILENT,
  type DeliveryFailure,
  type OutcomeActivities,
  type TellResult,
  type Undelivered,
} from '../domain/outcome/state.js';
import { CANCEL_PAYSCORE_WORKFLOW } from '../domain/payscore/order.js';
import { MINUTE, SECOND } from '../domain/time.js';
import { deliveryStartOf } from '../workflows/messages/outcome.js';
import type { MerchantDirectory, OutcomeEndpoint } from '../wechatpay/merchant.js';
import { eventOf } from '../wechatpay/webhook-signature.js';
import { postEvent, type PostResult } from '../wechatpay/webhook.js';

/** A worker of a rolling deploy may not know a merchant yet. After that, the workflow that delivers goes on asking. */
const KNOWN_WITHIN = 5 * MINUTE;

/** For how long an attempt begins further posts. */
const POSTED_WITHIN = 60 * SECOND;

/** A URL that hangs must not take the slots of the worker from those that answer: it gets few once it did not answer. */
const MAX_POSTS_PER_URL = 20;
const MAX_POSTS_PER_SILENT_URL = 2;

/** The workflows that tell. */
const TELLERS: readonly string[] = [TIMEOUT_THEN_CLOSE_WORKFLOW, CANCEL_PAYSCORE_WORKFLOW, LATE_PAYMENT_WORKFLOW];

/** The activities that tell checkouts, for the merchants that a worker knows. */
export function createOutcomeActivities(merchants: MerchantDirectory): OutcomeActivities {
  const post = boundedPost();
  return {
    tellOutcome: async (input): Promise<TellResult> => {
      const { mchid, locale, taskQueue } = input;
      const { workflowType, workflowExecution } = activityInfo();
      if (workflowExecution === undefined || !TELLERS.includes(workflowType ?? '')) throw notItsWorkflow();
      const { workflowId } = workflowExecution;
      const merchant = merchants.find(mchid);
      if (merchant === undefined && retriedFor() < KNOWN_WITHIN) throw unknownMerchant(mchid);
      const event = eventOf(workflowId, input);
      const first: Undelivered = { event, delivered: [] };
      const urls = merchant && (merchant.outcomes ?? []).filter(({ wants }) => wants(event.type));
      if (urls?.length === 0) return { told: 'nobody' };
      // Events that were not taken come before this one.
      const isPosted = urls !== undefined && !(await isOpen(outcomeWorkflowId(workflowId)));
      const [undelivered] = isPosted ? (await postAll(post, urls, [first])).left : [first];
      if (undelivered === undefined) return { told: 'delivered' };
      await Context.current().client.workflow.signalWithStart(DELIVER_OUTCOMES_WORKFLOW, {
        ...deliveryStartOf({ workflowId, mchid, locale }, undelivered),
        taskQueue,
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      });
      return { told: 'handedOver' };
    },

    deliverOutcomes: async ({ mchid, events }) => {
      const { workflowType, workflowExecution } = activityInfo();
      const isOurs = events.every(({ event }) => outcomeWorkflowId(event.workflowId) === workflowExecution?.workflowId);
      if (workflowType !== DELIVER_OUTCOMES_WORKFLOW || !isOurs) throw notItsWorkflow();
      const merchant = merchants.find(mchid);
      if (merchant === undefined) return { left: events, failure: nothingPosted('LOCAL_UNKNOWN_MERCHANT') };
      const { outcomes = [] } = merchant;
      if (outcomes.length === 0) return { left: events, failure: nothingPosted('LOCAL_NO_URL') };
      return postAll(post, outcomes, events);
    },
  };
}

/** For how long this activity has been tried, by the server's clock. */
function retriedFor(): number {
  const { currentAttemptScheduledTimestampMs, scheduledTimestampMs } = activityInfo();
  return currentAttemptScheduledTimestampMs - scheduledTimestampMs;
}

async function isOpen(workflowId: string): Promise<boolean> {
  try {
    const { status } = await Context.current().client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING' || status.name === 'CONTINUED_AS_NEW';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

type Post = (url: OutcomeEndpoint, event: OutcomeEvent) => Promise<PostResult>;

/** Posts, but only so many at a time to one URL. */
function boundedPost(): Post {
  const inFlight = new Map<string, number>();
  const silent = new Set<string>();
  return async (endpoint, event) => {
    const { key } = endpoint;
    const before = inFlight.get(key) ?? 0;
    if (silent.has(key) && before >= MAX_POSTS_PER_SILENT_URL) return notPosted(URL_SILENT);
    if (before >= MAX_POSTS_PER_URL) return notPosted(URL_BUSY);
    inFlight.set(key, before + 1);
    try {
      const result = await postEvent(endpoint, event);
      if (result.ok || result.said.startsWith('HTTP_')) silent.delete(key);
      else silent.add(key);
      return result;
    } finally {
      const left = (inFlight.get(key) ?? 1) - 1;
      if (left > 0) inFlight.set(key, left);
      else inFlight.delete(key);
    }
  };
}

/** Posts the events to each URL in their order, until that URL does not take one. No URL waits for another. */
async function postAll(
  post: Post,
  urls: readonly OutcomeEndpoint[],
  events: readonly Undelivered[],
): Promise<{ readonly left: readonly Undelivered[]; readonly failure: DeliveryFailure | null }> {
  const posted = await Promise.all(urls.map((each) => postInOrder(post, each, events)));
  const takenBy = ({ event: { id }, delivered }: Undelivered): string[] => [
    ...delivered,
    ...posted.flatMap(({ key, taken }) => (taken.includes(id) && !delivered.includes(key) ? [key] : [])),
  ];
  const left = events
    .map((each): Undelivered => ({ event: each.event, delivered: takenBy(each) }))
    .filter(({ event, delivered }) => urls.some((url) => url.wants(event.type) && !delivered.includes(url.key)));
  // An answer says more than that nothing was posted, and any URL but one that is gone may still take it.
  const failures = posted.flatMap(({ failure }) => failure ?? []).sort((one, other) => weightOf(one) - weightOf(other));
  return { left, failure: failures[0] ?? null };
}

function weightOf({ said, isGone }: DeliveryFailure): number {
  if (isGone) return 2;
  return said === URL_BUSY || said === URL_SILENT ? 1 : 0;
}

interface Posted {
  readonly key: string;
  readonly taken: readonly string[];
  readonly failure: DeliveryFailure | null;
}

async function postInOrder(post: Post, endpoint: OutcomeEndpoint, events: readonly Undelivered[]): Promise<Posted> {
  const { key, url, wants } = endpoint;
  const { cancellationSignal } = Context.current();
  const begunAt = performance.now();
  const taken: string[] = [];
  for (const { event, delivered } of events) {
    if (!wants(event.type) || delivered.includes(key)) continue;
    // What is left is posted by the next attempt.
    if (cancellationSignal.aborted || performance.now() - begunAt > POSTED_WITHIN) break;
    const result = await post(endpoint, event);
    if (!result.ok) return { key, taken, failure: { said: result.said, host: url.host, isGone: result.isGone } };
    taken.push(event.id);
  }
  return { key, taken, failure: null };
}

function nothingPosted(said: string): DeliveryFailure {
  return { said, host: null, isGone: false };
}

function notPosted(said: string): PostResult {
  return { ok: false, said, isGone: false };
}

function notItsWorkflow(): ApplicationFailure {
  return ApplicationFailure.nonRetryable('only the workflow that tells may call this', 'LOCAL_NOT_ITS_WORKFLOW');
}

function unknownMerchant(mchid: string): ApplicationFailure {
  const message = `merchant ${mchid} is not in this worker's merchants file`;
  return ApplicationFailure.retryable(message, 'LOCAL_UNKNOWN_MERCHANT');
}
