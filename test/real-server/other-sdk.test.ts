import { WorkflowFailedError, type WorkflowStartOptions } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OutcomeFeed } from '../../client/index.js';
import { DAY, HOUR, MINUTE } from '../../domain/time.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';
import { AMOUNT } from '../support/world.js';

let world: RealWorld;
beforeAll(async () => {
  world = await newRealWorld();
  await world.startWorker();
});
afterAll(() => world.end());

const TASK_QUEUE = 'wechatpay-orders';

/** Starts an order as Temporal's own SDK of any language does: with its type, id, task queue and input, and options of choice. */
async function start(outTradeNo: string, options: Partial<WorkflowStartOptions> = {}) {
  const { mchid } = world.sandbox;
  const input = { api: 'v3-global', mchid, outTradeNo, amount: AMOUNT, payWithin: '15m' };
  const workflowId = `order/${mchid}/${outTradeNo}`;
  return world.client.workflow.start('timeoutThenClose', {
    workflowId,
    taskQueue: TASK_QUEUE,
    args: [input],
    ...options,
  });
}

async function listed(query: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { workflowId } of world.client.workflow.list({ query })) found.push(workflowId);
  return found;
}

async function pageOf(workflowId: string): Promise<string> {
  const handle = world.client.workflow.getHandle(workflowId);
  return (await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
}

describe('an order that was started without search attributes and details', () => {
  it('is found by merchant, state and deadline', async () => {
    const { workflowId } = await start('BARE');
    const { mchid } = world.sandbox;
    const soon = new Date(Date.now() + HOUR).toISOString();
    const query = `WxpayMerchant = '${mchid}' AND WxpayState = 'awaiting-payment' AND WxpayDeadline < '${soon}'`;
    await expect.poll(() => listed(query)).toContain(workflowId);
  });

  it('has one event more than an order that the client has started', async () => {
    const { workflowId } = await start('ONE-MORE');
    const { outTradeNo, handle } = await world.checkout(10 * MINUTE);
    await expect.poll(() => listed(`WorkflowId = '${handle.workflowId}'`)).toHaveLength(1);
    const eventsOf = async (id: string): Promise<string[]> => {
      await world.client.workflow.getHandle(id).query('orderState');
      const { events } = await world.client.workflow.getHandle(id).fetchHistory();
      return (events ?? []).map(({ eventType }) => String(eventType));
    };
    expect(outTradeNo).not.toBe('ONE-MORE');
    expect(await eventsOf(workflowId)).toHaveLength((await eventsOf(handle.workflowId)).length + 1);
  });

  it('says on its page which order it is, which another does only once', async () => {
    const { workflowId } = await start('NAMED');
    const page = await pageOf(workflowId);
    expect(page).toContain('NAMED');
    expect(page).toContain('8.88');
    const { handle } = await world.checkout(10 * MINUTE);
    expect(await pageOf(handle.workflowId)).not.toContain('8.88');
  });

  it('is closed in time, and told in the feed', async () => {
    const { mchid } = world.sandbox;
    const createdAt = new Date(Date.now() - 20 * MINUTE);
    await world.sandbox.place({ mchid, outTradeNo: 'TOLD', amount: AMOUNT, createdAt: createdAt.getTime() });
    const vouched = { createdAt: createdAt.toISOString(), trustCreatedAt: true };
    const input = { api: 'v3-global', mchid, outTradeNo: 'TOLD', amount: AMOUNT, ...vouched, payWithin: '15m' };
    const handle = await start('TOLD', { args: [input] });
    expect(await handle.result()).toMatchObject({ ended: 'closed' });
    const feed = new OutcomeFeed(world.client, { mchid });
    const told = async (): Promise<string[]> => {
      const { events } = await feed.read({ since: createdAt.toISOString() });
      return events.filter(({ workflowId }) => workflowId === handle.workflowId).map(({ type }) => type);
    };
    await expect.poll(told).toEqual(['order.closed']);
  });

  it('is the same order to the client', async () => {
    const { workflowId } = await start('SAME');
    const { mchid } = world.sandbox;
    const again = { api: 'v3-global', mchid, outTradeNo: 'SAME', amount: AMOUNT, payWithin: '15m' } as const;
    expect(await world.orders.start(again)).toMatchObject({
      isNew: false,
      inputDiffers: false,
      handle: { workflowId },
    });
  });
});

it('search attributes that are wrong are set right', async () => {
  const { workflowId } = await start('WRONG', {
    searchAttributes: { WxpayMerchant: ['1'], WxpayState: ['closed'], WxpayReason: ['patience-over'] },
  });
  const right = `WxpayMerchant = '${world.sandbox.mchid}' AND WxpayState = 'awaiting-payment' AND WxpayReason IS NULL`;
  await expect.poll(() => listed(right)).toContain(workflowId);
});

it('a service order that was started without search attributes and details is found, and says which it is', async () => {
  const { mchid, outOrderNo, serviceId, appid } = await world.rental();
  const at = new Date(Date.now() + HOUR).toISOString();
  const request = { requestId: 'r-1', reason: 'left', when: { at } };
  const workflowId = `payscore/${mchid}/${outOrderNo}`;
  const args = [{ mchid, outOrderNo, serviceId, appid, request }];
  await world.client.workflow.start('cancelPayscore', { workflowId, taskQueue: TASK_QUEUE, args });
  await expect.poll(() => listed(`WxpayMerchant = '${mchid}' AND WxpayState = 'waiting'`)).toContain(workflowId);
  expect(await pageOf(workflowId)).toContain(outOrderNo);
});

describe('a start with options under which the order could lose its owner is refused:', () => {
  it.each([
    ['a timeout of the execution', { workflowExecutionTimeout: HOUR }, 'executionTimeout'],
    ['a timeout of the run', { workflowRunTimeout: 29 * DAY }, 'runTimeout'],
  ] as const)('%s', async (name, options, field) => {
    const handle = await start(`REFUSED-${name.length}`, options);
    const failure = await handle.result().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WorkflowFailedError);
    const cause = { type: 'INVALID_ORDER', message: expect.stringContaining(`${field} must not be set`) as string };
    expect(failure).toMatchObject({ cause });
  });

  it('is found by its merchant, in the feed, and in the log', async () => {
    const { mchid } = world.sandbox;
    const begun = new Date(Date.now() - MINUTE).toISOString();
    const input = { api: 'v3-global', mchid, outTradeNo: 'MISSPELT', amount: AMOUNT, payWithn: '15m' };
    const { workflowId } = await start('MISSPELT', { args: [input] });
    await expect.poll(() => listed(`WxpayMerchant = '${mchid}' AND ExecutionStatus = 'Failed'`)).toContain(workflowId);
    const feed = new OutcomeFeed(world.client, { mchid });
    const unwatched = async () => (await feed.read({ since: begun })).unwatched;
    await expect.poll(unwatched).toContainEqual(expect.objectContaining({ workflowId, status: 'failed' }));
    const line = { msg: 'a start was refused', workflowId };
    await expect.poll(() => world.log).toContainEqual(expect.objectContaining(line));
  });

  it('one that is long enough is taken', async () => {
    const handle = await start('LONG-ENOUGH', { workflowExecutionTimeout: 30 * DAY });
    expect(await handle.query('orderState')).toMatchObject({ phase: 'awaitingPayment' });
  });
});
