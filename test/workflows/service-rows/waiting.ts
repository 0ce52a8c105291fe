import { expect } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import type { Scenario } from '../rows.js';
import { CANCELLED, GUARDED, ofRental } from './rental.js';

const IN_HALF_AN_HOUR = { when: { ifNotConfirmedWithin: '30m' } } as const;

/** What a service order waits for, and what ends a wait. */
export const WAITING: readonly Scenario[] = [
  ofRental(
    {
      row: { on: 'timer', when: 'requestIsDue' },
      name: 'a service order that is not confirmed in time is cancelled then, and nothing is asked before',
    },
    async (rental) => {
      await rental.request(IN_HALF_AN_HOUR);
      await rental.world.pass(30 * MINUTE - 2 * SECOND);
      expect(rental.calls).toEqual([]);
      await rental.world.pass(4 * SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.calls).toEqual(GUARDED);
    },
  ),

  ofRental(
    {
      row: { on: 'cancelRequested', when: 'requestIsDue' },
      name: 'a service order that is only watched is cancelled when that is asked for',
    },
    async (rental) => {
      await rental.watch();
      await rental.world.pass(HOUR);
      expect(rental.calls).toEqual([]);
      await rental.request();
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.calls).toEqual(GUARDED);
    },
  ),

  ofRental(
    {
      row: { from: 'waiting', on: 'cancelRequested', when: null },
      name: 'a request that is not due yet makes no query, and the earlier of two is waited for',
    },
    async (rental) => {
      await rental.watch();
      const at = new Date((await rental.world.now()) + HOUR).toISOString();
      await rental.request({ requestId: 'r-2', when: { at } });
      const { dueAt } = await rental.request(IN_HALF_AN_HOUR);
      await rental.is({ phase: 'waiting', isCancelling: false, cancelsAt: dueAt });
      await rental.world.pass(30 * MINUTE - 2 * SECOND);
      expect(rental.calls).toEqual([]);
      await rental.world.pass(4 * SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
    },
  ),

  ofRental(
    {
      row: { from: 'waiting', on: 'notificationConfirmed' },
      name: 'a service order that a notification calls confirmed is checked, and kept',
    },
    async (rental) => {
      await rental.request(IN_HALF_AN_HOUR);
      await rental.is({ phase: 'waiting' });
      rental.confirm();
      await rental.notification('USER_CONFIRM');
      expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'confirmed' });
      expect(rental.calls).toEqual(['query DOING USER_CONFIRM']);
    },
  ),

  ofRental(
    {
      row: { when: 'mayCancelLater', to: 'waiting' },
      name: 'a service order that a later request may cancel is waited for, also when the user has confirmed it',
    },
    async (rental) => {
      const at = new Date((await rental.world.now()) + HOUR).toISOString();
      await rental.request({ when: { at }, mayCancel: ['in-service'] });
      await rental.is({ phase: 'waiting' });
      rental.confirm();
      await rental.notification('USER_CONFIRM');
      await rental.received('query');
      await rental.is({ phase: 'waiting', isCancelling: false });
      await rental.world.pass(HOUR + SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
      const confirmed = 'query DOING USER_CONFIRM';
      expect(rental.calls).toEqual([confirmed, confirmed, 'cancel 200', 'query REVOKED']);
    },
  ),

  ofRental(
    {
      row: { when: 'mayCancelLater', to: 'waiting' },
      name: 'a cancel that the guard does not allow goes back to the wait, if a later request may allow one',
    },
    async (rental) => {
      const at = new Date((await rental.world.now()) + HOUR).toISOString();
      const { dueAt } = await rental.request({ requestId: 'r-2', when: { at }, mayCancel: ['in-service'] });
      await rental.request(IN_HALF_AN_HOUR);
      rental.confirm();
      await rental.world.pass(31 * MINUTE);
      await rental.is({ phase: 'waiting', cancelsAt: dueAt });
      expect(rental.calls).toEqual(['query DOING USER_CONFIRM']);
      await rental.world.pass(30 * MINUTE);
      expect(await rental.outcome()).toEqual(CANCELLED);
    },
  ),

  ofRental(
    {
      row: { on: 'timer', when: null, to: 'checking' },
      name: 'a service order that is only watched is checked once a day',
    },
    async (rental) => {
      await rental.watch();
      await rental.world.pass(2 * DAY + MINUTE);
      expect(rental.calls).toEqual(['query CREATED', 'query CREATED']);
      rental.become({ state: 'EXPIRED' });
      await rental.world.pass(DAY);
      expect(await rental.outcome()).toEqual({ ended: 'expired' });
    },
  ),
];
