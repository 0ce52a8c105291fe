import { expect } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import { reasonAttribute } from '../../../workflows/messages/orders.js';
import { AMOUNT, callsOf } from '../../support/world.js';
import type { Scenario } from '../rows.js';
import { CLOSED_CALLS, closesOf, DEADLINE, during, expectClosed, notificationOf, pay } from './moves.js';

/** When a person is asked, and which queries go on then. */
export const ATTENTION: readonly Scenario[] = [
  {
    row: { from: 'awaitingPayment', on: 'notificationWrong', when: null },
    name: 'an order whose notification reports another amount is not paid, and a person is asked',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await world.pass(MINUTE);
      await handle.paymentNotification(notificationOf(order, AMOUNT.total - 1));
      expect(await handle.state()).toMatchObject({ visible: 'needs-attention', paidClaimed: true, outcome: null });
      await world.pass(2 * HOUR);
      expect(closesOf(world, order.outTradeNo)).toEqual([]);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'wrongAmount', when: null },
    name: 'an order that is found paid with another amount is not paid, and a person is asked',
    play: async (world) => {
      const { handle, ...order } = await world.checkout({ amount: { ...AMOUNT, currency: 'USD' } });
      await pay(world, order);
      await world.pass(DEADLINE + 3 * SECOND);
      expect(await handle.state()).toMatchObject({ visible: 'needs-attention', paidClaimed: true, outcome: null });
      await world.pass(2 * HOUR);
      expect(await handle.state()).toMatchObject({ phase: 'needsAttention', outcome: null });
      expect(new Set(callsOf(world, order.outTradeNo))).toEqual(new Set(['query SUCCESS']));
      return handle.workflowId;
    },
  },
  {
    row: { when: 'notifiedWrong' },
    name: 'a notification of another amount during the query before a close stops the close, and a person is asked',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      const tell = () => handle.paymentNotification(notificationOf(order, AMOUNT.total - 1));
      await during(world, order, 'query', DEADLINE + 5 * SECOND, tell);
      expect(await handle.state()).toMatchObject({ visible: 'needs-attention', paidClaimed: true, outcome: null });
      const { typedSearchAttributes } = await world.client.workflow.getHandle(handle.workflowId).describe();
      expect(typedSearchAttributes.get(reasonAttribute)).toBe('amount-differs');
      expect(callsOf(world, order.outTradeNo)).toEqual(['query NOTPAY']);
      return handle.workflowId;
    },
  },
  {
    row: { reason: 'notification-and-query-disagree' },
    name: 'an order that its notification calls paid and its query calls closed is a person’s to look at',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await during(world, order, 'close', DEADLINE + MINUTE, () => handle.paymentNotification(notificationOf(order)));
      expect(await handle.state()).toMatchObject({ visible: 'needs-attention', outcome: null });
      expect(callsOf(world, order.outTradeNo)).toEqual(CLOSED_CALLS);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'fatal', reason: 'fatal-answer' },
    name: 'an order that the merchant may not ask about is a person’s to look at, and WeChat Pay is asked hourly',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'noAuth', on: 'query', times: 2 });
      await world.pass(DEADLINE + 59 * MINUTE);
      expect(await handle.state()).toMatchObject({ visible: 'needs-attention', last: { said: 'NO_AUTH' } });
      expect(callsOf(world, outTradeNo)).toEqual(['query NO_AUTH']);
      await world.pass(2 * HOUR);
      await expectClosed(world, outTradeNo, handle);
      const calls = ['query NO_AUTH', 'query NO_AUTH', 'query NOTPAY', ...CLOSED_CALLS];
      expect(callsOf(world, outTradeNo)).toEqual(calls);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'fatal', reason: 'fatal-answer' },
    name: 'an order that the merchant may not close is a person’s to look at',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'noAuth', on: 'close' });
      await world.pass(DEADLINE + 3 * SECOND);
      expect(await handle.state()).toMatchObject({ visible: 'needs-attention', last: { said: 'NO_AUTH' } });
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close NO_AUTH', 'query NOTPAY']);
      await world.pass(HOUR);
      await expectClosed(world, outTradeNo, handle);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'hint', when: 'signatureRefused' },
    name: 'an order whose query is refused for its signature three times is a person’s to look at',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'signError', on: 'query', times: 3 });
      await world.pass(DEADLINE + MINUTE + 30 * SECOND);
      expect(await handle.state()).toMatchObject({ visible: 'unsettled' });
      await world.pass(MINUTE);
      expect(await handle.state()).toMatchObject({ visible: 'needs-attention' });
      await world.pass(HOUR);
      await expectClosed(world, outTradeNo, handle);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'hint', when: 'signatureRefused' },
    name: 'an order whose close is refused for its signature three times is a person’s to look at',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'signError', on: 'close', times: 3 });
      await world.pass(DEADLINE + 3 * MINUTE);
      expect(await handle.state()).toMatchObject({ visible: 'needs-attention', last: { said: 'SIGN_ERROR' } });
      const refused = ['query NOTPAY', 'close SIGN_ERROR', 'query NOTPAY'];
      expect(callsOf(world, outTradeNo)).toEqual([...refused, ...refused, ...refused]);
      await world.pass(HOUR);
      await expectClosed(world, outTradeNo, handle);
      return handle.workflowId;
    },
  },
  {
    row: { reason: 'request-refused' },
    name: 'an order whose close is called faulty, and which is unchanged after it, is a person’s to look at',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'paramError', on: 'close' });
      await world.pass(DEADLINE + 5 * SECOND);
      expect(await handle.state()).toMatchObject({ visible: 'needs-attention', last: { said: 'PARAM_ERROR' } });
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close PARAM_ERROR', 'query NOTPAY']);
      await world.pass(HOUR);
      await expectClosed(world, outTradeNo, handle);
      return handle.workflowId;
    },
  },
  {
    row: { reason: 'request-refused' },
    name: 'an order that is not found, and whose close is called faulty, is a person’s to look at',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'notFound', on: 'query', times: 4 });
      world.sandbox.misbehave(outTradeNo, { what: 'paramError', on: 'close' });
      await world.pass(DEADLINE + 6 * MINUTE);
      expect(await handle.state()).toMatchObject({ visible: 'needs-attention' });
      expect(closesOf(world, outTradeNo)).toEqual(['close PARAM_ERROR']);
      await world.pass(HOUR);
      await expectClosed(world, outTradeNo, handle);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'needsAttention', on: 'retryRequested' },
    name: 'an order whose trouble a person has fixed is closed at once',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'noAuth', on: 'query' });
      await world.pass(DEADLINE + 3 * SECOND);
      await handle.retry();
      await world.pass(SECOND);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual(['query NO_AUTH', 'query NOTPAY', ...CLOSED_CALLS]);
      return handle.workflowId;
    },
  },
];
