import { expect, it } from 'vitest';
import { subjectOf } from '../../../tools/chaos/recording-proxy.js';

const AUTHORIZATION =
  'WECHATPAY2-SHA256-RSA2048 mchid="1900000109",nonce_str="n1",signature="c2ln",timestamp="1",serial_no="AB"';

const v3 = (method: string, target: string, body = '') =>
  subjectOf({ method, target, body, authorization: AUTHORIZATION });

it('reads the order off a query and a close of APIv3, also of an institution', () => {
  expect(v3('GET', '/v3/global/transactions/out-trade-no/A%7C1?mchid=1900000109')).toEqual({
    call: 'query',
    order: '1900000109/A|1',
    nonce: 'n1',
    signatures: ['c2ln'],
  });
  const body = '{"sp_mchid":"1900000109","sub_mchid":"1900000301"}';
  expect(v3('POST', '/v3/pay/partner/transactions/out-trade-no/A1/close', body)).toMatchObject({
    call: 'close',
    order: '1900000109/1900000301/A1',
  });
  expect(v3('GET', '/v3/global/transactions/out-trade-no/A1?sp_mchid=1900000109&sub_mchid=1900000301').order).toBe(
    '1900000109/1900000301/A1',
  );
});

it('reads the service order off a query and a cancel of PayScore', () => {
  const query = v3('GET', '/v3/payscore/serviceorder?service_id=500001&out_order_no=S1&appid=wx1');
  expect(query).toMatchObject({ call: 'query', order: 'payscore/1900000109/S1' });
  const cancel = v3('POST', '/v3/payscore/serviceorder/S1/cancel', '{"reason":"a"}');
  expect(cancel).toMatchObject({ call: 'cancel', order: 'payscore/1900000109/S1' });
});

it('reads the order off a query and a close of v2', () => {
  const body =
    '<xml><appid>wx1</appid><mch_id>1900000209</mch_id><out_trade_no><![CDATA[A1]]></out_trade_no><nonce_str>n2</nonce_str><sign>AB12</sign></xml>';
  const of = (target: string) => subjectOf({ method: 'POST', target, body, authorization: '' });
  expect(of('/pay/closeorder')).toEqual({ call: 'close', order: '1900000209/A1', nonce: 'n2', signatures: ['AB12'] });
  expect(of('/pay/orderquery').call).toBe('query');
});

it('takes everything else for no call about an order', () => {
  expect(v3('GET', '/v3/global/certificates')).toMatchObject({ call: 'other', order: '' });
});
