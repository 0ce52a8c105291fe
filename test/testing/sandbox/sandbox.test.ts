import { describe, expect, it } from 'vitest';
import { newSandbox, sharedSandbox, v3 } from './wire.js';

const PATH = '/v3/global/transactions/out-trade-no/ONE';
const NOT_FOUND = { status: 404, body: { code: 'ORDER_NOT_EXIST' }, fault: undefined };
const REFUSED = { status: 401, body: { code: 'SIGN_ERROR' }, fault: 'unsigned' };

const shared = sharedSandbox();

function setup() {
  const { sandbox } = shared();
  const target = `${PATH}?mchid=${sandbox.mchid}`;
  return { sandbox, target };
}

describe('the sandbox', () => {
  it('answers a signed request with a signed answer', async () => {
    const { sandbox, target } = setup();
    expect(await v3(sandbox, 'GET', target)).toMatchObject(NOT_FOUND);
  });

  it.each([310_000, -310_000])('refuses a timestamp that is %i ms off, without signing', async (off) => {
    const { sandbox, target } = setup();
    expect(await v3(sandbox, 'GET', target, undefined, { now: Date.now() + off })).toMatchObject(REFUSED);
  });

  it.each([290_000, -290_000])('takes a timestamp that is %i ms off', async (off) => {
    const { sandbox, target } = setup();
    expect(await v3(sandbox, 'GET', target, undefined, { now: Date.now() + off })).toMatchObject(NOT_FOUND);
  });

  it('refuses a signature over another target, another query or another body', async () => {
    const { sandbox, target } = setup();
    const body = { mchid: sandbox.mchid };
    const signedTarget = target.replace('ONE', 'TWO');
    expect(await v3(sandbox, 'GET', target, undefined, { signedTarget })).toMatchObject(REFUSED);
    expect(await v3(sandbox, 'GET', target, undefined, { signedTarget: PATH })).toMatchObject(REFUSED);
    expect(await v3(sandbox, 'POST', `${PATH}/close`, body, { signedBody: '{}' })).toMatchObject(REFUSED);
    expect(await v3(sandbox, 'POST', `${PATH}/close`, body)).toMatchObject(NOT_FOUND);
  });

  it.each([
    ['a merchant that is not known', { mchid: '1900000333' }],
    ['another certificate', { serial: '0123456789ABCDEF' }],
    ['no Authorization', { headers: { authorization: '' } }],
    ['another scheme', { headers: { authorization: 'Basic bWU6bWU=' } }],
  ])('refuses %s, without signing', async (_, extras) => {
    const { sandbox, target } = setup();
    expect(await v3(sandbox, 'GET', target, undefined, extras)).toMatchObject(REFUSED);
  });

  it('refuses a request for another merchant', async () => {
    const { sandbox } = setup();
    const answer = await v3(sandbox, 'GET', `${PATH}?mchid=1`);
    expect(answer).toMatchObject({ status: 403, body: { code: 'NO_AUTH' }, fault: undefined });
  });

  it('refuses a request that does not ask for JSON', async () => {
    const { sandbox, target } = setup();
    const answer = await v3(sandbox, 'GET', target, undefined, { headers: { accept: 'text/html' } });
    expect(answer).toMatchObject({ status: 400, fault: 'unsigned' });
  });

  it('keeps those whom it did not let in apart from the ledger', async () => {
    const { sandbox, target } = setup();
    const written = sandbox.ledger.entries().length;
    await v3(sandbox, 'GET', target, undefined, { serial: '0123456789ABCDEF' });
    expect(sandbox.ledger.entries()).toHaveLength(written);
    const reason: unknown = expect.stringContaining('certificate serial');
    expect(sandbox.ledger.refused.at(-1)).toMatchObject({ method: 'GET', path: PATH, reason });
  });
});

describe('the keys of the sandbox', () => {
  const wanting = (serial: string) => ({ headers: { 'wechatpay-serial': serial } });

  it('sign by the one that the request names, else by the default, which is the certificate', async () => {
    const { sandbox } = await newSandbox({ wechatpayKeys: 'both' });
    const target = `${PATH}?mchid=${sandbox.mchid}`;
    const [certificate, publicKey] = sandbox.wechatpayKeys.map(({ serial }) => serial);
    if (certificate === undefined || publicKey === undefined) throw new Error('there are two keys');
    expect(publicKey).toMatch(/^PUB_KEY_ID_\d{28}$/);
    for (const [wanted, got] of [
      [certificate, certificate],
      [publicKey, publicKey],
      ['PUB_KEY_ID_UNHEARD', certificate],
    ] as const) {
      const { headers, fault } = await v3(sandbox, 'GET', target, undefined, wanting(wanted));
      expect(fault).toBeUndefined();
      expect(headers.get('wechatpay-serial')).toBe(got);
    }
    expect((await v3(sandbox, 'GET', target)).headers.get('wechatpay-serial')).toBe(certificate);
  });

  it.each(['public-key', 'certificate', 'both'] as const)(
    'are changed, every one of them (%s)',
    async (wechatpayKeys) => {
      const { sandbox } = await newSandbox({ wechatpayKeys });
      const target = `${PATH}?mchid=${sandbox.mchid}`;
      const before = sandbox.wechatpayKeys;
      await sandbox.rotateKeys();
      expect(sandbox.wechatpayKeys).toHaveLength(before.length);
      for (const { serial } of before) {
        const { headers, fault } = await v3(sandbox, 'GET', target, undefined, wanting(serial));
        expect(fault).toBeUndefined();
        expect(before.map((key) => key.serial)).not.toContain(headers.get('wechatpay-serial'));
      }
    },
  );
});
