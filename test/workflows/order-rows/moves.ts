import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { OrderHandle, OrderView, PaymentNotification, RequestedClose } from '../../../client/index.js';
import { MINUTE, SECOND, type Instant, type Milliseconds } from '../../../domain/time.js';
import { ALL_ZERO, AMOUNT, auditOf, callsOf, type World } from '../../support/world.js';

/** Until when the orders of these tests may be paid, from their start. */
export const DEADLINE: Milliseconds = 15 * MINUTE;

/** WeChat Pay's own key of an order of these tests. */
export interface Key {
  readonly mchid: string;
  readonly outTradeNo: string;
}

/** The calls of one guarded close of an order that is unpaid, with nothing in the way. */
export const CLOSED_CALLS = ['query NOTPAY', 'close 204', 'query CLOSED'];

/** The shopper pays. @returns the notification of it, which is not sent yet */
export async function pay(
  { sandbox }: Pick<World, 'sandbox'>,
  { mchid, outTradeNo }: Key,
): Promise<PaymentNotification> {
  const payment = await sandbox.pay({ mchid, outTradeNo });
  if (payment === undefined) throw new Error('the sandbox took no payment');
  return { ...payment, order: { mchid, outTradeNo }, hasWebhook: false };
}

/** A notification of WeChat Pay's of a payment that its order does not show. */
export function notificationOf({ mchid, outTradeNo }: Key, total = AMOUNT.total): PaymentNotification {
  const payment = { transactionId: '4200000001', amount: { ...AMOUNT, total }, paidAt: '2026-03-02T12:01:00Z' };
  // As the receiver of a merchant without a URL says it: most worlds have none.
  return { order: { mchid, outTradeNo }, ...payment, hasWebhook: false };
}

/** How long WeChat Pay works on a call in which something else is to happen, on the wall clock. */
const AT_WORK_MS = 2_000;

/**
 * Lets time pass, and something happen while WeChat Pay works on the next call of a kind. Whatever else the sandbox was
 * told to do to that call, it does.
 *
 * @param begin what leads to that call, where time alone does not
 */
export async function during(
  world: World,
  { outTradeNo }: Pick<Key, 'outTradeNo'>,
  call: 'query' | 'close',
  time: Milliseconds,
  act: () => unknown,
  begin: () => unknown = () => undefined,
): Promise<void> {
  const before = callsSoFar(world, outTradeNo, call);
  world.sandbox.misbehave(outTradeNo, { what: 'slow', on: call, delayMs: AT_WORK_MS });
  const passing = Promise.allSettled([world.pass(time), begin()]);
  try {
    await until(() => callsSoFar(world, outTradeNo, call) > before);
    await act();
  } finally {
    await passing;
  }
  const failed = (await passing).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

function callsSoFar(world: World, outTradeNo: string, call: string): number {
  return callsOf(world, outTradeNo).filter((each) => each.startsWith(call)).length;
}

/** Waits on the wall clock, for what takes a moment only. */
export async function until(isSo: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 60 * SECOND;
  while (!isSo()) {
    if (Date.now() > giveUpAt) throw new Error('what was waited for did not happen within 60 s');
    await sleep(5);
  }
}

/** A person presses *Request Cancellation* in Temporal UI. */
export async function release({ client }: World, { workflowId }: OrderHandle): Promise<void> {
  await client.workflow.getHandle(workflowId).cancel();
}

/** When an order is closed, by the answer to a request that was accepted. */
export async function closesAtOf(request: Promise<RequestedClose>): Promise<number> {
  const answer = await request;
  if (!answer.accepted) throw new Error(`the order had ended: ${answer.outcome.ended}`);
  return Date.parse(answer.closesAt);
}

/** Lets time pass in steps until an order is in a phase. */
export async function passUntil(
  world: World,
  handle: OrderHandle,
  phase: OrderView['phase'],
  step: Milliseconds,
  atMost: Milliseconds,
): Promise<void> {
  let view = await handle.state();
  for (let passed = 0; view.phase !== phase; passed += step) {
    if (passed > atMost) throw new Error(`not ${phase} within ${atMost} ms, but ${JSON.stringify(view)}`);
    await world.pass(step);
    view = await handle.state();
  }
}

/** An order that is found unpaid at its deadline, closed and confirmed without trouble. */
export async function expectClosed(world: World, outTradeNo: string, handle: OrderHandle): Promise<void> {
  expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
  expect(auditOf(world, outTradeNo, 'closed')).toEqual(ALL_ZERO);
}

/** An order that a query found paid, and that nothing contradicts. */
export async function expectPaid(world: World, outTradeNo: string, handle: OrderHandle): Promise<void> {
  expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'query', amount: AMOUNT });
  expect(auditOf(world, outTradeNo, 'paid')).toEqual(ALL_ZERO);
}

/**
 * When WeChat Pay received each call about an order, counted from an instant. The timers of this server are a part of a second
 * early by its own clock, when the machine is busy.
 */
export function callTimes({ sandbox }: World, outTradeNo: string, since: Instant): Milliseconds[] {
  return sandbox.ledger.entries(outTradeNo).map(({ at }) => at - since);
}

/** How often each activity of an order was attempted: retries by Temporal's policy, and not by the workflow. */
export async function attemptsOf({ client }: World, { workflowId }: OrderHandle): Promise<number[]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const told = (events ?? []).flatMap(({ eventId, activityTaskScheduledEventAttributes: each }) =>
    each?.activityType?.name === 'tellOutcome' ? [String(eventId)] : [],
  );
  return (events ?? []).flatMap(({ activityTaskStartedEventAttributes: each }) =>
    each?.attempt && !told.includes(String(each.scheduledEventId)) ? [each.attempt] : [],
  );
}

/** The closes that WeChat Pay received. */
export function closesOf(world: World, outTradeNo: string): string[] {
  return callsOf(world, outTradeNo).filter((call) => call.startsWith('close'));
}
