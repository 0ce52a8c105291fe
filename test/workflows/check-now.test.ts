import { describe, expect, it } from 'vitest';
import type { OrderHandle, OrderView } from '../../client/index.js';
import { MINUTE, SECOND } from '../../domain/time.js';
import { checkNow } from '../../workflows/messages/orders.js';
import { callsOf, newWorld, type World } from '../support/world.js';
import {
  CLOSED_CALLS,
  closesOf,
  DEADLINE,
  during,
  expectClosed,
  expectPaid,
  pay,
  release,
  type Key,
} from './order-rows/moves.js';

interface DueState {
  readonly phase: OrderView['phase'];
  /** Brings an order that is due, and unpaid, into that phase. */
  readonly lead: (world: World, order: Key) => Promise<unknown>;
}

/** Every state in which an order that is due waits. */
const DUE: readonly DueState[] = [
  {
    phase: 'userIsPaying',
    lead: async (world, order) => {
      await world.sandbox.become(order, 'USERPAYING');
      await world.pass(DEADLINE + 4 * MINUTE);
      await world.sandbox.become(order, 'NOTPAY');
    },
  },
  {
    phase: 'notFoundYet',
    lead: (world, { outTradeNo }) => {
      world.sandbox.misbehave(outTradeNo, { what: 'notFound', on: 'query' });
      return world.pass(DEADLINE + MINUTE);
    },
  },
  {
    phase: 'unsettled',
    lead: (world, { outTradeNo }) => {
      world.sandbox.misbehave(outTradeNo, { what: 'signError', on: 'query' });
      return world.pass(DEADLINE + 20 * SECOND);
    },
  },
  {
    phase: 'needsAttention',
    lead: (world, { outTradeNo }) => {
      world.sandbox.misbehave(outTradeNo, { what: 'noAuth', on: 'query' });
      return world.pass(DEADLINE + MINUTE);
    },
  },
  {
    phase: 'confirming',
    lead: async (world, order) => {
      const settle = () => world.sandbox.become(order, 'NOTPAY');
      await during(world, order, 'close', DEADLINE + 20 * SECOND, settle);
    },
  },
];

/** How long a check took on the server's clock, and its answer. */
async function check(world: World, handle: OrderHandle) {
  const before = await world.now();
  const view = await handle.checkNow();
  return { view, took: (await world.now()) - before };
}

/** Has a check accepted before any time passes, as it may have to wait for its answer. */
async function beginCheck({ client }: World, { workflowId }: OrderHandle): Promise<() => Promise<OrderView>> {
  const workflow = client.workflow.getHandle(workflowId);
  const begun = await workflow.startUpdate(checkNow, { waitForStage: 'ACCEPTED' });
  return () => begun.result();
}

describe('checkNow for an order that is due', () => {
  it.each(DUE)('in the state $phase asks once, closes nothing, and leaves it there', async ({ phase, lead }) => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    await lead(world, order);
    const [calls, closes] = [callsOf(world, order.outTradeNo), closesOf(world, order.outTradeNo)];
    const { until } = await handle.state();
    const { view, took } = await check(world, handle);
    expect(view).toMatchObject({ ended: false, phase, until, tradeState: 'NOTPAY' });
    expect(took).toBeLessThan(10 * SECOND);
    expect(callsOf(world, order.outTradeNo)).toEqual([...calls, 'query NOTPAY']);
    expect(closesOf(world, order.outTradeNo)).toEqual(closes);
  });

  it('leaves it there, and the order is closed when its pause is over', async () => {
    const world = await newWorld();
    const { handle, outTradeNo } = await world.checkout();
    world.sandbox.misbehave(outTradeNo, { what: 'notFound', on: 'query' });
    await world.pass(DEADLINE + MINUTE);
    await handle.checkNow();
    await world.pass(3 * MINUTE);
    expect(closesOf(world, outTradeNo)).toEqual([]);
    await world.pass(2 * MINUTE);
    await expectClosed(world, outTradeNo, handle);
  });

  it.each(['query', 'close'] as const)(
    'while a close is retried because of its %s is answered within ten seconds, and the close goes on',
    async (on) => {
      const world = await newWorld();
      const { handle, outTradeNo } = await world.checkout();
      const { view: first } = await check(world, handle);
      world.sandbox.misbehave(outTradeNo, { what: 'systemError', on, times: 'always' });
      // The attempts come 0, 1, 3, 7, 15, 31 and 63 seconds after the deadline.
      await world.pass(DEADLINE + 40 * SECOND);
      const { askedAt } = await handle.state();
      const calls = callsOf(world, outTradeNo);
      const answer = await beginCheck(world, handle);
      await world.pass(9 * SECOND);
      expect(await answer()).toMatchObject({ phase: 'closing', tradeState: 'NOTPAY', askedAt });
      expect(first).toMatchObject({ tradeState: 'NOTPAY', askedAt });
      expect(callsOf(world, outTradeNo)).toEqual(calls);
      world.sandbox.misbehaviours.clear();
      await world.pass(30 * SECOND);
      await expectClosed(world, outTradeNo, handle);
      expect(callsOf(world, outTradeNo)).toEqual([...calls, ...CLOSED_CALLS]);
    },
  );

  it('during a close is answered with its result', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    const answers: unknown[] = [];
    await during(world, order, 'close', DEADLINE + 5 * SECOND, async () => void answers.push(await handle.checkNow()));
    expect(answers).toMatchObject([{ ended: true, outcome: { ended: 'closed', closeSent: 'yes' } }]);
    expect(callsOf(world, order.outTradeNo)).toEqual(CLOSED_CALLS);
  });
});

