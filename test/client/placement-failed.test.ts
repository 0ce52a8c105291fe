import { beforeEach, describe, expect, it } from 'vitest';
import type { OrderHandle } from '../../client/index.js';
import { HOUR, MINUTE, SECOND } from '../../domain/time.js';
import { AMOUNT, callsOf, FLOOR, newWorld, type World } from '../support/world.js';

const REFUSED = { code: 'PARAM_ERROR' };

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

/** An order whose placement WeChat Pay refused, as its checkout says. Nothing of it is at WeChat Pay. */
async function refused(outTradeNo = 'REFUSED') {
  const { mchid } = world.sandbox;
  const createdAt = new Date(await world.now()).toISOString();
  const input = { api: 'v3-global', mchid, outTradeNo, amount: AMOUNT, createdAt, payWithin: '30m' } as const;
  const { handle } = await world.orders.start(input);
  expect(await handle.placementFailed(REFUSED)).toMatchObject({ ended: false, accepted: true, outcome: null });
  return { handle, input, key: { mchid, outTradeNo } };
}

const runOf = async ({ workflowId }: OrderHandle): Promise<string> =>
  (await world.client.workflow.getHandle(workflowId).describe()).runId;

describe('a placement that failed', () => {
  it('ends its order as never existed soon after its 5 minutes, and not two hours later', async () => {
    const { handle } = await refused();
    await world.pass(FLOOR + 10 * SECOND);
    expect(await handle.state()).toMatchObject({ outcome: { ended: 'never-existed' } });
    expect(await handle.checkNow()).toMatchObject({
      ended: true,
      outcome: { ended: 'never-existed' },
      latePayment: null,
    });
  });

  it('is taken back if WeChat Pay shows the order, and refused after that', async () => {
    const { handle, key } = await refused();
    // The two seconds in which calls of `checkNow` share an answer begin when the first query is answered.
    await expect.poll(async () => (await handle.state()).tradeState).toBe('NOT_FOUND');
    await world.sandbox.place({ ...key, amount: AMOUNT });
    await world.pass(2 * SECOND);
    expect(await handle.checkNow()).toMatchObject({ ended: false, tradeState: 'NOTPAY' });
    await expect(handle.placementFailed(REFUSED)).rejects.toMatchObject({
      code: 'invalid-order',
      faults: [{ field: 'request', rule: expect.stringContaining('WeChat Pay has shown the order') }],
    });
    await world.pass(10 * MINUTE);
    expect(await handle.state()).toMatchObject({ outcome: null });
  });

  it.each([{}, { code: '' }, { code: 'A B' }, { code: 'X'.repeat(65) }, { code: 'TIMEOUT', more: 1 }])(
    'wants the code of the refusal, and nothing else: %j',
    async (request) => {
      const { handle } = await world.checkout();
      await expect(handle.placementFailed(request as typeof REFUSED)).rejects.toMatchObject({ code: 'invalid-order' });
    },
  );
});

describe('the start of an order that has ended', () => {
  it('begins it again if the order never existed', async () => {
    const { handle, input, key } = await refused();
    await world.pass(FLOOR + 10 * SECOND);
    expect(await handle.outcome()).toEqual({ ended: 'never-existed' });
    const before = await runOf(handle);
    await world.sandbox.place({ ...key, amount: AMOUNT });
    const createdAt = new Date(await world.now()).toISOString();
    const again = { ...input, createdAt, payWithin: '1h' };
    const starts = await Promise.all([world.orders.start(again), world.orders.start(again)]);
    const started = { inputDiffers: false, ended: false };
    expect(starts).toMatchObject([started, started]);
    expect(starts.map(({ isNew }) => isNew).sort()).toEqual([false, true]);
    const anew = await runOf(handle);
    expect(anew).not.toBe(before);
    // From now on it is an order like any: the next start returns this one.
    expect(await world.orders.start(input)).toMatchObject({ inputDiffers: true });
    expect(await runOf(handle)).toBe(anew);
    await world.pass(HOUR + MINUTE);
    expect(await handle.outcome()).toMatchObject({ ended: 'closed', closeSent: 'yes' });
  });

  it('returns the first if it was closed', async () => {
    const { handle, outTradeNo, mchid } = await world.checkout();
    await world.pass(16 * MINUTE);
    expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
    const [before, calls] = [await runOf(handle), callsOf(world, outTradeNo)];
    const input = { api: 'v3-global', mchid, outTradeNo, amount: AMOUNT, payWithin: '16m' } as const;
    expect(await world.orders.start(input)).toMatchObject({
      inputDiffers: true,
      ended: true,
      outcome: { ended: 'closed' },
      endedAt: expect.stringMatching(/Z$/) as string,
    });
    expect(await runOf(handle)).toBe(before);
    expect(callsOf(world, outTradeNo)).toEqual(calls);
  });

  it('begins it again if its run was terminated', async () => {
    const { handle, outTradeNo, mchid } = await world.checkout();
    await world.client.workflow.getHandle(handle.workflowId).terminate();
    const before = await runOf(handle);
    const input = { api: 'v3-global', mchid, outTradeNo, amount: AMOUNT, payWithin: '15m' } as const;
    expect(await world.orders.start(input)).toMatchObject({ inputDiffers: false });
    expect(await runOf(handle)).not.toBe(before);
  });
});
