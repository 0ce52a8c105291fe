import { expect } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import type { Scenario } from '../rows.js';
import { CLOSED, Late, ofLate, UNNAMED } from './late.js';

/** Inconclusive answers, and calls without an answer. */
export const DOUBTS: readonly Scenario[] = [
  ofLate(
    {
      row: { pause: 'unclear' },
      name: 'a query that does not show the payment yet is asked again, until it does',
    },
    async (world) => {
      const late = await Late.after(world, CLOSED, 'NOTPAY');
      await late.told();
      await late.is({ phase: 'unsettled', visible: 'unsettled', reason: null });
      await world.pass(2 * SECOND);
      await late.is({ phase: 'unsettled' });
      await late.become('SUCCESS');
      await world.pass(4 * SECOND);
      await late.needsPerson('paid-after-close');
      expect(late.calls).toEqual(['query NOTPAY', 'query NOTPAY', 'query SUCCESS']);
      return late;
    },
  ),

  ofLate(
    {
      row: { pause: 'unclear' },
      world: UNNAMED,
      name: 'a query that names no payment does not settle which one it is',
    },
    async (world) => {
      const late = await Late.afterPaid(world, { transactionId: null });
      await late.told();
      await late.is({ phase: 'unsettled' });
      return late;
    },
  ),

  ofLate(
    { row: { on: 'timer' }, name: 'a pause that is over is followed by a query, which finds it' },
    async (world) => {
      const late = await Late.after(world, CLOSED);
      late.meets({ what: 'notFound', on: 'query' });
      await late.told();
      await late.is({ phase: 'unsettled' });
      await world.pass(2 * SECOND);
      await late.needsPerson('paid-after-close');
      expect(late.calls).toEqual(['query ORDER_NOT_EXIST', 'query SUCCESS']);
      return late;
    },
  ),

  ofLate(
    { row: { pause: 'hint' }, name: 'a query that is refused for its signature is sent again after a minute' },
    async (world) => {
      const late = await Late.after(world, CLOSED);
      late.meets({ what: 'signError', on: 'query' });
      await late.told();
      await late.is({ phase: 'unsettled' });
      await world.pass(MINUTE + SECOND);
      await late.needsPerson('paid-after-close');
      expect(late.calls).toEqual(['query SIGN_ERROR', 'query SUCCESS']);
      return late;
    },
  ),

  ofLate(
    { row: { when: 'signatureRefused' }, name: 'the third query that is refused for its signature asks a person' },
    async (world) => {
      const late = await Late.after(world, CLOSED);
      late.meets({ what: 'signError', on: 'query', times: 3 });
      await late.told();
      await late.asked();
      await world.pass(2 * MINUTE + 2 * SECOND);
      await late.needsPerson('signature-refused');
      return late;
    },
  ),

  ofLate(
    { row: { reason: 'fatal-answer' }, name: 'a query that is refused for good asks a person at once' },
    async (world) => {
      const late = await Late.after(world, CLOSED);
      late.meets({ what: 'noAuth', on: 'query' });
      await late.told();
      await late.needsPerson('fatal-answer');
      await world.pass(HOUR + SECOND);
      await late.needsPerson('paid-after-close');
      expect(late.calls).toEqual(['query NO_AUTH', 'query SUCCESS']);
      return late;
    },
  ),

  ofLate(
    {
      row: { on: 'retryRequested' },
      name: 'a person who fixed what was wrong has WeChat Pay asked at once',
    },
    async (world) => {
      const late = await Late.after(world, CLOSED, 'REFUND');
      late.meets({ what: 'noAuth', on: 'query' });
      const { transactionId } = await late.told();
      await late.needsPerson('fatal-answer');
      expect(await late.retry()).toMatchObject({ phase: 'checking' });
      await late.endedAs('refunded', transactionId);
      return late;
    },
  ),

  ofLate(
    {
      row: { when: 'moneyFound' },
      name: 'a query that is refused for good leaves a person asked about the money',
    },
    async (world) => {
      const late = await Late.after(world, CLOSED);
      await late.told();
      await late.needsPerson('paid-after-close');
      late.meets({ what: 'noAuth', on: 'query' });
      await late.retry();
      await late.asked(2);
      await late.needsPerson('paid-after-close');
      expect((await late.state()).last).toMatchObject({ said: 'NO_AUTH' });
      return late;
    },
  ),

  ofLate(
    {
      row: { pause: 'unclear' },
      name: 'a payment that no query shows in a day asks a person, and WeChat Pay every hour, which shows it at last',
    },
    async (world) => {
      // Longer pauses than by default, so that the day has fewer queries. The patience is the default.
      const pauses = { unclear: { first: '1h', max: '1h' } } as const;
      const late = (await Late.after(world, CLOSED, 'NOTPAY')).timed({ pauses });
      await late.told();
      await late.asked();
      await world.pass(DAY - MINUTE);
      await late.is({ phase: 'unsettled' });
      await world.pass(6 * MINUTE);
      await late.needsPerson('patience-over');
      const asked = late.calls.length;
      await world.pass(3 * HOUR);
      expect(late.calls.length - asked).toBe(3);
      await late.become('SUCCESS');
      await world.pass(HOUR);
      await late.needsPerson('paid-after-close');
      return late;
    },
  ),
];