describe('checkNow', () => {
  it('asks once in an interval, however often it is called, and its answers say of when they are', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout({ timing: { checkInterval: '1m' } });
    await world.pass(MINUTE);
    const askedAt = Math.floor((await world.now()) / SECOND);
    const views = await Promise.all([handle.checkNow(), handle.checkNow(), handle.checkNow()]);
    await pay(world, order);
    views.push(await handle.checkNow());
    const said = views.map((view) => ('tradeState' in view ? view.tradeState : view));
    expect(said).toEqual(['NOTPAY', 'NOTPAY', 'NOTPAY', 'NOTPAY']);
    expect(new Set(views.map((view) => view.askedAt)).size).toBe(1);
    expect(Math.abs(Date.parse(views[0].askedAt ?? '') / SECOND - askedAt)).toBeLessThan(5);
    expect(callsOf(world, order.outTradeNo)).toEqual(['query NOTPAY']);
    await world.pass(MINUTE + SECOND);
    expect(await handle.checkNow()).toMatchObject({ ended: true, outcome: { ended: 'paid' } });
    expect(callsOf(world, order.outTradeNo)).toEqual(['query NOTPAY', 'query SUCCESS']);
  });

  it('asks again two seconds after the last answer, unless the start set another interval', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    await handle.checkNow();
    await pay(world, order);
    await world.pass(2 * SECOND);
    expect(await handle.checkNow()).toMatchObject({ outcome: { ended: 'paid' } });
    expect(callsOf(world, order.outTradeNo)).toEqual(['query NOTPAY', 'query SUCCESS']);
  });

  it('starts the timer of the deadline no second time, and the order is closed when that fires', async () => {
    const world = await newWorld();
    const { handle, outTradeNo } = await world.checkout();
    for (let checks = 0; checks < 3; checks += 1) {
      await world.pass(MINUTE);
      await handle.checkNow();
    }
    const { events = [] } = await world.client.workflow.getHandle(handle.workflowId).fetchHistory();
    const timers = (events ?? []).flatMap(({ timerStartedEventAttributes: each }) => each?.startToFireTimeout ?? []);
    // Besides those of the 8 seconds in which each check must be answered.
    expect(timers.filter(({ seconds }) => Number(seconds) > 8)).toHaveLength(1);
    await world.pass(DEADLINE);
    await expectClosed(world, outTradeNo, handle);
  });

  it('is answered with the order as it is after eight seconds, if WeChat Pay does not answer', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    world.sandbox.misbehave(order.outTradeNo, { what: 'systemError', on: 'query', times: 5 });
    let isAnswered = false;
    const answer = (await beginCheck(world, handle))().finally(() => {
      isAnswered = true;
    });
    await world.pass(6 * SECOND);
    expect(isAnswered).toBe(false);
    await world.pass(3 * SECOND);
    expect(await answer).toMatchObject({ phase: 'checking', tradeState: null, askedAt: null, outcome: null });
    await pay(world, order);
    await world.pass(MINUTE);
    await expectPaid(world, order.outTradeNo, handle);
  });

  it('that is being answered when a person stops the watching is answered with how the order ended', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    const answers: unknown[] = [];
    const ask = async (): Promise<void> => void answers.push(await handle.checkNow());
    await during(world, order, 'query', 5 * SECOND, () => release(world, handle), ask);
    expect(answers).toMatchObject([{ ended: true, outcome: { ended: 'released' } }]);
  });
});
