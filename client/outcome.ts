import { WorkflowFailedError, WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { CancelledFailure, TerminatedFailure } from '@temporalio/common';
import type { Outcome } from '../domain/order-state.js';
import { NoOutcomeError, OrderNotFoundError } from './errors.js';

/**
 * Waits for the outcome of an order, however long that takes.
 *
 * @throws OrderNotFoundError, NoOutcomeError
 */
export async function outcomeOf(handle: WorkflowHandle): Promise<Outcome> {
  try {
    return (await handle.result()) as Outcome;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw new OrderNotFoundError(handle.workflowId);
    if (!(error instanceof WorkflowFailedError)) throw error;
    if (error.cause instanceof CancelledFailure) return { ended: 'released' };
    throw new NoOutcomeError(handle.workflowId, statusOf(error));
  }
}

function statusOf({ cause }: WorkflowFailedError): string {
  if (cause instanceof TerminatedFailure) return 'terminated';
  return cause?.message ?? 'failed';
}
