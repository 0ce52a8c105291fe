import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/index.js';
import { closeSignedWithin } from '../../domain/activities.js';
import { SECOND } from '../../domain/time.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import type { MerchantDirectory } from '../../wechatpay/merchant.js';
import { remoteSigner } from '../../wechatpay/remote-signer.js';
import { merchantsOf } from '../support/merchant.js';

let sandbox: Sandbox;
let known: MerchantDirectory;
let count = 0;
beforeAll(async () => {
  sandbox = await Sandbox.start();
  known = await merchantsOf(sandbox);
});
afterAll(() => sandbox.stop());

/** The activities of a worker whose merchant's key is in a vault that takes its time. */
function activitiesOf(vaultMs: number) {
  const merchant = known.find(sandbox.mchid);
  if (merchant?.v3 === undefined) throw new Error('it speaks v3');
  const { signer } = merchant.v3;
  const sign = async (text: string): Promise<string> => {
    await sleep(vaultMs);
    return signer.sign(text);
  };
  const v3 = { ...merchant.v3, signer: remoteSigner(sandbox.mchid, signer.certificateSerial, sign) };
  return createActivities({ find: () => ({ ...merchant, v3 }) });
}

/** `MockActivityEnvironment` does not know what an activity gives. */
const answerOf = (result: unknown): string => (result as { readonly answer: string }).answer;

function attemptAt(currentAttemptScheduledTimestampMs: number): MockActivityEnvironment {
  return new MockActivityEnvironment({ currentAttemptScheduledTimestampMs }, { logger: new DefaultLogger('ERROR') });
}

async function close(vaultMs: number, queryAge: number): Promise<{ readonly said: string; readonly sent: number }> {
  const order = { api: 'v3-global', mchid: sandbox.mchid, outTradeNo: `SIGNED-${++count}` } as const;
  const now = Date.now();
  await sandbox.place({ ...order, amount: { total: 888, currency: 'HKD' }, createdAt: now - 600_000 });
  const input = { order, floor: now - 1, queriedAt: now - queryAge };
  const said = await attemptAt(now).run(activitiesOf(vaultMs).closeOrder, input).then(answerOf, String);
  return { said, sent: sandbox.ledger.entries(order.outTradeNo).length };
}

describe('a close whose signature takes long', () => {
  it('is sent while its query is fresh', async () => {
    expect(await close(700, 2 * SECOND)).toEqual({ said: 'accepted', sent: 1 });
  });

  it('is not sent when its query would not be fresh any more', async () => {
    const { said, sent } = await close(700, 19.9 * SECOND);
    expect(said).toContain('LOCAL_NOT_SIGNED');
    expect(sent).toBe(0);
  });

  it('has what the freshness leaves, and never less than a key in a file needs', () => {
    expect(closeSignedWithin(0, 2 * SECOND)).toBe(18 * SECOND);
    expect(closeSignedWithin(0, 20 * SECOND)).toBe(200);
  });
});

describe('a cancel whose signature takes long', () => {
  async function cancel(vaultMs: number): Promise<{ readonly said: string; readonly sent: number }> {
    const { mchid } = sandbox;
    const outOrderNo = `SIGNED-${++count}`;
    const { serviceId, appid } = await sandbox.createServiceOrder({ mchid, outOrderNo });
    const order = { mchid, outOrderNo, serviceId, appid };
    const now = Date.now();
    const said = await attemptAt(now)
      .run(activitiesOf(vaultMs).cancelServiceOrder, { order, reason: 'over', queriedAt: now })
      .then(answerOf, String);
    return { said, sent: sandbox.ledger.entries(outOrderNo).length };
  }

  it('is sent within a second', async () => {
    expect(await cancel(300)).toEqual({ said: 'accepted', sent: 1 });
  });

  it('is not sent later', async () => {
    const { said, sent } = await cancel(1_300);
    expect(said).toContain('LOCAL_NOT_SIGNED');
    expect(sent).toBe(0);
  });
});
