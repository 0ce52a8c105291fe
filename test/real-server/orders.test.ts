import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OrderInput } from '../../client/index.js';
import { MINUTE, SECOND } from '../../domain/time.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';

let world: RealWorld;
beforeAll(async () => {
  world = await newRealWorld();
  await world.startWorker();
});
afterAll(() => world.end());

const again = { api: 'v3-global', amount: { total: 888, currency: 'HKD' }, payWithin: '15m' } as const;

describe('starting an order', () => {
  it('twice gives the first, and says that the input differs', async () => {
    const { handle, outTradeNo, timeExpire } = await world.checkout(MINUTE);
    const { mchid } = world.sandbox;
    const second = await world.orders.start({ ...again, mchid, outTradeNo });
    expect(second).toMatchObject({ timeExpire, inputDiffers: true });
    expect(second.handle.workflowId).toBe(handle.workflowId);
    const { runId } = await world.client.workflow.getHandle(handle.workflowId).describe();
    const third = await world.orders.start({ ...again, mchid, outTradeNo });
    expect((await world.client.workflow.getHandle(third.handle.workflowId).describe()).runId).toBe(runId);
  });

  it('with the same input in another order of its fields is the same', async () => {
    const { mchid } = world.sandbox;
    const one = { ...again, mchid, outTradeNo: 'SAME-INPUT' };
    const other = {
      outTradeNo: 'SAME-INPUT',
      payWithin: '15m',
      amount: { currency: 'HKD', total: 888 },
      mchid,
      api: 'v3-global',
    } as const;
    await world.orders.start(one);
    expect(await world.orders.start(other)).toMatchObject({ inputDiffers: false });
  });

  it.each([
    ['the same length in milliseconds', { payWithin: 15 * MINUTE }, false],
    ['a default that is named', { locale: 'en' }, false],
    ['a field that is undefined', { createdAt: undefined }, false],
    ['a minute less', { payWithin: '14m' }, true],
    ['a second more', { payWithin: 15 * MINUTE + SECOND }, true],
    ['another amount', { amount: { total: 889, currency: 'HKD' } }, true],
    ['another api', { api: 'v2' }, true],
    ['an instant of creation of its own', { createdAt: '2026-01-31T09:00:00+08:00', trustCreatedAt: true }, true],
  ] as const)('again with %s says whether that is another order', async (name, changes, inputDiffers) => {
    const input = { ...again, mchid: world.sandbox.mchid, outTradeNo: `AGAIN-${name.length}` };
    const { timeExpire } = await world.orders.start(input);
    const second = await world.orders.start({ ...input, ...changes } as OrderInput);
    // In the form of the api that is asked for.
    const form = 'api' in changes ? expect.stringMatching(/^\d{14}$/) : timeExpire;
    expect(second).toMatchObject({ inputDiffers, timeExpire: form });
  });

  it('again with the same deadline in another form is the same', async () => {
    const { payWithin: _, ...rest } = again;
    const input = { ...rest, mchid: world.sandbox.mchid, outTradeNo: 'SAME-DEADLINE' };
    const payBefore = new Date(Date.now() + 15 * MINUTE).toISOString();
    const inBeijing = payBefore.replace('Z', '+00:00');
    await world.orders.start({ ...input, payBefore });
    expect(await world.orders.start({ ...input, payBefore: inBeijing })).toMatchObject({ inputDiffers: false });
    const later = new Date(Date.parse(payBefore) + SECOND).toISOString();
    expect(await world.orders.start({ ...input, payBefore: later })).toMatchObject({ inputDiffers: true });
  });

  it('again after its end gives the ended order, and its outcome', async () => {
    const { handle, outTradeNo } = await world.checkout(0);
    expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
    const second = await world.orders.start({ ...again, mchid: world.sandbox.mchid, outTradeNo });
    expect(second).toMatchObject({ ended: true, outcome: { ended: 'closed' } });
    expect(world.sandbox.ledger.entries(outTradeNo)).toHaveLength(3);
  });

  it('again long after its deadline gives the first; an order that nobody began in time is refused', async () => {
    const { mchid } = world.sandbox;
    const payBefore = new Date(Date.now() - 90 * MINUTE).toISOString();
    const input = { api: 'v3-global', mchid, outTradeNo: 'LONG-PAST', amount: again.amount, payBefore } as const;
    await expect(world.orders.start(input)).rejects.toMatchObject({ code: 'invalid-order' });
    const { workflowId } = world.orders.order(input);
    // As a client would have started it in time.
    await world.client.workflow.start('timeoutThenClose', { workflowId, taskQueue: 'wechatpay-orders', args: [input] });
    expect(await world.orders.start(input)).toMatchObject({ ended: false, handle: { workflowId } });
  });

  it('with faults starts nothing, and lists them all', async () => {
    const bad = { ...again, mchid: 'nobody', outTradeNo: 'a/b' };
    await expect(world.orders.start(bad)).rejects.toMatchObject({
      code: 'invalid-order',
      faults: [{ field: 'mchid' }, { field: 'outTradeNo' }],
    });
  });

  it('again is possible after a person stopped the watching, which the checkout is told', async () => {
    const { handle, outTradeNo } = await world.checkout(MINUTE);
    await world.client.workflow.getHandle(handle.workflowId).cancel();
    expect(await handle.outcome()).toEqual({ ended: 'released' });
    const second = await world.orders.start({ ...again, mchid: world.sandbox.mchid, outTradeNo });
    expect(await second.handle.state()).toMatchObject({ phase: 'awaitingPayment' });
  });
});

