import { describe, expect, it } from 'vitest';
import { cancelBodiesOf, claimKey, writesOf } from '../../../testing/sandbox/ledger.js';
import type { Misbehaviour } from '../../../testing/sandbox/misbehaviour.js';
import { APPID, MINUTE, newNumber, sharedSandbox, SUB_MCHID, v2, v3 } from './wire.js';

const shared = sharedSandbox();
const AMOUNT = { total: 888, currency: 'CNY' };
const HELD_MS = 120;

/** An order old enough to be closed, on an order clock that stands still. */
async function order(...misbehaviours: readonly Misbehaviour[]) {
  const { sandbox, clock } = shared();
  const key = { mchid: sandbox.mchid, outTradeNo: newNumber() };
  await sandbox.place({ ...key, amount: AMOUNT, createdAt: clock.now - 6 * MINUTE });
  for (const misbehaviour of misbehaviours) sandbox.misbehave(key, misbehaviour);
  const path = `/v3/pay/transactions/out-trade-no/${key.outTradeNo}`;
  return {
    sandbox,
    key,
    query: () => v3(sandbox, 'GET', `${path}?mchid=${key.mchid}`),
    close: () => v3(sandbox, 'POST', `${path}/close`, { mchid: key.mchid }),
    writes: () => writesOf(sandbox.ledger.entries(key.outTradeNo)),
  };
}

async function serviceOrder() {
  const { sandbox } = shared();
  const key = { mchid: sandbox.mchid, outOrderNo: newNumber() };
  await sandbox.createServiceOrder(key);
  const path = `/v3/payscore/serviceorder/${key.outOrderNo}/cancel`;
  const body = { appid: APPID, service_id: '500001' };
  return { sandbox, key, cancel: (reason: string) => v3(sandbox, 'POST', path, { ...body, reason }) };
}

describe('a write in the ledger', () => {
  it('is as old as its query, by the wall clock, from arrival to arrival', async () => {
    const { query, close, writes, key } = await order({ what: 'slow', on: 'query', delayMs: HELD_MS });
    await query();
    await close();
    await query();
    await close();
    const [first, second] = writes();
    expect(first).toMatchObject({ order: claimKey(key), call: 'close', queryAnswer: 'NOTPAY', answer: '204' });
    expect(first?.queryAgeMs).toBeGreaterThanOrEqual(HELD_MS - 1);
    expect(second).toMatchObject({ queryAnswer: 'CLOSED', answer: 'ORDER_CLOSED', delivered: true });
    expect(second?.queryAgeMs).toBeLessThan(first?.queryAgeMs ?? 0);
  });

  it('is not allowed by a query whose answer was lost, nor by one about another order', async () => {
    const other = await order();
    const { query, close, writes } = await order({ what: 'loseAnswer', on: 'query' });
    await expect(query()).rejects.toThrow('fetch failed');
    await other.query();
    await close();
    expect(writes()).toMatchObject([{ queryAnswer: null, queryAgeMs: null }]);
  });

  it('has the body that came, also where it was not acted on', async () => {
    const { sandbox, key, close, writes } = await order({ what: 'reset', on: 'close' });
    await expect(close()).rejects.toThrow('fetch failed');
    await v2(sandbox, '/pay/closeorder', { out_trade_no: key.outTradeNo });
    const [first, second] = writes();
    expect(first).toMatchObject({ answer: 'reset', body: JSON.stringify({ mchid: key.mchid }) });
    expect(second?.body).toContain(`<out_trade_no>${key.outTradeNo}</out_trade_no>`);
  });

  it('is told apart by its owner, and told to whoever asks the sandbox', async () => {
    const { sandbox, key, close } = await order();
    const ofSub = { sp_mchid: key.mchid, sub_mchid: SUB_MCHID };
    await close();
    await v3(sandbox, 'POST', `/v3/global/transactions/out-trade-no/${key.outTradeNo}/close`, ofSub);
    const answer = await fetch(`${sandbox.url}/sandbox/writes?outTradeNo=${key.outTradeNo}`);
    const told = (await answer.json()) as readonly Record<string, unknown>[];
    expect(told.map((write) => write['order'])).toEqual([claimKey(key), claimKey({ ...key, subMchid: SUB_MCHID })]);
    expect(told[0]).toMatchObject({ queryAgeMs: null, receivedAt: expect.stringMatching(/\.\d{3}Z$/) });
  });
});

describe('the bodies of cancels', () => {
  it('are those that differ, by service order', async () => {
    const [one, other] = [await serviceOrder(), await serviceOrder()];
    for (const reason of ['over', 'over', 'broken']) await one.cancel(reason);
    await other.cancel('over');
    await (await order()).close();
    const bodies = cancelBodiesOf(one.sandbox.ledger.entries());
    expect([...bodies.keys()]).toEqual([claimKey(one.key), claimKey(other.key)]);
    const reasonsOf = (texts: readonly string[] = []) =>
      texts.map((text) => (JSON.parse(text) as Record<string, unknown>)['reason']);
    expect(reasonsOf(bodies.get(claimKey(one.key)))).toEqual(['over', 'broken']);
    expect(reasonsOf(bodies.get(claimKey(other.key)))).toEqual(['over']);
  });
});
