import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MovableKeys } from '../../../testing/sandbox/key-ring.js';
import type { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { asked, downloadsOf, eventually, sandboxWithFile, watched, type Watched } from './watched.js';

const ORDERS = 40;
const AMOUNT = { total: 888, currency: 'HKD' };
const DOWNLOADED = { platformCertificates: 'v3-global' } as const;

/** Orders of which half are paid. */
async function place(sandbox: Sandbox): Promise<string[]> {
  const { mchid } = sandbox;
  const numbers = Array.from({ length: ORDERS }, (_, index) => `ORDER-${index}`);
  for (const [index, outTradeNo] of numbers.entries()) {
    await sandbox.place({ mchid, outTradeNo, amount: AMOUNT });
    if (index % 2 === 0) await sandbox.pay({ mchid, outTradeNo });
  }
  return numbers;
}

const truths = (numbers: readonly string[]): string[] =>
  numbers.map((_, index) => (index % 2 === 0 ? 'SUCCESS' : 'NOTPAY'));

/** Asks about every order at once, each with the merchant as it is then. */
const askAll = ({ merchant }: Watched, numbers: readonly string[]): Promise<string[]> =>
  Promise.all(numbers.map((outTradeNo) => asked(merchant(), outTradeNo)));

/** As Temporal does: what was not believed is asked again, until it is. */
async function askUntilBelieved({ merchant }: Watched, outTradeNo: string, seen: string[]): Promise<string> {
  for (;;) {
    const said = await asked(merchant(), outTradeNo);
    if (said !== 'LOCAL_UNVERIFIED') return said;
    seen.push(outTradeNo);
  }
}

describe('a move from one kind of keys to the other, with forty orders in flight', () => {
  it.each<[MovableKeys, MovableKeys]>([
    ['certificate', 'public-key'],
    ['public-key', 'certificate'],
  ])('from %s to %s leaves no call unbelieved where the file has the new key before it begins', async (from, to) => {
    const { sandbox, file } = await sandboxWithFile({ wechatpayKeys: from }, DOWNLOADED);
    const watch = watched(file);
    const numbers = await place(sandbox);
    const said = [await askAll(watch, numbers)];

    await sandbox.moveKeys('prepare', to);
    await sandbox.writeMerchantsFile(dirname(file), DOWNLOADED);
    // Certificates need nothing in the file.
    if (to === 'public-key') await eventually(() => watch.reloads.length === 1);
    const begun = askAll(watch, numbers);
    await sandbox.moveKeys('begin', to);
    said.push(await begun, await askAll(watch, numbers));
    const ended = askAll(watch, numbers);
    sandbox.endMoveOfKeys();
    said.push(await ended, await askAll(watch, numbers));

    for (const round of said) expect(round).toEqual(truths(numbers));
    expect(downloadsOf(sandbox)).toBeLessThanOrEqual(3);
    expect(sandbox.ledger.refused).toEqual([]);
  });

  it('that nobody prepared leaves half of the answers unbelieved until the key is in the file, and no order wrong', async () => {
    const { sandbox, file } = await sandboxWithFile({ wechatpayKeys: 'certificate' }, DOWNLOADED);
    const watch = watched(file);
    const numbers = await place(sandbox);
    expect(await askAll(watch, numbers)).toEqual(truths(numbers));

    await sandbox.moveKeys('begin', 'public-key');
    const unbelieved: string[] = [];
    const asking = Promise.all(numbers.map((outTradeNo) => askUntilBelieved(watch, outTradeNo, unbelieved)));
    expect(await asking).toEqual(truths(numbers));
    expect(unbelieved.length).toBeGreaterThanOrEqual(ORDERS / 2);
    // The new key alone: nothing is believed now, and nothing can be downloaded.
    sandbox.endMoveOfKeys();
    const lost = Promise.all(numbers.map((outTradeNo) => askUntilBelieved(watch, outTradeNo, unbelieved)));
    await sandbox.writeMerchantsFile(dirname(file), DOWNLOADED);
    expect(await lost).toEqual(truths(numbers));
    expect(await askAll(watch, numbers)).toEqual(truths(numbers));
    // Whatever was not believed: once a minute, a look for the key.
    expect(downloadsOf(sandbox)).toBeLessThanOrEqual(3);
  });
});
