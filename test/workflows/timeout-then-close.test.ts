import { describe, expect, it, vi } from 'vitest';
import { MINUTE, SECOND } from '../../domain/time.js';
import { writesOf } from '../../testing/sandbox/ledger.js';
import { ALL_ZERO, auditOf, callsOf, FLOOR, newWorld } from '../support/world.js';
import { attemptsOf, callTimes, closesAtOf, DEADLINE, pay } from './order-rows/moves.js';

describe('an order', () => {
  it('that is not paid is closed at WeChat Pay at its deadline, and not before', async () => {
    const world = await newWorld();
    const start = await world.now();
    const { handle, outTradeNo } = await world.checkout();
    await world.pass(DEADLINE + SECOND);
    expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
    expect(callTimes(world, outTradeNo, start)[0]).toBeGreaterThan(DEADLINE - SECOND);
    expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close 204', 'query CLOSED']);
    expect(auditOf(world, outTradeNo, 'closed')).toEqual(ALL_ZERO);
  });

  it('whose deadline is sooner is closed five minutes after creation, and not before', async () => {
    const world = await newWorld();
    const start = await world.now();
    const { handle, outTradeNo } = await world.checkout({ payWithin: '1m' });
    await world.pass(FLOOR + 3 * SECOND);
    expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
    expect(callTimes(world, outTradeNo, start)[0]).toBeGreaterThan(FLOOR - SECOND);
    expect(auditOf(world, outTradeNo, 'closed')).toEqual(ALL_ZERO);
  });

  it('that is paid ends with its notification, and WeChat Pay is not asked', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    await world.pass(MINUTE);
    await handle.paymentNotification(await pay(world, order));
    expect(await handle.outcome()).toMatchObject({
      ended: 'paid',
      toldBy: 'notification',
      amount: { total: 888, currency: 'HKD' },
    });
    expect(callsOf(world, order.outTradeNo)).toEqual([]);
  });

  it('that is paid without a notification is found paid at its deadline', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    const { transactionId } = await pay(world, order);
    await world.pass(DEADLINE + SECOND);
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'query', transactionId });
    expect(callsOf(world, order.outTradeNo)).toEqual(['query SUCCESS']);
  });

  it('that is paid between query and close ends as paid', async () => {
    const world = await newWorld();
    const { handle, outTradeNo } = await world.checkout();
    world.sandbox.misbehave(outTradeNo, { what: 'payFirst', on: 'close' });
    await world.pass(DEADLINE + 10 * SECOND);
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'query' });
    expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close ORDERPAID', 'query SUCCESS']);
    expect(auditOf(world, outTradeNo, 'paid')).toEqual(ALL_ZERO);
  });

  it('is asked about again while WeChat Pay answers SYSTEM_ERROR, freshly signed each time', async () => {
    const world = await newWorld();
    const { handle, outTradeNo } = await world.checkout();
    world.sandbox.misbehave(outTradeNo, { what: 'systemError', on: 'query', times: 3 });
    await world.pass(DEADLINE + MINUTE);
    expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
    const answers = callsOf(world, outTradeNo);
    expect(answers.filter((answer) => answer === 'query SYSTEM_ERROR')).toHaveLength(3);
    const nonces = world.sandbox.ledger.entries(outTradeNo).map(({ nonce }) => nonce);
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it('is closed again while the close is answered SYSTEM_ERROR, each time after a query of its own', async () => {
    const world = await newWorld();
    const { handle, outTradeNo } = await world.checkout();
    world.sandbox.misbehave(outTradeNo, { what: 'systemError', on: 'close', times: 3 });
    await world.pass(DEADLINE + MINUTE);
    expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
    const refused = ['query NOTPAY', 'close SYSTEM_ERROR', 'query NOTPAY'];
    const calls = [...refused, ...refused, ...refused, 'query NOTPAY', 'close 204', 'query CLOSED'];
    expect(callsOf(world, outTradeNo)).toEqual(calls);
    expect(await attemptsOf(world, handle)).toEqual([4]);
    expect(auditOf(world, outTradeNo, 'closed')).toEqual(ALL_ZERO);
  });

  it('is closed as soon as SYSTEM_ERROR is over, however long that lasts, and says that a close was sent', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    world.sandbox.misbehave(order.outTradeNo, { what: 'systemError', on: 'close', times: 'always' });
    await world.pass(DEADLINE + 20 * MINUTE);
    const writes = writesOf(world.sandbox.ledger.entries(order.outTradeNo));
    expect(writes.length).toBeGreaterThan(15);
    for (const { queryAnswer, queryAgeMs } of writes) {
      expect(queryAnswer).toBe('NOTPAY');
      expect(queryAgeMs).toBeLessThanOrEqual(10 * SECOND);
    }
    world.sandbox.misbehaviours.clear();
    await world.sandbox.become(order, 'CLOSED');
    await world.pass(6 * MINUTE);
    expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
    expect(auditOf(world, order.outTradeNo, 'closed')).toEqual(ALL_ZERO);
  });

  it('ends as closed when the close took effect and its answer was lost', async () => {
    const world = await newWorld();
    const { handle, outTradeNo } = await world.checkout();
    world.sandbox.misbehave(outTradeNo, { what: 'loseAnswer', on: 'close' });
    await world.pass(DEADLINE + MINUTE);
    expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
    expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close 204', 'query CLOSED']);
    expect(auditOf(world, outTradeNo, 'closed')).toEqual(ALL_ZERO);
  });

  it.each(['query', 'close'] as const)('is not decided by a wrongly signed answer to a %s', async (on) => {
    const world = await newWorld();
    const { handle, outTradeNo } = await world.checkout();
    world.sandbox.misbehave(outTradeNo, { what: 'signWrongly', on, times: 2 });
    await world.pass(DEADLINE + MINUTE);
    expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
    expect(auditOf(world, outTradeNo, 'closed')).toEqual(ALL_ZERO);
  });

  it('that was closed elsewhere ends so', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    world.sandbox.orders.become(order, 'CLOSED');
    await world.pass(DEADLINE + SECOND);
    expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'no' });
  });

  it('is not closed while the shopper is entering a password', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    world.sandbox.orders.become(order, 'USERPAYING');
    await world.pass(DEADLINE + MINUTE);
    expect(await handle.state()).toMatchObject({ visible: 'user-is-paying' });
    await pay(world, order);
    await world.pass(MINUTE);
    expect(await handle.outcome()).toMatchObject({ ended: 'paid' });
    expect(callsOf(world, order.outTradeNo).filter((call) => call.startsWith('close'))).toEqual([]);
  });

  it('with another amount never counts as paid, and its workflow goes on', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout({ amount: { total: 887, currency: 'HKD' } });
    await handle.paymentNotification(await pay(world, order));
    await world.pass(DEADLINE + MINUTE);
    expect(await handle.state()).toMatchObject({ visible: 'needs-attention', paidClaimed: true });
    await world.pass(61 * MINUTE);
    expect(callsOf(world, order.outTradeNo)).toContain('query SUCCESS');
    expect(await handle.state()).toMatchObject({ visible: 'needs-attention' });
  });
});

