import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { createOutcomeActivities } from '../../activities/outcomes.js';
import type { OutcomeActivities, TellInput } from '../../domain/outcome/state.js';
import { startCheckout } from '../support/checkout.js';
import { TELLER, undelivered } from '../support/deliveries.js';

const MCHID = '1900000109';

/** The activities of a worker whose merchant has a URL, as a workflow calls them. */
async function called({ workflowType, workflowId }: { readonly workflowType: string; readonly workflowId: string }) {
  const checkout = await startCheckout();
  const merchant = { mchid: MCHID, appids: [], outcomes: [checkout.endpoint()] };
  const activities = createOutcomeActivities({ find: () => merchant });
  const environment = new MockActivityEnvironment({ workflowType, workflowExecution: { workflowId, runId: 'r' } });
  const run = <Name extends keyof OutcomeActivities>(name: Name, input: Parameters<OutcomeActivities[Name]>[0]) =>
    environment.run(activities[name] as (given: typeof input) => Promise<unknown>, input);
  return { checkout, run };
}

const TOLD: TellInput = {
  news: {
    type: 'order.released',
    data: { order: { mchid: MCHID, outTradeNo: 'SHOP-1' }, outcome: { ended: 'released' } },
    sequence: 1,
    occurredAt: 1,
    mark: '',
  },
  mchid: MCHID,
  locale: 'en',
  life: 'first-run',
  taskQueue: 'wechatpay-orders',
};

const REFUSED = { type: 'LOCAL_NOT_ITS_WORKFLOW', nonRetryable: true };

describe('what posts to a checkout', () => {
  it('is refused to a workflow of another type', async () => {
    const { checkout, run } = await called({ workflowType: 'theirs', workflowId: TELLER });
    await expect(run('tellOutcome', TOLD)).rejects.toMatchObject(REFUSED);
    await expect(run('deliverOutcomes', { mchid: MCHID, events: [undelivered(0)] })).rejects.toMatchObject(REFUSED);
    expect(checkout.posts).toEqual([]);
  });

  it('is refused to the delivery of another order', async () => {
    const { checkout, run } = await called({ workflowType: 'deliverOutcomes', workflowId: 'outcome/order/1/OTHER' });
    await expect(run('deliverOutcomes', { mchid: MCHID, events: [undelivered(0)] })).rejects.toMatchObject(REFUSED);
    expect(checkout.posts).toEqual([]);
  });

  it('posts for the delivery of that very order', async () => {
    const workflowId = `outcome/${TELLER}`;
    const { checkout, run } = await called({ workflowType: 'deliverOutcomes', workflowId });
    const result = await run('deliverOutcomes', { mchid: MCHID, events: [undelivered(1), undelivered(0)] });
    expect(result).toEqual({ left: [], failure: null });
    expect(checkout.taken).toEqual([undelivered(1).event, undelivered(0).event]);
  });

  it('makes twenty posts to one URL at a time, and leaves what comes on top to a later try', async () => {
    const workflowId = `outcome/${TELLER}`;
    const { checkout, run } = await called({ workflowType: 'deliverOutcomes', workflowId });
    checkout.answer = () => 'hang';
    const attempts = Array.from({ length: 25 }, () =>
      run('deliverOutcomes', { mchid: MCHID, events: [undelivered(0)] }),
    );
    const results = await Promise.all(attempts);
    const busy = results.filter((each) => (each as { failure: { said: string } }).failure.said === 'LOCAL_URL_BUSY');
    expect(busy).toHaveLength(5);
    expect(checkout.posts).toHaveLength(20);
    // It did not answer, so it gets fewer until it does: others need the slots.
    const more = Array.from({ length: 25 }, () => run('deliverOutcomes', { mchid: MCHID, events: [undelivered(0)] }));
    await Promise.all(more);
    expect(checkout.posts).toHaveLength(22);
  }, 30_000);
});
