import { expect } from 'vitest';
import { MINUTE, SECOND } from '../../../domain/time.js';
import type { Scenario } from '../rows.js';
import { CANCELLED, GUARDED, ofRental, Rental } from './rental.js';

/** How a service order is found at an end that nothing has to be done for, or nothing can be. */
export const ENDS: readonly Scenario[] = [
  ofRental(
    { row: { to: 'end:done' }, name: 'a service order that is done ends so, and no cancel is sent' },
    async (rental) => {
      rental.complete(0);
      await rental.request();
      expect(await rental.outcome()).toEqual({ ended: 'done' });
      expect(rental.calls).toEqual(['query DONE USER_CONFIRM']);
    },
  ),

  ofRental(
    { row: { to: 'end:expired' }, name: 'a service order that expired ends so, and no cancel is sent' },
    async (rental) => {
      rental.become({ state: 'EXPIRED' });
      await rental.request();
      expect(await rental.outcome()).toEqual({ ended: 'expired' });
      expect(rental.calls).toEqual(['query EXPIRED']);
    },
  ),

  ofRental(
    { row: { to: 'end:cancelled' }, name: 'a service order that somebody else cancelled ends so' },
    async (rental) => {
      rental.become({ state: 'REVOKED' });
      await rental.request();
      expect(await rental.outcome()).toEqual({ ended: 'cancelled', cancelSent: 'no' });
      expect(rental.calls).toEqual(['query REVOKED']);
    },
  ),

  ofRental(
    { row: { on: 'notFound', to: 'unsettled' }, name: 'a service order that is not found once may be on its way' },
    async (rental) => {
      rental.meets({ what: 'notFound', on: 'query' });
      await rental.request();
      await rental.received('query');
      await rental.world.pass(5 * MINUTE - 2 * SECOND);
      expect(rental.calls).toEqual(['query ORDER_NOT_EXIST']);
      await rental.world.pass(4 * SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
    },
  ),

  {
    row: { when: 'neverExisted' },
    name: 'a service order that is not found twice, five minutes apart, never existed',
    play: async (world) => {
      const { outOrderNo, ...order } = await world.rental();
      const rental = new Rental(world, { ...order, outOrderNo: `${outOrderNo}-NEVER` });
      await rental.request();
      await rental.received('query');
      await world.pass(5 * MINUTE + 5 * SECOND);
      expect(await rental.outcome()).toEqual({ ended: 'never-existed' });
      expect(rental.calls).toEqual(['query ORDER_NOT_EXIST', 'query ORDER_NOT_EXIST']);
      const [first, second] = rental.entries.map(({ at }) => at);
      expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(5 * MINUTE);
      await rental.promisesAreKept();
      return rental.handle.workflowId;
    },
  },

  ofRental(
    {
      row: { to: 'end:kept', reason: 'not-allowed' },
      name: 'a service order is kept if no request allows its stage',
    },
    async (rental) => {
      await rental.request({ mayCancel: ['in-service'] });
      expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'not-allowed' });
      expect(rental.calls).toEqual(['query CREATED']);
    },
  ),

  ofRental(
    { row: { to: 'end:kept', reason: 'confirmed' }, name: 'a service order that the user has confirmed is kept' },
    async (rental) => {
      rental.confirm();
      await rental.request();
      expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'confirmed' });
      expect(rental.calls).toEqual(['query DOING USER_CONFIRM']);
    },
  ),

  ofRental(
    { row: { to: 'end:kept', reason: 'amount-due' }, name: 'a service order with money to collect is kept' },
    async (rental) => {
      rental.complete(100);
      await rental.request({ mayCancel: ['created', 'in-service'] });
      expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'amount-due', totalDue: 100 });
      expect(rental.calls).toEqual(['query DOING MCH_COMPLETE USER_PAYING']);
    },
  ),

  ofRental(
    { row: { to: 'end:kept', reason: 'amount-due' }, name: 'a service order is kept if another amount is given up' },
    async (rental) => {
      rental.complete(101);
      await rental.request({ mayCancel: ['created', 'in-service'], giveUp: { total: 100 } });
      expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'amount-due', totalDue: 101 });
      expect(rental.countOf('cancel')).toBe(0);
    },
  ),

  ofRental(
    {
      row: { to: 'end:kept', reason: 'amount-due' },
      name: 'a service order whose user is paying is kept, though it is not called complete',
    },
    async (rental) => {
      rental.become({ state: 'DOING', description: null, collection: 'USER_PAYING', totalAmount: 100 });
      await rental.request({ mayCancel: ['created', 'in-service'] });
      expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'amount-due', totalDue: 100 });
      expect(rental.calls).toEqual(['query DOING USER_PAYING']);
    },
  ),

  ofRental(
    { row: { to: 'end:kept', reason: 'stage-unknown' }, name: 'a service order in an unknown DOING is kept' },
    async (rental) => {
      rental.become({ state: 'DOING', description: null });
      await rental.request({ mayCancel: ['created', 'in-service'], giveUp: { total: 100 } });
      expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'stage-unknown' });
      expect(rental.calls).toEqual(['query DOING']);
    },
  ),

  ofRental(
    { row: { to: 'end:kept', reason: 'paid' }, name: 'a service order that is paid is kept, whatever is given up' },
    async (rental) => {
      rental.complete(100);
      rental.become({ collection: 'USER_PAID' });
      await rental.request({ giveUp: { total: 100 } });
      expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'paid' });
      expect(rental.calls).toEqual(['query DOING MCH_COMPLETE USER_PAID']);
    },
  ),

  ofRental(
    {
      row: { when: 'notificationDisagrees' },
      name: 'a service order that a notification calls paid and the query calls expired needs a person',
    },
    async (rental) => {
      await rental.watch();
      rental.become({ state: 'EXPIRED' });
      await rental.notification('USER_PAID');
      await rental.needsPerson('notification-and-query-disagree');
      const { handle } = rental;
      expect(await handle.resolve({ as: 'expired', note: '已核对账单', by: 'Mei' })).toMatchObject({
        ended: 'resolved',
        said: 'EXPIRED',
      });
      expect(await rental.outcome()).toMatchObject({ ended: 'resolved', as: 'expired', by: 'Mei' });
      expect(rental.countOf('cancel')).toBe(0);
    },
  ),

  ofRental(
    {
      row: { when: 'raceUnknown' },
      name: 'a cancel that met money due between its query and its arrival needs a person, who then ends it',
    },
    async (rental) => {
      rental.meets({ what: 'completeFirst', on: 'cancel', totalAmount: 100 });
      await rental.request();
      await rental.needsPerson('raced');
      expect(rental.calls).toEqual(GUARDED);
      await rental.handle.retry();
      expect(await rental.outcome()).toEqual({ ...CANCELLED, raced: true, totalDue: 100 });
      expect(rental.countOf('cancel')).toBe(1);
    },
  ),

  ofRental(
    {
      row: { when: 'raceUnknown' },
      name: 'a cancel whose answer is lost, and that met money due, needs a person like one that was answered',
    },
    async (rental) => {
      rental.meets({ what: 'completeFirst', on: 'cancel', totalAmount: 700 }, { what: 'loseAnswer', on: 'cancel' });
      await rental.request();
      await rental.needsPerson('raced');
      expect(rental.calls).toEqual(GUARDED);
      await rental.handle.retry();
      expect(await rental.outcome()).toEqual({ ...CANCELLED, raced: true, totalDue: 700 });
      expect(rental.countOf('cancel')).toBe(1);
    },
  ),

  ofRental(
    {
      row: { when: 'raceUnknown' },
      name: 'a cancel that was answered SYSTEM_ERROR, but took effect and met money due, needs a person too',
    },
    async (rental) => {
      rental.meets({ what: 'systemError', on: 'cancel' });
      await rental.request();
      await rental.backsOffBefore(2);
      rental.become({ state: 'REVOKED', totalAmount: 700 });
      await rental.world.pass(3 * SECOND);
      await rental.needsPerson('raced');
      expect(rental.countOf('cancel')).toBe(1);
    },
  ),

  ofRental(
    {
      row: { to: 'end:cancelled' },
      name: 'a service order is cancelled in service, if that is allowed',
    },
    async (rental) => {
      rental.confirm();
      await rental.request({ mayCancel: ['created', 'in-service'] });
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.calls).toEqual(['query DOING USER_CONFIRM', 'cancel 200', 'query REVOKED']);
    },
  ),

  ofRental(
    {
      row: { to: 'end:cancelled' },
      name: 'a service order is cancelled if exactly what is due is given up, and that is no race',
    },
    async (rental) => {
      rental.complete(100);
      await rental.request({ mayCancel: [], giveUp: { total: 100 } });
      expect(await rental.outcome()).toEqual({ ...CANCELLED, totalDue: 100 });
      expect(rental.calls).toEqual(['query DOING MCH_COMPLETE USER_PAYING', 'cancel 200', 'query REVOKED']);
    },
  ),
];
