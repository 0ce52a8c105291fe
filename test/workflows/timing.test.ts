import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../domain/time.js';
import { reasonAttribute } from '../../workflows/messages/orders.js';
import { callsOf, FLOOR, newWorld } from '../support/world.js';
import { callTimes, CLOSED_CALLS, DEADLINE, expectClosed } from './order-rows/moves.js';

describe('the timing of an order', () => {
  it('shortens the pauses that it names', async () => {
    const world = await newWorld();
    const timing = { pauses: { notFound: { first: '2s', max: '2s' } } } as const;
    const { handle, outTradeNo } = await world.checkout({ timing });
    world.sandbox.misbehave(outTradeNo, { what: 'notFound', on: 'query', times: 3 });
    await world.pass(DEADLINE + 10 * SECOND);
    await expectClosed(world, outTradeNo, handle);
    const notFound = 'query ORDER_NOT_EXIST';
    expect(callsOf(world, outTradeNo)).toEqual([notFound, notFound, notFound, 'close 204', 'query CLOSED']);
  });

  it('does not shorten the five minutes before a close, whatever it shortens', async () => {
    const world = await newWorld();
    const short = { first: '1s', max: '1s' } as const;
    const pauses = { unclear: short, tooOften: short, refused: short, inProgress: short, unclearWrite: short };
    const timing = { checkInterval: '1s', paymentLife: '5m', patience: '1m', payingTooLong: '1m', pauses } as const;
    const start = await world.now();
    const { handle, outTradeNo } = await world.checkout({ payWithin: '1m', timing });
    await handle.closeNow();
    await world.pass(FLOOR + 3 * SECOND);
    await expectClosed(world, outTradeNo, handle);
    expect(callTimes(world, outTradeNo, start)[0]).toBeGreaterThan(FLOOR - SECOND);
    expect(callsOf(world, outTradeNo)).toEqual(CLOSED_CALLS);
  });
});

describe('the patience of an order', () => {
  it('ends with a person who is asked; WeChat Pay is still asked hourly, and a retry begins it anew', async () => {
    const world = await newWorld();
    const pauses = { unclear: { first: '10m', max: '10m' } } as const;
    const { handle, outTradeNo } = await world.checkout({ timing: { patience: '1h', pauses } });
    world.sandbox.misbehave(outTradeNo, { what: 'unsigned', on: 'query', times: 11 });
    await world.pass(DEADLINE + 55 * MINUTE);
    expect(await handle.state()).toMatchObject({ visible: 'unsettled' });
    await world.pass(10 * MINUTE);
    expect(await handle.state()).toMatchObject({ visible: 'needs-attention' });
    const { typedSearchAttributes } = await world.client.workflow.getHandle(handle.workflowId).describe();
    expect(typedSearchAttributes.get(reasonAttribute)).toBe('patience-over');
    const before = callsOf(world, outTradeNo).length;
    await world.pass(2 * HOUR);
    expect(callsOf(world, outTradeNo)).toHaveLength(before + 2);
    await handle.retry();
    await world.pass(15 * SECOND);
    expect(await handle.state()).toMatchObject({ visible: 'unsettled' });
    await world.pass(HOUR);
    await expectClosed(world, outTradeNo, handle);
  });
});

describe('an order whose operators read Chinese', () => {
  it('is described in Chinese, and closed like any', async () => {
    const world = await newWorld();
    const { handle, outTradeNo } = await world.checkout({ locale: 'zh' });
    const workflow = world.client.workflow.getHandle(handle.workflowId);
    const told = async (): Promise<string> => {
      const { currentDetails } = await workflow.query<{ currentDetails: string }>('__temporal_workflow_metadata');
      return currentDetails;
    };
    expect(await told()).toContain('等待付款');
    await world.pass(DEADLINE + 3 * SECOND);
    await expectClosed(world, outTradeNo, handle);
    expect(await told()).toMatch(/关单|关闭/);
    expect(await told()).not.toMatch(/the order|closed by/i);
  });
});
