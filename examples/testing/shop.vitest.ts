import { afterAll, beforeAll, expect, it } from 'vitest';
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

const statusOf = (outTradeNo: string): string | undefined => shop.rows.get(outTradeNo)?.status;

/** An order that the shop has created, and that is at WeChat Pay. */
async function created(outTradeNo: string): Promise<void> {
  await shop.createOrder(outTradeNo, 888);
  await stack.place({ outTradeNo, amount: { total: 888, currency: 'HKD' } });
}

it('closes an order that nobody pays', async () => {
  await created('NOT-PAID');
  await stack.advance('14m');
  expect(statusOf('NOT-PAID')).toBe('open');
  await stack.advance('1m');
  expect(statusOf('NOT-PAID')).toBe('closed');
  expect(await stack.stateAtWechatPay('NOT-PAID')).toBe('CLOSED');
  await expect(stack.pay('NOT-PAID')).rejects.toThrow('takes no payment');
});

it('delivers what is paid', async () => {
  await created('PAID');
  await stack.advance('10m');
  await stack.pay('PAID');
  expect(statusOf('PAID')).toBe('paid');
});

it('learns of a payment whose notification is lost', async () => {
  await created('LOST');
  await stack.pay('LOST', { notification: 'lost' });
  expect(statusOf('LOST')).toBe('open');
  await stack.advance('15m');
  expect(statusOf('LOST')).toBe('paid');
});

it('closes an order that the bank refused', async () => {
  await created('REFUSED');
  await stack.become('REFUSED', 'PAYERROR');
  await stack.advance('15m');
  expect(statusOf('REFUSED')).toBe('closed');
});

it('closes an order once WeChat Pay can', async () => {
  await created('SYSTEM-ERROR');
  await stack.misbehave({ what: 'systemError', on: 'close', times: 3 }, 'SYSTEM-ERROR');
  await stack.advance('15m');
  expect(statusOf('SYSTEM-ERROR')).toBe('open');
  await stack.advance('10m');
  expect(statusOf('SYSTEM-ERROR')).toBe('closed');
});
