import { expect } from 'vitest';
import { createActivities } from '../../../activities/index.js';
import { MINUTE, SECOND } from '../../../domain/time.js';
import type { Scenario } from '../rows.js';
import { ofRental, REQUEST } from './rental.js';

const BY_US = { ended: 'cancelled', by: 'us', reason: REQUEST.reason };

/** What comes of a cancel. */
export const CANCELS: readonly Scenario[] = [
  ofRental(
    {
      row: { from: 'checking', when: 'mayCancel' },
      name: 'a service order is cancelled in service, where that is allowed',
    },
    async (rental) => {
      rental.confirm();
      await rental.request({ mayCancel: ['created', 'in-service'] });
      expect(await rental.outcome()).toEqual(BY_US);
      expect(rental.calls).toEqual(['query DOING USER_CONFIRM', 'cancel 200', 'query REVOKED']);
    },
  ),

  ofRental(
    {
      row: { from: 'checking', when: 'mayCancel' },
      name: 'a service order is cancelled where exactly what is due is given up',
    },
    async (rental) => {
      rental.complete(100);
      await rental.request({ mayCancel: [], giveUp: { total: 100 } });
      expect(await rental.outcome()).toMatchObject({ ...BY_US, totalDue: 100 });
      expect(await rental.outcome()).not.toHaveProperty('raced');
      expect(rental.calls).toEqual(['query DOING MCH_COMPLETE USER_PAYING', 'cancel 200', 'query REVOKED']);
    },
  ),

  ofRental(
    {
      row: { from: 'cancelling', on: 'cancel:accepted', to: 'confirming' },
      name: 'a cancel that is answered 204 is confirmed like any',
    },
    async (rental) => {
      rental.meets({ what: 'noContent', on: 'cancel' });
      await rental.request();
      expect(await rental.outcome()).toEqual(BY_US);
      expect(rental.entries.map(({ call }) => call)).toEqual(['query', 'cancel', 'query']);
    },
  ),

  ofRental(
    {
      row: { from: 'cancelling', on: 'cancel:alreadyCancelled', to: 'confirming' },
      name: 'a cancel that somebody else was quicker with is confirmed, and not ours',
    },
    async (rental) => {
      rental.keepsBack('query');
      await rental.request();
      await rental.received('query');
      rental.become({ state: 'REVOKED' });
      expect(await rental.outcome()).toEqual({ ended: 'cancelled', by: 'elsewhere' });
      expect(rental.calls).toEqual(['query CREATED', 'cancel ORDER_CANCELED', 'query REVOKED']);
    },
  ),

  ofRental(
    {
      row: { on: 'cancel:done', to: 'confirming', pause: 'paidClaimed' },
      name: 'a cancel of a service order that was just done is confirmed as done',
    },
    async (rental) => {
      rental.meets({ what: 'completeFirst', on: 'cancel', totalAmount: 0 });
      await rental.request();
      await rental.received('cancel');
      await rental.world.pass(4 * SECOND);
      expect(rental.calls).toEqual(['query CREATED', 'cancel ORDER_DONE']);
      await rental.world.pass(2 * SECOND);
      expect(await rental.outcome()).toEqual({ ended: 'done' });
    },
  ),

  ofRental(
    {
      row: { on: 'cancel:inProgress', to: 'confirming', pause: 'beingCharged' },
      name: 'a cancel that meets a charge is asked about three minutes later',
    },
    async (rental) => {
      rental.meets({ what: 'inProgress', on: 'cancel' });
      await rental.request();
      await rental.received('cancel');
      await rental.world.pass(3 * MINUTE - 2 * SECOND);
      expect(rental.calls).toEqual(['query CREATED', 'cancel USERPAYING']);
      await rental.world.pass(MINUTE);
      expect(await rental.outcome()).toEqual(BY_US);
      expect(rental.calls.slice(2)).toEqual(['query CREATED', 'query CREATED', 'cancel 200', 'query REVOKED']);
    },
  ),

  ofRental(
    {
      row: { on: 'cancel:tooOften', to: 'confirming', pause: 'tooOften' },
      name: 'a cancel that comes too often is asked about ten seconds later, before it is sent again',
    },
    async (rental) => {
      rental.meets({ what: 'tooOften', on: 'cancel' });
      await rental.request();
      await rental.received('cancel');
      await rental.world.pass(8 * SECOND);
      expect(rental.calls).toEqual(['query CREATED', 'cancel FREQUENCY_LIMITED']);
      await rental.world.pass(MINUTE);
      expect(await rental.outcome()).toEqual(BY_US);
      expect(rental.calls.slice(2)).toEqual(['query CREATED', 'query CREATED', 'cancel 200', 'query REVOKED']);
    },
  ),

  ofRental(
    {
      row: { from: 'confirming', on: 'notificationConfirmed', to: 'confirming' },
      name: 'a notification ends the pause after a cancel, and tells that the service order is kept',
    },
    async (rental) => {
      rental.meets({ what: 'inProgress', on: 'cancel' });
      await rental.request();
      await rental.is({ phase: 'confirming' });
      rental.confirm();
      await rental.notification('USER_CONFIRM');
      // At once, and not after the three minutes.
      await rental.received('query', 2);
      await rental.world.pass(MINUTE);
      expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'confirmed' });
      expect(rental.countOf('cancel')).toBe(1);
    },
  ),

  ofRental(
    {
      row: { from: 'cancelling', on: 'cancel:refusedState', to: 'confirming', pause: 'refused' },
      name: 'a cancel of a service order that just expired is confirmed as expired',
    },
    async (rental) => {
      rental.keepsBack('query');
      await rental.request();
      await rental.received('query');
      rental.become({ state: 'EXPIRED' });
      await rental.received('cancel');
      await rental.world.pass(3 * SECOND);
      expect(await rental.outcome()).toEqual({ ended: 'expired' });
      expect(rental.calls).toEqual(['query CREATED', 'cancel INVALID_ORDER_STATE', 'query EXPIRED']);
    },
  ),

  ofRental(
    {
      row: { on: 'cancel:queryTooOld', to: 'unsettled' },
      name: 'a cancel that is given out too late is not sent, and the service order is asked about anew',
      // The workflow decides a moment after its query's answer, and the server gives the cancel out at once: only a
      // worker that stands still in between makes that 5 s. So the worker itself is told of an older query, once.
      world: {
        activities: ({ cancelServiceOrder }) => {
          let lateness = 6 * SECOND;
          return {
            cancelServiceOrder: (input) => {
              const queriedAt = input.queriedAt - lateness;
              lateness = 0;
              return cancelServiceOrder({ ...input, queriedAt });
            },
          };
        },
      },
    },
    async (rental) => {
      await rental.request();
      await rental.is({ phase: 'unsettled' });
      expect(rental.calls).toEqual(['query CREATED']);
      await rental.world.pass(2 * SECOND);
      expect(await rental.outcome()).toEqual(BY_US);
      expect(rental.calls).toEqual(['query CREATED', 'query CREATED', 'cancel 200', 'query REVOKED']);
    },
  ),

  ofRental(
    {
      row: { on: 'cancel:notSent', to: 'unsettled' },
      name: 'a cancel that falls to a worker that does not know the merchant is sent by another one',
      // During a deploy: one of two workers has the older merchants file.
      world: {
        activities: ({ cancelServiceOrder }) => {
          const older = createActivities({ find: () => undefined }).cancelServiceOrder;
          const workers = [older];
          return { cancelServiceOrder: (input) => (workers.pop() ?? cancelServiceOrder)(input) };
        },
      },
    },
    async (rental) => {
      await rental.request();
      await rental.is({ phase: 'unsettled' });
      const other = await rental.request({ requestId: 'r-2', reason: '设备故障' });
      expect(other).toMatchObject({ reasonSent: null, reasonDiffers: false });
      await rental.world.pass(2 * SECOND);
      expect(await rental.outcome()).toEqual(BY_US);
      expect(rental.countOf('cancel')).toBe(1);
    },
  ),

  ofRental(
    {
      row: { from: 'cancelling', on: 'hint', to: 'confirming', pause: 'hint' },
      name: 'a cancel that is refused for its signature is sent again, after a minute and a query',
    },
    async (rental) => {
      rental.meets({ what: 'signError', on: 'cancel' });
      await rental.request();
      await rental.received('cancel');
      await rental.world.pass(58 * SECOND);
      expect(rental.calls).toEqual(['query CREATED', 'cancel SIGN_ERROR']);
      await rental.world.pass(MINUTE);
      expect(await rental.outcome()).toEqual(BY_US);
      expect(rental.countOf('cancel')).toBe(2);
    },
  ),

  ofRental(
    {
      row: { from: 'cancelling', on: 'unclear', to: 'confirming', pause: 'unclear' },
      name: 'a cancel whose answer is lost is confirmed as ours',
    },
    async (rental) => {
      rental.meets({ what: 'loseAnswer', on: 'cancel' });
      await rental.request();
      await rental.received('cancel');
      await rental.world.pass(2 * SECOND);
      expect(await rental.outcome()).toEqual(BY_US);
      expect(rental.calls).toEqual(['query CREATED', 'cancel 200', 'query REVOKED']);
    },
  ),
];
