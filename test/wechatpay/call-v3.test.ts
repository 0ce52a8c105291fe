import type { KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failingSafely, orThrow } from '../../activities/failures.js';
import { callV3 } from '../../wechatpay/call-v3.js';
import { cancelServiceOrder } from '../../wechatpay/service-orders.js';
import { closeOrderV3, queryOrderV3 } from '../../wechatpay/orders.js';
import { answerOf, failureOf } from '../support/wechatpay-failure.js';
import { SERIAL, V3Server, type Said } from './v3-server.js';

const KEY = '192006250b4c09247ec02edce69f6a2d';

let server: V3Server;
beforeAll(async () => {
  server = await V3Server.start();
});
afterAll(() => server.stop());

const close = (said: Said) => {
  server.say(said);
  return closeOrderV3(server.merchant(), server.order);
};
const query = (said: Said) => {
  server.say(said);
  return queryOrderV3(server.merchant(), server.order);
};

describe('a refused close', () => {
  it.each<[string, boolean, Said]>([
    ['202 with SYSTEM_ERROR', true, { status: 202, body: { code: 'SYSTEM_ERROR' } }],
    ['400 with SYSTEM_ERROR', true, { status: 400, body: { code: 'SYSTEM_ERROR' } }],
    ['403 with BANK_ERROR', true, { status: 403, body: { code: 'BANK_ERROR' } }],
    ['500 with a code that is fatal', true, { status: 500, body: { code: 'OPENID_MISMATCH' } }],
    ['400 with nothing', true, { status: 400 }],
    ['404 with a page', true, { status: 404, body: '<html></html>' }],
    ['200 with a code that is fatal', true, { status: 200, body: { code: 'NO_AUTH' } }],
    ['403 with NO_AUTH', false, { status: 403, body: { code: 'NO_AUTH' } }],
    ['401 with SIGN_ERROR', false, { status: 401, body: { code: 'SIGN_ERROR' } }],
    ['403 with NO_AUTH, unsigned', true, { status: 403, body: { code: 'NO_AUTH' }, unsigned: true }],
    ['401 with SIGN_ERROR, unsigned', true, { status: 401, body: { code: 'SIGN_ERROR' }, unsigned: true }],
  ])('with %s may have taken effect: %s', async (_, mayHaveTakenEffect, said) => {
    const { facts } = await failureOf(close(said));
    expect(facts).toMatchObject({ status: said.status, mayHaveTakenEffect });
  });
});