describe('a notification', () => {
  it('that comes again changes nothing', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    const payment = await pay(world, order);
    await Promise.all([
      handle.paymentNotification(payment),
      handle.paymentNotification(payment).catch(() => undefined),
    ]);
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', transactionId: payment.transactionId });
  });

  it('after the end is refused, and the caller gets the outcome', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    await world.pass(DEADLINE + SECOND);
    expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
    const payment = { order, transactionId: 'T', amount: { total: 888, currency: 'HKD' }, paidAt: null };
    await expect(handle.paymentNotification(payment)).rejects.toMatchObject({
      code: 'already-ended',
      outcome: { ended: 'closed' },
      message: expect.stringContaining(order.outTradeNo),
    });
  });
});

describe('a notification that is not as it should be', () => {
  it('in its form is ignored, and the order goes on', async () => {
    const world = await newWorld();
    const { handle } = await world.checkout();
    await world.client.workflow.getHandle(handle.workflowId).signal('paymentNotification', { transactionId: '1' });
    await world.pass(DEADLINE + SECOND);
    expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
  });

  it('in its order is refused by the client', async () => {
    const world = await newWorld();
    const { handle, mchid } = await world.checkout();
    const foreign = { order: { mchid, outTradeNo: 'ANOTHER' }, transactionId: 'T', amount: null, paidAt: null };
    await expect(handle.paymentNotification(foreign)).rejects.toMatchObject({ code: 'invalid-order' });
    await expect(world.orders.paymentNotification(foreign)).rejects.toMatchObject({ code: 'order-not-found' });
  });
});

