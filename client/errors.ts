import { describeFaults, type Fault } from '../domain/check.js';
import type { Outcome } from '../domain/order-state.js';

/** The input has faults; nothing was started or sent. All of them are listed. */
export class InvalidOrderError extends Error {
  override readonly name = 'InvalidOrderError';
  readonly code = 'invalid-order';

  constructor(readonly faults: readonly Fault[]) {
    super(`The order was not taken: ${describeFaults(faults)}.`);
  }
}

/**
 * The order has ended, so it takes no message any more. A payment notice that meets this error was **not** taken:
 * compare it with the outcome before you acknowledge it.
 */
export class AlreadyEndedError extends Error {
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
    super(`No workflow ${workflowId} is known. Start it with start(), and check the merchant and order numbers.`);
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
      `The workflow ${workflowId} ended without an outcome (${status}). Start the order again: it is taken up where WeChat Pay has it.`,
    );
  }
}

/** Any error that this client throws on purpose; tell them apart by their literal `code`. */
export type OrderClientError = InvalidOrderError | AlreadyEndedError | OrderNotFoundError | NoOutcomeError;

/** Whether an error is one that this client throws on purpose. */
export function isOrderClientError(error: unknown): error is OrderClientError {
  return (
    error instanceof InvalidOrderError ||
    error instanceof AlreadyEndedError ||
    error instanceof OrderNotFoundError ||
    error instanceof NoOutcomeError
  );
}
