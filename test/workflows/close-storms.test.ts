import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../domain/time.js';
import type { Misbehaviour } from '../../testing/sandbox/misbehaviour.js';
import { ALL_ZERO, auditOf, callsOf, FLOOR, newWorld } from '../support/world.js';
import { closesOf, DEADLINE, expectClosed, expectPaid, passUntil, pay } from './order-rows/moves.js';

const STORM: Misbehaviour = { what: 'systemError', on: 'query', times: 'always' };

/** How the query after a close can fail, or say less than the close did. */
const INCONCLUSIVE: readonly Inconclusive[] = [
  { how: 'still says unpaid' },
  { how: 'shows the shopper paying', state: 'USERPAYING' },
  { how: 'is answered by somebody else', misbehaviour: { what: 'html', on: 'query' } },
  { how: 'is answered SYSTEM_ERROR', misbehaviour: { what: 'systemError', on: 'query' } },
  { how: 'is refused as not found', misbehaviour: { what: 'notFound', on: 'query' } },
];

interface Inconclusive {
  readonly how: string;
  /** What every query after the close meets. */
  readonly misbehaviour?: Misbehaviour;
  /** What WeChat Pay shows, soon after the close. */
  readonly state?: 'USERPAYING';
}

describe('an order that WeChat Pay calls paid when it is closed', () => {
  it.each(INCONCLUSIVE)('gets no further close, ever, if the query after it $how', async ({ misbehaviour, state }) => {
    const world = await newWorld();
    const pauses = { notFound: { first: '5m', max: '5m' } } as const;
    const { handle, ...order } = await world.checkout({ timing: { patience: '1h', pauses } });
    const { outTradeNo } = order;
    world.sandbox.misbehave(outTradeNo, { what: 'refuse', code: 'ORDERPAID', on: 'close' });
    if (misbehaviour) world.sandbox.misbehave(outTradeNo, { ...misbehaviour, after: 1, times: 'always' });
    await world.pass(DEADLINE + 5 * SECOND);
    if (state) await world.sandbox.become(order, state);
    await world.pass(3 * HOUR);
    expect(await handle.state()).toMatchObject({ phase: 'needsAttention', paidClaimed: true, outcome: null });
    expect(closesOf(world, outTradeNo)).toEqual(['close ORDERPAID']);
    expect(callsOf(world, outTradeNo).length).toBeGreaterThan(10);
    world.sandbox.misbehaviours.clear();
    await handle.retry();
    await world.pass(20 * MINUTE);
    expect(closesOf(world, outTradeNo)).toEqual(['close ORDERPAID']);
    await pay(world, order);
    await world.pass(HOUR + 5 * MINUTE);
    await expectPaid(world, outTradeNo, handle);
  });
});

describe('a storm of SYSTEM_ERROR on the query before a close', () => {
  it('ends with a notification, though the query still says unpaid: paid within ten seconds, and no close', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    world.sandbox.misbehave(order.outTradeNo, STORM);
    await world.pass(DEADLINE + 2 * MINUTE);
    const notification = await pay(world, order);
    await world.sandbox.become(order, 'NOTPAY');
    world.sandbox.misbehaviours.clear();
    await handle.paymentNotification(notification);
    const notifiedAt = await world.now();
    const { transactionId } = notification;
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'notification', transactionId });
    expect((await world.now()) - notifiedAt).toBeLessThan(10 * SECOND);
    await world.pass(HOUR);
    expect(closesOf(world, order.outTradeNo)).toEqual([]);
  });

  it.each(['closing', 'unsettled'] as const)(
    'for 40 minutes, and a new placement while it is %s: nothing is closed before the new floor',
    async (phase) => {
      const world = await newWorld();
      const { handle, ...order } = await world.checkout();
      world.sandbox.misbehave(order.outTradeNo, STORM);
      await world.pass(DEADLINE + 40 * MINUTE);
      await passUntil(world, handle, phase, 20 * SECOND, 15 * MINUTE);
      world.sandbox.misbehaviours.clear();
      await handle.placedAgain();
      await world.pass(FLOOR - 10 * SECOND);
      expect(closesOf(world, order.outTradeNo)).toEqual([]);
      expect(await handle.state()).toMatchObject({ phase: 'awaitingPayment' });
      await world.pass(20 * SECOND);
      await expectClosed(world, order.outTradeNo, handle);
    },
  );

  it('lasts longer than patience: a person is asked, WeChat Pay still is, and no close is sent unasked', async () => {
    const world = await newWorld();
    const { handle, outTradeNo } = await world.checkout({ timing: { patience: '30m' } });
    world.sandbox.misbehave(outTradeNo, STORM);
    await world.pass(DEADLINE + HOUR);
    expect(await handle.state()).toMatchObject({ visible: 'needs-attention', last: { said: 'SYSTEM_ERROR' } });
    const before = callsOf(world, outTradeNo).length;
    await world.pass(HOUR);
    expect(callsOf(world, outTradeNo).length).toBeGreaterThan(before);
    expect(closesOf(world, outTradeNo)).toEqual([]);
    world.sandbox.misbehaviours.clear();
    await world.pass(HOUR + 10 * MINUTE);
    await expectClosed(world, outTradeNo, handle);
    expect(auditOf(world, outTradeNo, 'closed')).toEqual(ALL_ZERO);
  });
});
