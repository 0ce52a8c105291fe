import { describeFaults, listedFaults, type Fault } from '../domain/validation.js';

const NOT_STARTED = 'Start it with start(), and check the merchant and order numbers.';
const NO_LATE_PAYMENT =
  'Either no payment came after the end of this order, or Temporal has forgotten it. Check the merchant and order numbers.';

const NO_DELIVERY =
  'Either the checkout took every event of the order at once, or nobody is told, or Temporal has forgotten the delivery.';

const START_AGAIN = 'Start it again, an older order with adopt(): its state is read from WeChat Pay.';
const LATE_AGAIN =
  'The next notification of a payment starts it again. Until then, look at the order on the merchant platform.';

const DELIVER_AGAIN = 'resend() of OutcomeFeed delivers the last event of the order again.';

/** The words for a workflow, by the beginning of its id: an order, unless it is listed here. */
const WORDS = {
  'late/': { notFound: NO_LATE_PAYMENT, again: LATE_AGAIN },
  'outcome/': { notFound: NO_DELIVERY, again: DELIVER_AGAIN },
} as const;

function wordsFor(workflowId: string): { readonly notFound: string; readonly again: string } {
  const kind = Object.entries(WORDS).find(([prefix]) => workflowId.startsWith(prefix));
  return kind?.[1] ?? { notFound: NOT_STARTED, again: START_AGAIN };
}

/** Stands for the id of a workflow where a call reads the outcomes of many. */
export const FEED = 'outcome-feed';

/** The same where a call lists many. */
export const LIST = 'order-list';

function subjectOf(workflowId: string): string {
  if (workflowId === FEED) return 'the feed of outcomes';
  return workflowId === LIST ? 'the list of orders' : `the order ${workflowId}`;
}

/** The input has faults; nothing was started or sent. All of them are listed, or the first twenty. */
export class InvalidOrderError extends Error {
  override readonly name = 'InvalidOrderError';
  readonly code = 'invalid-order';

  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(`The input was refused: ${describeFaults(faults)}.`);
    this.faults = listedFaults(faults);
  }
}

/**
 * The order has ended, so it accepts no message any more. A notification that gets this error was **not** accepted: compare
 * it with the outcome before you acknowledge it, or use `NotificationDelivery`, which does.
 */
export class AlreadyEndedError<Outcome extends { readonly ended: string } = { readonly ended: string }> extends Error {
  override readonly name = 'AlreadyEndedError';
  readonly code = 'already-ended';

  constructor(
    readonly workflowId: string,
    readonly outcome: Outcome,
    /** When it ended, RFC 3339. */
    readonly endedAt: string,
  ) {
    super(`The order ${workflowId} has ended (${outcome.ended}), so the message was not accepted.`);
  }
}

/** The order has no workflow: it was never started, or Temporal has forgotten it after the retention time. */
export class OrderNotFoundError extends Error {
  override readonly name = 'OrderNotFoundError';
  readonly code = 'order-not-found';

  constructor(readonly workflowId: string) {
    super(`No workflow ${workflowId} is known. ${wordsFor(workflowId).notFound}`);
  }
}

/** The workflow ended without an outcome: terminated, timed out, or failed for its input. Start the order again. */
export class NoOutcomeError extends Error {
  override readonly name = 'NoOutcomeError';
  readonly code = 'no-outcome';

  constructor(
    readonly workflowId: string,
    /** `terminated`, `timed out` or `failed`. */
    readonly status: string,
    cause?: Error,
  ) {
    const why = cause === undefined ? status : `${status}: ${cause.message}`;
    super(`The workflow ${workflowId} ended without an outcome (${why}). ${wordsFor(workflowId).again}`, { cause });
  }
}

/** Why no worker answered. */
type NoWorkerReason = 'silent' | 'crowded' | 'interrupted' | 'ending' | 'failing';

const LOOK_FIRST = "The message may still take effect: look at the order's state before you send it again.";

