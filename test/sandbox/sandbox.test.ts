import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { authorization, newNonce, type Signer } from '../../wechatpay/signature-v3.js';
import { merchantsOf } from '../support/merchant.js';

let sandbox: Sandbox;
let signer: Signer;

beforeAll(async () => {
  sandbox = await Sandbox.start();
  const merchant = (await merchantsOf(sandbox)).find(sandbox.mchid);
  if (merchant === undefined) throw new Error('the sandbox wrote no merchant');
  ({ signer } = merchant);
});
afterAll(() => sandbox.stop());

const TARGET = '/v3/global/transactions/out-trade-no/ONE';

interface Question {
  readonly target?: string;
  readonly sentTo?: string;
  readonly now?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A query, signed for one target and sent to another, at a time, with headers. */
async function ask({ target, sentTo, now = Date.now(), headers = {} }: Question = {}) {
  const signedFor = target ?? `${TARGET}?mchid=${sandbox.mchid}`;
  const request = { method: 'GET', target: signedFor, body: '' } as const;
  const answer = await fetch(`${sandbox.url}${sentTo ?? signedFor}`, {
    headers: {
      accept: 'application/json',
      'user-agent': 'test',
      authorization: authorization(signer, request, { now, nonce: newNonce() }),
      ...headers,
    },
  });
  const { code } = (await answer.json()) as { code?: string };
  return { status: answer.status, code, isSigned: answer.headers.has('wechatpay-signature') };
}

describe('the sandbox', () => {
  it('answers a signed request with a signed answer', async () => {
    expect(await ask()).toEqual({ status: 404, code: 'ORDER_NOT_EXIST', isSigned: true });
  });

  it.each([301_000, -301_000])('refuses a timestamp that is %i ms off, without signing', async (off) => {
    expect(await ask({ now: Date.now() + off })).toEqual({ status: 401, code: 'SIGN_ERROR', isSigned: false });
  });

  it('refuses a signature over another target', async () => {
    expect(await ask({ sentTo: `${TARGET}-TWO?mchid=${sandbox.mchid}` })).toMatchObject({ status: 401 });
  });

  it('refuses a request for another merchant', async () => {
    expect(await ask({ target: `${TARGET}?mchid=1` })).toMatchObject({ status: 403, code: 'NO_AUTH' });
  });

  it('refuses a request without Authorization', async () => {
    expect(await ask({ headers: { authorization: '' } })).toMatchObject({ status: 401 });
  });

  it('refuses a request that does not ask for JSON', async () => {
    expect(await ask({ headers: { accept: 'text/html' } })).toMatchObject({ status: 400 });
  });
});
