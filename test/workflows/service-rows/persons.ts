import { expect } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import type { Scenario } from '../rows.js';
import { CANCELLED, GUARDED, ofRental, type Rental } from './rental.js';

const BY_MEI = { note: '已电话核实', by: 'Mei' } as const;

/** When a person is asked, what a person can do, and the effect of Request Cancellation. */
export const PERSONS: readonly Scenario[] = [
  ofRental(
    {
      row: { on: 'fatal', reason: 'fatal-answer' },
      name: 'a query that is refused for good asks a person, and WeChat Pay every hour',
    },
    async (rental) => {
      await needsAttention(rental);
      await rental.world.pass(HOUR - 2 * SECOND);
      expect(rental.calls).toEqual(['query NO_AUTH']);
      await rental.world.pass(4 * SECOND);
      expect(await rental.outcome()).toEqual(CANCELLED);
    },
  ),

  ofRental(
    {
      row: { from: 'checking', when: 'mayCancel', to: 'cancelling' },
      name: 'a cancel that is refused for good asks a person, whose retry begins with a query and has its own guard',
    },
    async (rental) => {
      rental.meets({ what: 'noAuth', on: 'cancel' });
      await rental.request();
      await rental.needsPerson('fatal-answer');
      expect(await rental.handle.isCancelling()).toBe(true);
      await rental.handle.retry();
      expect(await rental.outcome()).toEqual(CANCELLED);
      const refused = ['query CREATED', 'cancel NO_AUTH', 'query CREATED'];
      expect(rental.calls).toEqual([...refused, 'query CREATED', ...GUARDED]);
    },
  ),

  ofRental(
    {
      row: { from: 'needsAttention', on: 'retryRequested' },
      name: 'a person who fixed what was wrong has WeChat Pay asked at once',
    },
    async (rental) => {
      await needsAttention(rental);
      expect(await rental.handle.retry()).toMatchObject({ phase: 'checking' });
      expect(await rental.outcome()).toEqual(CANCELLED);
    },
  ),

  ofRental(
    {
      row: { when: 'signatureRefused' },
      name: 'the third query that is refused for its signature asks a person, two minutes after the first',
    },
    async (rental) => {
      rental.meets({ what: 'signError', on: 'query', times: 3 });
      await rental.request();
      await rental.received('query');
      await rental.world.pass(2 * MINUTE - 2 * SECOND);
      await rental.is({ phase: 'unsettled' });
      await rental.world.pass(4 * SECOND);
      await rental.needsPerson('signature-refused');
      expect(rental.calls).toEqual(['query SIGN_ERROR', 'query SIGN_ERROR', 'query SIGN_ERROR']);
    },
  ),

  ofRental(
    {
      row: { when: 'signatureRefused' },
      name: 'the third cancel that is refused for its signature asks a person, though the queries are answered',
    },
    async (rental) => {
      rental.meets({ what: 'signError', on: 'cancel', times: 3 });
      await rental.request();
      await rental.received('cancel');
      await rental.world.pass(2 * MINUTE + 2 * SECOND);
      await rental.needsPerson('signature-refused');
      expect(rental.countOf('cancel')).toBe(3);
    },
  ),

  ofRental(
    { row: { when: 'resolutionConfirmed' }, name: 'a resolution that WeChat Pay confirms ends the service order' },
    async (rental) => {
      await needsAttention(rental);
      rental.become({ state: 'EXPIRED' });
      expect(await rental.handle.resolve({ as: 'expired', ...BY_MEI })).toMatchObject({
        ended: 'resolved',
        said: 'EXPIRED',
      });
      expect(await rental.outcome()).toEqual({ ended: 'resolved', as: 'expired', said: 'EXPIRED', ...BY_MEI });
      expect(rental.calls).toEqual(['query NO_AUTH', 'query EXPIRED']);
    },
  ),

  ofRental(
    {
      row: { when: 'resolutionPending' },
      name: 'a resolution that WeChat Pay contradicts ends nothing, and then ends it by force',
    },
    async (rental) => {
      await needsAttention(rental);
      expect(await rental.handle.resolve({ as: 'cancelled', ...BY_MEI })).toMatchObject({
        ended: null,
        said: 'CREATED',
      });
      await rental.needsPerson('resolution-contradicted');
      const forced = { as: 'cancelled', force: true, ...BY_MEI } as const;
      expect(await rental.handle.resolve(forced)).toMatchObject({ ended: 'resolved', said: 'CREATED' });
      expect(await rental.outcome()).toEqual({ ended: 'resolved', as: 'cancelled', said: 'CREATED', ...BY_MEI });
      expect(rental.countOf('cancel')).toBe(0);
    },
  ),

  ofRental(
    {
      row: { from: 'waiting', on: 'releaseRequested' },
      name: 'a person who stops the watching in a wait stops it at once',
    },
    async (rental) => {
      await rental.watch();
      await rental.world.pass(MINUTE);
      await rental.release();
      expect(await rental.outcome()).toEqual({ ended: 'released' });
      expect(rental.calls).toEqual([]);
    },
  ),

  ofRental(
    {
      row: { from: 'checking', when: 'releasing' },
      name: 'a person who stops the watching during a query has its answer awaited, and no cancel follows',
    },
    async (rental) => {
      await needsAttention(rental);
      rental.keepsBack('query');
      await rental.handle.retry();
      await rental.received('query', 2);
      await rental.release();
      expect(await rental.outcome()).toEqual({ ended: 'released' });
      expect(rental.calls).toEqual(['query NO_AUTH', 'query CREATED']);
    },
  ),

  ofRental(
    {
      row: { when: 'resolutionConfirmed' },
      name: 'a resolution that WeChat Pay confirms goes before a release that comes meanwhile',
    },
    async (rental) => {
      await needsAttention(rental);
      rental.become({ state: 'EXPIRED' });
      rental.keepsBack('query');
      const reply = rental.handle.resolve({ as: 'expired', ...BY_MEI });
      await rental.received('query', 2);
      await rental.release();
      expect(await reply).toMatchObject({ ended: 'resolved', said: 'EXPIRED' });
      expect(await rental.outcome()).toEqual({ ended: 'resolved', as: 'expired', said: 'EXPIRED', ...BY_MEI });
    },
  ),
];

/** The first query is refused for good: a person is asked, and the next one would be answered. */
async function needsAttention(rental: Rental): Promise<void> {
  rental.meets({ what: 'noAuth', on: 'query' });
  await rental.request();
  await rental.needsPerson('fatal-answer');
}
