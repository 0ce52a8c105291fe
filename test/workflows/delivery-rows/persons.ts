import { expect } from 'vitest';
import type { Scenario } from '../rows.js';
import { Delivery, GIVEN_UP, ofDelivery } from './delivery.js';

/** What a person does. */
export const PERSONS: readonly Scenario[] = [
  ofDelivery(
    {
      row: { from: 'needsAttention', on: 'retryRequested' },
      name: 'a person who corrected the URL has the event posted at once',
    },
    async (world, checkout) => {
      const delivery = new Delivery(world, checkout);
      checkout.answer = () => 410;
      await delivery.handOver(0);
      await delivery.is({ phase: 'needsAttention', reason: 'gone' });
      checkout.answer = () => 200;
      expect(await delivery.retry()).toMatchObject({ phase: 'delivering', visible: null, reason: null });
      expect(await delivery.result()).toEqual({ ended: 'delivered' });
      return delivery;
    },
  ),

  ofDelivery(
    { row: { on: 'gaveUp' }, name: 'a person who gives up by name ends it, and it is posted no more' },
    async (world, checkout) => {
      const delivery = new Delivery(world, checkout);
      checkout.answer = () => 500;
      await delivery.handOver(0);
      await delivery.is({ phase: 'retrying' });
      expect(await delivery.giveUp()).toMatchObject({
        phase: 'ended',
        visible: 'given-up',
        events: [delivery.added(0)],
      });
      expect(await delivery.result()).toEqual({ ended: 'given-up', ...GIVEN_UP });
      expect(delivery.posted).toHaveLength(1);
      return delivery;
    },
  ),

  ofDelivery(
    { row: { on: 'releaseRequested' }, name: 'a person who stops it between two tries is obeyed at once' },
    async (world, checkout) => {
      const delivery = new Delivery(world, checkout);
      checkout.answer = () => 500;
      await delivery.handOver(0);
      await delivery.is({ phase: 'retrying' });
      await delivery.release();
      expect(await delivery.result()).toEqual({ ended: 'released' });
      expect(delivery.posted).toHaveLength(1);
      return delivery;
    },
  ),

  ofDelivery(
    {
      row: { from: 'delivering', when: 'releasing' },
      name: 'a person who stops it during a try has the answer awaited, and nothing is posted again',
    },
    async (world, checkout) => {
      const delivery = new Delivery(world, checkout);
      const answer = delivery.keepsBack();
      await delivery.handOver(0);
      await delivery.isPosted(1);
      await delivery.release();
      answer(500);
      expect(await delivery.result()).toEqual({ ended: 'released' });
      expect(delivery.posted).toHaveLength(1);
      return delivery;
    },
  ),

  ofDelivery(
    {
      row: { when: 'allDelivered' },
      name: 'a person who stops it during the try that delivers everything is told so',
    },
    async (world, checkout) => {
      const delivery = new Delivery(world, checkout);
      const answer = delivery.keepsBack();
      await delivery.handOver(0);
      await delivery.isPosted(1);
      await delivery.release();
      answer(200);
      expect(await delivery.result()).toEqual({ ended: 'delivered' });
      expect(delivery.posted).toHaveLength(1);
      return delivery;
    },
  ),

  ofDelivery(
    {
      row: { from: 'ended', on: 'added' },
      name: 'an event that comes as a person gives up is delivered all the same, since the person did not know of it',
    },
    async (world, checkout) => {
      const delivery = new Delivery(world, checkout);
      // Nothing runs it yet, so both are there as it begins.
      const taskQueue = 'later';
      await delivery.handOver(0, taskQueue);
      const givingUp = delivery.giveUp([]);
      await world.takeUp(taskQueue);
      expect(await givingUp).toMatchObject({ phase: 'ended' });
      await delivery.is({ phase: 'delivering', events: [delivery.added(0)] });
      return delivery;
    },
  ),
];
