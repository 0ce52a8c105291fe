import { expect } from 'vitest';
import { MINUTE, SECOND } from '../../../domain/time.js';
import type { Scenario } from '../rows.js';
import { CANCELLED, GUARDED, ofRental, REQUEST } from './rental.js';

const OTHER_REASON = '设备故障';

/** Events during a cancel: before it is sent, after that, and between two attempts. */
export const OVERTAKEN: readonly Scenario[] = [
  ofRental(
    {
      row: { on: 'cancel:superseded', when: 'unconfirmed' },
      name: 'USER_PAID during the back-off of a cancel: no cancel follows, and the query says how it ended',
    },
    async (rental) => {
      rental.complete(100);
      rental.meets({ what: 'systemError', on: 'cancel', times: 'always' });
      await rental.request({ mayCancel: [], giveUp: { total: 100 } });
      await rental.backsOffBefore(2);
      await rental.pay();
      await rental.notification('USER_PAID');
      await rental.world.pass(MINUTE);
      expect(await rental.outcome()).toEqual({ ended: 'done' });
      expect(rental.countOf('cancel')).toBe(1);
      expect(rental.calls.at(-1)).toBe('query DONE USER_PAID');
    },
  ),

  ofRental(
    {
      row: { from: 'confirming', when: 'mayCancel' },
      name: 'a request during the back-off of a cancel: what may have been sent is asked about, and then made again',
    },
    async (rental) => {
      rental.meets({ what: 'systemError', on: 'cancel' });
      await rental.request();
      await rental.backsOffBefore(2);
      const taken = await rental.request({ requestId: 'r-2', reason: OTHER_REASON });
      expect(taken).toMatchObject({ reasonSent: REQUEST.reason, reasonDiffers: true });
      await rental.is({ phase: 'unsettled' });
      expect(rental.calls).toEqual(['query CREATED', 'cancel SYSTEM_ERROR', 'query CREATED', 'query CREATED']);
      await rental.world.pass(2 * SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.bodies).toHaveLength(1);
    },
  ),

  ofRental(
    {
      row: { on: 'cancel:superseded', when: null, to: 'checking' },
      name: 'a request during the query before a cancel: the cancel is not sent, and the next has its own query',
    },
    async (rental) => {
      rental.keepsBack('query');
      await rental.request();
      await rental.received('query');
      await rental.request({ requestId: 'r-2' });
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.calls).toEqual(['query CREATED', 'query CREATED', ...GUARDED]);
    },
  ),

  ofRental(
    {
      row: { from: 'cancelling', when: 'mayCancel', to: 'cancelling' },
      name: 'a request during the query that allows no cancel to those before it is kept to at once',
    },
    async (rental) => {
      rental.confirm();
      rental.keepsBack('query');
      await rental.request();
      await rental.received('query');
      await rental.request({ requestId: 'r-2', mayCancel: ['in-service'] });
      expect(await rental.outcome()).toEqual(CANCELLED);
      const confirmed = 'query DOING USER_CONFIRM';
      expect(rental.calls).toEqual([confirmed, confirmed, 'cancel 200', 'query REVOKED']);
    },
  ),

  ofRental(
    {
      row: { to: 'end:cancelled' },
      name: 'a request during the cancel itself: its answer is awaited, and no second cancel follows',
    },
    async (rental) => {
      rental.keepsBack('cancel');
      await rental.request();
      await rental.received('cancel');
      const taken = await rental.request({ requestId: 'r-2', reason: OTHER_REASON });
      expect(taken).toMatchObject({ reasonSent: REQUEST.reason, reasonDiffers: true });
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.calls).toEqual(GUARDED);
    },
  ),

  ofRental(
    {
      row: { to: 'end:kept', reason: 'confirmed' },
      name: 'USER_CONFIRM during the query before a cancel: the cancel is not sent, and it is kept',
    },
    async (rental) => {
      rental.keepsBack('query');
      await rental.request();
      await rental.received('query');
      rental.confirm();
      await rental.notification('USER_CONFIRM');
      expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'confirmed' });
      expect(rental.calls).toEqual(['query CREATED', 'query DOING USER_CONFIRM']);
    },
  ),

  ofRental(
    {
      row: { from: 'cancelling', on: 'cancel:superseded', when: 'releasing' },
      name: 'a person who stops the watching during the query before a cancel: the cancel is not sent',
    },
    async (rental) => {
      rental.keepsBack('query');
      await rental.request();
      await rental.received('query');
      await rental.release();
      expect(await rental.outcome()).toEqual({ ended: 'released' });
      expect(rental.calls).toEqual(['query CREATED']);
    },
  ),

  ofRental(
    {
      row: { from: 'cancelling', when: 'releasing' },
      name: 'a person who stops the watching during a cancel that is refused has its answer awaited, and none follows',
    },
    async (rental) => {
      rental.keepsBack('cancel');
      rental.meets({ what: 'noAuth', on: 'cancel' });
      await rental.request();
      await rental.received('cancel');
      await rental.release();
      expect(await rental.outcome()).toEqual({ ended: 'released' });
      expect(rental.calls).toEqual(['query CREATED', 'cancel NO_AUTH', 'query CREATED']);
    },
  ),

  ofRental(
    {
      row: { when: 'releasingUnconfirmed' },
      name: 'a person who stops the watching during a cancel that no query confirms has WeChat Pay asked once more',
    },
    async (rental) => {
      rental.keepsBack('cancel');
      rental.meets({ what: 'signWrongly', on: 'query', after: 1 });
      await rental.request();
      await rental.received('cancel');
      await rental.release();
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.calls).toEqual([...GUARDED, 'query REVOKED']);
    },
  ),

  ofRental(
    {
      row: { when: 'releasingUnconfirmed' },
      name: 'a person who stops the watching during the back-off of a cancel has it asked about, and is obeyed',
    },
    async (rental) => {
      rental.meets({ what: 'systemError', on: 'cancel', times: 'always' });
      await rental.request();
      await rental.backsOffBefore(2);
      await rental.release();
      expect(await rental.outcome()).toEqual({ ended: 'released' });
      expect(rental.calls).toEqual(['query CREATED', 'cancel SYSTEM_ERROR', 'query CREATED', 'query CREATED']);
    },
  ),

  ofRental(
    {
      row: { from: 'confirming', on: 'releaseRequested' },
      name: 'a person who stops the watching in the pause after an accepted cancel is obeyed after one query, at once',
    },
    async (rental) => {
      rental.keepsBack('cancel');
      await rental.request();
      await rental.received('cancel');
      // As a replica that does not have the cancel yet.
      rental.become({ state: 'CREATED' });
      await rental.is({ phase: 'confirming' });
      const pressedAt = await rental.world.now();
      await rental.release();
      expect(await rental.outcome()).toEqual({ ended: 'released' });
      expect((await rental.world.now()) - pressedAt).toBeLessThan(2 * SECOND);
      expect(rental.calls).toEqual(['query CREATED', 'cancel 200', 'query CREATED', 'query CREATED']);
    },
  ),

  ofRental(
    {
      row: { from: 'confirming', on: 'notificationPaid' },
      name: 'a notification in the pause after an accepted cancel has WeChat Pay asked at once',
    },
    async (rental) => {
      rental.keepsBack('cancel');
      await rental.request();
      await rental.received('cancel');
      rental.become({ state: 'DOING', description: 'MCH_COMPLETE', collection: 'USER_PAYING', totalAmount: 100 });
      await rental.is({ phase: 'confirming' });
      await rental.pay();
      const notifiedAt = await rental.world.now();
      await rental.notification('USER_PAID');
      expect(await rental.outcome()).toEqual({ ended: 'done' });
      expect((await rental.world.now()) - notifiedAt).toBeLessThan(2 * SECOND);
      expect(rental.countOf('cancel')).toBe(1);
    },
  ),
];
