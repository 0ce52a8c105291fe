import { ApplicationFailure } from '@temporalio/common';
import { expect } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import { startCheckout } from '../../support/checkout.js';
import type { Scenario } from '../rows.js';
import { Delivery, ofDelivery } from './delivery.js';

/** What a try comes to, and when the next one is. */
export const TRIES: readonly Scenario[] = [
  ofDelivery(
    {
      row: { on: 'taken', when: 'allDelivered' },
      name: 'what an order told while the checkout was down is delivered once it is up, with the same id',
    },
    async (world, checkout) => {
      checkout.answer = () => 500;
      const { handle } = await world.checkout();
      const delivery = new Delivery(world, checkout, handle.workflowId);
      await world.pass(16 * MINUTE);
      expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
      expect(checkout.taken).toEqual([]);
      checkout.answer = () => 204;
      await world.pass(HOUR);
      expect(await delivery.result()).toEqual({ ended: 'delivered' });
      expect(checkout.taken.map(({ type }) => type)).toEqual(['order.closed']);
      expect(new Set(delivery.posted).size).toBe(1);
      return delivery;
    },
  ),

  ofDelivery(
    { row: { to: 'retrying' }, name: 'an event that is not taken is shown with what the checkout said' },
    async (world, checkout) => {
      const delivery = new Delivery(world, checkout);
      checkout.answer = () => 503;
      await delivery.handOver(0);
      await delivery.is({ phase: 'retrying', visible: 'not-delivered', reason: null });
      const { last, events } = await delivery.state();
      expect(last).toMatchObject({ said: 'HTTP_503', host: checkout.url.host, isGone: false });
      expect(events).toEqual([delivery.added(0)]);
      return delivery;
    },
  ),

  ofDelivery(
    { row: { to: 'retrying' }, name: 'a try that a person ends by hand in Temporal counts as one that was not taken' },
    async (world, checkout) => {
      const delivery = new Delivery(world, checkout);
      delivery.keepsBack();
      await delivery.handOver(0);
      await delivery.isPosted(1);
      const { workflowId } = delivery;
      const failure = ApplicationFailure.nonRetryable('ended by hand');
      await world.client.activity.fail({ workflowId, activityId: '1' }, failure);
      await delivery.is({ phase: 'retrying', events: [delivery.added(0)] });
      expect((await delivery.state()).last).toMatchObject({ said: 'LOCAL_LOST', host: null });
      return delivery;
    },
  ),

  ofDelivery(
    { row: { from: 'retrying', on: 'timer' }, name: 'an event that is not taken is posted again after five seconds' },
    async (world, checkout) => {
      const delivery = new Delivery(world, checkout);
      checkout.answer = () => 500;
      await delivery.handOver(0);
      await delivery.is({ phase: 'retrying' });
      await world.pass(3 * SECOND);
      expect(delivery.posted).toHaveLength(1);
      checkout.answer = () => 200;
      await world.pass(3 * SECOND);
      expect(await delivery.result()).toEqual({ ended: 'delivered' });
      expect(delivery.posted).toHaveLength(2);
      return delivery;
    },
  ),

  ofDelivery(
    { row: { to: 'retrying' }, name: 'a URL that has taken an event gets it no second time while another does not' },
    async (world, checkout, urls) => {
      const other = await startCheckout();
      other.answer = () => 500;
      urls.push(other.endpoint('ba9876543210'));
      const delivery = new Delivery(world, checkout);
      await delivery.handOver(0);
      await delivery.is({
        phase: 'retrying',
        events: [{ ...delivery.added(0), delivered: [checkout.endpoint().key] }],
      });
      other.answer = () => 200;
      await world.pass(6 * SECOND);
      expect(await delivery.result()).toEqual({ ended: 'delivered' });
      expect([delivery.posted.length, other.posts.length]).toEqual([1, 2]);
      return delivery;
    },
  ),

  ofDelivery(
    { row: { on: 'taken', when: null }, name: 'an event that comes during a try is posted after it, in that order' },
    async (world, checkout) => {
      const delivery = new Delivery(world, checkout);
      const answer = delivery.keepsBack();
      await delivery.handOver(1);
      await delivery.isPosted(1);
      await delivery.handOver(0);
      await expect.poll(async () => (await delivery.state()).events).toHaveLength(2);
      answer(200);
      expect(await delivery.result()).toEqual({ ended: 'delivered' });
      expect(delivery.posted).toEqual([delivery.added(1).event.id, delivery.added(0).event.id]);
      return delivery;
    },
  ),

  ofDelivery(
    {
      row: { reason: 'not-delivered' },
      name: 'a checkout that is down for three days has a person asked, and is still posted to every hour',
    },
    async (world, checkout) => {
      const delivery = new Delivery(world, checkout);
      checkout.answer = () => 500;
      await delivery.handOver(0);
      await world.pass(3 * DAY - HOUR);
      await delivery.is({ phase: 'retrying', visible: 'not-delivered' });
      await world.pass(2 * HOUR);
      await delivery.is({ phase: 'needsAttention', visible: 'needs-attention', reason: 'not-delivered' });
      checkout.answer = () => 200;
      await world.pass(HOUR + MINUTE);
      expect(await delivery.result()).toEqual({ ended: 'delivered' });
      return delivery;
    },
  ),

  ofDelivery(
    { row: { reason: 'gone' }, name: 'a URL that answers 410 has a person asked at once' },
    async (world, checkout) => {
      const delivery = new Delivery(world, checkout);
      checkout.answer = () => 410;
      await delivery.handOver(0);
      await delivery.is({ phase: 'needsAttention', visible: 'needs-attention', reason: 'gone' });
      expect(delivery.posted).toHaveLength(1);
      return delivery;
    },
  ),
];
