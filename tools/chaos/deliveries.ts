import type { Client } from '@temporalio/client';
import type { StormClock } from './context.js';
import { DELIVER_OUTCOMES_WORKFLOW, retryDelivery } from '../../workflows/messages/outcome.js';

const DELIVERIES = `ExecutionStatus = 'Running' AND WorkflowType = '${DELIVER_OUTCOMES_WORKFLOW}'`;

/** How long one `retry` may take. A worker that was killed answers nothing. */
const RETRIED_WITHIN_MS = 3_000;

const POLL_MS = 500;
const ROUNDS_PER_RETRY = 20;

/**
 * Posts at once what waits for its next try, as an operator does when the checkout is there again.
 *
 * @returns how many deliveries took the request: one that is posting refuses it
 */
async function retryDeliveries({ workflow }: Client): Promise<number> {
  const ids: string[] = [];
  for await (const { workflowId } of workflow.list({ query: DELIVERIES })) ids.push(workflowId);
  const retried = await workflow.connection.withDeadline(Date.now() + RETRIED_WITHIN_MS, () =>
    Promise.allSettled(ids.map((id) => workflow.getHandle(id).executeUpdate(retryDelivery))),
  );
  return retried.filter(({ status }) => status === 'fulfilled').length;
}

/**
 * Waits until every workflow has ended, or the clock. Nobody waits for the workflow of a late payment or of a delivery, so the
 * workflows are counted. The checkout must be there: what waits for its next try is tried at once, every few seconds.
 */
export async function untilNothingRuns(
  client: Client,
  clock: StormClock,
  onProgress: (line: string) => void,
): Promise<void> {
  const countRunning = async (): Promise<number> =>
    (await client.workflow.count("ExecutionStatus = 'Running'").catch(() => ({ count: 1 }))).count;
  for (let rounds = 0; ; rounds += 1) {
    const running = await countRunning();
    if (clock.isOver || running === 0) return;
    if (rounds % ROUNDS_PER_RETRY === 0) {
      const retried = await retryDeliveries(client).catch(() => 0);
      onProgress(`all is played; ${running} workflows run, and ${retried} deliveries are retried`);
    }
    await clock.rest(POLL_MS);
  }
}
