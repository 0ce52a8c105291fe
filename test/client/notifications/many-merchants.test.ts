import crypto, { createPublicKey } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { KEYS_EVERY_MS } from '../../../client/notifications/limits.js';
import { newKeyPair } from '../../../testing/sandbox/keys.js';
import type { Merchant, V3Access } from '../../../wechatpay/merchant.js';
import { decryptWith } from '../../../wechatpay/encryption.js';
import {
  listOf,
  MCHID,
  merchant,
  newTestReceiver,
  PAYMENT,
  SERIAL,
  V3_KEY,
  v3Notification,
  wechatPay,
} from './fixtures.js';

const mchidOf = (index: number): string => String(Number(MCHID) - index);
const keyOf = (index: number): string => String(index).padStart(32, 'k');

/** Merchants as a file has them: each has read the same keys for itself. The first is the one of the notifications. */
async function many(count: number, v3: (index: number) => Partial<V3Access> = () => ({})): Promise<Merchant[]> {
  const { keys } = await wechatPay();
  const pem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const { v3: same, ...rest } = await merchant();
  const [first, ...others] = Array.from({ length: count }, (_, index) => {
    const wechatpayKeys = new Map([[SERIAL, createPublicKey(pem)]]);
    const own = { wechatpayKeys, decrypt: decryptWith(V3_KEY), ...v3(index) };
    return { ...rest, mchid: mchidOf(index), ...(same && { v3: { ...same, ...own } }) };
  });
  // A scan would find the one that is named at its end.
  return first === undefined ? [] : [...others, first];
}

/** A list whose version the test changes, and how often its merchants were looked at. */
function counted(merchants: Merchant[]) {
  const looks = { all: 0, merchants: 0 };
  const watched = merchants.map(({ v3, ...rest }) => ({
    ...rest,
    get v3() {
      looks.merchants += 1;
      return v3;
    },
  })) as Merchant[];
  const byNumber = new Map(watched.map((each) => [each.mchid, each]));
  const list = {
    version: 1,
    find: (mchid: string) => byNumber.get(mchid),
    all: () => {
      looks.all += 1;
      return byNumber.values();
    },
  };
  return { list: { ...list, version: () => list.version }, looks, change: () => (list.version += 1) };
}

/** How often a signature is checked with RSA, and a text is decrypted, until the test ends. */
function countCrypto() {
  const verify = vi.spyOn(crypto, 'verify');
  const decrypt = vi.spyOn(crypto, 'createDecipheriv');
  syncBuiltinESMExports();
  onTestFinished(() => {
    verify.mockRestore();
    decrypt.mockRestore();
    syncBuiltinESMExports();
  });
  return { verify, decrypt };
}

const STRANGE = { ...PAYMENT, mchid: '1999999999' };
const CASES = [
  ['signalled', { verify: 1, decrypt: 1 }, {}],
  ['wrong-signature', { verify: 1, decrypt: 0 }, {}, { 'wechatpay-nonce': 'another' }],
  ['unknown-serial', { verify: 0, decrypt: 0 }, { serial: 'PUB_KEY_ID_1' }],
  ['unknown-merchant', { verify: 1, decrypt: 1 }, { resource: STRANGE }],
  ['undecryptable', { verify: 1, decrypt: 1 }, { apiV3Key: 'd0d1d2d3d4d5d6d7d8d9dadbdcdddedf' }],
] as const;

describe.each(CASES)(
  'a notification that is %s costs',
  (outcome, cost, parts, changed: Record<string, string> = {}) => {
    it.each([1, 3000])('as many checks, whether there is one merchant or many: %i', async (count) => {
      const { list, looks } = counted(await many(count));
      const { receiver } = newTestReceiver(list);
      const first = await v3Notification({ resource: { ...PAYMENT, out_trade_no: 'ORDER-0' } });
      expect((await receiver.receive(first.body, first.headers)).outcome).toBe('signalled');
      const { headers, body } = await v3Notification(parts);
      const before = looks.merchants;
      const crypto = countCrypto();
      expect((await receiver.receive(body, { ...headers, ...changed })).outcome).toBe(outcome);
      expect({ verify: crypto.verify.mock.calls.length, decrypt: crypto.decrypt.mock.calls.length }).toEqual(cost);
      expect(looks.all).toBe(1);
      // The one that is named; its key and its APIv3 key are compared.
      expect(looks.merchants - before).toBeLessThan(5);
    });
  },
);

