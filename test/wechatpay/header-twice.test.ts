import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queryOrderV3 } from '../../wechatpay/orders.js';
import { answerOf, failureOf } from '../support/wechatpay-failure.js';
import { V3Server, type Said } from './v3-server.js';

let server: V3Server;
beforeAll(async () => {
  server = await V3Server.start();
});
afterAll(() => server.stop());

const ours = () => ({ mchid: server.mchid, out_trade_no: 'ORDER-1', trade_state: 'CLOSED' });
const query = (said: Omit<Said, 'body'> & { readonly body?: object }) => {
  server.say({ body: ours(), ...said });
  return queryOrderV3(server.merchant(), server.order);
};

const SIGNED_WITH = ['wechatpay-timestamp', 'wechatpay-nonce', 'wechatpay-signature', 'wechatpay-serial'];
const LINES: readonly (readonly [string, (right: string) => string[]])[] = [
  ['the right one first', (right) => [right, 'AAAA']],
  ['the right one last', (right) => ['AAAA', right]],
  ['the right one twice', (right) => [right, right]],
  ['an empty one first', (right) => ['', right]],
];

describe.each(SIGNED_WITH)('an answer with two lines of %s', (name) => {
  it.each(LINES)('is not signed, %s', async (_, lines) => {
    const altered: Said['altered'] = (headers) => ({ ...headers, [name]: lines(headers[name] ?? '') });
    expect(await answerOf(query({ status: 200, altered: (headers) => headers }))).toMatchObject({
      tradeState: 'CLOSED',
    });
    const { facts } = await failureOf(query({ status: 200, altered }));
    expect(facts).toMatchObject({ code: 'LOCAL_UNVERIFIED', what: 'the answer is not signed', requestId: 'R-1' });
  });

  it('cannot say that there is no such order', async () => {
    const altered: Said['altered'] = (headers) => ({ ...headers, [name]: [headers[name] ?? '', 'AAAA'] });
    const { facts } = await failureOf(query({ status: 404, body: { code: 'ORDER_NOT_EXIST' }, altered }));
    expect(facts).toMatchObject({ kind: 'unknown', what: 'status 404 (not verified: the answer is not signed)' });
  });
});

describe('an answer with two Request-IDs', () => {
  it('has none, and is believed: it decides nothing', async () => {
    const altered: Said['altered'] = (headers) => ({ ...headers, 'request-id': ['R-1', 'R-2'] });
    expect(await answerOf(query({ status: 200, altered }))).toEqual({ tradeState: 'CLOSED', requestId: null });
  });
});
