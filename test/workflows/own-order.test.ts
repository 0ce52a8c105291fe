import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { OrderInput } from '../../client/index.js';
import { HOUR, MINUTE, SECOND } from '../../domain/time.js';
import { DEFAULT_TASK_QUEUE, reasonAttribute, TIMEOUT_THEN_CLOSE_WORKFLOW } from '../../workflows/messages/orders.js';
import { AMOUNT, callsOf, newWorld } from '../support/world.js';
import { attemptsOf, CLOSED_CALLS, DEADLINE, expectClosed } from './order-rows/moves.js';

describe('a workflow whose id is not that of its order', () => {
  it.each([false, true])('is refused and sends nothing, with trustCreatedAt: %s', async (trustCreatedAt) => {
    const world = await newWorld();
    const { handle, outTradeNo, mchid } = await world.checkout();
    const createdAt = new Date((await world.now()) - HOUR).toISOString();
    const evil: OrderInput = {
      ...{ api: 'v3-global', mchid, outTradeNo, amount: AMOUNT, payWithin: '10m' },
      ...{ createdAt, trustCreatedAt },
    };
    const options = { workflowId: 'evil', taskQueue: DEFAULT_TASK_QUEUE, args: [evil] };
    const started = await world.client.workflow.start(TIMEOUT_THEN_CLOSE_WORKFLOW, options);
    const error: unknown = await started.result().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    const { cause } = error as WorkflowFailedError;
    expect(cause).toBeInstanceOf(ApplicationFailure);
    expect(cause).toMatchObject({ type: 'INVALID_ORDER', message: expect.stringContaining(handle.workflowId) });
    expect(callsOf(world, outTradeNo)).toEqual([]);
    // The order's own workflow goes on.
    await world.pass(DEADLINE + 3 * SECOND);
    await expectClosed(world, outTradeNo, handle);
    expect(callsOf(world, outTradeNo)).toEqual(CLOSED_CALLS);
  });
});

describe('a close that is asked for by the workflow of another order', () => {
  it('is not sent, WeChat Pay is not asked, and it is not tried again', async () => {
    const OTHER = 'NOT-ITS-ORDER';
    const world = await newWorld({
      activities: ({ closeOrder }) => ({
        closeOrder: ({ order, ...input }) =>
          closeOrder({ ...input, order: { api: order.api, mchid: order.mchid, outTradeNo: OTHER } }),
      }),
    });
    await world.sandbox.place({ mchid: world.sandbox.mchid, outTradeNo: OTHER, amount: AMOUNT });
    const { handle, outTradeNo } = await world.checkout();
    await world.pass(DEADLINE + 10 * MINUTE);
    expect(await handle.state()).toMatchObject({ phase: 'needsAttention', last: { said: 'LOCAL_NOT_ITS_WORKFLOW' } });
    expect(await attemptsOf(world, handle)).toEqual([1]);
    expect([...callsOf(world, OTHER), ...callsOf(world, outTradeNo)]).toEqual([]);
  });
});

describe('an order of a merchant that no worker knows', () => {
  it('is tried for five minutes, and then a person is asked', async () => {
    const world = await newWorld();
    const order = { api: 'v3-global', mchid: '1999999999', outTradeNo: 'UNKNOWN-MERCHANT', amount: AMOUNT } as const;
    const { handle } = await world.orders.start({ ...order, payWithin: '15m' });
    await world.pass(DEADLINE + 4 * MINUTE);
    expect(await handle.state()).toMatchObject({ phase: 'closing' });
    await world.pass(MINUTE + 30 * SECOND);
    const last = { said: 'LOCAL_UNKNOWN_MERCHANT' };
    expect(await handle.state()).toMatchObject({ phase: 'needsAttention', last, outcome: null });
    const { typedSearchAttributes } = await world.client.workflow.getHandle(handle.workflowId).describe();
    expect(typedSearchAttributes.get(reasonAttribute)).toBe('fatal-answer');
    expect(callsOf(world, order.outTradeNo)).toEqual([]);
  });
});
