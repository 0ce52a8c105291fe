import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { NOTIFICATION_PAUSES } from '../../../testing/sandbox/notifications.js';
import { listening } from '../../support/listening.js';
import { newNumber, sharedSandbox } from './wire.js';

const shared = sharedSandbox();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Answers with one status after another; the last of them from then on. @returns its address, and how often it was asked */
async function receiver(...statuses: number[]) {
  const seen = { times: 0 };
  const server = createServer((_request, response) => {
    response.writeHead(statuses[Math.min(seen.times, statuses.length - 1)] ?? 500).end();
    seen.times += 1;
  });
  const port = await listening(server.listen(0, '127.0.0.1'));
  return { url: `http://127.0.0.1:${port}/`, seen };
}

async function paid() {
  const { sandbox } = shared();
  const key = { mchid: sandbox.mchid, outTradeNo: newNumber() };
  await sandbox.place({ ...key, amount: { total: 888, currency: 'HKD' } });
  await sandbox.pay(key);
  const delivered = () => sandbox.ledger.entries(key.outTradeNo).map((entry) => entry.delivered);
  return { sandbox, key, delivered };
}

describe('a notification that is not taken', () => {
  it('is sent again until it is, and no more', async () => {
    const { sandbox, key, delivered } = await paid();
    const { url, seen } = await receiver(503, 400, 204);
    expect(await sandbox.notifyUntilTaken(key, { url, pauses: [1, 1, 1, 1] })).toBe(true);
    expect(seen.times).toBe(3);
    expect(delivered()).toEqual([false, false, true]);
  });

  it('is given up after the last pause', async () => {
    const { sandbox, key, delivered } = await paid();
    const { url } = await receiver(503);
    expect(await sandbox.notifyUntilTaken(key, { url, pauses: [1, 1] })).toBe(false);
    expect(delivered()).toEqual([false, false, false]);
  });

  it('is sent again where nothing answers', async () => {
    const { sandbox, key, delivered } = await paid();
    expect(await sandbox.notifyUntilTaken(key, { url: 'http://127.0.0.1:1/', pauses: [1] })).toBe(false);
    expect(delivered()).toEqual([false, false]);
  });

  it('is not sent any more once that is ended', async () => {
    const { sandbox, key } = await paid();
    const { url, seen } = await receiver(503);
    const ended = AbortSignal.abort();
    expect(await sandbox.notifyUntilTaken(key, { url, pauses: [HOUR], signal: ended })).toBe(false);
    expect(seen.times).toBe(1);
  });

  it('of an order that is not paid is a mistake of who asks for it', async () => {
    const { sandbox } = shared();
    const key = { mchid: sandbox.mchid, outTradeNo: newNumber() };
    await sandbox.place({ ...key, amount: { total: 1, currency: 'HKD' } });
    await expect(sandbox.notifyUntilTaken(key, { url: 'http://127.0.0.1:1/' })).rejects.toThrow('not paid');
  });

  it('comes for more than a day, by default', () => {
    expect(NOTIFICATION_PAUSES).toHaveLength(15);
    expect(NOTIFICATION_PAUSES.reduce((sum, pause) => sum + pause)).toBe(24 * HOUR + 4 * MINUTE);
  });
});