const NO_ANSWER: Readonly<Record<NoWorkerReason, (order: string, seconds: number) => string>> = {
  silent: (order, seconds) =>
    `No worker answered for the order ${order} within ${seconds} s. Does one run, on the right task queue and namespace, and is it not overloaded? ${LOOK_FIRST}`,
  crowded: (order, seconds) =>
    `No worker got to answer for the order ${order} within ${seconds} s: it has as many requests in flight as the Temporal server allows. ${LOOK_FIRST}`,
  interrupted: (order, seconds) =>
    `No worker got to answer for the order ${order} within ${seconds} s: another message, such as a notification, came for it each time, or the worker failed. ${LOOK_FIRST}`,
  ending: (order, seconds) =>
    `No worker got to answer for the order ${order} within ${seconds} s: it was ending, or continued in a new run. ${LOOK_FIRST}`,
  failing: (order, seconds) =>
    `No worker got to answer for the order ${order} within ${seconds} s: its workflow task fails again and again, so Temporal hands out no message. The log of the workers says why: a bad build, say. ${LOOK_FIRST}`,
};

/**
 * Temporal is there, and no worker answered in time: none runs, or it is overloaded, or its workflow task for this order fails
 * again and again, as with a bad build. (The client has tried again until the time of the call was over.) The order is safe,
 * and does what it has to do when a worker comes. Look at the order's state before you send the message again.
 */
export class NoWorkerError extends Error {
  override readonly name = 'NoWorkerError';
  readonly code = 'no-worker';

  constructor(
    readonly workflowId: string,
    readonly waitedMs: number,
    why: NoWorkerReason = 'silent',
  ) {
    super(NO_ANSWER[why](workflowId, Math.round(waitedMs / 100) / 10));
  }
}

/**
 * The Temporal server did not answer in time, or was too busy, so it is not known whether it has the call. A start and a
 * notification can be sent again: twice is the same as once. For any other message, look at the order's state first.
 */
export class NoServerError extends Error {
  override readonly name = 'NoServerError';
  readonly code = 'no-server';

  constructor(
    readonly workflowId: string,
    readonly waitedMs: number,
  ) {
    super(
      `The Temporal server did not answer within ${Math.round(waitedMs / 100) / 10} s, or was too busy, so it is not known whether ${subjectOf(workflowId)} was reached. Is the address right and the server up? Start the order again, send the notification again, or read the feed again from the same cursor: twice is the same as once. For any other message, look at the order's state first.`,
    );
  }
}

/**
 * The call failed for a reason that stays until somebody fixes it: the server refused it (credentials, namespace, search
 * attributes that are not registered), the client cannot encode or decode the data, or the workers do not know the message.
 * `cause` is the error as it came.
 */
export class CallFailedError extends Error {
  override readonly name = 'CallFailedError';
  readonly code = 'call-failed';

  constructor(
    readonly workflowId: string,
    reason: string,
    override readonly cause: unknown,
  ) {
    super(
      `The call for ${subjectOf(workflowId)} failed, and fails again until the cause is fixed: ${reason}. Check the credentials and the namespace, that setup was run in it, that this client has the data converter of the workers, and that they run a version that knows the call.`,
    );
  }
}

/**
 * The workers of the task queue have another data converter than this client, such as a payload codec that encrypts on one
 * side only: they could not read what it starts, or it could not read how that ends. Nothing was started.
 */
export class OtherEncodingError extends Error {
  override readonly name = 'OtherEncodingError';
  readonly code = 'other-encoding';

  constructor(
    readonly workflowId: string,
    readonly taskQueue: string,
    /** What this client and what each worker writes, such as `json/plain` and `binary/encrypted`. */
    readonly encodings: { readonly ours: string; readonly theirs: readonly string[] },
  ) {
    const { ours, theirs } = encodings;
    super(
      `Nothing was started for ${subjectOf(workflowId)}: this client writes ${ours}, and the workers on the task queue ${taskQueue} write ${theirs.join(', ')}. Give the client's dataConverter and that of startWorker the same payload codecs, and send the call again. A worker that was stopped counts for 75 s more.`,
    );
  }
}

/** Any error of this client; tell them apart by their literal `code`. */
export type OrderClientError =
  | InvalidOrderError
  | AlreadyEndedError
  | OrderNotFoundError
  | NoOutcomeError
  | NoWorkerError
  | NoServerError
  | CallFailedError
  | OtherEncodingError;

const CODES: Readonly<Record<OrderClientError['code'], true>> = {
  'invalid-order': true,
  'already-ended': true,
  'order-not-found': true,
  'no-outcome': true,
  'no-worker': true,
  'no-server': true,
  'call-failed': true,
  'other-encoding': true,
};

/** Whether an error is one of this client, also of another copy of it: a process may have it as ESM and as CommonJS. */
export function isOrderClientError(error: unknown): error is OrderClientError {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && Object.hasOwn(CODES, error.code)
  );
}
