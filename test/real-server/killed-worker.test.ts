import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { SECOND } from '../../domain/time.js';
import { LATE_PAYMENT_WORKFLOW, lateStartOf } from '../../workflows/messages/late.js';
import { DEFAULT_TASK_QUEUE } from '../../workflows/messages/orders.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';
import { ALL_ZERO, AMOUNT, auditOf } from '../support/world.js';

let world: RealWorld;
beforeAll(async () => {
  world = await newRealWorld();
});
afterAll(() => world.end());

it('an order whose worker is killed in the wait is closed by another worker', async () => {
  const first = await world.startWorker();
  const { handle, outTradeNo } = await world.checkout(4 * SECOND);
  // The first worker really has the order: it answers for it.
  expect(await handle.state()).toMatchObject({ phase: 'awaitingPayment' });
  await first.kill();
  expect(world.sandbox.ledger.entries(outTradeNo)).toEqual([]);

  const second = await world.startWorker();
  expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
  expect(world.sandbox.ledger.entries(outTradeNo).map(({ answer }) => answer)).toEqual(['NOTPAY', '204', 'CLOSED']);
  expect(auditOf(world, outTradeNo, 'closed')).toEqual(ALL_ZERO);
  await second.stop();
});

it('an order that is paid while no worker lives ends as paid when one comes', async () => {
  const worker = await world.startWorker();
  const { handle, ...order } = await world.checkout(2 * SECOND);
  await handle.state();
  await worker.kill();
  const key = { mchid: world.sandbox.mchid, outTradeNo: order.outTradeNo };
  const payment = await world.sandbox.pay(key);
  if (payment === undefined) throw new Error('the sandbox took no payment');
  await handle.paymentNotification({ ...payment, order: key });

  const second = await world.startWorker();
  expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'notification' });
  await second.stop();
  expect(auditOf(world, order.outTradeNo, 'paid')).toEqual(ALL_ZERO);
});

it('a payment that is notified is not lost when a person cancels before any worker has seen it', async () => {
  const { handle, outTradeNo } = await world.checkout(60 * SECOND);
  const key = { mchid: world.sandbox.mchid, outTradeNo };
  const payment = await world.sandbox.pay(key);
  if (payment === undefined) throw new Error('the sandbox took no payment');
  await handle.paymentNotification({ ...payment, order: key });
  await world.client.workflow.getHandle(handle.workflowId).cancel();

  const worker = await world.startWorker();
  expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'notification' });
  await worker.stop();
});

it('a late payment that a person cancels before any worker has seen it asks WeChat Pay once at most', async () => {
  const { mchid } = world.sandbox;
  const order = { api: 'v3-global', mchid, outTradeNo: 'LATE-AND-CANCELLED' } as const;
  await world.sandbox.place({ ...order, amount: AMOUNT });
  world.sandbox.misbehave(order.outTradeNo, { what: 'systemError', on: 'query', times: 'always' });
  const notification = { order, transactionId: '4200000001', amount: AMOUNT, paidAt: '2026-01-31T09:00:00+08:00' };
  const input = { order, amount: AMOUNT, ended: { ended: 'closed', closeSent: 'yes' }, notification } as const;
  const start = { ...lateStartOf(input), taskQueue: DEFAULT_TASK_QUEUE };
  const late = await world.client.workflow.start(LATE_PAYMENT_WORKFLOW, start);
  await late.cancel();

  const worker = await world.startWorker();
  await expect(late.result()).rejects.toThrow(WorkflowFailedError);
  expect(world.sandbox.ledger.entries(order.outTradeNo).length).toBeLessThanOrEqual(1);
  await worker.stop();
});

/** Until WeChat Pay has received a call. */
async function untilReceived(outTradeNo: string, call: string): Promise<void> {
  await vi.waitFor(
    () => expect(world.sandbox.ledger.entries(outTradeNo).map((entry) => entry.call)).toContain(call),
    60_000,
  );
}

it('what is killed in the middle of its write is confirmed by another worker, and not written again', async () => {
  const first = await world.startWorker();
  const { handle: order, outTradeNo } = await world.checkout(SECOND);
  const { outOrderNo, ...rest } = await world.rental();
  world.sandbox.misbehave(outTradeNo, { what: 'slow', on: 'close', delayMs: 60 * SECOND });
  world.sandbox.misbehave(outOrderNo, { what: 'slow', on: 'cancel', delayMs: 60 * SECOND });
  await untilReceived(outTradeNo, 'close');
  const request = { requestId: 'r-1', reason: '用户取消' } as const;
  const { handle: rental } = await world.serviceOrders.requestCancel({ outOrderNo, ...rest }, request);
  await untilReceived(outOrderNo, 'cancel');
  await first.kill();

  const second = await world.startWorker();
  // That something was announced is known, and not that it was sent.
  expect(await rental.outcome()).toEqual({ ended: 'cancelled', cancelSent: 'maybe', reason: '用户取消' });
  expect(await order.outcome()).toEqual({ ended: 'closed', closeSent: 'maybe' });
  const callsOf = (number: string): string[] =>
    world.sandbox.ledger.entries(number).map(({ call, answer }) => `${call} ${answer}`);
  expect(callsOf(outTradeNo)).toEqual(['query NOTPAY', 'close 204', 'query CLOSED']);
  expect(callsOf(outOrderNo)).toEqual(['query CREATED', 'cancel 200', 'query REVOKED']);
  expect(auditOf(world, outTradeNo, 'closed')).toEqual(ALL_ZERO);
  await second.stop();
});
