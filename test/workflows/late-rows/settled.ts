import { expect } from 'vitest';
import { HOUR } from '../../../domain/time.js';
import type { Scenario } from '../rows.js';
import { CLOSED, Late, NEVER_EXISTED, ofLate, REFUND } from './late.js';

/** What settles a late payment. */
export const SETTLED: readonly Scenario[] = [
  ofLate(
    {
      row: { when: 'isTheKnown' },
      name: 'a payment of an order that ended as paid, with a number that was not said, is known by a query',
    },
    async (world) => {
      const late = await Late.afterPaid(world, { transactionId: null });
      const { transactionId } = await late.told();
      await late.endedAs('known', transactionId);
      expect(late.calls).toEqual(['query SUCCESS']);
      return late;
    },
  ),

  ofLate(
    {
      row: { when: 'isTheOnly' },
      name: 'a payment that was refunded by the time that WeChat Pay is asked needs nobody',
    },
    async (world) => {
      const late = await Late.after(world, CLOSED, 'REFUND');
      const { transactionId } = await late.told();
      await late.endedAs('refunded', transactionId);
      expect(late.calls).toEqual(['query REFUND']);
      return late;
    },
  ),

  ofLate(
    {
      row: { on: 'recorded' },
      name: 'a person who refunds it and records that ends it, and WeChat Pay is not asked again',
    },
    async (world) => {
      const late = await Late.after(world, CLOSED);
      const { transactionId } = await late.told();
      await late.needsPerson('paid-after-close');
      expect(await late.recordAll()).toMatchObject({ phase: 'ended', visible: 'recorded', reason: null });
      expect(await late.result()).toEqual({ ended: 'recorded', ...REFUND, transactionIds: [transactionId] });
      expect(late.calls).toEqual(['query SUCCESS']);
      return late;
    },
  ),

  ofLate(
    {
      row: { reason: 'paid-after-close' },
      name: 'a payment after a close asks a person, and hourly WeChat Pay, which shows it refunded at last',
    },
    async (world) => {
      const late = await Late.after(world, NEVER_EXISTED);
      const { transactionId } = await late.told();
      await late.needsPerson('paid-after-close');
      await world.pass(2 * HOUR + HOUR / 2);
      await late.needsPerson('paid-after-close');
      await late.become('REFUND');
      await world.pass(HOUR);
      await late.endedAs('refunded', transactionId);
      expect(late.calls).toEqual(['query SUCCESS', 'query SUCCESS', 'query SUCCESS', 'query REFUND']);
      return late;
    },
  ),

  ofLate(
    {
      row: { on: 'releaseRequested' },
      name: 'a person who stops the watching while one is needed is obeyed at once',
    },
    async (world) => {
      const late = await Late.after(world, CLOSED);
      await late.told();
      await late.needsPerson('paid-after-close');
      await late.release();
      expect(await late.result()).toBe('released');
      expect(late.calls).toEqual(['query SUCCESS']);
      return late;
    },
  ),

  ofLate(
    {
      row: { from: 'checking', when: 'releasing' },
      name: 'a person who stops the watching during a query has its answer awaited, and is obeyed if it settles nothing',
    },
    async (world) => {
      const late = await Late.after(world, CLOSED);
      late.keepsBack();
      await late.told();
      await late.asked();
      await late.release();
      expect(await late.result()).toBe('released');
      expect(late.calls).toEqual(['query SUCCESS']);
      return late;
    },
  ),

  ofLate(
    {
      row: { when: 'isTheOnly' },
      name: 'a person who stops the watching during the query that shows it refunded is told so',
    },
    async (world) => {
      const late = await Late.after(world, CLOSED, 'REFUND');
      late.keepsBack();
      const { transactionId } = await late.told();
      await late.asked();
      await late.release();
      await late.endedAs('refunded', transactionId);
      return late;
    },
  ),
];