describe('3,000 merchants with an APIv3 key each', () => {
  it('cost a decryption for each key at most, and none without a right signature', async () => {
    const { list } = counted(await many(3000, (index) => ({ decrypt: decryptWith(keyOf(index)) })));
    const { receiver } = newTestReceiver(list);
    const { decrypt, verify } = countCrypto();
    const forged = await v3Notification({ apiV3Key: keyOf(0) });
    const headersOfAnother = { ...forged.headers, 'wechatpay-nonce': 'another' };
    expect((await receiver.receive(forged.body, headersOfAnother)).outcome).toBe('wrong-signature');
    expect(decrypt).not.toHaveBeenCalled();
    const { headers, body } = await v3Notification({ apiV3Key: keyOf(0) });
    expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
    expect(decrypt).toHaveBeenCalledTimes(3000);
    expect(verify).toHaveBeenCalledTimes(2);
    decrypt.mockClear();
    const other = await v3Notification({ apiV3Key: keyOf(0), resource: { ...PAYMENT, out_trade_no: 'ORDER-2' } });
    expect((await receiver.receive(other.body, other.headers, { mchid: MCHID })).outcome).toBe('signalled');
    expect(decrypt).toHaveBeenCalledTimes(1);
  });
});

describe('an unknown serial', () => {
  it('makes 3,000 merchants search, and is then refused without a look at them for a minute', async () => {
    let now = Date.now();
    let searches = 0;
    const refreshKeys = (): Promise<void> => Promise.resolve(void (searches += 1));
    const { list, looks } = counted(await many(3000, () => ({ refreshKeys })));
    const { receiver } = newTestReceiver(list, { now: () => now });
    const forge = async (): Promise<void> => {
      const { headers, body } = await v3Notification({ serial: `ABC${now}`, now });
      expect((await receiver.receive(body, headers)).outcome).toBe('unknown-serial');
    };
    await forge();
    expect(searches).toBe(3000);
    const before = looks.merchants;
    for (let count = 0; count < 20; count += 1) await forge();
    expect(looks.merchants).toBe(before);
    now += KEYS_EVERY_MS;
    await forge();
    expect(searches).toBe(6000);
  });
});

describe('a list with a version', () => {
  it('is read again once the version is another', async () => {
    const merchants: Merchant[] = [];
    const { find } = { find: (mchid: string) => merchants.find((each) => each.mchid === mchid) };
    let version = 1;
    const { receiver } = newTestReceiver({ find, all: () => merchants, version: () => version });
    const { headers, body } = await v3Notification();
    expect((await receiver.receive(body, headers)).outcome).toBe('unknown-serial');
    merchants.push(await merchant());
    version += 1;
    expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
  });

  it('cannot make a key count that its merchant has no more', async () => {
    const wechatpayKeys = new Map((await merchant()).v3?.wechatpayKeys);
    const { list } = counted([await merchant({}, { wechatpayKeys })]);
    const { receiver, facts } = newTestReceiver(list);
    const first = await v3Notification();
    expect((await receiver.receive(first.body, first.headers)).outcome).toBe('signalled');
    wechatpayKeys.delete(SERIAL);
    const { headers, body } = await v3Notification({ resource: { ...PAYMENT, out_trade_no: 'ORDER-2' } });
    expect((await receiver.receive(body, headers)).outcome).toBe('unknown-merchant');
    expect(facts).toHaveLength(1);
  });
});

describe('a notification that one merchant could verify and decrypt', () => {
  const other = (v3: Partial<V3Access>): Promise<Merchant> => merchant({ mchid: mchidOf(1) }, v3);

  it.each([
    [
      'has another key by that serial',
      async () => ({ wechatpayKeys: new Map([[SERIAL, (await newKeyPair()).publicKey]]) }),
    ],
    ['does not have that serial', () => ({ wechatpayKeys: new Map() })],
    ['has another APIv3 key', () => ({ decrypt: decryptWith(keyOf(1)) })],
    ['has no APIv3 key', () => ({ decrypt: undefined as unknown as V3Access['decrypt'] & object })],
  ])('is not believed for another one that it names, and that %s', async (_, v3) => {
    const { receiver, facts } = newTestReceiver(listOf(await merchant(), await other(await v3())));
    const { headers, body } = await v3Notification({ resource: { ...PAYMENT, mchid: mchidOf(1) } });
    expect((await receiver.receive(body, headers)).outcome).toBe('unknown-merchant');
    expect(facts).toEqual([]);
  });

  it('is believed for another one whose functions open it, too', async () => {
    const opens = decryptWith(keyOf(1));
    const own = { decrypt: (encrypted: Parameters<typeof opens>[0]) => opens(encrypted) };
    const { receiver, facts } = newTestReceiver(listOf(await merchant({}, { decrypt: opens }), await other(own)));
    const { headers, body } = await v3Notification({
      apiV3Key: keyOf(1),
      resource: { ...PAYMENT, mchid: mchidOf(1) },
    });
    expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
    expect(facts).toMatchObject([{ notification: { order: { mchid: mchidOf(1) } } }]);
  });
});
