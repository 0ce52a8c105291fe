import { expect } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import type { Scenario } from '../rows.js';
import { CANCELLED, GUARDED, ofRental, type Rental } from './rental.js';

/** Answers that are inconclusive, late, or show less than was known before. */
export const DOUBTS: readonly Scenario[] = [
  ofRental(
    {
      row: { on: 'unclear', pause: 'unclear' },
      name: 'a query before a cancel that gets a wrongly signed answer is made again, and nothing is sent for it',
    },
    async (rental) => {
      rental.meets({ what: 'signWrongly', on: 'query', times: 2 });
      await rental.request();
      await rental.is({ phase: 'unsettled' });
      expect(rental.countOf('cancel')).toBe(0);
      await rental.world.pass(5 * SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.calls).toEqual(['query CREATED', 'query CREATED', ...GUARDED]);
    },
  ),

  ofRental(
    {
      row: { on: 'hint', pause: 'hint' },
      name: 'a query that is refused for its signature is made again after a minute',
    },
    async (rental) => {
      rental.meets({ what: 'signError', on: 'query' });
      await rental.request();
      await rental.received('query');
      await rental.world.pass(58 * SECOND);
      expect(rental.calls).toEqual(['query SIGN_ERROR']);
      await rental.world.pass(4 * SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
    },
  ),

  ofRental(
    {
      row: { when: 'paidClaimed', to: 'confirming' },
      name: 'a service order that a notification calls paid is never cancelled, however late the query is',
    },
    async (rental) => {
      rental.complete(100);
      await rental.watch();
      await rental.notification('USER_PAID');
      await rental.request({ mayCancel: ['created', 'in-service'], giveUp: { total: 100 } });
      await rental.world.pass(HOUR);
      expect(rental.countOf('query')).toBeGreaterThan(5);
      expect(rental.countOf('cancel')).toBe(0);
      await rental.pay();
      await rental.world.pass(5 * MINUTE);
      expect(await rental.outcome()).toEqual({ ended: 'done' });
    },
  ),

  ofRental(
    {
      row: { when: 'answerIsLate' },
      name: 'a service order that a notification calls confirmed is not cancelled by a query that does not know it yet',
    },
    async (rental) => {
      await rental.request({ when: { ifNotConfirmedWithin: '30m' } });
      await rental.world.pass(30 * MINUTE - 2 * SECOND);
      await rental.notification('USER_CONFIRM');
      await rental.world.pass(20 * SECOND);
      expect(rental.calls.length).toBeGreaterThan(3);
      expect(new Set(rental.calls)).toEqual(new Set(['query CREATED']));
      rental.confirm();
      await rental.world.pass(MINUTE);
      expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'confirmed' });
    },
  ),

  ofRental(
    {
      row: { when: 'cancelIsSettling' },
      name: 'an accepted cancel that does not show yet is waited for: none follows, and it is not called kept',
    },
    async (rental) => {
      await acceptedWithoutEffect(rental, { state: 'DOING', description: 'USER_CONFIRM' });
      await rental.world.pass(4 * MINUTE);
      await rental.is({ phase: 'confirming', isCancelling: true });
      rental.become({ state: 'REVOKED', description: null });
      await rental.world.pass(MINUTE);
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.countOf('cancel')).toBe(1);
    },
  ),

  ofRental(
    {
      row: { from: 'confirming', when: 'cancelDidNotSettle' },
      name: 'an accepted cancel that has not taken effect in five minutes is made once more, with the same body',
    },
    async (rental) => {
      await acceptedWithoutEffect(rental, { state: 'CREATED' });
      await rental.world.pass(5 * MINUTE - 5 * SECOND);
      expect(rental.countOf('cancel')).toBe(1);
      await rental.world.pass(MINUTE);
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.countOf('cancel')).toBe(2);
    },
  ),

  ofRental(
    {
      row: { when: 'tooManyCancels' },
      name: 'five accepted cancels without effect are enough: a person is asked, and all had the same body',
    },
    async (rental) => {
      await acceptedWithoutEffect(rental, { state: 'CREATED' });
      for (let cancels = 2; cancels <= 5; cancels += 1) {
        rental.keepsBack('cancel');
        const passing = rental.world.pass(5 * MINUTE + 50 * SECOND);
        await rental.received('cancel', cancels);
        rental.become({ state: 'CREATED' });
        await passing;
      }
      await rental.world.pass(5 * MINUTE);
      await rental.needsPerson('cancel-without-effect');
      expect(rental.countOf('cancel')).toBe(5);
      await rental.world.pass(50 * MINUTE);
      expect(rental.countOf('cancel')).toBe(5);
      expect(rental.bodies).toHaveLength(1);
      await rental.handle.retry();
      await rental.world.pass(SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.countOf('cancel')).toBe(6);
    },
  ),

  ofRental(
    {
      row: { when: 'cancelMayStillLand' },
      name: 'a service order is not called kept while a cancel that was cut off may still take effect; then a person is asked',
    },
    async (rental) => {
      rental.meets({ what: 'confirmFirst', on: 'cancel' }, { what: 'reset', on: 'cancel' });
      await rental.request();
      await rental.received('cancel');
      await rental.world.pass(4 * MINUTE);
      await rental.is({ phase: 'unsettled', isCancelling: true });
      await rental.world.pass(2 * MINUTE);
      await rental.needsPerson('cancel-without-effect');
      expect(rental.countOf('cancel')).toBe(1);
    },
  ),

  ofRental(
    {
      row: { when: 'cancelMayStillLand' },
      name: 'a service order that the user confirms after a cancel was answered SYSTEM_ERROR is not called kept either',
    },
    async (rental) => {
      rental.meets({ what: 'systemError', on: 'cancel' });
      await rental.request();
      await rental.backsOffBefore(2);
      rental.confirm();
      await rental.world.pass(3 * SECOND);
      await rental.is({ phase: 'unsettled', isCancelling: true });
      await rental.world.pass(6 * MINUTE);
      await rental.needsPerson('cancel-without-effect');
      expect(rental.countOf('cancel')).toBe(1);
    },
  ),

  ofRental(
    {
      row: { when: 'cancelMayHaveLanded' },
      name: 'an accepted cancel that is no longer allowed needs a person, who is asked when it shows',
    },
    async (rental) => {
      await acceptedWithoutEffect(rental, { state: 'DOING', description: 'USER_CONFIRM' });
      await rental.world.pass(6 * MINUTE);
      await rental.needsPerson('cancel-without-effect');
      expect(rental.countOf('cancel')).toBe(1);
      rental.become({ state: 'REVOKED', description: null });
      await rental.world.pass(HOUR);
      expect(await rental.outcome()).toEqual(CANCELLED);
    },
  ),
];

/** A cancel that WeChat Pay accepts, and after which its query goes on showing that, as a replica that lags. */
async function acceptedWithoutEffect(rental: Rental, shown: Parameters<Rental['become']>[0]): Promise<void> {
  rental.keepsBack('cancel');
  await rental.request();
  await rental.received('cancel');
  rental.become(shown);
  await rental.is({ phase: 'confirming' });
}
