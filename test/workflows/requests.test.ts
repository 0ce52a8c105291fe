import { describe, expect, it } from 'vitest';
import type { OrderHandle } from '../../client/index.js';
import { HOUR, MINUTE, SECOND, roundUp, toRfc3339 } from '../../domain/time.js';
import { deadlineAttribute } from '../../workflows/messages/orders.js';
import { ALL_ZERO, auditOf, callsOf, FLOOR, newWorld, type World } from '../support/world.js';
import {
  CLOSED_CALLS,
  closesAtOf,
  closesOf,
  DEADLINE,
  during,
  expectClosed,
  expectPaid,
  notificationOf,
  pay,
  release,
} from './order-rows/moves.js';

/** When an order is closed, as a list of orders shows it. */
async function deadlineShown({ client }: World, { workflowId }: OrderHandle): Promise<number | undefined> {
  const { typedSearchAttributes } = await client.workflow.getHandle(workflowId).describe();
  return typedSearchAttributes.get(deadlineAttribute)?.getTime();
}

/** The error with which a faulty request is refused. */
function fault(field: string, rule = ''): object {
  const one: unknown = expect.objectContaining({ field, rule: expect.stringContaining(rule) as unknown });
  const faults: unknown = expect.arrayContaining([one]);
  return { code: 'invalid-order', faults };
}

describe('extend', () => {
  it('moves the deadline, also the one in a list, and the order is closed at the new one', async () => {
    const world = await newWorld();
    const start = await world.now();
    const { handle, outTradeNo } = await world.checkout();
    const payBefore = toRfc3339(Math.floor(start / SECOND) * SECOND + 40 * MINUTE);
    expect(await handle.extend({ payBefore })).toMatchObject({ accepted: true, closesAt: payBefore });
    expect(await deadlineShown(world, handle)).toBe(Date.parse(payBefore));
    await world.pass(39 * MINUTE);
    expect(callsOf(world, outTradeNo)).toEqual([]);
    await world.pass(2 * MINUTE);
    await expectClosed(world, outTradeNo, handle);
  });

  it('is refused, with every fault, if the deadline is sooner, or not within seven days', async () => {
    const world = await newWorld();
    const start = await world.now();
    const { handle } = await world.checkout();
    const at = (time: number): { payBefore: string } => ({ payBefore: toRfc3339(start + time) });
    await expect(handle.extend(at(10 * MINUTE))).rejects.toMatchObject(fault('payBefore', 'sooner'));
    await expect(handle.extend(at(9 * 24 * HOUR))).rejects.toMatchObject(fault('payBefore', '7 days'));
    await expect(handle.extend({ payBefore: 'tomorrow' })).rejects.toMatchObject(fault('payBefore'));
  });

  it('is refused after a close was requested, and the close stays requested', async () => {
    const world = await newWorld();
    const start = await world.now();
    const { handle, outTradeNo } = await world.checkout();
    await handle.closeNow();
    const extension = { payBefore: toRfc3339(start + HOUR) };
    await expect(handle.extend(extension)).rejects.toMatchObject(fault('request', 'a close was requested'));
    await world.pass(FLOOR + 5 * SECOND);
    await expectClosed(world, outTradeNo, handle);
  });

  it('is refused after a close was sent', async () => {
    const world = await newWorld();
    const start = await world.now();
    const { handle, outTradeNo } = await world.checkout();
    world.sandbox.misbehave(outTradeNo, { what: 'inProgress', on: 'close' });
    await world.pass(DEADLINE + 5 * SECOND);
    const extension = { payBefore: toRfc3339(start + HOUR) };
    await expect(handle.extend(extension)).rejects.toMatchObject(fault('request', 'a close was sent'));
  });

  it('during the query before a close stops the close, and moves the deadline', async () => {
    const world = await newWorld();
    const start = await world.now();
    const { handle, ...order } = await world.checkout();
    const payBefore = toRfc3339(Math.floor(start / SECOND) * SECOND + HOUR);
    const answers: unknown[] = [];
    const extend = async (): Promise<void> => void answers.push(await handle.extend({ payBefore }));
    await during(world, order, 'query', DEADLINE + 40 * MINUTE, extend);
    expect(answers).toMatchObject([{ accepted: true, closesAt: payBefore }]);
    expect(callsOf(world, order.outTradeNo)).toEqual(['query NOTPAY']);
    await world.pass(6 * MINUTE);
    await expectClosed(world, order.outTradeNo, handle);
    expect(callsOf(world, order.outTradeNo)).toEqual(['query NOTPAY', ...CLOSED_CALLS]);
  });

  it('while a close is being sent is refused, and no other close follows before its pause is over', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    const payBefore = toRfc3339((await world.now()) + HOUR);
    world.sandbox.misbehave(order.outTradeNo, { what: 'tooOften', on: 'close' });
    const errors: unknown[] = [];
    const extend = () => handle.extend({ payBefore }).catch((error: unknown) => void errors.push(error));
    await during(world, order, 'close', DEADLINE + 8 * SECOND, extend);
    expect(errors).toMatchObject([fault('request', 'a close was sent')]);
    expect(closesOf(world, order.outTradeNo)).toEqual(['close FREQUENCY_LIMITED']);
    await world.pass(10 * SECOND);
    await expectClosed(world, order.outTradeNo, handle);
  });

  it('between two attempts at a close is refused, since a close may have been sent', async () => {
    const world = await newWorld();
    const { handle, outTradeNo } = await world.checkout();
    world.sandbox.misbehave(outTradeNo, { what: 'systemError', on: 'close', times: 2 });
    await world.pass(DEADLINE + 2 * SECOND);
    const payBefore = toRfc3339((await world.now()) + HOUR);
    await expect(handle.extend({ payBefore })).rejects.toMatchObject(fault('request', 'may have been'));
    await world.pass(5 * SECOND);
    await expectClosed(world, outTradeNo, handle);
  });
});

