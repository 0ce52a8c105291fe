import { describe, expect, it } from 'vitest';
import type { MovableKeys } from '../../../testing/sandbox/key-ring.js';
import type { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { newSandbox, v3 } from './wire.js';

const AMOUNT = { total: 888, currency: 'HKD' };

async function moving(from: MovableKeys) {
  const { sandbox } = await newSandbox({ wechatpayKeys: from });
  const [old] = sandbox.wechatpayKeys;
  if (old === undefined) throw new Error('there is a key');
  const { mchid } = sandbox;
  const key = { mchid, outTradeNo: 'MOVED' };
  await sandbox.place({ ...key, amount: AMOUNT });
  await sandbox.pay(key);
  const target = `/v3/global/transactions/out-trade-no/MOVED?mchid=${mchid}`;
  const answered = async (wanted?: string): Promise<string | null> => {
    const extras = wanted === undefined ? {} : { headers: { 'wechatpay-serial': wanted } };
    const { fault, headers } = await v3(sandbox, 'GET', target, undefined, extras);
    expect(fault).toBeUndefined();
    return headers.get('wechatpay-serial');
  };
  const notified = (): string | undefined => sandbox.paymentNotification(key).headers['wechatpay-serial'];
  return { sandbox, old: old.serial, answered, notified };
}

const newSerialOf = ({ wechatpayKeys }: Sandbox): string => wechatpayKeys.at(-1)?.serial ?? '';
const times = async (count: number, ask: () => unknown): Promise<unknown[]> => {
  const said: unknown[] = [];
  for (let each = 0; each < count; each += 1) said.push(await ask());
  return said;
};

describe('a move of keys', () => {
  it.each([
    ['certificate', 'public-key'],
    ['public-key', 'certificate'],
  ] as const)('from %s to %s signs half of the answers and half of the notifications with each', async (from, to) => {
    const { sandbox, old, answered, notified } = await moving(from);
    await sandbox.moveKeys('prepare', to);
    const fresh = newSerialOf(sandbox);
    expect(fresh.startsWith('PUB_KEY_ID_')).toBe(to === 'public-key');
    expect(sandbox.wechatpayKeys.map(({ serial }) => serial)).toEqual([old, fresh]);
    expect([await answered(), notified(), await answered(fresh)]).toEqual([old, old, fresh]);

    await sandbox.moveKeys('begin', to);
    // One of each in turn: neither takes the other's.
    const both = await times(4, async () => [await answered(), notified()]);
    expect(both).toEqual([
      [old, old],
      [fresh, fresh],
      [old, old],
      [fresh, fresh],
    ]);
    expect([await answered(old), await answered(fresh), await answered(old)]).toEqual([old, fresh, old]);

    sandbox.endMoveOfKeys();
    expect(await times(3, () => answered(old))).toEqual([fresh, fresh, fresh]);
    expect(notified()).toBe(fresh);
    expect(sandbox.wechatpayKeys.map(({ serial }) => serial)).toEqual([fresh]);
    const { status } = await v3(sandbox, 'GET', '/v3/certificates');
    expect(status).toBe(to === 'certificate' ? 200 : 404);
  });

  it('can begin at once, and takes a change of keys on its way', async () => {
    const { sandbox, old, answered } = await moving('certificate');
    await sandbox.moveKeys('begin', 'public-key');
    const before = sandbox.wechatpayKeys.map(({ serial }) => serial);
    await sandbox.rotateKeys();
    const after = sandbox.wechatpayKeys.map(({ serial }) => serial);
    expect([...before, ...after]).toHaveLength(new Set([...before, ...after]).size);
    expect(new Set(await times(4, () => answered()))).toEqual(new Set(after));
    expect(after).not.toContain(old);
  });

  it('is refused where there is nothing to move, and ends only where it has begun', async () => {
    const { sandbox } = await moving('certificate');
    await expect(sandbox.moveKeys('begin', 'certificate')).rejects.toThrow('nothing to move');
    expect(() => sandbox.endMoveOfKeys()).toThrow('no move has begun');
    await sandbox.moveKeys('prepare', 'public-key');
    await expect(sandbox.moveKeys('prepare', 'public-key')).rejects.toThrow('nothing to move');
    expect(() => sandbox.endMoveOfKeys()).toThrow('no move has begun');
    const both = await newSandbox({ wechatpayKeys: 'both' });
    await expect(both.sandbox.moveKeys('begin', 'public-key')).rejects.toThrow('nothing to move');
  });

  it('is made over the admin API too', async () => {
    const { sandbox } = await moving('public-key');
    const ask = async (body: object) => {
      const answer = await fetch(`${sandbox.url}/sandbox/move`, { method: 'POST', body: JSON.stringify(body) });
      return { status: answer.status, body: await answer.json() };
    };
    expect(await ask({ step: 'prepare', to: 'certificate' })).toEqual({ status: 200, body: sandbox.wechatpayKeys });
    expect(sandbox.wechatpayKeys).toHaveLength(2);
    expect((await ask({ step: 'begin', to: 'certificate' })).status).toBe(200);
    expect((await ask({ step: 'begin', to: 'certificate' })).status).toBe(409);
    expect(await ask({ step: 'end' })).toEqual({ status: 200, body: sandbox.wechatpayKeys });
    expect(sandbox.wechatpayKeys).toHaveLength(1);
    expect((await ask({ step: 'begin' })).status).toBe(400);
  });
});