describe('an order that nobody started', () => {
  it('is not found', async () => {
    const handle = world.orders.order({ mchid: world.sandbox.mchid, outTradeNo: 'NOBODY' });
    await expect(handle.state()).rejects.toMatchObject({ code: 'order-not-found' });
    await expect(handle.closeNow()).rejects.toMatchObject({ code: 'order-not-found' });
    await expect(handle.outcome()).rejects.toMatchObject({ code: 'order-not-found' });
  });
});

describe('operators', () => {
  it('find orders by merchant and state', async () => {
    const { handle } = await world.checkout(0);
    await handle.outcome();
    const query = `WxpayMerchant = '${world.sandbox.mchid}' AND WxpayState = 'closed' AND WxpayDeadline < '2999-01-01T00:00:00Z'`;
    await vi.waitFor(async () => {
      const found: string[] = [];
      for await (const { workflowId } of world.client.workflow.list({ query })) found.push(workflowId);
      expect(found).toContain(handle.workflowId);
    }, 60_000);
  });

  it('read the order in its summary, details and current details', async () => {
    const { handle, outTradeNo } = await world.checkout(MINUTE);
    const workflow = world.client.workflow.getHandle(handle.workflowId);
    const { staticSummary, staticDetails } = await workflow.describe();
    expect(await staticSummary()).toBe(`WeChat Pay order ${outTradeNo} of merchant 1900000109, HKD 8.88`);
    expect(await staticDetails()).toContain('never closed before');
    const metadata = await workflow.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    const { currentDetails } = metadata;
    expect(currentDetails).toMatch(
      /^\*\*Request Cancellation\*\* .*\n\n\*\*Waiting for the payment\*\* until .* \(Asia\/Shanghai\)/,
    );
    expect(currentDetails).toContain('WeChat Pay was not asked yet.');
    expect(currentDetails).toContain('`checkNow`');
  });

  it('get no secret, signature or payer in the log of the worker', () => {
    const everything = world.log.map((line) => JSON.stringify(line)).join('\n');
    expect(everything).toContain('the order changed state');
    expect(everything).not.toMatch(/PRIVATE KEY|signature|nonce|openid|oUpF8|WECHATPAY2/i);
  });
});
