import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Sandbox } from '../../testing/sandbox/sandbox.js';
import type { MisbehaviourName } from '../../testing/sandbox/misbehaviour.js';
import type { Merchant } from '../../wechatpay/merchant.js';
import { queryOrder } from '../../wechatpay/orders.js';
import { observingClock } from '../../worker/metrics.js';
import { merchantsOf } from '../support/merchant.js';
import { answerOf, failureOf } from '../support/wechatpay-failure.js';
import { AMOUNT } from '../support/world.js';

let sandbox: Sandbox;
let merchant: Merchant;
let heard: (readonly [string, number])[];

beforeEach(async () => {
  heard = [];
  sandbox = await Sandbox.start();
  onTestFinished(() => sandbox.stop());
  await sandbox.place({ mchid: sandbox.mchid, outTradeNo: 'CLOCK-1', amount: AMOUNT });
  const merchants = observingClock(await merchantsOf(sandbox), (...skew) => void heard.push(skew));
  const found = merchants.find(sandbox.mchid);
  if (found === undefined) throw new Error('the merchant is not known');
  merchant = found;
  expect(merchants.find('42')).toBeUndefined();
});

function query(): ReturnType<typeof queryOrder> {
  return queryOrder(merchant, { api: 'v3-global', mchid: sandbox.mchid, outTradeNo: 'CLOCK-1' });
}

async function queryMeeting(what: MisbehaviourName): Promise<string> {
  sandbox.misbehave('CLOCK-1', { what });
  return (await failureOf(query())).facts.code;
}

describe("the skew against WeChat Pay's clock", () => {
  it('is told by every verified answer', async () => {
    await answerOf(query());
    await answerOf(query());
    expect(heard.map(([api]) => api)).toEqual(['v3-global', 'v3-global']);
    for (const [, seconds] of heard) expect(Math.abs(seconds)).toBeLessThanOrEqual(2);
  });

  it('is told by an answer that is refused because it looks ten minutes old', async () => {
    expect(await queryMeeting('stale')).toBe('LOCAL_UNVERIFIED');
    expect(heard).toHaveLength(1);
    expect(Math.abs((heard[0]?.[1] ?? 0) - 600)).toBeLessThanOrEqual(2);
  });

  it.each(['signWrongly', 'unsigned', 'probe', 'html'] as const)(
    'is not told by an answer that is not WeChat Pay’s: %s',
    async (what) => {
      await queryMeeting(what);
      expect(heard).toEqual([]);
    },
  );
});
