import { describe, expect, it } from 'vitest';
import type { OrderHandle } from '../../client/index.js';
import { MINUTE, SECOND } from '../../domain/time.js';
import type { OrderKey } from '../../testing/sandbox/orders.js';
import { ALL_ZERO, auditOf, callsOf, newWorld, type World, type WorldOptions } from '../support/world.js';
import { attemptsOf } from './order-rows/moves.js';
import { requestsSent } from './order-rows/requests-sent.js';

const DEADLINE = 15 * MINUTE;
const HKD = { total: 888, currency: 'HKD' };
const CNY = { total: 888, currency: 'CNY' };
const SUB = { subMchid: '1900000110' };
const MD5 = { v2SignType: 'MD5' } as const;

/** Every way in which an order can be placed, and for whom. */
const PLACEMENTS = [
  { name: 'v3-global, a merchant', api: 'v3-global', amount: HKD },
  { name: 'v3-global, an institution', api: 'v3-global', amount: HKD, owner: SUB },
  { name: 'v3 of the mainland, a merchant', api: 'v3', amount: CNY },
  { name: 'v3 of the mainland, a partner', api: 'v3', amount: CNY, owner: SUB },
  { name: 'v2 with HMAC-SHA256, a merchant', api: 'v2', amount: HKD },
  { name: 'v2 with MD5, a merchant', api: 'v2', amount: CNY, world: MD5 },
  { name: 'v2 with MD5, an institution', api: 'v2', amount: CNY, owner: { ...SUB, subAppid: 'wxsub' }, world: MD5 },
] as const satisfies readonly Placement[];

interface Placement {
  readonly name: string;
  readonly api: 'v3-global' | 'v3' | 'v2';
  readonly amount: typeof HKD;
  readonly owner?: { readonly subMchid: string; readonly subAppid?: string };
  readonly world?: WorldOptions;
}

interface Placed {
  readonly world: World;
  readonly order: OrderKey;
  readonly handle: OrderHandle;
}

/** Places an order and starts its workflow. */
async function place({ api, amount, owner, world: options }: Placement): Promise<Placed> {
  const world = await newWorld(options);
  const order = { mchid: world.sandbox.mchid, outTradeNo: 'EVERY-API-1', ...owner };
  const signType = options?.v2SignType ?? 'HMAC-SHA256';
  await world.sandbox.place({ ...order, api, amount, ...(api === 'v2' && { signType }) });
  const { handle } = await world.orders.start({ ...order, api, amount, payWithin: '15m' });
  return { world, order, handle };
}

describe.each<Placement>(PLACEMENTS)('an order placed through $name', (placement) => {
  it('that is paid is found paid at its deadline, with its amount', async () => {
    const { world, order, handle } = await place(placement);
    const payment = await world.sandbox.pay(order);
    await world.pass(DEADLINE + 3 * SECOND);
    const { transactionId } = payment ?? {};
    expect(transactionId).toBeDefined();
    expect(await handle.outcome()).toMatchObject({
      ended: 'paid',
      toldBy: 'query',
      transactionId,
      amount: placement.amount,
    });
    expect(callsOf(world, order.outTradeNo)).toEqual(['query SUCCESS']);
    expect(auditOf(world, order.outTradeNo, 'paid')).toEqual(ALL_ZERO);
  });

  it('that is unpaid is closed, each attempt asks before it closes, and each request is freshly signed', async () => {
    const { world, order, handle } = await place(placement);
    world.sandbox.misbehave(order, { what: 'systemError', on: 'query', times: 2 });
    world.sandbox.misbehave(order, { what: 'systemError', on: 'close', times: 2 });
    const sent = requestsSent(world.sandbox.url);
    await world.pass(DEADLINE + MINUTE);
    expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
    expect(auditOf(world, order.outTradeNo, 'closed')).toEqual(ALL_ZERO);

    const entries = world.sandbox.ledger.entries(order.outTradeNo);
    expect(entries.map(({ call }) => call)).toEqual(ATTEMPTS.flat());
    expect(entries.map(({ api, subMchid }) => ({ api, subMchid }))).toEqual(
      entries.map(() => ({ api: placement.api, subMchid: placement.owner?.subMchid })),
    );
    expect(new Set(entries.map(({ nonce }) => nonce)).size).toBe(entries.length);
    expect(await attemptsOf(world, handle)).toEqual([ATTEMPTS.length]);
    expect(sent).toHaveLength(entries.length);
    expect(world.sandbox.ledger.refused).toEqual([]);
    if (placement.api !== 'v2') expect(new Set(sent).size).toBe(sent.length);
  });
});

/** The calls of each attempt: two queries are answered SYSTEM_ERROR, and then two closes. */
const CLOSE = ['query', 'close', 'query'];
const ATTEMPTS = [['query'], ['query'], CLOSE, CLOSE, CLOSE];

describe('an order that is known by its transaction only', () => {
  it('is asked about by it, and found paid', async () => {
    const world = await newWorld();
    const { mchid } = world.sandbox;
    const order = { mchid, outTradeNo: 'EVERY-API-2' };
    await world.sandbox.place({ ...order, api: 'v3-global', amount: HKD });
    const { transactionId = '' } = (await world.sandbox.pay(order)) ?? {};
    const ref = { api: 'v3-global', mchid, transactionId } as const;
    const { handle } = await world.orders.start({ ...ref, amount: HKD, payWithin: '15m' });
    expect(handle.workflowId).toContain(transactionId);
    await world.pass(DEADLINE + 3 * SECOND);
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', transactionId, amount: HKD });
    expect(callsOf(world, order.outTradeNo)).toEqual(['query SUCCESS']);
    expect(auditOf(world, order.outTradeNo, 'paid')).toEqual(ALL_ZERO);
  });
});
