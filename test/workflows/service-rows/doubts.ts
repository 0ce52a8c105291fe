import { expect } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import type { Scenario } from '../rows.js';
import { ofRental, REQUEST } from './rental.js';

const BY_US = { ended: 'cancelled', by: 'us', reason: REQUEST.reason };

/** Answers that decide nothing, come late, or say another thing than the one before. */
export const DOUBTS: readonly Scenario[] = [
  ofRental(
    {
      row: { from: 'checking', on: 'unclear', to: 'unsettled' },
      name: 'a query that is answered by who knows whom is sent again',
    },
    async (rental) => {
      rental.become({ state: 'EXPIRED' });
      rental.meets({ what: 'signWrongly', on: 'query', times: 2 });
      await rental.request();
      await rental.received('query');
      await rental.world.pass(5 * SECOND);
      expect(await rental.outcome()).toEqual({ ended: 'expired' });
      expect(rental.calls).toEqual(['query EXPIRED', 'query EXPIRED', 'query EXPIRED']);
    },
  ),

  ofRental(
    {
      row: { from: 'checking', on: 'hint', to: 'unsettled' },
      name: 'a query that is refused for its signature is sent again after a minute',
    },
    async (rental) => {
      rental.meets({ what: 'signError', on: 'query' });
      await rental.request();
      await rental.received('query');
      await rental.world.pass(58 * SECOND);
      expect(rental.calls).toEqual(['query SIGN_ERROR']);
      await rental.world.pass(4 * SECOND);
      expect(await rental.outcome()).toEqual(BY_US);
    },
  ),

  ofRental(
    {
      row: { from: 'checking', when: 'paidClaimed', to: 'confirming' },
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
      row: { from: 'checking', when: 'answerIsLate' },
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
      row: { from: 'checking', when: 'queryTooOld', to: 'unsettled' },
      name: 'a query that took longer than five seconds allows no cancel',
    },
    async (rental) => {
      rental.meets({ what: 'slow', on: 'query', delayMs: 5_200 });
      await rental.request();
      await rental.world.pass(2 * SECOND);
      expect(await rental.outcome()).toEqual(BY_US);
      expect(rental.calls).toEqual(['query CREATED', 'query CREATED', 'cancel 200', 'query REVOKED']);
    },
  ),

  ofRental(
    {
      row: { from: 'confirming', to: 'unsettled', pause: 'stillOpen' },
      name: 'a cancel that WeChat Pay failed to do is decided anew after it, with the same body',
    },
    async (rental) => {
      rental.meets({ what: 'systemError', on: 'cancel' });
      await rental.request();
      await rental.received('cancel');
      await rental.world.pass(MINUTE);
      expect(await rental.outcome()).toEqual(BY_US);
      const again = ['query CREATED', 'query CREATED', 'cancel 200', 'query REVOKED'];
      expect(rental.calls).toEqual(['query CREATED', 'cancel SYSTEM_ERROR', ...again]);
    },
  ),

  ofRental(
    {
      row: { from: 'confirming', when: 'tooManyRounds' },
      name: 'five cancels without effect are enough: a person is asked, and all had the same body',
    },
    async (rental) => {
      rental.meets({ what: 'systemError', on: 'cancel', times: 5 });
      await rental.request();
      await rental.received('cancel');
      await rental.world.pass(5 * MINUTE);
      await rental.is({ phase: 'needsAttention' });
      expect(rental.countOf('cancel')).toBe(5);
      expect(await rental.reasonsSent()).toEqual(new Set([REQUEST.reason]));
      await rental.handle.retry();
      expect(await rental.outcome()).toEqual(BY_US);
      expect(rental.countOf('cancel')).toBe(6);
    },
  ),

  ofRental(
    {
      row: { when: 'requestRefused' },
      name: 'a cancel that is refused as faulty, and nothing has changed, needs a person',
    },
    async (rental) => {
      rental.meets({ what: 'paramError', on: 'cancel' });
      await rental.request();
      await rental.received('cancel');
      await rental.world.pass(3 * SECOND);
      await rental.is({ phase: 'needsAttention' });
      expect(rental.calls).toEqual(['query CREATED', 'cancel PARAM_ERROR', 'query CREATED']);
      await rental.world.pass(10 * MINUTE);
      expect(rental.countOf('cancel')).toBe(1);
      // Within the hour somebody may have mended it: so it is tried again, with the same body.
      await rental.world.pass(HOUR);
      expect(await rental.outcome()).toEqual(BY_US);
      expect(rental.countOf('cancel')).toBe(2);
    },
  ),

  ofRental(
    {
      row: { from: 'checking', when: 'cancelIsSettling' },
      name: 'a service order is not called kept before it is sure that a lost cancel does not take effect',
    },
    async (rental) => {
      rental.meets({ what: 'confirmFirst', on: 'cancel' }, { what: 'reset', on: 'cancel' });
      await rental.request();
      await rental.received('cancel');
      await rental.world.pass(4 * MINUTE);
      await rental.is({ phase: 'unsettled', isCancelling: true });
      await rental.world.pass(2 * MINUTE);
      expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'confirmed' });
      expect(rental.countOf('cancel')).toBe(1);
    },
  ),

  ofRental(
    {
      row: { from: 'checking', when: 'cancelClaimed' },
      name: 'a cancel that was accepted and does not show in five minutes needs a person',
    },
    async (rental) => {
      rental.keepsBack('cancel');
      await rental.request();
      await rental.received('cancel');
      // As a replica that knows of the confirmation, and not of the cancel.
      rental.become({ state: 'DOING', description: 'USER_CONFIRM' });
      await rental.world.pass(6 * MINUTE);
      await rental.is({ phase: 'needsAttention' });
      expect(rental.countOf('cancel')).toBe(1);
      rental.become({ state: 'REVOKED', description: null });
      await rental.world.pass(HOUR);
      expect(await rental.outcome()).toEqual(BY_US);
    },
  ),
];