describe('placedAgain', () => {
  it('begins the five minutes anew, and tells when the order may be closed then', async () => {
    const world = await newWorld();
    const { handle, outTradeNo } = await world.checkout({ payWithin: '1m' });
    await world.pass(5 * MINUTE);
    const now = await world.now();
    const closesAt = await closesAtOf(handle.placedAgain());
    expect(Math.abs(closesAt - now - FLOOR)).toBeLessThan(5 * SECOND);
    expect(roundUp((await deadlineShown(world, handle)) ?? 0)).toBe(closesAt);
    await world.pass(FLOOR - 10 * SECOND);
    expect(callsOf(world, outTradeNo)).toEqual([]);
    await world.pass(30 * SECOND);
    await expectClosed(world, outTradeNo, handle);
  });
});

describe('closeNow for an order that was placed anew', () => {
  it('tells the new number also if the old order ends as paid after all', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    await handle.closeNow({ replacedBy: 'ANEW-1' });
    await pay(world, order);
    await world.pass(FLOOR + 5 * SECOND);
    await expectPaid(world, order.outTradeNo, handle);
    expect(await handle.outcome()).toMatchObject({ replacedBy: 'ANEW-1' });
    expect(closesOf(world, order.outTradeNo)).toEqual([]);
  });

  it('long after the floor is due from then on, and not overdue since then', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout({ payWithin: '2d' });
    await world.sandbox.become(order, 'USERPAYING');
    await world.pass(24 * HOUR);
    const now = await world.now();
    const closesAt = await closesAtOf(handle.closeNow());
    expect(Math.abs(closesAt - now)).toBeLessThan(5 * SECOND);
    expect(Math.abs(((await deadlineShown(world, handle)) ?? 0) - now)).toBeLessThan(5 * SECOND);
  });

  it('is one request, however often it is made', async () => {
    const world = await newWorld();
    const { handle, outTradeNo } = await world.checkout();
    const [one, other] = [await handle.closeNow(), await handle.closeNow({ replacedBy: 'ANEW-1' })];
    expect(other).toEqual(one);
    await world.pass(FLOOR + 5 * SECOND);
    expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes', replacedBy: 'ANEW-1' });
    expect(callsOf(world, outTradeNo)).toEqual(CLOSED_CALLS);
    expect(auditOf(world, outTradeNo, 'closed')).toEqual(ALL_ZERO);
  });
});

describe('retry and resolve', () => {
  it('are refused while an order waits for its payment, with the phase that they need', async () => {
    const world = await newWorld();
    const { handle } = await world.checkout();
    await expect(handle.retry()).rejects.toMatchObject(fault('request', 'rests'));
    const word = { as: 'paid', note: 'seen in the bill', by: 'Mei' } as const;
    await expect(handle.resolve(word)).rejects.toMatchObject(fault('request', 'needs attention'));
    await expect(handle.resolve({ ...word, note: ' ', by: '' })).rejects.toMatchObject(fault('note'));
    await expect(handle.resolve({ ...word, note: ' ', by: '' })).rejects.toMatchObject(fault('by'));
  });
});

describe('a request that is being answered when a person stops the watching', () => {
  const WORD = { as: 'closed', note: 'seen in the bill', by: 'Mei' } as const;

  it('to resolve is answered with how the order ended', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    world.sandbox.misbehave(order.outTradeNo, { what: 'noAuth', on: 'query', times: 2 });
    await world.pass(DEADLINE + 3 * SECOND);
    const answers: unknown[] = [];
    const resolve = async (): Promise<void> => void answers.push(await handle.resolve(WORD));
    await during(world, order, 'query', 5 * SECOND, () => release(world, handle), resolve);
    const inWords = expect.stringContaining('a person has stopped the watching meanwhile') as unknown;
    expect(answers).toEqual([{ ended: 'released', said: 'NO_AUTH', inWords }]);
  });
});

describe('an order that has ended', () => {
  it('answers each request of its checkout with its outcome, and the request changes nothing', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    await handle.paymentNotification(await pay(world, order));
    await handle.outcome();
    const payBefore = toRfc3339((await world.now()) + HOUR);
    const requests = [
      handle.closeNow(),
      handle.extend({ payBefore }),
      handle.placedAgain(),
      handle.placementFailed({ code: 'PARAM_ERROR' }),
    ];
    for (const answer of await Promise.all(requests)) {
      expect(answer).toMatchObject({ accepted: false, outcome: { ended: 'paid' }, askedAt: null });
    }
    expect(await handle.checkNow()).toMatchObject({ ended: true, outcome: { ended: 'paid' }, askedAt: null });
    expect(callsOf(world, order.outTradeNo)).toEqual([]);
  });

  it('refuses a person and a notification with its outcome', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    await handle.paymentNotification(await pay(world, order));
    await handle.outcome();
    const messages = [
      handle.retry(),
      handle.resolve({ as: 'closed', note: 'seen in the bill', by: 'Mei' }),
      handle.paymentNotification(notificationOf(order)),
    ];
    for (const message of await Promise.allSettled(messages)) {
      expect(message).toMatchObject({ reason: { code: 'already-ended', outcome: { ended: 'paid' } } });
    }
    expect(await handle.state()).toMatchObject({ phase: 'ended', outcome: { ended: 'paid' } });
    expect(callsOf(world, order.outTradeNo)).toEqual([]);
  });
});
