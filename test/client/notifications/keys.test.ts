import { describe, expect, it } from 'vitest';
import { KEYS_EVERY_MS, KEYS_WITHIN_MS } from '../../../client/notifications/limits.js';
import { decryptWith } from '../../../wechatpay/encryption.js';
import type { Merchant } from '../../../wechatpay/merchant.js';
import {
  listOf,
  merchant,
  MCHID,
  newTestReceiver,
  deferred,
  PAYMENT,
  SERIAL,
  v3Notification,
  wechatPay,
} from './fixtures.js';

const NEW_SERIAL = '5157F09EFDC096DE15EBE81A47057A7232F1B8E2';

/** A merchant whose keys change, and whose searches for them are counted. */
async function searching(search: (keys: Map<string, never>) => Promise<void>, mchid = MCHID, apiV3Key?: string) {
  const keys = new Map((await merchant()).v3?.wechatpayKeys);
  const counted = { searches: 0 };
  const refreshKeys = (): Promise<void> => {
    counted.searches += 1;
    return search(keys as Map<string, never>);
  };
  const decrypt = apiV3Key === undefined ? {} : { decrypt: decryptWith(apiV3Key) };
  const each: Merchant = await merchant({ mchid }, { wechatpayKeys: keys, refreshKeys, ...decrypt });
  return { each, counted };
}

/** A search that finds the new key. */
async function found(keys: Map<string, never>): Promise<void> {
  keys.set(NEW_SERIAL, (await wechatPay()).keys.publicKey as never);
}

const nothing = (): Promise<void> => Promise.resolve();

describe('an unknown serial', () => {
  it('is searched for, and the notification is accepted', async () => {
    const { each, counted } = await searching(found);
    const { receiver } = newTestReceiver(listOf(each));
    const { headers, body } = await v3Notification({ serial: NEW_SERIAL });
    expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
    expect(counted.searches).toBe(1);
  });

  it.each([
    ['a known serial', { serial: SERIAL }, 'signalled'],
    ['a wrong signature', { signing: 'probe' }, 'probe'],
    ['an old notification', { serial: NEW_SERIAL, now: Date.now() - 400_000 }, 'stale'],
  ] as const)('is not searched for with %s', async (_, parts, outcome) => {
    const { each, counted } = await searching(nothing);
    const other = await searching(nothing, '1900000110');
    const { v3 } = other.each;
    const lacking = { ...other.each, ...(v3 && { v3: { ...v3, wechatpayKeys: new Map() } }) };
    const { receiver } = newTestReceiver(listOf(each, lacking));
    const { headers, body } = await v3Notification(parts);
    expect((await receiver.receive(body, headers)).outcome).toBe(outcome);
    expect([counted.searches, other.counted.searches]).toEqual([0, 0]);
  });

  it('is searched for once a minute, however many notifications come and whatever they name', async () => {
    let now = Date.now();
    const { each, counted } = await searching(nothing);
    const { receiver } = newTestReceiver(listOf(each), { now: () => now });
    const send = async (serial: string): Promise<string> => {
      const { headers, body } = await v3Notification({ serial, now });
      return (await receiver.receive(body, headers)).outcome;
    };
    const many = await Promise.all(Array.from({ length: 20 }, (_, index) => send(`ABC${index}`)));
    expect(new Set(many)).toEqual(new Set(['unknown-serial']));
    now += KEYS_EVERY_MS - 1;
    await send('ABC');
    expect(counted.searches).toBe(1);
    now += 1;
    await send('ABC');
    expect(counted.searches).toBe(2);
    // A clock that was set back holds nothing up.
    now -= 10 * KEYS_EVERY_MS;
    await send('ABC');
    expect(counted.searches).toBe(3);
  });

  it('that comes during a search waits for the same search', async () => {
    const search = deferred<undefined>();
    const { each, counted } = await searching(async (keys) => {
      await search.promise;
      await found(keys);
    });
    const { receiver, facts } = newTestReceiver(listOf(each));
    const notifications = await Promise.all(
      ['ORDER-1', 'ORDER-2'].map((number) =>
        v3Notification({ serial: NEW_SERIAL, resource: { ...PAYMENT, out_trade_no: number } }),
      ),
    );
    const answers = notifications.map(({ headers, body }) => receiver.receive(body, headers));
    search.end(undefined);
    expect((await Promise.all(answers)).map(({ outcome }) => outcome)).toEqual(['signalled', 'signalled']);
    expect(facts).toHaveLength(2);
    expect(counted.searches).toBe(1);
  });

  it('is refused in time if the search does not end', async () => {
    const { each } = await searching(() => deferred<undefined>().promise);
    const { receiver, events } = newTestReceiver(listOf(each));
    const { headers, body } = await v3Notification({ serial: NEW_SERIAL });
    expect((await receiver.receive(body, headers)).outcome).toBe('unknown-serial');
    expect(events[0]?.millis).toBeLessThan(KEYS_WITHIN_MS + 1_500);
  });

  it('is refused if the search fails', async () => {
    const { each } = await searching(() => Promise.reject(new Error('no network')));
    const { receiver } = newTestReceiver(listOf(each));
    const { headers, body } = await v3Notification({ serial: NEW_SERIAL });
    expect((await receiver.receive(body, headers)).outcome).toBe('unknown-serial');
  });

  it('is searched for only at the merchant of the address, if that names one', async () => {
    const ours = await searching(found);
    const other = await searching(found, '1900000110');
    const { receiver } = newTestReceiver(listOf(other.each, ours.each));
    const { headers, body } = await v3Notification({ serial: NEW_SERIAL });
    expect((await receiver.receive(body, headers, { mchid: MCHID })).outcome).toBe('signalled');
    expect([ours.counted.searches, other.counted.searches]).toEqual([1, 0]);
  });
});

describe('the serial of a certificate', () => {
  it.each(['0A45', 'A45', 'a45'])('is found in any form: %s', async (serial) => {
    const { keys } = await wechatPay();
    const { each, counted } = await searching(nothing);
    const certified = await merchant({}, { ...each.v3, wechatpayKeys: new Map([['0A45', keys.publicKey]]) });
    const other = await searching(nothing, '1900000110');
    const { receiver } = newTestReceiver(listOf(other.each, certified));
    const { headers, body } = await v3Notification({ serial });
    expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
    // A merchant that has the key does not search for it, even if the key does not open the notification.
    const strange = await v3Notification({ serial, apiV3Key: 'd0d1d2d3d4d5d6d7d8d9dadbdcdddedf' });
    expect((await receiver.receive(strange.body, strange.headers)).outcome).toBe('undecryptable');
    expect([counted.searches, other.counted.searches]).toEqual([0, 1]);
  });
});

describe('a serial that another merchant knows', () => {
  it('is searched for at those that do not, if the other cannot decrypt the notification', async () => {
    const ours = await searching(found);
    const other = await searching(found, '1900000110', 'c0c1c2c3c4c5c6c7c8c9cacbcccdcecf');
    await other.each.v3?.refreshKeys?.();
    const { receiver } = newTestReceiver(listOf(other.each, ours.each));
    const { headers, body } = await v3Notification({ serial: NEW_SERIAL });
    expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
    expect([ours.counted.searches, other.counted.searches]).toEqual([1, 1]);
  });
});
