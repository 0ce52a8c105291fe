import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECOND } from '../../domain/time.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';
import { ALL_ZERO, auditOf } from '../support/world.js';

let world: RealWorld;
beforeAll(async () => {
  world = await newRealWorld();
}, 60_000);
afterAll(() => world.end());

it('an order whose worker is killed in the wait is closed by another worker', async () => {
  const first = await world.startWorker();
  const { handle, outTradeNo } = await world.checkout(4 * SECOND);
  // The first worker really has the order: it answers for it.
  expect(await handle.state()).toMatchObject({ phase: 'awaitingPayment' });
  await first.kill();
  expect(world.sandbox.ledger.entries(outTradeNo)).toEqual([]);

  await world.startWorker();
  expect(await handle.outcome()).toEqual({ ended: 'closed', by: 'us' });
  expect(world.sandbox.ledger.entries(outTradeNo).map(({ answer }) => answer)).toEqual(['NOTPAY', '204', 'CLOSED']);
  expect(auditOf(world, outTradeNo, 'closed')).toEqual(ALL_ZERO);
});

it('an order that is paid while no worker lives ends as paid when one comes', async () => {
  const worker = await world.startWorker();
  const { handle, ...order } = await world.checkout(2 * SECOND);
  await handle.state();
  await worker.kill();
  const payment = await world.sandbox.pay(handle.ref);
  if (payment === undefined) throw new Error('the sandbox took no payment');
  await handle.paymentNotice(payment);

  await world.startWorker();
  expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'notice' });
  expect(auditOf(world, order.outTradeNo, 'paid')).toEqual(ALL_ZERO);
});
