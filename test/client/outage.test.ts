import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OrderClient } from '../../client/index.js';
import { Line } from '../support/line.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';

let world: RealWorld;
beforeAll(async () => {
  world = await newRealWorld();
  await world.startWorker();
});
afterAll(() => world.end());

it('an outcome is awaited through an outage of the server', async () => {
  const line = await Line.to(world.address);
  // Without the SDK's own retries, which hide an outage of some twenty seconds.
  const connection = await Connection.connect({ address: line.address, interceptors: [] });
  try {
    const { outTradeNo } = await world.checkout(4_000);
    const orders = new OrderClient(new Client({ connection }));
    const awaited = orders.order({ mchid: world.sandbox.mchid, outTradeNo }).outcome();
    await sleep(500);
    line.cut();
    await sleep(1_500);
    line.restore();
    expect(await awaited).toEqual({ ended: 'closed', closeSent: 'yes' });
  } finally {
    await connection.close();
    await line.end();
  }
});
