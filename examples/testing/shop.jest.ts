import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startTestStack, type TestStack } from 'wechatpay-order-lifecycle/testing';
import { openShop, type Shop } from './shop.js';

let stack: TestStack;
let shop: Shop;

beforeAll(async () => {
  stack = await startTestStack();
  shop = await openShop(stack.temporalAddress, stack.outcomeSecret);
  await stack.postOutcomesTo(shop.outcomesUrl);
}, 60_000);

afterAll(async () => {
  await shop.close();
  await stack.stop();
});

it('closes an order that nobody pays', async () => {
  await shop.createOrder('NOT-PAID', 888);
  await stack.place({ outTradeNo: 'NOT-PAID', amount: { total: 888, currency: 'HKD' } });
  await stack.advance('15m');
  expect(shop.rows.get('NOT-PAID')?.status).toBe('closed');
});

it('delivers what is paid', async () => {
  await shop.createOrder('PAID', 888);
  await stack.place({ outTradeNo: 'PAID', amount: { total: 888, currency: 'HKD' } });
  await stack.advance('10m');
  await stack.pay('PAID');
  expect(shop.rows.get('PAID')?.status).toBe('paid');
});
