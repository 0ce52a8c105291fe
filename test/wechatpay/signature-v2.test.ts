import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { v2Signer } from '../../wechatpay/signature-v2.js';

/** The example of WeChat Pay's page on the v2 signature, with the figures that it prints. */
const KEY = '192006250b4c09247ec02edce69f6a2d';
const EXAMPLE: [string, string][] = [
  ['appid', 'wxd930ea5d5a258f4f'],
  ['mch_id', '10000100'],
  ['device_info', '1000'],
  ['body', 'test'],
  ['nonce_str', 'ibuaiVcKdpRxkhJA'],
];
const FIGURES = {
  MD5: '9A0A8659F005D6984697E2CA0A9CF3B7',
  'HMAC-SHA256': '6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6',
} as const;

const md5 = v2Signer(KEY, 'MD5');
const hmac = v2Signer(KEY, 'HMAC-SHA256');
const message = (...more: [string, string][]) => new Map([...EXAMPLE, ...more]);

describe('a v2 sign', () => {
  it('is the published one, by MD5', () => {
    expect(md5.sign(message())).toBe(FIGURES.MD5);
  });

  it('is the published one, by HMAC-SHA256', () => {
    expect(hmac.sign(message())).toBe(FIGURES['HMAC-SHA256']);
  });

  it('does not depend on the order of the fields', () => {
    expect(md5.sign(new Map([...EXAMPLE].reverse()))).toBe(FIGURES.MD5);
  });

  it('goes by the order of ASCII, in which _ comes before letters and after digits', () => {
    const names = ['fee_b', 'fee1', 'feea', 'fee_', 'fee'];
    const sorted = ['fee', 'fee1', 'fee_', 'fee_b', 'feea'];
    const of = (order: string[]) => new Map(order.map((name) => [name, name]));
    expect(md5.sign(of(names))).toBe(md5.sign(of(sorted)));
    // md5 of fee=fee&fee1=fee1&fee_=fee_&fee_b=fee_b&feea=feea&key=…, by another program
    expect(md5.sign(of(names))).toBe('150AB34DF00C8097EF9D9F87C164724B');
  });

  it('leaves out a sign, and what is empty', () => {
    expect(md5.sign(message(['sign', 'ABC'], ['attach', '']))).toBe(FIGURES.MD5);
  });

  it('covers sign_type where it is sent', () => {
    expect(hmac.sign(message(['sign_type', 'HMAC-SHA256']))).not.toBe(FIGURES['HMAC-SHA256']);
  });

  it('is over UTF-8', () => {
    // md5 of attach=订单&key=…, by another program
    expect(md5.sign(new Map([['attach', '订单']]))).toBe('B53F0DC558E80846EF5AAF8CB7BED0BE');
  });
});

describe('a signed v2 message', () => {
  it('is believed with the sign that it should have', () => {
    expect(md5.verifies(message(['sign', FIGURES.MD5]))).toBe(true);
    expect(hmac.verifies(message(['sign', FIGURES['HMAC-SHA256']]))).toBe(true);
  });

  it.each<[string, string]>([
    ['no sign', ''],
    ['the sign of the other algorithm', FIGURES['HMAC-SHA256']],
    ['a sign of other letters', `${FIGURES.MD5.slice(0, -1)}8`],
    ['a sign in small letters', FIGURES.MD5.toLowerCase()],
    ['a sign that is longer', `${FIGURES.MD5}0`],
    ['a sign of as many characters and more bytes', `${FIGURES.MD5.slice(0, -1)}７`],
  ])('is not believed with %s', (_, sign) => {
    expect(md5.verifies(message(['sign', sign]))).toBe(false);
  });

  it('is not believed by HMAC-SHA256 with an MD5 sign, as the sample of S2 has it', () => {
    expect(hmac.verifies(message(['sign', FIGURES.MD5]))).toBe(false);
  });

  it('is not believed without a sign', () => {
    expect(md5.verifies(message())).toBe(false);
  });

  it('is not believed with another field, or one more', () => {
    expect(md5.verifies(message(['body', 'Test'], ['sign', FIGURES.MD5]))).toBe(false);
    expect(md5.verifies(message(['total_fee', '1'], ['sign', FIGURES.MD5]))).toBe(false);
  });

  it('is not believed with another key', () => {
    expect(v2Signer(KEY.toUpperCase(), 'MD5').verifies(message(['sign', FIGURES.MD5]))).toBe(false);
  });
});

describe('a v2 key', () => {
  it('is shown by nothing that prints its signer', () => {
    const shown = [inspect(hmac, { showHidden: true, depth: 9 }), JSON.stringify(hmac), Object.values(hmac).join()];
    expect(shown.join()).not.toContain(KEY);
  });

  it.each([
    ['too short', KEY.slice(1)],
    ['too long', `${KEY}0`],
    ['with a line end', `${KEY}\n`],
    ['with another character', `${KEY.slice(1)}-`],
  ])('is refused where it is %s, without a word of it', (_, key) => {
    expect(() => v2Signer(key, 'MD5')).toThrow(TypeError);
    expect(() => v2Signer(key, 'MD5')).toThrow(/^this is not a v2 API key: that is 32 letters and digits$/);
  });
});
