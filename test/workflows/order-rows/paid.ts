import { expect } from 'vitest';
import { MINUTE, SECOND } from '../../../domain/time.js';
import { ALL_ZERO, AMOUNT, auditOf, callsOf } from '../../support/world.js';
import type { Scenario } from '../rows.js';
import { closesOf, DEADLINE, during, expectClosed, expectPaid, notificationOf, pay } from './moves.js';

/** How an order is found paid, or closed by another party. */
export const PAID: readonly Scenario[] = [
  {
    row: { from: 'awaitingPayment', on: 'notificationPaid' },
    name: 'an order that waits ends as paid with its notification, and WeChat Pay is not asked',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await world.pass(MINUTE);
      const notification = await pay(world, order);
      await handle.paymentNotification(notification);
      const { transactionId } = notification;
      const outcome = { ended: 'paid', toldBy: 'notification', refunded: false, transactionId, amount: AMOUNT };
      expect(await handle.outcome()).toMatchObject(outcome);
      expect(callsOf(world, order.outTradeNo)).toEqual([]);
      expect(auditOf(world, order.outTradeNo, 'paid')).toEqual(ALL_ZERO);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'userIsPaying', on: 'notificationPaid' },
    name: 'an order whose shopper is entering a password ends as paid with its notification',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await world.sandbox.become(order, 'USERPAYING');
      await world.pass(DEADLINE + 3 * SECOND);
      expect(await handle.state()).toMatchObject({ phase: 'userIsPaying' });
      await handle.paymentNotification(await pay(world, order));
      expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'notification' });
      expect(callsOf(world, order.outTradeNo)).toEqual(['query USERPAYING']);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'confirming', on: 'notificationPaid' },
    name: 'an order that WeChat Pay called paid ends with the notification, before a query shows it',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      world.sandbox.misbehave(order.outTradeNo, { what: 'refuse', code: 'ORDERPAID', on: 'close' });
      await world.pass(DEADLINE + 3 * SECOND);
      expect(await handle.state()).toMatchObject({ phase: 'confirming', paidClaimed: true });
      const { transactionId } = await world.sandbox.become(order, 'SUCCESS');
      await handle.paymentNotification({ ...notificationOf(order), transactionId });
      expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'notification', transactionId });
      expect(closesOf(world, order.outTradeNo)).toEqual(['close ORDERPAID']);
      expect(auditOf(world, order.outTradeNo, 'paid')).toEqual(ALL_ZERO);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', when: 'notifiedPaid' },
    name: 'a notification during the query before a close stops the close, and the order ends as paid',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await during(world, order, 'query', DEADLINE + 5 * SECOND, async () =>
        handle.paymentNotification(await pay(world, order)),
      );
      expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'notification', refunded: false });
      expect(callsOf(world, order.outTradeNo)).toEqual(['query NOTPAY']);
      expect(auditOf(world, order.outTradeNo, 'paid')).toEqual(ALL_ZERO);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'paid' },
    name: 'a notification in the middle of a close counts once the close is answered and a query was made',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      const { outTradeNo } = order;
      world.sandbox.misbehave(outTradeNo, { what: 'payFirst', on: 'close' });
      await during(world, order, 'close', DEADLINE + MINUTE, () => {
        const transactionId = world.sandbox.orders.find(order)?.transactionId ?? 'not paid yet';
        return handle.paymentNotification({ ...notificationOf(order), transactionId });
      });
      await expectPaid(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close ORDERPAID', 'query SUCCESS']);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'paid' },
    name: 'an order whose notification never came is found paid at its deadline, and not closed',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      const { transactionId } = await pay(world, order);
      await world.pass(DEADLINE + 3 * SECOND);
      await expectPaid(world, order.outTradeNo, handle);
      expect(await handle.outcome()).toMatchObject({ transactionId, refunded: false });
      expect(callsOf(world, order.outTradeNo)).toEqual(['query SUCCESS']);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'paid' },
    name: 'an order that was paid and refunded ends as paid, and says so',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await world.sandbox.become(order, 'REFUND');
      await world.pass(DEADLINE + 3 * SECOND);
      await expectPaid(world, order.outTradeNo, handle);
      expect(await handle.outcome()).toMatchObject({ refunded: true });
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'paid' },
    name: 'an order that is paid between its query and its close ends as paid',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'payFirst', on: 'close' });
      await world.pass(DEADLINE + 3 * SECOND);
      await expectPaid(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close ORDERPAID', 'query SUCCESS']);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'closed', to: 'end:closed' },
    name: 'an order that somebody else closed ends so, and gets no close of ours',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await world.sandbox.become(order, 'CLOSED');
      await world.pass(DEADLINE + 3 * SECOND);
      expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'no' });
      expect(callsOf(world, order.outTradeNo)).toEqual(['query CLOSED']);
      expect(auditOf(world, order.outTradeNo, 'closed')).toEqual(ALL_ZERO);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'closed', to: 'end:closed' },
    name: 'an order that somebody else closes between its query and its close ends as closed',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      await during(world, order, 'query', DEADLINE + MINUTE, () => world.sandbox.become(order, 'CLOSED'));
      await expectClosed(world, order.outTradeNo, handle);
      expect(callsOf(world, order.outTradeNo)).toEqual(['query NOTPAY', 'close ORDER_CLOSED', 'query CLOSED']);
      return handle.workflowId;
    },
  },
  {
    row: { from: 'closing', on: 'closed', to: 'end:closed' },
    name: 'an order whose close took effect and whose answer was lost ends as closed, and says that a close was sent',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'loseAnswer', on: 'close' });
      await world.pass(DEADLINE + 3 * SECOND);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual(['query NOTPAY', 'close 204', 'query CLOSED']);
      return handle.workflowId;
    },
  },
];
