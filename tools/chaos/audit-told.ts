import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../../domain/validation.js';
import { claimKey } from '../../testing/sandbox/ledger.js';
import type { OrderKey } from '../../testing/sandbox/orders.js';
import type { ServiceOrderKey } from '../../testing/sandbox/service-orders.js';
import { type Outcome, outcomeOf, runsOf, whyOrderIsWrong, whyServiceOrderIsWrong } from './audit-ends.js';
import type { Evidence, OrderEvidence, Post, ServiceOrderEvidence, WorkflowRun } from './evidence.js';

/** What an event says, as the checkout reads it. The product's own types are not used, since the audit must not trust them. */
interface Told {
  readonly id: string;
  readonly workflowId: string;
  readonly type: string;
  /** The instant of the event, in milliseconds since 1970. */
  readonly sequence: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What these rules read. */
type Telling = Pick<Evidence, 'runs' | 'posts'>;

/** The workflows that tell, and how the types of their events begin. */
const TELLERS: Readonly<Record<string, string>> = {
  timeoutThenClose: 'order',
  cancelPayscore: 'service-order',
  latePayment: 'late-payment',
};

/** Everything about one workflow that tells. */
interface Story {
  readonly workflowId: string;
  /** How the types of its events begin. */
  readonly kind: string;
  readonly runs: readonly WorkflowRun[];
  /** The events that the checkout took, each once, as they first came. */
  readonly events: readonly Told[];
  /** The event that the checkout keeps: that with the greatest number. */
  readonly newest: Told | undefined;
}

function storiesOf(evidence: Telling): Story[] {
  const taken = takenEvents(evidence.posts);
  const ids = new Set(evidence.runs.filter(({ type }) => type in TELLERS).map(({ workflowId }) => workflowId));
  return [...ids].map((workflowId) => {
    const runs = runsOf(evidence, workflowId);
    const events = taken.filter((each) => each.workflowId === workflowId);
    const newest = [...events].sort((one, other) => other.sequence - one.sequence)[0];
    return { workflowId, kind: TELLERS[runs[0]?.type ?? ''] ?? '', runs, events, newest };
  });
}

/** By the header `webhook-id`, as a checkout stores them. */
export function takenEvents(posts: readonly Post[]): Told[] {
  const byId = new Map<string, Told>();
  for (const { id, body, isTaken } of posts) {
    if (isTaken && !byId.has(id)) byId.set(id, { ...(JSON.parse(body) as Told), id });
  }
  return [...byId.values()];
}

/** Ends and needs of a person that the checkout was not told; and events that a run began to tell, and that never came. */
export function notTold(evidence: Telling): string[] {
  return storiesOf(evidence).flatMap((story) => {
    const begun = story.runs.flatMap(({ tells }) => tells);
    const lost = begun.filter(
      ({ type, sequence }) => !story.events.some((each) => each.type === type && each.sequence === sequence),
    );
    const types = [...lost.map(({ type }) => type), ...missingEnd(story)];
    return [...new Set(types)].map((type) => `${story.workflowId}: ${type} never came`);
  });
}

/** A late payment that was found to be none, or that was refunded before anybody was asked, is not told. */
function missingEnd({ kind, runs, events, newest }: Story): string[] {
  const last = runs.at(-1);
  if (last === undefined) return [];
  const outcome = outcomeOf(last);
  if (outcome === undefined) {
    const { status, reason } = last;
    const isUnknown = status === 'running' && reason !== null && newest?.data['reason'] !== reason;
    return isUnknown ? [`that it needs a person (${reason})`] : [];
  }
  const type = endType(kind, outcome.ended);
  if (kind !== 'late-payment') return events.some((each) => each.type === type) ? [] : [type];
  const isTold = newest === undefined ? outcome.ended !== 'recorded' : newest.type === type;
  return isTold ? [] : [type];
}

function endType(kind: string, ended: string): string {
  return `${kind}.${kind === 'late-payment' ? 'settled' : ended}`;
}

/** Posts that do not verify, ids with two bodies, and events that the workflow’s result or the sandbox contradicts. */
export function toldWrong(evidence: Evidence): string[] {
  const stories = storiesOf(evidence);
  const known = new Set(stories.map(({ workflowId }) => workflowId));
  const unknown = takenEvents(evidence.posts).filter(({ workflowId }) => !known.has(workflowId));
  return [
    ...postsToRefuse(evidence.posts),
    ...unknown.map(({ id, workflowId }) => `${id}: there is no workflow ${workflowId}`),
    ...stories.flatMap((story) => whyWrong(evidence, story).map((why) => `${story.workflowId}: ${why}`)),
  ];
}

/** Posts that a checkout cannot believe, and ids that came with two bodies. */
export function postsToRefuse(posts: readonly Post[]): string[] {
  const first = new Map<string, string>();
  for (const { id, body } of posts) if (!first.has(id)) first.set(id, body);
  const changed = new Set(posts.filter(({ id, body }) => first.get(id) !== body).map(({ id }) => id));
  return [
    ...posts.flatMap(({ id, fault }) => (fault === null ? [] : [`${id}: ${fault}`])),
    ...[...changed].map((id) => `${id}: came with two bodies`),
  ];
}

function whyWrong(evidence: Evidence, story: Story): string[] {
  const { workflowId, events } = story;
  const isOf = (each: OrderEvidence | ServiceOrderEvidence): boolean =>
    workflowId === each.workflowId || workflowId === `late/${each.workflowId}`;
  const subject = evidence.orders.find(isOf) ?? evidence.serviceOrders.find(isOf);
  if (subject === undefined) return ['nobody placed it'];
  const against = story.kind === 'late-payment' ? whyLateIsWrong : whyEndIsWrong;
  return [
    ...whyNewestIsWrong(story),
    ...events.flatMap(({ type, data: { order } }) =>
      orderKeyOf(order) === subject.key ? [] : [`${type} is about ${JSON.stringify(order)}`],
    ),
    ...against(evidence, subject, events),
  ];
}

/** What the checkout keeps must be what the workflow returned. If its end never came, another line reports it. */
function whyNewestIsWrong({ kind, runs, events, newest }: Story): string[] {
  const outcome = runs.map(outcomeOf).at(-1);
  if (outcome === undefined || newest === undefined) return [];
  const type = endType(kind, outcome.ended);
  if (newest.type !== type) {
    return events.some((each) => each.type === type)
      ? [`ended ${outcome.ended}, and the newest is ${newest.type}`]
      : [];
  }
  // A late payment also returns the numbers of its payments, which its event has with the payments.
  const { transactionIds: _, ...returned } = outcome;
  if (isDeepStrictEqual(newest.data['outcome'], returned)) return [];
  return [`told ${JSON.stringify(newest.data['outcome'])}, and returned ${JSON.stringify(returned)}`];
}

function orderKeyOf(order: unknown): string {
  return isRecord(order) ? claimKey(order as unknown as OrderKey | ServiceOrderKey) : '';
}

/** An order ends once, and as the sandbox has it. */
function whyEndIsWrong(_: Evidence, subject: OrderEvidence | ServiceOrderEvidence, events: readonly Told[]): string[] {
  const ends = events.filter(({ data }) => 'outcome' in data);
  const twice = ends.length > 1 ? [`told ${ends.length} ends: ${ends.map(({ type }) => type).join(', ')}`] : [];
  const wrong = ends.flatMap(({ type, sequence: at, data }) => {
    const outcome = data['outcome'] as Outcome;
    const why =
      'totalDue' in subject ? whyServiceOrderIsWrong(subject, outcome, at) : whyOrderIsWrong(subject, outcome, at);
    return why === undefined ? [] : [`told ${type}, but ${why}`];
  });
  return [...twice, ...wrong];
}

/** A late payment is of the sandbox, and comes after the end that the order has returned. */
function whyLateIsWrong(
  evidence: Evidence,
  subject: OrderEvidence | ServiceOrderEvidence,
  events: readonly Told[],
): string[] {
  const returned = runsOf(evidence, subject.workflowId).map(outcomeOf).at(-1);
  const known = 'payments' in subject ? subject.payments.map(({ transactionId }) => transactionId) : [];
  return events.flatMap(({ type, data: { ended, payments } }) => {
    const told = (Array.isArray(payments) ? payments : []) as readonly { readonly transactionId: string | null }[];
    const strange = told.filter(({ transactionId }) => transactionId !== null && !known.includes(transactionId));
    return [
      ...(isDeepStrictEqual(ended, returned) ? [] : [`told ${type} after ${JSON.stringify(ended)}`]),
      ...(told.length > 0 ? [] : [`told ${type} without a payment`]),
      ...strange.map(({ transactionId }) => `told ${type} of ${transactionId}, which the sandbox does not have`),
    ];
  });
}

/** Numbers that do not grow in the order in which a workflow told its events, or in which the checkout first took them. */
export function sequenceOff(evidence: Telling): string[] {
  return storiesOf(evidence).flatMap(({ workflowId, runs, events }) => {
    const told = runs.flatMap(({ tells }) => tells);
    return [
      ...fallsIn(told).map((fall) => `${workflowId}: told ${fall}`),
      ...fallsIn(events).map((fall) => `${workflowId}: came ${fall}`),
    ];
  });
}

function fallsIn(events: readonly { readonly type: string; readonly sequence: number }[]): string[] {
  return events.flatMap(({ type, sequence }, index) => {
    const before = events[index - 1];
    if (before === undefined || before.sequence < sequence) return [];
    return [`${type} (${sequence}) after ${before.type} (${before.sequence})`];
  });
}
