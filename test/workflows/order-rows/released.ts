import { expect } from 'vitest';
import { MINUTE, SECOND } from '../../../domain/time.js';
import { ALL_ZERO, AMOUNT, auditOf, callsOf } from '../../support/world.js';
import type { Scenario } from '../rows.js';
import { closesOf, DEADLINE, during, expectPaid, notificationOf, pay, release } from './moves.js';

/** A person stops the watching: what is in flight is heard out, and what is decisive is the outcome. */
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
    name: 'an order that is being asked about is released with the answer, and not closed',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await during(world, order, 'query', DEADLINE + MINUTE, () => release(world, handle));
      expect(await handle.outcome()).toMatchObject({ ended: 'released' });
      expect(callsOf(world, order.outTradeNo)).toEqual(['query NOTPAY']);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'checking', on: 'paid' },
    name: 'an order that is found paid by the query that a release heard out ends as paid',
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
    name: 'a release during a close hears it out, asks once more, and closes no more',
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
    row: { from: 'confirming', on: 'closed', to: 'end:closed' },
    name: 'an order whose close took effect while it was released ends as closed by us',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await during(world, order, 'close', DEADLINE + 5 * SECOND, () => release(world, handle));
      expect(await handle.outcome()).toEqual({ ended: 'closed', by: 'us' });
      expect(auditOf(world, order.outTradeNo, 'closed')).toEqual(ALL_ZERO);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'confirming', on: 'releaseRequested' },
    name: 'an order that waits for a refused close is asked about at once, and released',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'inProgress', on: 'close' });
      await world.pass(DEADLINE + 2 * SECOND);
      await release(world, handle);
      await world.pass(SECOND);
      expect(await handle.outcome()).toMatchObject({ ended: 'released' });
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close USERPAYING', 'query NOTPAY']);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'notificationWrong', when: 'releasing' },
    name: 'a notification of another amount during a close that is heard out is followed by one query, and no person waits',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      const { outTradeNo } = order;
      await during(world, order, 'close', DEADLINE + 5 * SECOND, async () => {
        await release(world, handle);
        await handle.paymentNotification(notificationOf(order, AMOUNT.total - 1));
      });
      expect(await handle.outcome()).toMatchObject({ ended: 'released' });
      // What follows is asked for the payment, which has an owner of its own by now.
      expect(callsOf(world, outTradeNo).slice(0, 3)).toEqual(['query NOTPAY', 'close 204', 'query CLOSED']);
      expect(closesOf(world, outTradeNo)).toHaveLength(1);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'checking', on: 'notificationWrong', when: 'releasing' },
    name: 'a notification of another amount during a query that is heard out releases the order',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await during(world, order, 'query', DEADLINE + 5 * SECOND, async () => {
        await release(world, handle);
        await handle.paymentNotification(notificationOf(order, AMOUNT.total - 1));
      });
      expect(await handle.outcome()).toMatchObject({ ended: 'released' });
      expect(callsOf(world, order.outTradeNo)[0]).toBe('query NOTPAY');
      expect(closesOf(world, order.outTradeNo)).toEqual([]);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'checking', on: 'fatal', when: 'releasing' },
    name: 'an order that a person releases while a word on it is being checked is released, and the word decides nothing',
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
