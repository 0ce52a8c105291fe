import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../domain/time.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';
import { ALL_ZERO, auditOf } from '../support/world.js';

let world: RealWorld;
beforeAll(async () => {
  world = await newRealWorld();
  await world.startWorker();
});
afterAll(() => world.end());

/** As the button does it: everything after the first task is forgotten. */
async function reset(workflowId: string): Promise<void> {
  const { runId } = await world.client.workflow.getHandle(workflowId).describe();
  const { events } = await world.client.workflow.getHandle(workflowId).fetchHistory();
  const firstTask = events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId ?? null;
  await world.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId },
    workflowTaskFinishEventId: firstTask,
    requestId: runId,
    reason: 'to see what happens',
  });
}

describe('an operator who presses', () => {
  it('Terminate loses nothing: the order is adopted, and closed in time', async () => {
    const { handle, input, outTradeNo } = await world.checkout(3 * SECOND);
    await handle.state();
    await world.client.workflow.getHandle(handle.workflowId).terminate('by mistake');
    await expect(handle.outcome()).rejects.toMatchObject({ code: 'no-outcome', status: 'terminated' });

    const adopted = await world.orders.adopt(input);
    expect(await adopted.handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
    expect(auditOf(world, outTradeNo, 'closed')).toEqual(ALL_ZERO);
  });

  it('Reset after the close has the order ask once more, and end the same', async () => {
    const { handle, outTradeNo } = await world.checkout(0);
    expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
    await reset(handle.workflowId);
    expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
    expect(world.sandbox.ledger.entries(outTradeNo).filter(({ call }) => call === 'close')).toHaveLength(1);
    expect(auditOf(world, outTradeNo, 'closed')).toEqual(ALL_ZERO);
  });

  it('Reset in the wait lets everybody wait on who waits for the outcome', async () => {
    const { handle } = await world.checkout(4 * SECOND);
    await handle.state();
    const awaited = handle.outcome();
    await reset(handle.workflowId);
    expect(await awaited).toEqual({ ended: 'closed', closeSent: 'yes' });
  });

  it('Request Cancellation twice is heard once, and the order may be taken up again', async () => {
    const { handle, input } = await world.checkout(MINUTE);
    await handle.state();
    const workflow = world.client.workflow.getHandle(handle.workflowId);
    await Promise.all([workflow.cancel(), workflow.cancel()]);
    expect(await handle.outcome()).toEqual({ ended: 'released' });
    const adopted = await world.orders.adopt(input);
    expect(await adopted.handle.state()).toMatchObject({ phase: 'awaitingPayment' });
  });
});
