import { expect } from 'vitest';
import { MINUTE, SECOND } from '../../../domain/time.js';
import { ALL_ZERO, auditOf, callsOf, FLOOR } from '../../support/world.js';
import type { Scenario } from '../rows.js';
import { CLOSED_CALLS, closesOf, DEADLINE, during, expectClosed, expectPaid, pay } from './moves.js';

/** What a close can be answered, and what comes of it. */
export const CLOSING: readonly Scenario[] = [
  {
    row: { from: 'closing', on: 'close:accepted' },
    name: 'an order whose deadline is sooner is closed five minutes after its creation, and not before',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout({ payWithin: '1m' });
      await world.pass(FLOOR - 2 * SECOND);
      expect(callsOf(world, outTradeNo)).toEqual([]);
      await world.pass(4 * SECOND);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual(CLOSED_CALLS);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'close:alreadyClosed' },
    name: 'an order that somebody else closes between its query and its close ends as closed',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await during(world, order, 'query', DEADLINE + MINUTE, () => world.sandbox.become(order, 'CLOSED'));
      expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
      expect(callsOf(world, order.outTradeNo)).toEqual(['query NOTPAY', 'close ORDER_CLOSED', 'query CLOSED']);
      expect(auditOf(world, order.outTradeNo, 'closed')).toEqual(ALL_ZERO);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'close:paid', pause: 'paidClaimed' },
    name: 'an order that WeChat Pay calls paid is not asked for five seconds, and shows what was said',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'payFirst', on: 'close' });
      await world.pass(DEADLINE + 3 * SECOND);
      expect(await handle.state()).toMatchObject({
        phase: 'confirming',
        paidClaimed: true,
        last: { said: 'ORDERPAID' },
      });
      await world.pass(5 * SECOND);
      await expectPaid(world, outTradeNo, handle);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'unpaid', when: 'paidClaimed' },
    name: 'an order that WeChat Pay once called paid is never closed again, though its query says unpaid',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      world.sandbox.misbehave(order.outTradeNo, { what: 'refuse', code: 'ORDERPAID', on: 'close' });
      await world.pass(DEADLINE + 10 * MINUTE);
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
    name: 'an order whose shopper begins to pay between query and close is asked about a minute later',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      const { outTradeNo } = order;
      await during(world, order, 'query', DEADLINE + 50 * SECOND, () => world.sandbox.become(order, 'USERPAYING'));
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close USERPAYING']);
      await world.sandbox.become(order, 'SUCCESS');
      await world.pass(MINUTE);
      await expectPaid(world, outTradeNo, handle);
      expect(closesOf(world, outTradeNo)).toHaveLength(1);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'close:tooOften', pause: 'tooOften' },
    name: 'a close that comes too often is followed by a query, since the shopper may be paying',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'tooOften', on: 'close' });
      await world.pass(DEADLINE + 8 * SECOND);
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close FREQUENCY_LIMITED']);
      await world.pass(30 * SECOND);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close FREQUENCY_LIMITED', ...CLOSED_CALLS]);
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
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close ORDER_NOT_EXIST']);
      await world.pass(2 * MINUTE);
      await expectClosed(world, outTradeNo, handle);
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
      const refused = ['query NOTPAY', 'close TRADE_ERROR'];
      expect(callsOf(world, outTradeNo)).toEqual([...refused, ...refused, ...CLOSED_CALLS]);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'close:refusedRequest', pause: 'refused' },
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
    row: { on: 'close:queryTooOld', when: null },
    name: 'a close whose query has grown old is not sent, and the order is asked about anew',
    // The back-offs of a close end sooner than its query is old, and this server skips no time while a task waits for a
    // worker: so the real activity is told once that its query is of long ago.
    world: {
      activities: ({ closeOrder }) => {
        let queriedAt: number | undefined = 0;
        return {
          closeOrder: (input) => {
            const given = { ...input, queriedAt: queriedAt ?? input.queriedAt };
            queriedAt = undefined;
            return closeOrder(given);
          },
        };
      },
    },
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      await world.pass(DEADLINE + MINUTE);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', ...CLOSED_CALLS]);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'unclear', pause: 'unclear' },
    name: 'an order whose close is answered by somebody else is asked about before it is closed again',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'html', on: 'close' });
      world.sandbox.misbehave(outTradeNo, { what: 'accepted', on: 'close' });
      world.sandbox.misbehave(outTradeNo, { what: 'signWrongly', on: 'close' });
      await world.pass(DEADLINE + MINUTE);
      await expectClosed(world, outTradeNo, handle);
      const calls = ['query NOTPAY', 'close html', 'query NOTPAY', 'close 202', ...CLOSED_CALLS];
      expect(callsOf(world, outTradeNo)).toEqual(calls);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'placedAgain' },
    name: 'an order that is placed again under its number during a close has its five minutes anew',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      // A busy machine may need some of the attempts until the message is heard; between two of them it is.
      world.sandbox.misbehave(outTradeNo, { what: 'systemError', on: 'close', times: 4 });
      await world.pass(DEADLINE + 500);
      await handle.placedAgain();
      await world.pass(5 * MINUTE);
      const [first, ...rest] = callsOf(world, outTradeNo);
      expect([first, rest.at(-1)]).toEqual(['query NOTPAY', 'query NOTPAY']);
      expect(new Set(rest.slice(0, -1))).toEqual(new Set(['close SYSTEM_ERROR']));
      world.sandbox.mischiefs.clear();
      expect(await handle.state()).toMatchObject({ phase: 'awaitingPayment' });
      await world.pass(MINUTE);
      await expectClosed(world, outTradeNo, handle);
      return handle.workflowId;
    },
  },
];
