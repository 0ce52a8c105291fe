import { expect } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import type { Scenario } from '../rows.js';
import { ofRental, REQUEST, type Rental } from './rental.js';

const BY_US = { ended: 'cancelled', by: 'us', reason: REQUEST.reason };
const BY_MEI = { note: '已电话核实', by: 'Mei' } as const;

/** When a person is asked, what one can say, and what it means to press Request Cancellation. */
export const PERSONS: readonly Scenario[] = [
  ofRental(
    {
      row: { from: 'checking', on: 'fatal', reason: 'fatal-answer' },
      name: 'a query that is refused for good asks a person, and WeChat Pay every hour',
    },
    async (rental) => {
      await needsAttention(rental);
      await rental.world.pass(HOUR - 2 * SECOND);
      expect(rental.calls).toEqual(['query NO_AUTH']);
      await rental.world.pass(4 * SECOND);
      expect(await rental.outcome()).toEqual(BY_US);
    },
  ),

  ofRental(
    {
      row: { from: 'cancelling', on: 'fatal', reason: 'fatal-answer' },
      name: 'a cancel that is refused for good asks a person',
    },
    async (rental) => {
      rental.meets({ what: 'noAuth', on: 'cancel' });
      await rental.request();
      await rental.is({ phase: 'needsAttention', isCancelling: true });
      await rental.handle.retry();
      expect(await rental.outcome()).toEqual(BY_US);
      expect(rental.calls).toEqual(['query CREATED', 'cancel NO_AUTH', 'query CREATED', 'cancel 200', 'query REVOKED']);
    },
  ),

  ofRental(
    {
      row: { from: 'needsAttention', on: 'retryRequested' },
      name: 'a person who mended what was wrong has it asked at once',
    },
    async (rental) => {
      await needsAttention(rental);
      expect(await rental.handle.retry()).toMatchObject({ phase: 'checking' });
      expect(await rental.outcome()).toEqual(BY_US);
    },
  ),

  ofRental(
    {
      row: { from: 'checking', when: 'thirdHint' },
      name: 'the third query that is refused for its signature asks a person, two minutes after the first',
    },
    async (rental) => {
      rental.meets({ what: 'signError', on: 'query', times: 3 });
      await rental.request();
      await rental.received('query');
      await rental.world.pass(2 * MINUTE + 2 * SECOND);
      await rental.is({ phase: 'needsAttention' });
      expect(rental.calls).toEqual(['query SIGN_ERROR', 'query SIGN_ERROR', 'query SIGN_ERROR']);
    },
  ),

  ofRental(
    {
      row: { from: 'cancelling', when: 'thirdHint' },
      name: 'the third cancel that is refused for its signature asks a person, though the queries are answered',
    },
    async (rental) => {
      rental.meets({ what: 'signError', on: 'cancel', times: 3 });
      await rental.request();
      await rental.received('cancel');
      await rental.world.pass(5 * MINUTE);
      await rental.is({ phase: 'needsAttention' });
      expect(rental.countOf('cancel')).toBe(3);
    },
  ),

  ofRental(
    { row: { when: 'resolutionStands' }, name: 'a person’s word stands where WeChat Pay confirms it' },
    async (rental) => {
      await needsAttention(rental);
      rental.become({ state: 'EXPIRED' });
      expect(await rental.handle.resolve({ as: 'expired', ...BY_MEI })).toEqual({ ended: 'resolved', said: 'EXPIRED' });
      expect(await rental.outcome()).toEqual({ ended: 'resolved', as: 'expired', said: 'EXPIRED', ...BY_MEI });
      expect(rental.calls).toEqual(['query NO_AUTH', 'query EXPIRED']);
    },
  ),

  ofRental(
    {
      row: { from: 'checking', when: 'resolving', to: 'needsAttention' },
      name: 'a person’s word does not stand where WeChat Pay says otherwise, and then by force',
    },
    async (rental) => {
      await needsAttention(rental);
      expect(await rental.handle.resolve({ as: 'cancelled', ...BY_MEI })).toEqual({ ended: null, said: 'CREATED' });
      await rental.is({ phase: 'needsAttention' });
      const forced = { as: 'cancelled', force: true, ...BY_MEI } as const;
      expect(await rental.handle.resolve(forced)).toEqual({ ended: 'resolved', said: 'CREATED' });
      expect(await rental.outcome()).toEqual({ ended: 'resolved', as: 'cancelled', said: 'CREATED', ...BY_MEI });
      expect(rental.countOf('cancel')).toBe(0);
    },
  ),

  ofRental(
    { row: { to: 'end:released', from: 'waiting' }, name: 'a person who says so in a wait has the watching stopped' },
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
      row: { to: 'end:released', from: 'checking', on: 'created' },
      name: 'a person who says so during a query has it heard out, and no cancel is sent',
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
      row: { from: 'cancelling', on: 'fatal', when: 'released', to: 'confirming' },
      name: 'a person who says so during a cancel that fails has it heard out, and one query follows',
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
      row: { from: 'confirming', on: 'releaseRequested' },
      name: 'a person who says so in the pause after a cancel is obeyed after one query, at once',
    },
    async (rental) => {
      rental.meets({ what: 'inProgress', on: 'cancel' });
      await rental.request();
      await rental.is({ phase: 'confirming' });
      const pressedAt = await rental.world.now();
      await rental.release();
      expect(await rental.outcome()).toEqual({ ended: 'released' });
      expect((await rental.world.now()) - pressedAt).toBeLessThan(30 * SECOND);
      expect(rental.calls).toEqual(['query CREATED', 'cancel USERPAYING', 'query CREATED']);
    },
  ),
];

/** The first query is refused for good: a person is asked, and the next one would be answered. */
async function needsAttention(rental: Rental): Promise<void> {
  rental.meets({ what: 'noAuth', on: 'query' });
  await rental.request();
  await rental.is({ phase: 'needsAttention', visible: 'needs-attention' });
}
