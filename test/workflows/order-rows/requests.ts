import { expect } from 'vitest';
import { HOUR, MINUTE, SECOND, toRfc3339 } from '../../../domain/time.js';
import { callsOf, FLOOR } from '../../support/world.js';
import type { Scenario } from '../rows.js';
import { callTimes, CLOSED_CALLS, closesOf, DEADLINE, during, expectClosed, expectPaid, pay } from './moves.js';
import { notPlaced, REFUSED } from './placement.js';

/** Requests of a checkout, and the deadline. */
export const REQUESTS: readonly Scenario[] = [
  {
    row: { from: 'awaitingPayment', on: 'timer', when: 'mayCloseNow' },
    name: 'an order is asked about at its deadline, and not before',
    play: async (world) => {
      const start = await world.now();
      const { handle, outTradeNo } = await world.checkout();
      await world.pass(DEADLINE + 3 * SECOND);
      await expectClosed(world, outTradeNo, handle);
      expect(callTimes(world, outTradeNo, start)[0]).toBeGreaterThan(DEADLINE - SECOND);
      expect(callsOf(world, outTradeNo)).toEqual(CLOSED_CALLS);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'awaitingPayment', on: 'closeRequested' },
    name: 'an order whose five minutes are over is closed as soon as that is asked for',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      await world.pass(FLOOR + MINUTE);
      expect(callsOf(world, outTradeNo)).toEqual([]);
      await handle.closeNow();
      await world.pass(SECOND);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual(CLOSED_CALLS);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'notFoundYet', on: 'closeRequested' },
    name: 'an order that has more time, and is looked for only minutes later, is closed as soon as that is asked for',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'notFound', on: 'query' });
      await world.pass(DEADLINE + 3 * SECOND);
      await handle.extend({ payBefore: toRfc3339((await world.now()) + HOUR) });
      await handle.closeNow();
      await world.pass(3 * SECOND);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual(['query ORDER_NOT_EXIST', ...CLOSED_CALLS]);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'awaitingPayment', on: 'checkRequested' },
    name: 'an order whose shopper comes back is found paid, long before its deadline',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await world.pass(MINUTE);
      await pay(world, order);
      expect(await handle.checkNow()).toMatchObject({ ended: true, outcome: { ended: 'paid' } });
      await expectPaid(world, order.outTradeNo, handle);
      expect(callsOf(world, order.outTradeNo)).toEqual(['query SUCCESS']);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'unpaid', when: 'onlyChecking' },
    name: 'an order whose shopper comes back without having paid goes on waiting until its deadline',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      await world.pass(MINUTE);
      expect(await handle.checkNow()).toMatchObject({ phase: 'awaitingPayment', last: { said: 'NOTPAY' } });
      await world.pass(DEADLINE - MINUTE - 10 * SECOND);
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY']);
      await world.pass(MINUTE);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', ...CLOSED_CALLS]);
      return handle.workflowId;
    },
  },
  {
    row: { when: 'personIsAsked' },
    name: 'a check that meets the same trouble leaves the order with the person who is asked',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'noAuth', on: 'query', times: 2 });
      await world.pass(DEADLINE + 3 * SECOND);
      const { until } = await handle.state();
      await world.pass(MINUTE);
      expect(await handle.checkNow()).toMatchObject({ phase: 'needsAttention', until });
      expect(callsOf(world, outTradeNo)).toEqual(['query NO_AUTH', 'query NO_AUTH']);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'placementFailed', to: 'checking' },
    name: 'an order whose placement failed ends as never existed at its floor, and not at its deadline',
    play: async (world) => {
      const { handle, outTradeNo } = await notPlaced(world);
      await handle.placementFailed(REFUSED);
      await world.pass(FLOOR + 3 * SECOND);
      expect(await handle.outcome()).toEqual({ ended: 'never-existed' });
      expect(closesOf(world, outTradeNo)).toEqual(['close ORDER_NOT_EXIST']);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'unpaid', to: 'awaitingPayment' },
    name: 'an order whose placement failed, says the checkout, and which WeChat Pay shows, waits until its deadline',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      await handle.placementFailed(REFUSED);
      await world.pass(DEADLINE - MINUTE);
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY']);
      await world.pass(MINUTE + 3 * SECOND);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', ...CLOSED_CALLS]);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'close:superseded', to: 'awaitingPayment' },
    name: 'an order that is placed again while it is asked about is not closed for another five minutes',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      const { outTradeNo } = order;
      await during(world, order, 'query', DEADLINE + 5 * MINUTE, () => handle.placedAgain());
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY']);
      expect(await handle.state()).toMatchObject({ phase: 'awaitingPayment' });
      await world.pass(MINUTE);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', ...CLOSED_CALLS]);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'close:superseded', when: 'unconfirmed' },
    name: 'an order that is placed again between two attempts at a close is asked about, and has its five minutes anew',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'systemError', on: 'query', times: 'always' });
      await world.pass(DEADLINE + 5 * SECOND);
      world.sandbox.misbehaviours.clear();
      await handle.placedAgain();
      await world.pass(5 * MINUTE);
      expect(await handle.state()).toMatchObject({ phase: 'awaitingPayment', last: { said: 'NOTPAY' } });
      expect(closesOf(world, outTradeNo)).toEqual([]);
      await world.pass(MINUTE);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo).slice(-4)).toEqual(['query NOTPAY', ...CLOSED_CALLS]);
      return handle.workflowId;
    },
  },
];
