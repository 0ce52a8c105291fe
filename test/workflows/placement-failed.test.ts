import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../domain/time.js';
import { deadlineAttribute } from '../../workflows/messages/orders.js';
import { ALL_ZERO, AMOUNT, auditOf, callsOf, FLOOR, newWorld } from '../support/world.js';
import { callTimes, CLOSED_CALLS, closesOf, DEADLINE, expectClosed, pay } from './order-rows/moves.js';
import { notPlaced, REFUSED } from './order-rows/placement.js';

const NOT_FOUND = 'query ORDER_NOT_EXIST';

describe('an order whose placement failed', () => {
  it('ends as never existed at its floor, after two answers that are five minutes apart and one close', async () => {
    const world = await newWorld();
    const start = await world.now();
    const { handle, outTradeNo } = await notPlaced(world);
    await handle.placementFailed(REFUSED);
    await world.pass(FLOOR + 3 * SECOND);
    expect(await handle.outcome()).toEqual({ ended: 'never-existed' });
    const [first, second] = callTimes(world, outTradeNo, start);
    expect(first).toBeLessThan(MINUTE);
    expect(second).toBeGreaterThan(FLOOR - SECOND);
    expect(callsOf(world, outTradeNo)).toEqual([NOT_FOUND, NOT_FOUND, NOT_FOUND, 'close ORDER_NOT_EXIST', NOT_FOUND]);
    expect(auditOf(world, outTradeNo, 'never-existed')).toEqual(ALL_ZERO);
  });

  it('still has two answers five minutes apart if the checkout reports it only minutes later', async () => {
    const world = await newWorld();
    const { handle, outTradeNo } = await notPlaced(world);
    await world.pass(4 * MINUTE);
    await handle.placementFailed(REFUSED);
    await world.pass(4 * MINUTE + 50 * SECOND);
    expect(callsOf(world, outTradeNo)).toEqual([NOT_FOUND]);
    await world.pass(20 * SECOND);
    expect(await handle.outcome()).toEqual({ ended: 'never-existed' });
    expect(closesOf(world, outTradeNo)).toEqual(['close ORDER_NOT_EXIST']);
  });

  it('is not overdue: a list shows its deadline, and no person is asked', async () => {
    const world = await newWorld();
    const { handle } = await notPlaced(world, { timing: { patience: '1h' } });
    world.sandbox.misbehaveOnAny({ what: 'html', on: 'query', times: 'always' });
    const start = await world.now();
    await handle.placementFailed(REFUSED);
    await world.pass(10 * MINUTE);
    const { typedSearchAttributes } = await world.client.workflow.getHandle(handle.workflowId).describe();
    const shown = typedSearchAttributes.get(deadlineAttribute)?.getTime() ?? 0;
    expect(Math.abs(shown - start - DEADLINE)).toBeLessThan(10 * SECOND);
    await world.pass(2 * HOUR);
    expect(await handle.state()).toMatchObject({ visible: 'unsettled' });
  });
});

describe('the report that a placement failed', () => {
  it('is taken back by a query that shows the order at once, and by one that shows it before the close', async () => {
    const world = await newWorld();
    const { handle, outTradeNo } = await world.checkout();
    // Two queries and none after them: the guard of the close is the first to show the order.
    world.sandbox.misbehave(outTradeNo, { what: 'notFound', on: 'query', times: 2 });
    await handle.placementFailed(REFUSED);
    await world.pass(DEADLINE - 10 * SECOND);
    expect(await handle.state()).toMatchObject({ phase: 'awaitingPayment', tradeState: 'NOTPAY' });
    expect(callsOf(world, outTradeNo)).toEqual([NOT_FOUND, NOT_FOUND, 'query NOTPAY']);
    await world.pass(20 * SECOND);
    await expectClosed(world, outTradeNo, handle);
    expect(callsOf(world, outTradeNo).slice(3)).toEqual(CLOSED_CALLS);
  });

  it('is refused once WeChat Pay has shown the order', async () => {
    const world = await newWorld();
    const { handle } = await world.checkout();
    await handle.checkNow();
    const rule: unknown = expect.stringContaining('WeChat Pay has shown the order');
    const faults: unknown = [expect.objectContaining({ field: 'request', rule })];
    await expect(handle.placementFailed(REFUSED)).rejects.toMatchObject({ code: 'invalid-order', faults });
  });

  it('is taken back by a new placement, which has its five minutes and its deadline', async () => {
    const world = await newWorld();
    const { handle, ...order } = await notPlaced(world);
    await handle.placementFailed(REFUSED);
    await world.pass(2 * MINUTE);
    await world.sandbox.place({ ...order, amount: AMOUNT });
    await handle.placedAgain();
    await world.pass(DEADLINE - 2 * MINUTE - 10 * SECOND);
    expect(closesOf(world, order.outTradeNo)).toEqual([]);
    await world.pass(20 * SECOND);
    await expectClosed(world, order.outTradeNo, handle);
  });

  it('is contradicted by a notification: the order ends as paid', async () => {
    const world = await newWorld();
    const { handle, ...order } = await notPlaced(world);
    await handle.placementFailed(REFUSED);
    await world.sandbox.place({ ...order, amount: AMOUNT });
    await handle.paymentNotification(await pay(world, order));
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'notification' });
    expect(closesOf(world, order.outTradeNo)).toEqual([]);
  });
});
