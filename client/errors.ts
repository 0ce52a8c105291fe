import { describeFaults, type Fault } from '../domain/check.js';

const NOT_STARTED = 'Start it with start(), and check the merchant and order numbers.';
const NO_LATE_PAYMENT =
  'Either no payment came after the end of this order, or Temporal has forgotten it. Check the merchant and order numbers.';

const START_AGAIN = 'Start it again, an order of the past with adopt(): it is taken up where WeChat Pay has it.';
const LATE_AGAIN =
  'The next notification of a payment starts it again. Until then, look at the order on the merchant platform.';

/** Whether a workflow is that of a payment after the end of its order. */
function isLate(workflowId: string): boolean {
  return workflowId.startsWith('late/');
}

/** The input has faults; nothing was started or sent. All of them are listed. */
export class InvalidOrderError extends Error {
  override readonly name = 'InvalidOrderError';
  readonly code = 'invalid-order';

  constructor(readonly faults: readonly Fault[]) {
    super(`The order was not taken: ${describeFaults(faults)}.`);
  }
}

/**
 * The order has ended, so it takes no message any more. A payment notification that meets this error was **not** taken:
 * compare it with the outcome before you acknowledge it, or hand it to `NotificationDelivery`, which does.
 */
export class AlreadyEndedError<Outcome extends { readonly ended: string } = { readonly ended: string }> extends Error {
  override readonly name = 'AlreadyEndedError';
  readonly code = 'already-ended';

  constructor(
    readonly workflowId: string,
    readonly outcome: Outcome,
  ) {
    super(`The order ${workflowId} has ended (${outcome.ended}), so the message was not taken.`);
  }
}

/** No workflow owns this order: it was never started, or Temporal has forgotten it after the retention time. */
export class OrderNotFoundError extends Error {
  override readonly name = 'OrderNotFoundError';
  readonly code = 'order-not-found';

  constructor(readonly workflowId: string) {
    super(`No workflow ${workflowId} is known. ${isLate(workflowId) ? NO_LATE_PAYMENT : NOT_STARTED}`);
  }
}

/** The workflow ended without an outcome: terminated, timed out, or failed for its input. Start the order again. */
export class NoOutcomeError extends Error {
  override readonly name = 'NoOutcomeError';
  readonly code = 'no-outcome';

  constructor(
    readonly workflowId: string,
    readonly status: string,
  ) {
    super(
      `The workflow ${workflowId} ended without an outcome (${status}). ${isLate(workflowId) ? LATE_AGAIN : START_AGAIN}`,
    );
  }
}

const LOOK_FIRST = "The message may still be heard: look at the order's state before you send it again.";

/**
 * Temporal took the message, and no worker answered it in time, or what else came for the order kept it from answering.
 * The order is safe, and does what it has to do when a worker comes; the message itself may or may not be heard then.
 * Look at the order's state before you send it again.
 */
export class NoWorkerError extends Error {
  override readonly name = 'NoWorkerError';
  readonly code = 'no-worker';

  constructor(
    readonly workflowId: string,
    readonly waitedMs: number,
    why: 'silent' | 'interrupted' = 'silent',
  ) {
    super(
      why === 'interrupted'
        ? `The worker did not get to answer for the order ${workflowId}: something else came for it in that moment, as a notification does. ${LOOK_FIRST}`
        : `No worker answered for the order ${workflowId} within ${waitedMs / 1000} s. Does one run, on the right task queue and namespace, and is it not overloaded? ${LOOK_FIRST}`,
    );
  }
}

/**
 * The Temporal server did not answer in time, so it is not known whether it took the call. A start and a notification are made
 * again, and twice is the same as once; of another message, look at the order's state first.
 */
export class NoServerError extends Error {
  override readonly name = 'NoServerError';
  readonly code = 'no-server';

  constructor(
    readonly workflowId: string,
    readonly waitedMs: number,
  ) {
    super(
      `The Temporal server did not answer within ${waitedMs / 1000} s, so it is not known whether the order ${workflowId} was reached. Is the address right and the server up? Start the order again, or send the notification again: twice is the same as once. Of another message, look at the order's state first.`,
    );
  }
}

const CLASSES = [
  InvalidOrderError,
  AlreadyEndedError,
  OrderNotFoundError,
  NoOutcomeError,
  NoWorkerError,
  NoServerError,
] as const;

/** Any error that this client throws on purpose; tell them apart by their literal `code`. */
export type OrderClientError = InstanceType<(typeof CLASSES)[number]>;

/** Whether an error is one that this client throws on purpose. */
export function isOrderClientError(error: unknown): error is OrderClientError {
  return CLASSES.some((each) => error instanceof each);
}
