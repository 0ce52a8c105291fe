import { expect } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../domain/time.js';
import { AMOUNT } from '../../support/world.js';
import type { Scenario } from '../rows.js';
import { CLOSED, Late, ofLate, REFUND, SECOND_PAYMENT, UNNAMED } from './late.js';

const CENT = { total: 1, currency: AMOUNT.currency };

/** Findings about the money that a person must know. */
export const FINDINGS: readonly Scenario[] = [
  ofLate(
    {
      row: { when: 'isSecond' },
      name: 'a payment of an order that ended with another one asks a person, once the query shows it',
    },
    async (world) => {
      const late = await Late.afterPaid(world, { transactionId: 'THEFIRST' });
      const { transactionId } = await late.told();
      await late.needsPerson('paid-twice');
      await late.recordAll();
      await late.endedAs('recorded', transactionId);
      return late;
    },
  ),

  ofLate(
    {
      row: { on: 'notificationAnother' },
      name: 'a notification of a second payment asks a person, although the first is being looked at, and no refund of one ends it',
    },
    async (world) => {
      const late = await Late.after(world, CLOSED);
      const first = await late.told();
      await late.needsPerson('paid-after-close');
      await late.told({ transactionId: SECOND_PAYMENT });
      await late.needsPerson('paid-twice');
      await late.become('REFUND');
      await world.pass(HOUR + HOUR / 2);
      await late.needsPerson('paid-twice');
      const transactionIds = [first.transactionId ?? '', SECOND_PAYMENT];
      await late.record({ ...REFUND, transactionIds });
      await late.endedAs('recorded', ...transactionIds);
      expect(late.calls).toEqual(['query SUCCESS', 'query REFUND']);
      return late;
    },
  ),

  ofLate(
    {
      row: { on: 'notificationAnother' },
      name: 'a notification of a second payment during the query about the first asks a person at once',
    },
    async (world) => {
      const late = await Late.after(world, CLOSED);
      late.keepsBack();
      await late.told();
      await late.asked();
      await late.told({ transactionId: SECOND_PAYMENT });
      await late.needsPerson('paid-twice');
      return late;
    },
  ),

  ofLate(
    {
      row: { from: 'ended', on: 'notificationAnother' },
      name: 'a notification of a second payment reopens what has ended, since the first is known as the workflow begins',
    },
    async (world) => {
      const late = await Late.afterPaid(world);
      await late.toldBoth(late.notified(), late.notified({ transactionId: SECOND_PAYMENT }));
      await late.needsPerson('paid-twice');
      expect(late.calls).toEqual([]);
      return late;
    },
  ),

  ofLate(
    {
      row: { when: 'amountDiffers' },
      name: 'a payment of an order that ended as paid asks a person if its amount differs',
    },
    async (world) => {
      const late = await Late.afterPaid(world, { amount: CENT });
      await late.told();
      await late.needsPerson('amount-differs');
      return late;
    },
  ),

  ofLate(
    {
      row: { when: 'endedPaid' },
      name: 'a notification of another payment than the order ended with asks a person if the query shows the first',
    },
    async (world) => {
      const late = await Late.afterPaid(world);
      await late.told({ transactionId: SECOND_PAYMENT });
      await late.needsPerson('notification-and-query-disagree');
      return late;
    },
  ),

  ofLate(
    {
      row: { on: 'refunded', reason: 'notification-and-query-disagree' },
      name: 'a payment of an order that the query calls closed asks a person',
    },
    async (world) => {
      const late = await Late.after(world, CLOSED, 'CLOSED');
      await late.told();
      await late.needsPerson('notification-and-query-disagree');
      expect(late.calls).toEqual(['query CLOSED']);
      return late;
    },
  ),

  ofLate(
    {
      row: { when: 'personAsked' },
      world: UNNAMED,
      name: 'a query that names no payment leaves a person asked about what was asked before',
    },
    async (world) => {
      const late = await Late.afterPaid(world);
      late.meets({ what: 'noAuth', on: 'query' });
      await late.told({ transactionId: SECOND_PAYMENT });
      await late.needsPerson('fatal-answer');
      await world.pass(HOUR + MINUTE);
      await late.needsPerson('fatal-answer');
      expect(late.calls).toEqual(['query NO_AUTH', 'query SUCCESS']);
      return late;
    },
  ),

  ofLate(
    {
      row: { on: 'refunded', reason: 'notification-and-query-disagree' },
      name: 'a refund of an order that ended as paid asks a person if the notification was of another payment',
    },
    async (world) => {
      const late = await Late.afterPaid(world);
      await late.become('REFUND');
      await late.told({ transactionId: SECOND_PAYMENT });
      await late.needsPerson('notification-and-query-disagree');
      return late;
    },
  ),

  ofLate(
    {
      row: { when: 'personAsked' },
      name: 'a person who is asked about the money goes on being asked about it when patience is over',
    },
    async (world) => {
      const late = await Late.after(world, CLOSED);
      await late.told();
      await late.needsPerson('paid-after-close');
      late.meets({ what: 'signWrongly', on: 'query', times: 'always' });
      await world.pass(2 * DAY + HOUR / 2);
      await late.needsPerson('paid-after-close');
      expect((await late.state()).last).toMatchObject({ said: 'LOCAL_UNVERIFIED' });
      expect(late.calls).toHaveLength(1 + 48);
      return late;
    },
  ),

  ofLate(
    {
      row: { on: 'notificationAnother' },
      name: 'a second payment takes a release back: who asked to stop did not know of it',
    },
    async (world) => {
      const late = await Late.after(world, CLOSED);
      late.keepsBack();
      await late.told();
      await late.asked();
      await late.release();
      await late.told({ transactionId: SECOND_PAYMENT });
      // It goes on in a new run, which this server never gives to a worker: test/real-server/told.test.ts plays such a one.
      await late.needsPerson('paid-twice');
      return late;
    },
  ),
];
