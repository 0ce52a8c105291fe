import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_ANSWER_BYTES } from '../../wechatpay/http.js';
import { closeOrderV2, queryOrderV2 } from '../../wechatpay/orders-v2.js';
import { v2Signer } from '../../wechatpay/signature-v2.js';
import { PAID, V2Server } from '../support/v2-server.js';
import { answerOf, failureOf } from '../support/wechatpay-failure.js';

let server: V2Server;
beforeAll(async () => {
  server = await V2Server.start();
});
afterAll(() => server.stop());

describe('an answer of v2 that is not verified', () => {
  const flip = (xml: string) =>
    xml.replace(/<sign><!\[CDATA\[(.)/, (all, first) => all.slice(0, -1) + (first === '0' ? '1' : '0'));
  const CASES: [string, (xml: string) => string, string][] = [
    ['a wrong sign', flip, 'does not fit the answer by MD5'],
    ['a field changed after signing', (xml) => xml.replace('NOTPAY', 'CLOSED'), 'does not fit'],
    ['no sign', (xml) => xml.replace(/<sign>.*<\/sign>/, ''), 'not signed'],
    ['an empty sign', (xml) => xml.replace(/<sign>.*<\/sign>/, '<sign></sign>'), 'not signed'],
    ['a DOCTYPE', (xml) => `<!DOCTYPE xml>${xml}`, 'DOCTYPE'],
    ['a page in its place', () => '<html><body>502</body></html>', 'root of the XML is not <xml>'],
    ['JSON in its place', () => '{"code":"ORDER_NOT_EXIST"}', 'text outside'],
    ['nothing in it', () => '', 'too early'],
  ];

  it.each(CASES)('is not believed with %s', async (_, xml, what) => {
    server.twist({ xml });
    const { facts } = await failureOf(queryOrderV2(server.merchant(), server.place()));
    expect(facts).toMatchObject({ code: 'LOCAL_UNVERIFIED', kind: 'unknown', status: 200 });
    expect(facts.what).toContain(what);
  });

  it('is not believed when it is signed with MD5 and HMAC-SHA256 was asked for', async () => {
    const answered = new Map<string, string>();
    server.twist({
      xml: (xml) => {
        for (const [, name, value] of xml.matchAll(/<(\w+)><!\[CDATA\[(.*?)\]\]>/g))
          answered.set(name ?? '', value ?? '');
        return xml.replace(/<sign>.*<\/sign>/, `<sign>${v2Signer(server.key, 'MD5').sign(answered)}</sign>`);
      },
    });
    const { facts } = await failureOf(queryOrderV2(server.merchant('HMAC-SHA256'), server.place()));
    expect(answered.get('trade_state')).toBe('NOTPAY');
    expect(facts).toMatchObject({ code: 'LOCAL_UNVERIFIED', kind: 'unknown' });
  });

  it('closes nothing for us, though it may have taken effect', async () => {
    server.twist({ xml: flip });
    const { facts } = await failureOf(closeOrderV2(server.merchant(), server.place()));
    expect(facts).toMatchObject({ code: 'LOCAL_UNVERIFIED', kind: 'unknown', mayHaveTakenEffect: true });
  });

  it.each([
    [302, 'LOCAL_UNVERIFIED', 'unknown'],
    [404, 'HTTP_404', 'unknown'],
    [429, 'HTTP_429', 'slowDown'],
    [500, 'HTTP_500', 'retry'],
    [502, 'HTTP_502', 'retry'],
  ])('with status %i is %s, whatever it says', async (status, code, kind) => {
    server.twist({ status, headers: { location: `${server.host}/elsewhere` } });
    const before = server.received.length;
    const { facts } = await failureOf(queryOrderV2(server.merchant(), server.place()));
    expect(facts).toMatchObject({ code, kind, status });
    expect(server.received).toHaveLength(before + 1);
  });

  it('is cut off when it is too large', async () => {
    server.twist({ xml: () => ' '.repeat(3 * MAX_ANSWER_BYTES) });
    const { facts } = await failureOf(queryOrderV2(server.merchant(), server.place()));
    expect(facts).toMatchObject({ code: 'LOCAL_NO_ANSWER', what: `the answer passed ${MAX_ANSWER_BYTES} bytes` });
  });

  it('of nobody cannot have done anything', async () => {
    const v2 = { signer: v2Signer(server.key, 'MD5'), host: 'http://127.0.0.1:1' };
    const nobody = { ...server.merchant(), v2 };
    const { facts } = await failureOf(closeOrderV2(nobody, server.place()));
    expect(facts).toMatchObject({ code: 'LOCAL_NO_ANSWER', what: 'ECONNREFUSED', mayHaveTakenEffect: false });
  });
});

describe('a return_code of FAIL', () => {
  it('is what a wrong key is answered: a hint, with what WeChat Pay said, and never an outcome', async () => {
    const { facts } = await failureOf(closeOrderV2(server.merchant('MD5', server.key.toUpperCase()), server.place()));
    expect(facts).toMatchObject({ code: 'LOCAL_RETURN_FAIL', kind: 'hint', status: 200 });
    expect(facts.what).toBe('return_code FAIL (not signed): 签名错误，请检查后再试');
  });

  const failing = async (message: string): Promise<string> => {
    server.twist({ xml: () => `<xml><return_code>FAIL</return_code><return_msg>${message}</return_msg></xml>` });
    return (await failureOf(queryOrderV2(server.merchant(), server.place()))).facts.what;
  };

  it('is quoted to 80 characters', async () => {
    expect(await failing('错😀'.repeat(50))).toBe(`return_code FAIL (not signed): ${'错😀'.repeat(40)}`);
  });

  it('is quoted in printable characters only', async () => {
    expect(await failing('a\nb\u202ec\u200bd&#x7f;\u3164\ue000e')).toBe('return_code FAIL (not signed): a bcde');
  });

  it('is quoted without anything as long as a sign, a key or an openid', async () => {
    const what = await failing(`bad sign 9A0A8659F005D6984697E2CA0A9CF3B7 of ${PAID.openid}`);
    expect(what).toBe('return_code FAIL (not signed): bad sign … of …');
  });

  it.each([
    ['a key in base64', 'Zm9vYmFy+2JhcmZv/2Jhcg==Zm9v'],
    ['a key with a zero-width space in it', '192006250b4c0924\u200b7ec02edce69f6a2d'],
    ['a key with a soft hyphen in it', '192006250b4c0924\u{AD}7ec02edce69f6a2d'],
    ['a key with a filler in it', '192006250b4c0924\u31647ec02edce69f6a2d'],
    ['a key with an accent in it', '192006250b4c0924\u03017ec02edce69f6a2d'],
    ['a telephone number', '13800138000'],
    ['an identity number', '11010519491231002X'],
    ['a telephone number in other digits', '１３８００１３８０００'],
  ])('is quoted without %s', async (_, secret) => {
    expect(await failing(`for ${secret}, see`)).toBe('return_code FAIL (not signed): for …, see');
  });

  it('is quoted with what is shorter than a telephone number, and with names that are long', async () => {
    const words = '1234567890 APPID_AND_MCHID_DO_NOT_MATCH sub_merchant_settlement_name';
    expect(await failing(words)).toBe(`return_code FAIL (not signed): ${words}`);
  });

  it('may have nothing to say', async () => {
    expect(await failing('')).toBe('return_code FAIL (not signed): no message');
  });

  it('decides nothing even where it is signed', async () => {
    server.twist({ fields: { return_code: 'FAIL', result_code: 'FAIL', err_code: 'ORDERPAID' } });
    expect((await failureOf(closeOrderV2(server.merchant(), server.place()))).facts.code).toBe('LOCAL_RETURN_FAIL');
  });
});

describe('a merchant', () => {
  it('without a v2 key is one that this worker does not know', async () => {
    const { facts } = await failureOf(queryOrderV2({ mchid: server.mchid, appids: ['wx1'] }, server.place()));
    expect(facts).toMatchObject({ code: 'LOCAL_UNKNOWN_MERCHANT', kind: 'fatal', mayHaveTakenEffect: false });
    expect(facts.what).toBe(`merchant ${server.mchid} has no v2 key in this worker's merchants file`);
  });

  it('without an app is one that this worker does not know, unless the order names its own', async () => {
    const appless = { ...server.merchant(), appids: [] };
    expect((await failureOf(closeOrderV2(appless, server.place()))).facts.code).toBe('LOCAL_UNKNOWN_MERCHANT');
    expect(await answerOf(queryOrderV2(appless, { ...server.place(), appid: 'wx1' }))).toMatchObject({
      tradeState: 'NOTPAY',
    });
  });

  it('has no secret in a failure', async () => {
    server.twist({ status: 500, fields: PAID });
    const failure = await failureOf(queryOrderV2(server.merchant(), server.place({ state: 'SUCCESS', paid: PAID })));
    const { fields } = server.lastRequest;
    const everything = `${inspect(failure, { showHidden: true, depth: 9 })} ${JSON.stringify(failure)}`;
    for (const secret of [server.key, fields.get('sign'), fields.get('nonce_str'), PAID.openid]) {
      expect(everything).not.toContain(secret);
    }
  });
});
