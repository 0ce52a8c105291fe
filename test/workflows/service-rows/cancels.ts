import { expect } from 'vitest';
import { createActivities } from '../../../activities/index.js';
import { MINUTE, SECOND } from '../../../domain/time.js';
import type { Scenario } from '../rows.js';
import { CANCELLED, GUARDED, ofRental } from './rental.js';

/** The result of a cancel, by its answer and by the query after it. */
export const CANCELS: readonly Scenario[] = [
  ofRental(
    { row: { to: 'end:cancelled' }, name: 'a cancel that is answered 204 is confirmed like any' },
    async (rental) => {
      rental.meets({ what: 'noContent', on: 'cancel' });
      await rental.request();
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.entries.map(({ call }) => call)).toEqual(['query', 'cancel', 'query']);
    },
  ),

  ofRental(
    {
      row: { to: 'end:cancelled' },
      name: 'a cancel that somebody else was quicker with is confirmed, and the outcome says that one was sent',
    },
    async (rental) => {
      rental.keepsBack('query');
      await rental.request();
      await rental.received('query');
      rental.become({ state: 'REVOKED' });
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.calls).toEqual(['query CREATED', 'cancel ORDER_CANCELED', 'query REVOKED']);
    },
  ),

  ofRental(
    { row: { to: 'end:cancelled' }, name: 'a cancel whose answer is lost is confirmed, and never sent twice' },
    async (rental) => {
      rental.meets({ what: 'loseAnswer', on: 'cancel' });
      await rental.request();
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.calls).toEqual(GUARDED);
    },
  ),

  ofRental(
    {
      row: { from: 'cancelling', on: 'cancel:accepted', pause: 'settling' },
      name: 'an accepted cancel that the query after it cannot confirm is asked about again, and not sent again',
    },
    async (rental) => {
      rental.meets({ what: 'signWrongly', on: 'query', after: 1 });
      await rental.request();
      await rental.is({ phase: 'confirming', isCancelling: true });
      expect(rental.calls).toEqual(GUARDED);
      await rental.world.pass(3 * SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.calls).toEqual([...GUARDED, 'query REVOKED']);
    },
  ),

  ofRental(
    {
      row: { on: 'cancel:done', when: null },
      name: 'a cancel of a service order that is called done is never sent again, also if no query confirms it yet',
    },
    async (rental) => {
      rental.meets({ what: 'completeFirst', on: 'cancel', totalAmount: 0 });
      rental.meets({ what: 'signWrongly', on: 'query', after: 1, times: 3 });
      await rental.request();
      await rental.received('query', 3);
      await rental.world.pass(MINUTE);
      expect(await rental.outcome()).toEqual({ ended: 'done' });
      expect(rental.countOf('cancel')).toBe(1);
    },
  ),

  ofRental(
    { row: { to: 'end:done' }, name: 'a cancel of a service order that was just done ends as done' },
    async (rental) => {
      rental.meets({ what: 'completeFirst', on: 'cancel', totalAmount: 0 });
      await rental.request();
      expect(await rental.outcome()).toEqual({ ended: 'done' });
      expect(rental.calls).toEqual(['query CREATED', 'cancel ORDER_DONE', 'query DONE USER_CONFIRM']);
    },
  ),

  ofRental(
    {
      row: { on: 'cancel:inProgress', pause: 'inProgress' },
      name: 'a cancel that meets a charge is made again three minutes later, with a query of its own',
    },
    async (rental) => {
      rental.meets({ what: 'inProgress', on: 'cancel' });
      await rental.request();
      await rental.is({ phase: 'unsettled' });
      await rental.world.pass(3 * MINUTE - 2 * SECOND);
      expect(rental.calls).toEqual(['query CREATED', 'cancel USERPAYING', 'query CREATED']);
      await rental.world.pass(4 * SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.calls.slice(3)).toEqual(GUARDED);
    },
  ),

  ofRental(
    {
      row: { on: 'cancel:tooOften', pause: 'tooOften' },
      name: 'a cancel that comes too often is made again ten seconds later, and then twice that',
    },
    async (rental) => {
      rental.meets({ what: 'tooOften', on: 'cancel', times: 2 });
      await rental.request();
      await rental.is({ phase: 'unsettled' });
      await rental.world.pass(8 * SECOND);
      expect(rental.calls).toEqual(['query CREATED', 'cancel FREQUENCY_LIMITED', 'query CREATED']);
      await rental.world.pass(20 * SECOND);
      expect(rental.countOf('cancel')).toBe(2);
      await rental.world.pass(4 * SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.countOf('cancel')).toBe(3);
    },
  ),

  ofRental(
    {
      row: { from: 'cancelling', on: 'cancel:refusedState', pause: 'refused' },
      name: 'a cancel that is refused for the state, while the query shows it open, is made again',
    },
    async (rental) => {
      rental.meets({ what: 'invalidState', on: 'cancel' }, { what: 'notFound', on: 'cancel' });
      await rental.request();
      await rental.is({ phase: 'unsettled' });
      expect(rental.calls).toEqual(['query CREATED', 'cancel INVALID_ORDER_STATE', 'query CREATED']);
      await rental.world.pass(3 * SECOND);
      expect(rental.calls.slice(3)).toEqual(['query CREATED', 'cancel ORDER_NOT_EXIST', 'query CREATED']);
      await rental.world.pass(5 * SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
    },
  ),

  ofRental(
    { row: { to: 'end:expired' }, name: 'a cancel of a service order that just expired ends as expired' },
    async (rental) => {
      rental.keepsBack('query');
      await rental.request();
      await rental.received('query');
      rental.become({ state: 'EXPIRED' });
      expect(await rental.outcome()).toEqual({ ended: 'expired' });
      expect(rental.calls).toEqual(['query CREATED', 'cancel INVALID_ORDER_STATE', 'query EXPIRED']);
    },
  ),

  ofRental(
    {
      row: { on: 'cancel:refusedRequest', reason: 'request-refused' },
      name: 'a cancel that is refused as faulty, and nothing has changed, needs a person',
    },
    async (rental) => {
      rental.meets({ what: 'paramError', on: 'cancel' });
      await rental.request();
      await rental.needsPerson('request-refused');
      expect(rental.calls).toEqual(['query CREATED', 'cancel PARAM_ERROR', 'query CREATED']);
      await rental.world.pass(50 * MINUTE);
      expect(rental.countOf('cancel')).toBe(1);
      // The trouble may have been fixed within the hour, so the cancel is made again, with the same body.
      await rental.world.pass(11 * MINUTE);
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.countOf('cancel')).toBe(2);
    },
  ),

  ofRental(
    {
      row: { from: 'cancelling', on: 'cancel:refusedState', pause: 'refused' },
      name: 'a cancel that is refused as faulty is no fault of the request if the user confirmed meanwhile',
    },
    async (rental) => {
      rental.meets({ what: 'confirmFirst', on: 'cancel' }, { what: 'invalidRequest', on: 'cancel' });
      await rental.request({ mayCancel: ['created', 'in-service'] });
      await rental.is({ phase: 'unsettled' });
      await rental.world.pass(3 * SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.countOf('cancel')).toBe(2);
    },
  ),

  ofRental(
    {
      row: { from: 'cancelling', on: 'cancel:unclear', pause: 'unclearWrite' },
      name: 'a cancel that was cut off, and did nothing, is made again with the same body',
    },
    async (rental) => {
      rental.meets({ what: 'reset', on: 'cancel' });
      await rental.request();
      await rental.is({ phase: 'unsettled', isCancelling: true });
      expect(rental.calls).toEqual(['query CREATED', 'cancel reset', 'query CREATED']);
      await rental.world.pass(2 * SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.countOf('cancel')).toBe(2);
      expect(rental.bodies).toHaveLength(1);
    },
  ),

  ofRental(
    {
      row: { on: 'hint', pause: 'hint' },
      name: 'a cancel that is refused for its signature is made again after a minute, with a query of its own',
    },
    async (rental) => {
      rental.meets({ what: 'signError', on: 'cancel' });
      await rental.request();
      await rental.is({ phase: 'unsettled' });
      await rental.world.pass(58 * SECOND);
      expect(rental.calls).toEqual(['query CREATED', 'cancel SIGN_ERROR', 'query CREATED']);
      await rental.world.pass(4 * SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.calls.slice(3)).toEqual(GUARDED);
    },
  ),

  ofRental(
    {
      row: { to: 'end:cancelled' },
      name: 'a cancel that falls to a worker that does not know the merchant is made by another one',
      // During a deploy: one of two workers has the older merchants file.
      world: {
        activities: ({ cancelServiceOrder }) => {
          const workers = [createActivities({ find: () => undefined }).cancelServiceOrder];
          return { cancelServiceOrder: (input) => (workers.pop() ?? cancelServiceOrder)(input) };
        },
      },
    },
    async (rental) => {
      await rental.request();
      await rental.world.pass(3 * SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
      expect(rental.calls).toEqual(GUARDED);
    },
  ),

  ofRental(
    {
      row: { on: 'fatal', reason: 'fatal-answer' },
      name: 'a merchant that no worker knows for five minutes needs a person, and nothing is asked or sent',
      world: { activities: () => createActivities({ find: () => undefined }) },
    },
    async (rental) => {
      await rental.request();
      await rental.world.pass(4 * MINUTE);
      await rental.is({ phase: 'cancelling' });
      await rental.world.pass(2 * MINUTE);
      await rental.needsPerson('fatal-answer');
      expect(await rental.handle.state()).toMatchObject({ last: { said: 'LOCAL_UNKNOWN_MERCHANT' } });
      expect(rental.calls).toEqual([]);
    },
  ),
];