describe('a failure', () => {
  const DETAIL = {
    field: '#/properties/settlement_information/payer',
    value: 'oUpF8uN95-Ptaags6E_roPHg7AG0',
    issue: 'Not in line with ALLOF schema',
    location: 'body',
  };

  it('says what WeChat Pay said, where it is, and never the value', async () => {
    const body = { code: 'Param-Error', message: 'Parameter format verification error', detail: DETAIL };
    const { facts } = await failureOf(query({ status: 400, body }));
    expect(facts).toMatchObject({ code: 'PARAM_ERROR', rawCode: 'Param-Error', status: 400, requestId: 'R-1' });
    expect(facts.what).toBe(
      'status 400 (signed): Parameter format verification error ' +
        '(field #/properties/settlement_information/payer, location body)',
    );
    expect(JSON.stringify(facts)).not.toContain('oUpF8');
  });

  it.each([
    [{ message: `key ${KEY}` }, 'key …'],
    [{ message: 'no', detail: { field: `/body/${KEY}`, location: KEY } }, 'no (field /body/…, location …)'],
    [{ message: 'no', detail: { field: 7 } }, 'no'],
    [{ message: 7 }, 'no message'],
    [{ message: 'x'.repeat(20) + ' y'.repeat(99) }, 'x'.repeat(20) + ' y'.repeat(30)],
  ])('repeats no key, and no more than is needed: %j', async (body, said) => {
    const { facts } = await failureOf(query({ status: 400, body: { code: 'NO_AUTH', ...body } }));
    expect(facts.what).toBe(`status 400 (signed): ${said}`);
  });

  it.each([
    ['RESOURCE_IS_NOT_AVAILABLE_NOW', 'RESOURCE_IS_NOT_AVAILABLE_NOW'],
    [KEY, '…'],
    [`${'AB_'.repeat(20)}AB`, `${'AB_'.repeat(10)}AB`],
    ['ORDER_NOT_\u{AD}EXIST ', 'ORDER_NOT_EXIST'],
  ])('carries the code %s as %s', async (code, rawCode) => {
    expect((await failureOf(close({ status: 403, body: { code }, unsigned: true }))).facts.rawCode).toBe(rawCode);
  });

  it.each<Said>([{ status: 400 }, { status: 400, body: { code: '' } }, { status: 400, body: { code: 7 } }])(
    'carries no code where the answer has none: %j',
    async (said) => {
      const { facts } = await failureOf(query(said));
      expect(facts).toMatchObject({ code: 'HTTP_400', kind: 'unknown' });
      expect(facts).not.toHaveProperty('rawCode');
    },
  );

  it('of an activity carries the code as it was spelled, where there was one', async () => {
    const activity = failingSafely('queryOrder', async (said: Said) => orThrow('queryOrder', await query(said)));
    await expect(activity({ status: 500, body: { code: 'System-Error' } })).rejects.toMatchObject({
      type: 'SYSTEM_ERROR',
      details: [{ rawCode: 'System-Error', status: 500 }],
    });
    await expect(activity({ status: 500 })).rejects.not.toHaveProperty('details.0.rawCode');
  });

  it('repeats no word of an answer that is not signed', async () => {
    const body = { code: 'NO_AUTH', message: 'come to example.com', detail: DETAIL };
    const { facts } = await failureOf(query({ status: 403, body, unsigned: true }));
    expect(facts.what).toBe('status 403 (not verified: the answer is not signed)');
  });

  it.each([200, 202])('has the real status, and not 200 for each: %i', async (status) => {
    expect((await failureOf(query({ status, body: { code: '' } }))).facts).toMatchObject({
      code: 'LOCAL_UNREADABLE',
      status,
    });
  });
});

describe('an answer that is not signed', () => {
  it.each([
    [403, { code: 'NO_AUTH' }, 'NO_AUTH', 'hint'],
    [400, { code: 'PARAM_ERROR' }, 'PARAM_ERROR', 'hint'],
    [403, { code: 'BUY_MORE_MILK' }, 'HTTP_403', 'unknown'],
    [401, { code: 'BUY_MORE_MILK' }, 'HTTP_401', 'hint'],
    [403, '', 'HTTP_403', 'unknown'],
    [400, { code: 'INVALID_ORDER_STATE' }, 'INVALID_ORDER_STATE', 'unknown'],
  ])('with %i %j is %s, of kind %s', async (status, body, code, kind) => {
    expect((await failureOf(close({ status, body, unsigned: true }))).facts).toMatchObject({ code, kind });
  });
});

describe('a code of our own that comes from outside', () => {
  it.each(['LOCAL_UNKNOWN_MERCHANT', 'local-unknown-merchant', 'LOCALUNKNOWNMERCHANT', 'LOCAL_BREW'])(
    'is an unknown code: %s',
    async (code) => {
      const { facts } = await failureOf(query({ status: 400, body: { code } }));
      expect(facts).toMatchObject({ code: 'HTTP_400', kind: 'fatal', rawCode: code });
    },
  );
});

describe('a 2xx that carries a code', () => {
  const ours = () => ({ mchid: server.mchid, out_trade_no: 'ORDER-1', trade_state: 'CLOSED' });

  it('tells nothing of an order, whatever else it says', async () => {
    expect(await answerOf(query({ status: 200, body: ours() }))).toMatchObject({ tradeState: 'CLOSED' });
    const { facts } = await failureOf(query({ status: 200, body: { ...ours(), code: 'SYSTEM_ERROR' } }));
    expect(facts).toMatchObject({ code: 'SYSTEM_ERROR', kind: 'retry', status: 200 });
  });

  it('shares the fate of an unknown 4xx where its code is not known', async () => {
    const { facts } = await failureOf(query({ status: 200, body: { ...ours(), code: 'BRAND_NEW' } }));
    expect(facts).toMatchObject({ code: 'BRAND_NEW', kind: 'fatal' });
    expect(await answerOf(close({ status: 202, body: { code: 'BRAND_NEW' } }))).toMatchObject({
      answer: 'refusedRequest',
    });
  });

  it('cancels nothing for us', async () => {
    const { mchid, outOrderNo, serviceId, appid } = server.serviceOrder;
    const body = { mchid, out_order_no: outOrderNo, service_id: serviceId, appid, code: 'NO_AUTH' };
    server.say({ status: 200, body });
    const { facts } = await failureOf(cancelServiceOrder(server.merchant(), server.serviceOrder, '用户投诉'));
    expect(facts).toMatchObject({ code: 'NO_AUTH', mayHaveTakenEffect: true });
  });
});