describe('a notification while a close is being retried', () => {
  it('ends the retries, and the order ends as paid', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    world.sandbox.misbehave(order.outTradeNo, { what: 'systemError', on: 'close', times: 'always' });
    await world.pass(DEADLINE + 5 * SECOND);
    expect(await handle.state()).toMatchObject({ phase: 'closing' });
    const before = callsOf(world, order.outTradeNo);
    await handle.paymentNotification(await pay(world, order));
    await world.pass(10 * SECOND);
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'notification' });
    expect(callsOf(world, order.outTradeNo)).toEqual(before);
    expect(before.at(-2)).toBe('close SYSTEM_ERROR');
    expect(auditOf(world, order.outTradeNo, 'paid')).toEqual(ALL_ZERO);
  });
});

describe('a workflow that a person cancels', () => {
  it('in the wait releases its order', async () => {
    const world = await newWorld();
    const { handle, outTradeNo } = await world.checkout();
    await world.pass(MINUTE);
    await world.client.workflow.getHandle(handle.workflowId).cancel();
    expect(await handle.outcome()).toEqual({ ended: 'released' });
    expect(callsOf(world, outTradeNo)).toEqual([]);
  });

  it('in a close awaits it, and the query after it', async () => {
    const world = await newWorld();
    const { handle, outTradeNo } = await world.checkout();
    world.sandbox.misbehave(outTradeNo, { what: 'slow', on: 'close', delayMs: 1_000 });
    const passing = world.pass(DEADLINE + SECOND);
    await vi.waitFor(() => expect(callsOf(world, outTradeNo)).toContain('close 204'), 60_000);
    await world.client.workflow.getHandle(handle.workflowId).cancel();
    await passing;
    expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
    expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close 204', 'query CLOSED']);
  });

  it('between two attempts at a close lets no other follow, and asks once more', async () => {
    const world = await newWorld();
    const { handle, outTradeNo } = await world.checkout();
    world.sandbox.misbehave(outTradeNo, { what: 'systemError', on: 'close', times: 'always' });
    await world.pass(DEADLINE + 5 * SECOND);
    const before = callsOf(world, outTradeNo).length;
    await world.client.workflow.getHandle(handle.workflowId).cancel();
    await world.pass(MINUTE);
    expect(await handle.outcome()).toEqual({ ended: 'released' });
    expect(callsOf(world, outTradeNo).slice(before)).toEqual(['query NOTPAY']);
  });
});

describe('a request to close', () => {
  it('closes at the first allowed instant, and tells it at once', async () => {
    const world = await newWorld();
    const start = await world.now();
    const { handle, outTradeNo } = await world.checkout();
    const closesAt = await closesAtOf(handle.closeNow({ replacedBy: 'ANEW-1' }));
    expect(closesAt - start).toBeGreaterThanOrEqual(FLOOR - SECOND);
    expect(closesAt - start).toBeLessThanOrEqual(FLOOR + 5 * SECOND);
    await world.pass(FLOOR + 8 * SECOND);
    expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes', replacedBy: 'ANEW-1' });
    expect(callTimes(world, outTradeNo, start)[0]).toBeGreaterThan(FLOOR - SECOND);
    expect(auditOf(world, outTradeNo, 'closed')).toEqual(ALL_ZERO);
  });

  it('is refused with its faults if it makes no sense', async () => {
    const world = await newWorld();
    const { handle } = await world.checkout();
    await expect(handle.closeNow({ replacedBy: 'a/b' })).rejects.toMatchObject({ code: 'invalid-order' });
  });

  it('after the end gets the outcome', async () => {
    const world = await newWorld();
    const { handle } = await world.checkout();
    await world.pass(DEADLINE + SECOND);
    await handle.outcome();
    expect(await handle.closeNow()).toMatchObject({ accepted: false, outcome: { ended: 'closed' } });
  });
});
