import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderRef } from '../../domain/orders/order.js';
import type { Sandbox } from '../../testing/sandbox/sandbox.js';
import { startSandbox } from '../support/sandbox.js';
import type { Merchant } from '../../wechatpay/merchant.js';
import { closeOrder, queryOrder } from '../../wechatpay/orders.js';
import { merchantsOf } from '../support/merchant.js';
import { answerOf } from '../support/wechatpay-failure.js';

const AMOUNT = { total: 888, currency: 'HKD' };
const SUB_MCHID = '1900000222';

/** A way in which an order is placed and called, and the sandbox that it is called at. */
interface Way {
  readonly api: OrderRef['api'];
  readonly subMchid?: string;
  readonly signType?: 'MD5' | 'HMAC-SHA256';
}

const WAYS: readonly (readonly [string, Way])[] = [
  ['v3 global, direct', { api: 'v3-global' }],
  ['v3 global, of an institution', { api: 'v3-global', subMchid: SUB_MCHID }],
  ['v3 mainland, direct', { api: 'v3' }],
  ['v3 mainland, of a partner', { api: 'v3', subMchid: SUB_MCHID }],
  ['v2 with MD5, common', { api: 'v2', signType: 'MD5' }],
  ['v2 with MD5, of an institution', { api: 'v2', subMchid: SUB_MCHID, signType: 'MD5' }],
  ['v2 with HMAC-SHA256, common', { api: 'v2', signType: 'HMAC-SHA256' }],
  ['v2 with HMAC-SHA256, of an institution', { api: 'v2', subMchid: SUB_MCHID, signType: 'HMAC-SHA256' }],
];

describe.each(WAYS)('%s', (_, { api, subMchid, signType }) => {
  let sandbox: Sandbox;
  let merchant: Merchant;
  let count = 0;

  beforeAll(async () => {
    sandbox = await startSandbox(signType === undefined ? {} : { v2SignType: signType });
    const found = (await merchantsOf(sandbox)).find(sandbox.mchid);
    if (found === undefined) throw new Error('the sandbox wrote no merchant');
    merchant = found;
  });
  afterAll(() => sandbox.stop());

  async function placed(): Promise<OrderRef & { readonly outTradeNo: string }> {
    const key = { mchid: sandbox.mchid, outTradeNo: `NUMBER-${++count}`, ...(subMchid !== undefined && { subMchid }) };
    await sandbox.place({ ...key, amount: AMOUNT, createdAt: Date.now() - 600_000 });
    return { api, ...key };
  }

  it('an unpaid order is found, closed, and closed for good', async () => {
    const order = await placed();
    expect(await answerOf(queryOrder(merchant, order))).toMatchObject({ tradeState: 'NOTPAY' });
    expect(await answerOf(closeOrder(merchant, order))).toMatchObject({ answer: 'accepted' });
    expect(await answerOf(queryOrder(merchant, order))).toMatchObject({ tradeState: 'CLOSED' });
    expect(await answerOf(closeOrder(merchant, order))).toMatchObject({
      answer: 'alreadyClosed',
      code: 'ORDER_CLOSED',
    });
  });

  it('a paid order is found with its payment, and cannot be closed', async () => {
    const order = await placed();
    const payment = await sandbox.pay(order);
    const answer = await answerOf(queryOrder(merchant, order));
    expect(answer).toMatchObject({
      tradeState: 'SUCCESS',
      payment: {
        transactionId: payment?.transactionId,
        amount: AMOUNT,
        paidAt: payment?.paidAt.replace(/\.\d+Z$/, 'Z'),
      },
    });
    expect(JSON.stringify(answer)).not.toMatch(/openid|oUpF8/);
    expect(await answerOf(closeOrder(merchant, order))).toMatchObject({ answer: 'paid', code: 'ORDERPAID' });
  });

  it('an order that nobody placed is signed not found', async () => {
    const order = { ...(await placed()), outTradeNo: 'NEVER-PLACED' };
    expect(await answerOf(queryOrder(merchant, order))).toMatchObject({
      tradeState: 'NOT_FOUND',
      code: 'ORDER_NOT_EXIST',
    });
  });

  it.each(['USERPAYING', 'ACCEPT'] as const)('a payment in progress is not closed: %s', async (state) => {
    const order = await placed();
    await sandbox.become(order, state);
    expect(await answerOf(queryOrder(merchant, order))).toMatchObject({ tradeState: 'USERPAYING' });
    expect(await answerOf(closeOrder(merchant, order))).toMatchObject({ answer: 'inProgress' });
  });

  it('an order of another sub-merchant is not this one', async () => {
    const order = await placed();
    const other = { ...order, subMchid: '1900000333' };
    const known = await answerOf(queryOrder(merchant, other)).catch(() => ({ tradeState: 'nothing' }));
    expect(['NOT_FOUND', 'nothing']).toContain(known.tradeState);
  });
});

describe('by the number of WeChat Pay only, v3 global', () => {
  it('a paid order is found, and cannot be closed', async () => {
    const sandbox = await startSandbox();
    try {
      const merchant = (await merchantsOf(sandbox)).find(sandbox.mchid);
      if (merchant === undefined) throw new Error('the sandbox wrote no merchant');
      const key = { mchid: sandbox.mchid, outTradeNo: 'BY-ID' };
      await sandbox.place({ ...key, amount: AMOUNT, createdAt: Date.now() - 600_000 });
      const payment = await sandbox.pay(key);
      const order = { api: 'v3-global', mchid: sandbox.mchid, transactionId: payment?.transactionId ?? '' } as const;
      expect(await answerOf(queryOrder(merchant, order))).toMatchObject({
        tradeState: 'SUCCESS',
        payment: { amount: AMOUNT },
      });
      expect(await answerOf(closeOrder(merchant, order))).toMatchObject({ answer: 'paid' });
    } finally {
      await sandbox.stop();
    }
  });
});
