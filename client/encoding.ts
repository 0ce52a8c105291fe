import type { Client } from '@temporalio/client';
import { MINUTE, SECOND, type Instant, type Milliseconds } from '../domain/time.js';
import { encodingOf, readableBy, type Readable } from '../workflows/messages/encoding.js';
import { OtherEncodingError } from './errors.js';

/**
 * Awaited right before a workflow is started on a task queue.
 *
 * @throws OtherEncodingError if the workers there encode otherwise than this client: nothing was started
 */
export type BeforeStart = (taskQueue: string) => Promise<void>;

/** What is about to be started. */
interface Start {
  readonly taskQueue: string;
  readonly workflowId: string;
  /** Of the call that starts it. */
  readonly deadline: Instant;
}

/** How long Temporal may take to list the workers; at most half of what is left of the call. Without a list, a start goes on. */
const LISTED_WITHIN: Milliseconds = SECOND;

/**
 * How long an answer counts. One that fits is not asked for again. A refused order can be started as soon as the right worker
 * polls, and a rush of them makes one request a second.
 */
const COUNTS_FOR: Readonly<Record<Readable['is'], Milliseconds>> = { same: Infinity, unknown: MINUTE, other: SECOND };

interface Asked {
  readonly answer: Promise<Readable>;
  /** Until when it is asked for. */
  readonly deadline: Instant;
  /** Until when the answer counts; `undefined` while there is none. */
  countsUntil?: Instant;
}

/** What was asked, by client and task queue. */
const ASKED = new WeakMap<Client, Map<string, Asked>>();

/**
 * Refuses a start whose workflow no worker could read, or whose outcome the client could not read: its data converter has a
 * payload codec and theirs has none, or the other way round, or they have different ones (see {@link readableBy}). Costs one
 * small request for each client and task queue.
 *
 * If it cannot be learned, the start goes on: no worker polls yet, or one of another version, or the server does not list
 * them, forbids it, or takes too long.
 *
 * @throws OtherEncodingError
 */
export async function refuseOtherEncoding(client: Client, { taskQueue, workflowId, deadline }: Start): Promise<void> {
  const readable = await readableOn(client, taskQueue, deadline);
  if (readable.is === 'other') throw new OtherEncodingError(workflowId, taskQueue, readable);
}

async function readableOn(client: Client, taskQueue: string, deadline: Instant): Promise<Readable> {
  const queues = ASKED.get(client) ?? new Map<string, Asked>();
  ASKED.set(client, queues);
  const now = Date.now();
  const listedBy = now + Math.min(LISTED_WITHIN, (deadline - now) / 2);
  const before = queues.get(taskQueue);
  if (before !== undefined && isOfUse(before, now, listedBy)) return before.answer;
  const asked: Asked = { answer: ask(client, taskQueue, listedBy), deadline: listedBy };
  queues.set(taskQueue, asked);
  const answer = await asked.answer;
  asked.countsUntil = Date.now() + COUNTS_FOR[answer.is];
  return answer;
}

/** A start waits for what another one asks, unless that may take longer than its own call allows. */
function isOfUse({ countsUntil, deadline }: Asked, now: Instant, listedBy: Instant): boolean {
  return countsUntil === undefined ? deadline <= listedBy : now < countsUntil;
}

/** `TASK_QUEUE_TYPE_WORKFLOW`, which the client's package does not export. */
const OF_WORKFLOWS = 1 as never;

async function ask(client: Client, taskQueue: string, listedBy: Instant): Promise<Readable> {
  const { namespace } = client.options;
  try {
    const request = { namespace, taskQueue: { name: taskQueue }, taskQueueType: OF_WORKFLOWS };
    const { pollers } = await client.withDeadline(listedBy, () => client.workflowService.describeTaskQueue(request));
    const identities = pollers.filter(isStillThere).map(({ identity }) => identity ?? '');
    return readableBy(identities, await ourEncoding(client, listedBy));
  } catch {
    return { is: 'unknown' };
  }
}

/** Temporal lists a worker for minutes after it was stopped. One that runs polls again within a minute. */
const GONE_AFTER: Milliseconds = 75 * SECOND;

function isStillThere({
  lastAccessTime,
}: {
  readonly lastAccessTime?: { readonly seconds?: unknown } | null;
}): boolean {
  const seconds = Number(lastAccessTime?.seconds ?? Infinity);
  return Date.now() - seconds * 1000 < GONE_AFTER;
}

/** @returns `undefined` also if the converter takes too long, as one that asks elsewhere for its key */
async function ourEncoding({ options }: Client, until: Instant): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, until - Date.now(), undefined);
  });
  const encoding = encodingOf(options.loadedDataConverter, options.namespace);
  return Promise.race([encoding, tooLate]).finally(() => clearTimeout(timer));
}
