import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { OrderList } from '../../client/order-list.js';
import { Line } from '../support/line.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';

let world: RealWorld;
let list: OrderList;
beforeAll(async () => {
  world = await newRealWorld();
  list = new OrderList(world.client);
  const order = { api: 'v3', amountUnknown: true, payWithin: '30m' } as const;
  for (const mchid of ['1900000109', '1900000110', '1900000111'])
    for (const outTradeNo of ['LIST-001', 'LIST-002']) await world.orders.start({ ...order, mchid, outTradeNo });
  const all = async (): Promise<number> => list.count("WorkflowType = 'timeoutThenClose'");
  await vi.waitFor(async () => expect(await all()).toBe(6), { timeout: 60_000 });
});
afterAll(() => world.end());

describe('the list of orders', () => {
  it('finds no more than it is asked for', async () => {
    expect(await list.find("WxpayState = 'awaiting-payment'", 4)).toHaveLength(4);
    expect(await list.find("WxpayMerchant = '1900000110'", 10)).toHaveLength(2);
    expect(await list.find("WxpayMerchant = '1900000112'", 10)).toEqual([]);
  });

  it('knows the merchants, each once, and which workflows there are', async () => {
    expect([...(await list.merchants())].sort()).toEqual(['1900000109', '1900000110', '1900000111']);
    const there = 'order/1900000109/LIST-002';
    expect(await list.known(['order/1900000109/LIST-003', there])).toEqual([there]);
  });

  it('says that the server does not answer, and why it refuses a query', async () => {
    await expect(list.find('Colour = 1', 1)).rejects.toMatchObject({
      code: 'call-failed',
      message: expect.stringContaining('the list of orders'),
    });
    const line = await Line.to(world.address);
    onTestFinished(() => line.end());
    line.cut();
    const connection = Connection.lazy({ address: line.address });
    onTestFinished(() => connection.close());
    const away = new OrderList(new Client({ connection }));
    await expect(away.merchants()).rejects.toMatchObject({ code: 'no-server' });
  });
});
