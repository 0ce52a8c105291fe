import { expect } from 'vitest';
import { HOUR, MINUTE, SECOND, toRfc3339 } from '../../../domain/time.js';
import { callsOf } from '../../support/world.js';
import type { Scenario } from '../rows.js';
import { CLOSED_CALLS, closesOf, DEADLINE, during, expectClosed, expectPaid, pay } from './moves.js';

/** How a close is confirmed, and what can cut its pauses short. */
export const CONFIRMING: readonly Scenario[] = [
  {
    row: { on: 'unpaid', when: 'closeIsSettling' },
    name: 'an order whose close was accepted, and whose query is late to show it, gets no second close',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      const { outTradeNo } = order;
      await during(world, order, 'close', DEADLINE + 10 * SECOND, () => world.sandbox.become(order, 'NOTPAY'));
      const calls = ['query NOTPAY', 'close 204', 'query NOTPAY', 'query NOTPAY'];
      expect(callsOf(world, outTradeNo).slice(0, 4)).toEqual(calls);
      await world.sandbox.become(order, 'CLOSED');
      await world.pass(MINUTE);
      await expectClosed(world, outTradeNo, handle);
      expect(closesOf(world, outTradeNo)).toEqual(['close 204']);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'paying', when: 'closeIsSettling' },
    name: 'an order whose close was accepted, and whose query says that the shopper is paying, is asked about soon',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      const { outTradeNo } = order;
      await during(world, order, 'close', DEADLINE + 10 * SECOND, () => world.sandbox.become(order, 'USERPAYING'));
      const calls = ['query NOTPAY', 'close 204', 'query USERPAYING', 'query USERPAYING'];
      expect(callsOf(world, outTradeNo).slice(0, 4)).toEqual(calls);
      await world.sandbox.become(order, 'CLOSED');
      await world.pass(MINUTE);
      await expectClosed(world, outTradeNo, handle);
      expect(closesOf(world, outTradeNo)).toEqual(['close 204']);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'unpaid', when: 'closeDidNotSettle' },
    name: 'an order whose accepted close shows no effect for five minutes is closed once more',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      const { outTradeNo } = order;
      await during(world, order, 'close', DEADLINE + 4 * MINUTE, () => world.sandbox.become(order, 'NOTPAY'));
      expect(closesOf(world, outTradeNo)).toEqual(['close 204']);
      await world.pass(3 * MINUTE);
      await expectClosed(world, outTradeNo, handle);
      expect(closesOf(world, outTradeNo)).toEqual(['close 204', 'close 204']);
      expect(callsOf(world, outTradeNo).slice(-3)).toEqual(CLOSED_CALLS);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'confirming', on: 'unpaid', when: 'mayClose' },
    name: 'an order whose close was cut off between two attempts, and which is unpaid, is closed after a pause',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'systemError', on: 'query', times: 'always' });
      await world.pass(DEADLINE + 5 * SECOND);
      world.sandbox.misbehaviours.clear();
      // A deadline may not move once a close may have been sent; that it was asked for ended the attempts.
      const payBefore = toRfc3339((await world.now()) + HOUR);
      await expect(handle.extend({ payBefore })).rejects.toMatchObject({ code: 'invalid-order' });
      await world.pass(3 * SECOND);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo).slice(-4)).toEqual(['query NOTPAY', ...CLOSED_CALLS]);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'confirming', on: 'checkRequested' },
    name: 'a check while a claim of payment is confirmed is asked at once, and finds the order paid',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      world.sandbox.misbehave(order.outTradeNo, { what: 'refuse', code: 'ORDERPAID', on: 'close' });
      await world.pass(DEADLINE + 20 * SECOND);
      const before = callsOf(world, order.outTradeNo).length;
      await pay(world, order);
      expect(await handle.checkNow()).toMatchObject({ ended: true, outcome: { ended: 'paid' } });
      await expectPaid(world, order.outTradeNo, handle);
      expect(callsOf(world, order.outTradeNo).slice(before)).toEqual(['query SUCCESS']);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'confirming', on: 'retryRequested' },
    name: 'a person who will not wait while a claim of payment is confirmed has the order asked about at once',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      world.sandbox.misbehave(order.outTradeNo, { what: 'refuse', code: 'ORDERPAID', on: 'close' });
      await world.pass(DEADLINE + 20 * SECOND);
      const before = callsOf(world, order.outTradeNo).length;
      await pay(world, order);
      await handle.retry();
      await world.pass(SECOND);
      await expectPaid(world, order.outTradeNo, handle);
      expect(callsOf(world, order.outTradeNo).slice(before)).toEqual(['query SUCCESS']);
      return handle.workflowId;
    },
  },
];
