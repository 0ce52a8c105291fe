import { expect } from 'vitest';
import { MINUTE, SECOND } from '../../../domain/time.js';
import { ALL_ZERO, AMOUNT, auditOf, callsOf } from '../../support/world.js';
import type { Scenario } from '../rows.js';
import { closesOf, DEADLINE, during, expectClosed, expectPaid, notificationOf, pay, release } from './moves.js';

/** A person stops the watching: a call in flight is awaited, and a decisive answer is the outcome. */
export const RELEASED: readonly Scenario[] = [
  {
    row: { from: 'awaitingPayment', on: 'releaseRequested' },
    name: 'an order that waits is released at once, and WeChat Pay is not asked',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      await world.pass(MINUTE);
      await release(world, handle);
      expect(await handle.outcome()).toMatchObject({ ended: 'released' });
      await world.pass(DEADLINE);
      expect(callsOf(world, outTradeNo)).toEqual([]);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'needsAttention', on: 'releaseRequested' },
    name: 'an order that needs attention is released at once',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'noAuth', on: 'query' });
      await world.pass(DEADLINE + 3 * SECOND);
      await release(world, handle);
      expect(await handle.outcome()).toMatchObject({ ended: 'released' });
      expect(callsOf(world, outTradeNo)).toEqual(['query NO_AUTH']);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'checking', on: 'unpaid', when: 'releasing' },
    name: 'an order that is being asked about is released with the answer',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await during(world, order, 'query', 5 * SECOND, () => release(world, handle), check(handle));
      expect(await handle.outcome()).toMatchObject({ ended: 'released' });
      expect(callsOf(world, order.outTradeNo)).toEqual(['query NOTPAY']);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'close:superseded', when: 'releasing' },
    name: 'an order that is asked about before its close is released, and the close is not sent',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await during(world, order, 'query', DEADLINE + MINUTE, () => release(world, handle));
      expect(await handle.outcome()).toMatchObject({ ended: 'released' });
      expect(callsOf(world, order.outTradeNo)).toEqual(['query NOTPAY']);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'paid' },
    name: 'an order that is found paid by the query that a release awaited ends as paid',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await pay(world, order);
      await during(world, order, 'query', DEADLINE + MINUTE, () => release(world, handle));
      await expectPaid(world, order.outTradeNo, handle);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'close:tooOften', when: 'releasing' },
    name: 'a release during a close awaits it and its query, and closes no more',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      world.sandbox.misbehave(order.outTradeNo, { what: 'tooOften', on: 'close' });
      await during(world, order, 'close', DEADLINE + 5 * SECOND, () => release(world, handle));
      expect(await handle.outcome()).toMatchObject({ ended: 'released' });
      expect(callsOf(world, order.outTradeNo)).toEqual(['query NOTPAY', 'close FREQUENCY_LIMITED', 'query NOTPAY']);
      expect(auditOf(world, order.outTradeNo, 'released')).toMatchObject({ ...ALL_ZERO, wrong: 1 });
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'closed', to: 'end:closed' },
    name: 'an order whose close took effect while it was released ends as closed',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await during(world, order, 'close', DEADLINE + 5 * SECOND, () => release(world, handle));
      await expectClosed(world, order.outTradeNo, handle);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', when: 'releasingUnconfirmed' },
    name: 'a release between two attempts at a close asks once more, and closes no more',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'systemError', on: 'close', times: 'always' });
      await world.pass(DEADLINE + 5 * SECOND);
      const before = callsOf(world, outTradeNo).length;
      await release(world, handle);
      await world.pass(MINUTE);
      expect(await handle.outcome()).toMatchObject({ ended: 'released' });
      expect(callsOf(world, outTradeNo).slice(before)).toEqual(['query NOTPAY']);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'confirming', on: 'releaseRequested' },
    name: 'an order whose claim of payment is confirmed is asked about at once, and released',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'refuse', code: 'ORDERPAID', on: 'close' });
      await world.pass(DEADLINE + 20 * SECOND);
      const before = callsOf(world, outTradeNo).length;
      await release(world, handle);
      await world.pass(SECOND);
      expect(await handle.outcome()).toMatchObject({ ended: 'released' });
      expect(callsOf(world, outTradeNo).slice(before)).toEqual(['query NOTPAY']);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'closed', when: 'releasing' },
    name: 'a notification of another amount during a close that is awaited keeps no order from its release',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      const { outTradeNo } = order;
      await during(world, order, 'close', DEADLINE + 5 * SECOND, async () => {
        await release(world, handle);
        // The workflow has heard of that first: of what comes in one task, signals are handled before a cancellation.
        await handle.state();
        await handle.paymentNotification(notificationOf(order, AMOUNT.total - 1));
      });
      expect(await handle.outcome()).toMatchObject({ ended: 'released' });
      // The calls after this are for the payment, which has a late payment by now.
      expect(callsOf(world, outTradeNo).slice(0, 3)).toEqual(['query NOTPAY', 'close 204', 'query CLOSED']);
      expect(closesOf(world, outTradeNo)).toHaveLength(1);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'checking', on: 'notificationWrong', when: 'releasing' },
    name: 'a notification of another amount during a query that is awaited releases the order',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      const tell = async (): Promise<void> => {
        await release(world, handle);
        await handle.paymentNotification(notificationOf(order, AMOUNT.total - 1));
      };
      await during(world, order, 'query', 5 * SECOND, tell, check(handle));
      expect(await handle.outcome()).toMatchObject({ ended: 'released' });
      expect(callsOf(world, order.outTradeNo)[0]).toBe('query NOTPAY');
      expect(closesOf(world, order.outTradeNo)).toEqual([]);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'checking', on: 'fatal', when: 'releasing' },
    name: 'an order that a person releases during the query of a resolution is released, and the resolution has no effect',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      world.sandbox.misbehave(order.outTradeNo, { what: 'noAuth', on: 'query', times: 2 });
      await world.pass(DEADLINE + 3 * SECOND);
      const word = { as: 'closed', note: 'seen in the bill', by: 'Mei' } as const;
      const resolve = (): Promise<unknown> => handle.resolve(word).catch(() => undefined);
      await during(world, order, 'query', 5 * SECOND, () => release(world, handle), resolve);
      expect(await handle.outcome()).toMatchObject({ ended: 'released' });
      expect(callsOf(world, order.outTradeNo)).toEqual(['query NO_AUTH', 'query NO_AUTH']);
      return handle.workflowId;
    },
  },
];

/** The shopper's page returns; the checkout does not care for the answer. */
function check(handle: { checkNow(): Promise<unknown> }): () => Promise<unknown> {
  return () => handle.checkNow().catch(() => undefined);
}