describe('a request', () => {
  it.each([
    [SERIAL, SERIAL],
    ['3A5DE9EF05CE9A20', undefined],
  ])('of a merchant who knows %s asks for an answer signed with %s', async (known, asked) => {
    server.say({ status: 500 });
    await failureOf(queryOrderV3(server.merchant(known), server.order));
    expect(server.lastRequest.headers['wechatpay-serial']).toBe(asked);
  });
});

describe('an answer that names a key which is not known', () => {
  const SECOND = `${SERIAL.slice(0, -1)}2`;
  const target = '/v3/certificates-of-nobody';
  const ask = { call: 'queryOrder', api: 'v3', method: 'GET', target } as const;

  function merchantLearning(learn: (keys: Map<string, KeyObject>, key: KeyObject) => Promise<void>) {
    const { v3, ...merchant } = server.merchant();
    const [key] = [...(v3?.wechatpayKeys.values() ?? [])];
    if (v3 === undefined || key === undefined) throw new Error('it knows a key');
    const wechatpayKeys = new Map([[SECOND, key]]);
    let looks = 0;
    const refreshKeys = (): Promise<void> => {
      looks += 1;
      return learn(wechatpayKeys, key);
    };
    return { merchant: { ...merchant, v3: { ...v3, wechatpayKeys, refreshKeys } }, looks: () => looks };
  }

  it('is believed when a look for it brings that key', async () => {
    const { merchant, looks } = merchantLearning((keys, key) => Promise.resolve(void keys.set(SERIAL, key)));
    for (const status of [200, 204]) {
      server.say({ status });
      expect(await answerOf(callV3(merchant, ask))).toMatchObject({ status });
    }
    expect(looks()).toBe(1);
  });

  it('is not believed, and looked for once, where the look brings nothing', async () => {
    const { merchant, looks } = merchantLearning(() => Promise.resolve());
    server.say({ status: 200 });
    expect((await failureOf(callV3(merchant, ask))).facts).toMatchObject({ code: 'LOCAL_UNVERIFIED' });
    expect(looks()).toBe(1);
  });

  it('is not believed where the look takes longer than a call may', async () => {
    const { merchant } = merchantLearning(() => new Promise(() => undefined));
    server.say({ status: 200 });
    expect((await failureOf(callV3(merchant, { ...ask, timeoutMs: 200 }))).facts).toMatchObject({
      code: 'LOCAL_UNVERIFIED',
    });
  });

  it.each<Said>([
    { status: 200, unsigned: true },
    { status: 500, unsigned: true },
  ])('is the only one that brings a look: not %j', async (said) => {
    const { merchant, looks } = merchantLearning(() => Promise.resolve());
    server.say(said);
    await failureOf(callV3(merchant, ask));
    expect(looks()).toBe(0);
  });
});

describe('a close by the number of WeChat Pay', () => {
  it('is not sent to the mainland, which has no path for it', async () => {
    const order = { api: 'v3', mchid: server.mchid, transactionId: '4200' } as const;
    const before = server.received.length;
    const { facts } = await failureOf(closeOrderV3(server.merchant(), order));
    expect(facts).toMatchObject({ code: 'LACK_PARAMS', kind: 'fatal', status: null, mayHaveTakenEffect: false });
    expect(facts.what).toContain('out_trade_no');
    expect(server.received).toHaveLength(before);
  });

  it('is sent overseas', async () => {
    server.say({ status: 204 });
    const order = { api: 'v3-global', mchid: server.mchid, transactionId: '4200' } as const;
    expect(await answerOf(closeOrderV3(server.merchant(), order))).toMatchObject({ answer: 'accepted' });
    expect(server.lastRequest.target).toBe('/v3/global/transactions/id/4200/close');
  });
});
