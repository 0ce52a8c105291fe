import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ORDER_APIS } from '../../domain/orders/order.js';
import { outTradeNoFault, PAYMENT_ID, refOf } from '../../domain/orders/input.js';
import { checkNotification } from '../../domain/orders/notification.js';
import { checkServiceOrder } from '../../domain/payscore/input.js';
import { checkServiceOrderNotification } from '../../domain/payscore/requests.js';
import { isOrderNumber } from '../../wechatpay/notification.js';
import { closeOrderV3, queryOrderV3 } from '../../wechatpay/orders.js';
import { cancelServiceOrder, queryServiceOrder } from '../../wechatpay/service-orders.js';
import { failureOf } from '../support/wechatpay-failure.js';
import { V3Server } from './v3-server.js';

const mchid = '1900000109';
const DOT_SEGMENTS = ['.', '..', '%2e', '%2E.', '.%2e'];
const NO_NUMBERS = [
  ...DOT_SEGMENTS,
  '../../certificates',
  'ORDER.12',
  'ORDER/12',
  'ORDER\\12',
  'ORDER?12',
  'ORDER#12',
  '',
];

describe('an order number that would leave its path', () => {
  it.each(NO_NUMBERS)('comes in nowhere: %j', (number) => {
    for (const api of ORDER_APIS) {
      expect(outTradeNoFault('outTradeNo', number, api)).toBeDefined();
      expect(refOf({ api, mchid, outTradeNo: number }).ok).toBe(false);
      expect(refOf({ api, mchid, transactionId: number }).ok).toBe(false);
    }
    expect(PAYMENT_ID.test(number)).toBe(false);
    expect(isOrderNumber(number)).toBe(false);
    expect(checkNotification({ order: { mchid, outTradeNo: number } }).ok).toBe(false);
    expect(checkNotification({ order: { mchid, transactionId: number } }).ok).toBe(false);
    const serviceOrder = { mchid, outOrderNo: number, serviceId: '500001', appid: 'wx8888888888888888' };
    expect(checkServiceOrder(serviceOrder, Date.now()).ok).toBe(false);
    expect(checkServiceOrderNotification({ order: { mchid, outOrderNo: number }, said: 'USER_PAID' }).ok).toBe(false);
  });
});

describe('a call with such a number, from whoever hands it over', () => {
  let server: V3Server;
  beforeAll(async () => {
    server = await V3Server.start();
  });
  afterAll(() => server.stop());

  const serviceOrder = (outOrderNo: string) => ({ ...server.serviceOrder, outOrderNo });

  it.each(['.', '..'])('is not sent: %j', async (number) => {
    const merchant = server.merchant();
    const calls = [
      queryOrderV3(merchant, { api: 'v3', mchid, outTradeNo: number }),
      queryOrderV3(merchant, { api: 'v3-global', mchid, transactionId: number }),
      closeOrderV3(merchant, { api: 'v3-global', mchid, outTradeNo: number }),
      closeOrderV3(merchant, { api: 'v3-global', mchid, transactionId: number }),
      cancelServiceOrder(merchant, serviceOrder(number), 'why'),
    ];
    for (const call of calls) {
      const { facts } = await failureOf(call);
      expect(facts).toMatchObject({ code: 'PARAM_ERROR', kind: 'fatal', status: null, mayHaveTakenEffect: false });
      expect(facts.what).toContain('not sent');
    }
    expect(server.received).toEqual([]);
  });

  it('is sent under its path, encoded, where it can be', async () => {
    const merchant = server.merchant();
    const number = 'A/../B%2e|*?#@';
    await failureOf(queryOrderV3(merchant, { api: 'v3', mchid, outTradeNo: number }));
    await failureOf(cancelServiceOrder(merchant, serviceOrder(number), 'why'));
    await failureOf(queryServiceOrder(merchant, serviceOrder('..')));
    expect(server.received.map(({ target }) => target)).toEqual([
      `/v3/pay/transactions/out-trade-no/A%2F..%2FB%252e%7C*%3F%23%40?mchid=${mchid}`,
      '/v3/payscore/serviceorder/A%2F..%2FB%252e%7C*%3F%23%40/cancel',
      expect.stringMatching(/^\/v3\/payscore\/serviceorder\?service_id=\w+&out_order_no=\.\.&/),
    ]);
  });
});
