import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceOrderRef } from '../../../client/index.js';
import { clientsOf } from '../../../http/api/run.js';
import { DEFAULT_TASK_QUEUE } from '../../../workflows/messages/orders.js';
import { newRealWorld, type RealWorld } from '../../support/real-world.js';
import { type Ask, serving } from './serving.js';

let world: RealWorld;
let ask: Ask;
const ends: (() => Promise<void>)[] = [];
beforeAll(async () => {
  world = await newRealWorld();
  ends.push(() => world.end());
  await world.startWorker();
  ({ ask } = await serving(clientsOf(world.client, DEFAULT_TASK_QUEUE), {}, (stop) => ends.push(stop)));
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

const REQUEST = { requestId: 'r-1', reason: '用户取消' };

async function rental() {
  const ref = await world.rental();
  const { mchid, outOrderNo, serviceId, appid } = ref;
  return { ref, path: `/v1/merchants/${mchid}/service-orders/${outOrderNo}`, key: { serviceId, appid } };
}

const ended = (ref: ServiceOrderRef) => world.serviceOrders.serviceOrder(ref).outcome();

describe('a request to cancel a service order', () => {
  it('starts the watch, is taken once, and cancels', async () => {
    const { ref, path, key } = await rental();
    const body = { ...key, request: { ...REQUEST, when: { ifNotConfirmedWithin: '30m' } } };
    const first = await ask(`POST ${path}/cancel`, { body });
    expect(first).toMatchObject({
      status: 200,
      body: { workflowId: `payscore/${ref.mchid}/${ref.outOrderNo}`, requestId: 'r-1', requestDiffers: false },
    });
    expect(await ask(`GET ${path}`)).toMatchObject({ status: 200, body: { isCancelling: false, outcome: null } });
    const other = { ...key, request: { ...body.request, reason: 'another' } };
    expect(await ask(`POST ${path}/cancel`, { body: other })).toMatchObject({
      status: 200,
      body: { dueAt: first.body['dueAt'], requestDiffers: true },
    });
    const now = { ...key, request: { ...REQUEST, requestId: 'r-2' } };
    expect(await ask(`POST ${path}/cancel`, { body: now })).toMatchObject({ status: 200, body: { requestId: 'r-2' } });
    expect(await ended(ref)).toMatchObject({ ended: 'cancelled' });
    expect(await ask(`GET ${path}`)).toMatchObject({ status: 200, body: { outcome: { ended: 'cancelled' } } });
  });

  it('says if the service order is watched with another service id', async () => {
    const { path, key } = await rental();
    const request = { ...REQUEST, when: { ifNotConfirmedWithin: '30m' } };
    await ask(`POST ${path}/cancel`, { body: { ...key, request } });
    const body = { ...key, serviceId: '500002', request };
    expect(await ask(`POST ${path}/cancel`, { body })).toMatchObject({ status: 200, body: { inputDiffers: true } });
  });

  it.each([
    [{ request: undefined }, ['request']],
    [{ request: { ...REQUEST, when: { at: 'tomorrow' } } }, ['request.when.at']],
    [{ request: { ...REQUEST, reason: '' } }, ['request.reason']],
    [{ request: { ...REQUEST, by: 'Mei' } }, ['request.by']],
    [{ appid: 'x', serviceId: 7 }, ['serviceId', 'appid']],
    [{ mchid: '1900000109' }, ['mchid']],
  ])('lists the faults of %j', async (changes, fields) => {
    const { path, key } = await rental();
    const said = await ask(`POST ${path}/cancel`, { body: { ...key, request: REQUEST, ...changes } });
    expect(said).toMatchObject({ status: 400, body: { code: 'invalid-order' } });
    expect((said.body['faults'] as { field: string }[]).map(({ field }) => field)).toEqual(fields);
  });
});

describe('a service order that nobody watches', () => {
  it('is not found', async () => {
    const { path } = await rental();
    expect(await ask(`GET ${path}`)).toMatchObject({ status: 404, body: { code: 'order-not-found' } });
  });
});
