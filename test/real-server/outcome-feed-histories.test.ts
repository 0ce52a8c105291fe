import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderHandle, OutcomeEvent, PaymentNotification } from '../../client/index.js';
import { HOUR } from '../../domain/time.js';
import { startCheckout } from '../support/checkout.js';
import { times } from '../support/facts.js';
import { newFeedWorld, paymentOf, WRONG_AMOUNT, type FeedWorld } from '../support/feed-world.js';
import { OWNED_CODEC } from '../support/owned-codec.js';

/** How many events the server takes for a long history here; by default, thousands. */
const LONG = 40;

let world: FeedWorld;
beforeAll(async () => {
  const suggestion = `limit.historyCount.suggestContinueAsNew=${LONG}`;
  world = await newFeedWorld({
    serverArgs: ['--dynamic-config-value', suggestion],
    dataConverter: { payloadCodecs: [OWNED_CODEC] },
  });
});
afterAll(() => world.end());

/** What the feed says of an order. */
async function saidOf({ workflowId }: OrderHandle): Promise<OutcomeEvent[]> {
  const pages = await world.pass(new Date(Date.now() - HOUR).toISOString());
  // A run that went on in a new one is no end.
  expect(pages.flatMap(({ unwatched }) => unwatched)).toEqual([]);
  return pages.flatMap(({ events }) => events.filter((event) => event.workflowId === workflowId));
}

interface Asking {
  readonly handle: OrderHandle;
  readonly notification: PaymentNotification;
}

async function needsAPerson(hasWebhook?: false): Promise<Asking> {
  const { handle, key } = await world.open();
  const changes = hasWebhook === undefined ? {} : { hasWebhook };
  const notification = paymentOf(key, { amount: WRONG_AMOUNT, ...changes });
  await handle.paymentNotification(notification);
  await expect.poll(() => saidOf(handle)).toHaveLength(1);
  return { handle, notification };
}

/** Sends what is known already, until the order goes on in a new run. */
async function untilNewRun({ handle, notification }: Asking): Promise<void> {
  const { runId } = await world.client.workflow.getHandle(handle.workflowId).describe();
  for (const _ of times(Math.ceil(LONG / 3), () => null)) await handle.paymentNotification(notification);
  const describeNow = async () => (await world.client.workflow.getHandle(handle.workflowId).describe()).runId;
  await expect.poll(describeNow).not.toBe(runId);
}

describe('with a codec that binds what it encodes to its owner', () => {
  it('what was told is read as it was posted, and what was not is read as well', async () => {
    const checkout = await startCheckout();
    world.urls = [checkout.endpoint()];
    const told = await world.paid();
    await told.outcome();
    await expect.poll(() => saidOf(told)).toEqual(checkout.taken);
    world.urls = undefined;
    const { handle, key } = await world.open();
    await handle.paymentNotification(paymentOf(key, { hasWebhook: false }));
    await handle.outcome();
    await expect.poll(() => saidOf(handle)).toMatchObject([{ type: 'order.paid', data: { order: key } }]);
  });
});

describe('an order that goes on in a new run and needs a person still', () => {
  it('has the event that an earlier run has told', async () => {
    const checkout = await startCheckout();
    world.urls = [checkout.endpoint()];
    const asking = await needsAPerson();
    const { handle } = asking;
    await expect.poll(() => checkout.taken).toHaveLength(1);
    await untilNewRun(asking);
    expect(await saidOf(handle)).toEqual(checkout.taken);
    // The run before has not ended the order.
    await handle.resolve({ as: 'closed', note: 'seen', by: 'Mei', force: true });
    await handle.outcome();
    await expect.poll(async () => (await saidOf(handle)).map(({ type }) => type)).toEqual(['order.resolved']);
  });

  it('has the same event as before, if nobody was told', async () => {
    world.urls = undefined;
    const asking = await needsAPerson(false);
    const { handle } = asking;
    const before = await saidOf(handle);
    await untilNewRun(asking);
    expect(await saidOf(handle)).toEqual(before);
  });
});
