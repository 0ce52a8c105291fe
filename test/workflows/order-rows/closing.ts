import { expect } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import { callsOf, FLOOR } from '../../support/world.js';
import type { Scenario } from '../rows.js';
import { callTimes, CLOSED_CALLS, closesOf, DEADLINE, expectClosed, expectPaid, pay } from './moves.js';

/** The answers to a close, and where each leads. */
export const CLOSING: readonly Scenario[] = [
  {
    row: { from: 'closing', on: 'closed', to: 'end:closed' },
    name: 'an order whose deadline is sooner is closed five minutes after its creation, and not before',
    play: async (world) => {
      const start = await world.now();
      const { handle, outTradeNo } = await world.checkout({ payWithin: '1m' });
      await world.pass(FLOOR + 3 * SECOND);
      await expectClosed(world, outTradeNo, handle);
      expect(callTimes(world, outTradeNo, start)[0]).toBeGreaterThan(FLOOR - SECOND);
      expect(callsOf(world, outTradeNo)).toEqual(CLOSED_CALLS);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'close:accepted', when: null },
    name: 'an order whose close is accepted, and whose query after it is lost, is asked about, and not closed again',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'reset', on: 'query', after: 1 });
      await world.pass(DEADLINE + 4 * SECOND);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close 204', 'query reset', 'query CLOSED']);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'close:paid', when: null },
    name: 'an order whose close is refused as paid, and whose query after it is lost, is found paid by the next',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'payFirst', on: 'close' });
      world.sandbox.misbehave(outTradeNo, { what: 'reset', on: 'query', after: 1 });
      await world.pass(DEADLINE + SECOND);
      await expectPaid(world, outTradeNo, handle);
      const calls = ['query NOTPAY', 'close ORDERPAID', 'query reset', 'query SUCCESS'];
      expect(callsOf(world, outTradeNo)).toEqual(calls);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'unpaid', when: 'paidClaimed' },
    name: 'an order that WeChat Pay once called paid is never closed again, though its query says unpaid',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      world.sandbox.misbehave(order.outTradeNo, { what: 'refuse', code: 'ORDERPAID', on: 'close' });
      await world.pass(DEADLINE + SECOND);
      expect(await handle.state()).toMatchObject({ phase: 'confirming', paidClaimed: true });
      await world.pass(10 * MINUTE);
      expect(await handle.state()).toMatchObject({ phase: 'confirming', paidClaimed: true });
      expect(callsOf(world, order.outTradeNo).at(-1)).toBe('query NOTPAY');
      expect(closesOf(world, order.outTradeNo)).toEqual(['close ORDERPAID']);
      await pay(world, order);
      await world.pass(10 * MINUTE);
      await expectPaid(world, order.outTradeNo, handle);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'close:inProgress', pause: 'inProgress' },
    name: 'a close that is refused because the shopper is paying is tried again a minute later, after a query',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'inProgress', on: 'close' });
      await world.pass(DEADLINE + 50 * SECOND);
      const refused = ['query NOTPAY', 'close USERPAYING', 'query NOTPAY'];
      expect(callsOf(world, outTradeNo)).toEqual(refused);
      await world.pass(15 * SECOND);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual([...refused, ...CLOSED_CALLS]);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'close:tooOften', pause: 'tooOften' },
    name: 'a close that comes too often is tried again after pauses that grow, each time after a query',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'tooOften', on: 'close', times: 'always' });
      await world.pass(DEADLINE + HOUR);
      world.sandbox.misbehaviours.clear();
      const closes = world.sandbox.ledger.entries(outTradeNo).filter(({ call }) => call === 'close');
      const apart = closes.slice(1).map(({ at }, index) => Math.floor((at - (closes[index]?.at ?? 0)) / SECOND));
      expect(apart.slice(0, 5)).toEqual([10, 20, 40, 80, 160]);
      expect(new Set(apart.slice(5))).toEqual(new Set([300]));
      await world.pass(5 * MINUTE);
      await expectClosed(world, outTradeNo, handle);
      const refused = ['query NOTPAY', 'close FREQUENCY_LIMITED', 'query NOTPAY'];
      expect(callsOf(world, outTradeNo)).toEqual([...closes.flatMap(() => refused), ...CLOSED_CALLS]);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'close:notFound', pause: 'notFound' },
    name: 'an order that only its close did not find is asked about five minutes later, and closed',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'notFound', on: 'close' });
      await world.pass(DEADLINE + 4 * MINUTE);
      const refused = ['query NOTPAY', 'close ORDER_NOT_EXIST', 'query NOTPAY'];
      expect(callsOf(world, outTradeNo)).toEqual(refused);
      await world.pass(2 * MINUTE);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual([...refused, ...CLOSED_CALLS]);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'close:refusedState', pause: 'refused' },
    name: 'an order whose state did not allow the close is asked about, and decided anew',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'invalidState', on: 'close', times: 2 });
      await world.pass(DEADLINE + MINUTE);
      await expectClosed(world, outTradeNo, handle);
      const refused = ['query NOTPAY', 'close TRADE_ERROR', 'query NOTPAY'];
      expect(callsOf(world, outTradeNo)).toEqual([...refused, ...refused, ...CLOSED_CALLS]);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'paid' },
    name: 'an order whose close was called faulty, because it was paid in that moment, ends as paid',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'payFirst', on: 'close' });
      world.sandbox.misbehave(outTradeNo, { what: 'invalidRequest', on: 'close' });
      await world.pass(DEADLINE + MINUTE);
      await expectPaid(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close INVALID_REQUEST', 'query SUCCESS']);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'close:unclear', pause: 'unclearWrite' },
    name: 'an order whose close is answered by somebody else is asked about before it is closed again',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'html', on: 'close' });
      world.sandbox.misbehave(outTradeNo, { what: 'accepted', on: 'close' });
      world.sandbox.misbehave(outTradeNo, { what: 'signWrongly', on: 'close' });
      await world.pass(DEADLINE + MINUTE);
      await expectClosed(world, outTradeNo, handle);
      const unclear = ['query NOTPAY', 'close html', 'query NOTPAY', 'query NOTPAY', 'close 202', 'query NOTPAY'];
      expect(callsOf(world, outTradeNo)).toEqual([...unclear, ...CLOSED_CALLS]);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'close:tooEarly', when: null },
    name: 'a close that a worker finds too early is not sent, WeChat Pay is not asked, and it is scheduled anew',
    // The workflow never schedules a close before the floor, so the real activity gets a later floor once.
    world: {
      activities: ({ closeOrder }) => {
        let later = HOUR;
        return {
          closeOrder: (input) => {
            const floor = input.floor + later;
            later = 0;
            return closeOrder({ ...input, floor });
          },
        };
      },
    },
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      await world.pass(DEADLINE + 4 * SECOND);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual(CLOSED_CALLS);
      return handle.workflowId;
    },
  },
];
