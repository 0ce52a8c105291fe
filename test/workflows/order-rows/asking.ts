import { expect } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import type { MisbehaviourName } from '../../../testing/sandbox/misbehaviour.js';
import { ALL_ZERO, auditOf, callsOf } from '../../support/world.js';
import type { Scenario } from '../rows.js';
import { CLOSED_CALLS, closesOf, DEADLINE, during, expectClosed, expectPaid, pay } from './moves.js';
import { notPlaced } from './placement.js';

/** Every way in which an answer to a query fails to verify. */
const UNBELIEVABLE = [
  'signWrongly',
  'unsigned',
  'stale',
  'probe',
  'otherOrder',
  'oversize',
  'html',
  'bare404',
  'accepted',
] as const satisfies readonly MisbehaviourName[];

/** What a query can answer, but for a payment and a close. */
export const ASKING: readonly Scenario[] = [
  {
    row: { from: 'checking', on: 'unpaid', when: 'mayClose' },
    name: 'an order whose payment failed after all is closed as soon as a query says so',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await world.sandbox.become(order, 'USERPAYING');
      await world.pass(DEADLINE + SECOND);
      await world.sandbox.become(order, 'PAYERROR');
      await world.pass(5 * SECOND);
      await expectClosed(world, order.outTradeNo, handle);
      const calls = ['query USERPAYING', 'query PAYERROR', 'query PAYERROR', 'close 204', 'query CLOSED'];
      expect(callsOf(world, order.outTradeNo)).toEqual(calls);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'paying', to: 'userIsPaying' },
    name: 'an order is not closed while its shopper is entering a password, and ends as paid',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await world.sandbox.become(order, 'USERPAYING');
      await world.pass(DEADLINE + MINUTE);
      expect(await handle.state()).toMatchObject({ visible: 'user-is-paying' });
      await world.sandbox.become(order, 'SUCCESS');
      await world.pass(MINUTE);
      await expectPaid(world, order.outTradeNo, handle);
      expect(closesOf(world, order.outTradeNo)).toEqual([]);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'paying', to: 'userIsPaying' },
    name: 'an order whose shopper begins to pay between query and close is asked about again, and ends as paid',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      const { outTradeNo } = order;
      await during(world, order, 'query', DEADLINE + 3 * SECOND, () => world.sandbox.become(order, 'USERPAYING'));
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close USERPAYING', 'query USERPAYING']);
      await world.sandbox.become(order, 'SUCCESS');
      await world.pass(MINUTE);
      await expectPaid(world, outTradeNo, handle);
      expect(closesOf(world, outTradeNo)).toHaveLength(1);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'paying', to: 'closing' },
    name: 'an order whose shopper has been paying for ten minutes gets a close, which cannot hurt him, and only then',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      const { outTradeNo } = order;
      await world.sandbox.become(order, 'USERPAYING');
      await world.pass(DEADLINE + 9 * MINUTE);
      expect(closesOf(world, outTradeNo)).toEqual([]);
      await world.pass(4 * MINUTE);
      expect(closesOf(world, outTradeNo).length).toBeGreaterThan(0);
      expect(closesOf(world, outTradeNo).length).toBeLessThanOrEqual(4);
      expect(new Set(closesOf(world, outTradeNo))).toEqual(new Set(['close USERPAYING']));
      await world.sandbox.become(order, 'SUCCESS');
      await world.pass(2 * MINUTE);
      await expectPaid(world, outTradeNo, handle);
      return handle.workflowId;
    },
  },
  {
    row: { to: 'notFoundYet' },
    name: 'an order that WeChat Pay does not know yet is looked for again, and found paid',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      world.sandbox.misbehave(order.outTradeNo, { what: 'notFound', on: 'query' });
      await world.pass(DEADLINE + 3 * SECOND);
      expect(await handle.state()).toMatchObject({ visible: 'not-found-yet' });
      await pay(world, order);
      await world.pass(5 * MINUTE);
      await expectPaid(world, order.outTradeNo, handle);
      expect(callsOf(world, order.outTradeNo)).toEqual(['query ORDER_NOT_EXIST', 'query SUCCESS']);
      return handle.workflowId;
    },
  },
  {
    row: { when: 'mayCloseUnseen' },
    name: 'an order that is not found twice, five minutes apart, is still closed once',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      const notFound = 'query ORDER_NOT_EXIST';
      world.sandbox.misbehave(outTradeNo, { what: 'notFound', on: 'query', times: 3 });
      await world.pass(DEADLINE + 4 * MINUTE);
      expect(callsOf(world, outTradeNo)).toEqual([notFound]);
      await world.pass(2 * MINUTE);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual([notFound, notFound, notFound, 'close 204', 'query CLOSED']);
      return handle.workflowId;
    },
  },
  {
    row: { to: 'end:neverExisted' },
    name: 'an order that never came to WeChat Pay ends as never existed, when it cannot come any more',
    play: async (world) => {
      const { handle, outTradeNo } = await notPlaced(world);
      await world.pass(2 * HOUR - MINUTE);
      expect(await handle.state()).toMatchObject({ phase: 'notFoundYet' });
      await world.pass(HOUR);
      expect(await handle.outcome()).toEqual({ ended: 'never-existed' });
      expect(closesOf(world, outTradeNo)).toEqual(['close ORDER_NOT_EXIST']);
      expect(auditOf(world, outTradeNo, 'never-existed')).toEqual(ALL_ZERO);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'unclear', to: 'unsettled' },
    name: 'an order is asked about again while no answer can be believed, whatever it says',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      for (const what of UNBELIEVABLE) world.sandbox.misbehave(outTradeNo, { what, on: 'query' });
      await world.pass(DEADLINE + 2 * SECOND);
      expect(await handle.state()).toMatchObject({ visible: 'unsettled', paidClaimed: false, tradeState: null });
      await world.pass(15 * MINUTE);
      await expectClosed(world, outTradeNo, handle);
      const calls = callsOf(world, outTradeNo);
      expect(calls).toHaveLength(UNBELIEVABLE.length + CLOSED_CALLS.length);
      expect(calls.slice(UNBELIEVABLE.length)).toEqual(CLOSED_CALLS);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'unsettled', on: 'timer', when: 'mayCloseNow' },
    name: 'an order is asked about again after WeChat Pay failed for five minutes',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'systemError', on: 'query', times: 12 });
      await world.pass(DEADLINE + 20 * MINUTE);
      await expectClosed(world, outTradeNo, handle);
      const calls = callsOf(world, outTradeNo);
      expect(calls.filter((call) => call === 'query SYSTEM_ERROR')).toHaveLength(12);
      expect(calls.slice(12)).toEqual(CLOSED_CALLS);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'hint', to: 'unsettled' },
    name: 'an order whose query is refused for its signature is asked about a minute later, and closed',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'signError', on: 'query', times: 2 });
      await world.pass(DEADLINE + 30 * SECOND);
      expect(await handle.state()).toMatchObject({ visible: 'unsettled', last: { said: 'SIGN_ERROR' } });
      expect(callsOf(world, outTradeNo)).toEqual(['query SIGN_ERROR']);
      await world.pass(2 * MINUTE);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual(['query SIGN_ERROR', 'query SIGN_ERROR', ...CLOSED_CALLS]);
      return handle.workflowId;
    },
  },
];
