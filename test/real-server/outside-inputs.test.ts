import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OrderHandle } from '../../client/index.js';
import { MINUTE } from '../../domain/time.js';
import type { Fault } from '../../domain/validation.js';
import { LATE_PAYMENT_WORKFLOW, lateStartOf, type LatePaymentInput } from '../../workflows/messages/late.js';
import { DEFAULT_TASK_QUEUE, TIMEOUT_THEN_CLOSE_WORKFLOW } from '../../workflows/messages/orders.js';
import { CANCEL_PAYSCORE_WORKFLOW } from '../../workflows/messages/payscore.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';
import { AMOUNT } from '../support/world.js';

let world: RealWorld;
beforeAll(async () => {
  world = await newRealWorld();
  await world.startWorker();
});
afterAll(() => world.end());

/** Temporal takes up to 2 MB as one payload. */
const NEARLY_ALL = 1_900_000;
const MANY = 100_000;

/** The most characters of a refusal, which people read and the server keeps. */
const SMALL = 5_000;

/** What no caller of good will sends. */
const EVIL: readonly (readonly [string, unknown])[] = [
  ['100,000 unknown fields', Object.fromEntries(Array.from({ length: MANY }, (_, index) => [`f${index}`, 1]))],
  ['the name of a field of 1.9 MB', { ['n'.repeat(NEARLY_ALL)]: 1 }],
  ['a text of 1.9 MB in every field', everyField('v'.repeat(NEARLY_ALL / 20))],
  ['a list of 100,000', Array.from({ length: MANY }, () => 1)],
  ['a depth of 2,000', { amount: JSON.parse('['.repeat(2_000) + ']'.repeat(2_000)) as unknown }],
  ['a field named __proto__', JSON.parse('{"__proto__":{"api":"v2"}}')],
  ['nothing', null],
  ['a text', 'v'.repeat(NEARLY_ALL)],
  ['a number', 15],
];

/** Those of them that a workflow can hear many of without a long history. */
const SMALL_EVIL = EVIL.filter(([, input]) => JSON.stringify(input).length < 10_000);

function everyField(value: string): Readonly<Record<string, string>> {
  const order = ['api', 'mchid', 'outTradeNo', 'appid', 'payBefore', 'payWithin', 'createdAt', 'amount', 'timing'];
  const others = ['serviceId', 'request', 'ended', 'notification', 'requestId', 'reason', 'note', 'by', 'code', 'when'];
  return Object.fromEntries([...order, ...others].map((name) => [name, value]));
}

/** How many workflow tasks of a workflow failed, as they do when a handler throws what is no failure. */
async function failedTasksOf(workflowId: string): Promise<number> {
  const { workflowService, options } = world.client;
  let failed = 0;
  let nextPageToken: Uint8Array | undefined;
  do {
    // A few at a time: an answer of more than 4 MB is not taken.
    const page = await workflowService.getWorkflowExecutionHistory({
      namespace: options.namespace,
      execution: { workflowId },
      maximumPageSize: 1,
      ...(nextPageToken !== undefined && { nextPageToken }),
    });
    const causes = (page.history?.events ?? []).map((event) => event.workflowTaskFailedEventAttributes?.failure);
    // The server's own cause is that something came while the workflow ended, and it is heard once more.
    failed += causes.filter((cause) => cause?.applicationFailureInfo).length;
    nextPageToken = page.nextPageToken;
  } while (nextPageToken !== undefined && nextPageToken.length > 0);
  return failed;
}

/** That an error is a refusal, and a small one. */
function expectSmallRefusal(error: unknown, type: string): void {
  const isFailed = error instanceof WorkflowFailedError || error instanceof WorkflowUpdateFailedError;
  const failure = isFailed ? error.cause : error;
  expect(failure).toBeInstanceOf(ApplicationFailure);
  const { message, details } = failure as ApplicationFailure;
  expect(failure).toMatchObject({ type, nonRetryable: true });
  expect(message.length).toBeLessThan(SMALL);
  expect(JSON.stringify(details).length).toBeLessThan(SMALL);
  expect((details?.[0] as Fault[]).length).toBeLessThanOrEqual(20);
}

let count = 0;

async function expectNotStarted(workflowType: string, args: readonly unknown[], workflowId?: string): Promise<void> {
  count += 1;
  const options = { workflowId: workflowId ?? `evil-${count}`, taskQueue: DEFAULT_TASK_QUEUE, args: [...args] };
  const handle = await world.client.workflow.start(workflowType, options);
  expectSmallRefusal(await handle.result().catch((error: unknown) => error), 'INVALID_ORDER');
  expect(await failedTasksOf(options.workflowId)).toBe(0);
}

const TYPES = [TIMEOUT_THEN_CLOSE_WORKFLOW, CANCEL_PAYSCORE_WORKFLOW, LATE_PAYMENT_WORKFLOW];

describe.each(TYPES)('a start of %s', (workflowType) => {
  it.each(EVIL)('with %s is refused, small', async (_, input) => {
    await expectNotStarted(workflowType, [input]);
  });

  it('with a state of its own making is refused', async () => {
    await expectNotStarted(workflowType, [{}, { phase: 'closing', told: [] }]);
    await expectNotStarted(workflowType, [{}, null]);
  });
});

it('a start with all that an order needs, and a state that nobody decided on, is refused', async () => {
  const { mchid } = world.sandbox;
  const input = { api: 'v3-global', mchid, outTradeNo: 'SO-FAR', amount: AMOUNT, payWithin: '15m' };
  const closing = { phase: 'closing', allows: ['unpaid'], isSuperseded: false, extension: null, order: { floor: 0 } };
  await expectNotStarted(TIMEOUT_THEN_CLOSE_WORKFLOW, [input, closing], `order/${mchid}/SO-FAR`);
  expect(world.sandbox.ledger.entries('SO-FAR')).toEqual([]);
});

describe('an order that is open', () => {
  let handle: OrderHandle;
  let order: { mchid: string; outTradeNo: string };
  beforeAll(async () => {
    const { outTradeNo, ...started } = await world.checkout(10 * MINUTE);
    handle = started.handle;
    order = { mchid: world.sandbox.mchid, outTradeNo };
  });

  it.each(['closeNow', 'extend', 'placementFailed', 'resolve'])('refuses %s with such a request', async (update) => {
    const workflow = world.client.workflow.getHandle(handle.workflowId);
    // A request to close may say nothing.
    for (const [, request] of EVIL.filter(([, each]) => update !== 'closeNow' || each !== null)) {
      const refused = await workflow.executeUpdate(update, { args: [request] }).catch((error: unknown) => error);
      expectSmallRefusal(refused, 'INVALID_REQUEST');
    }
    const two = await workflow.executeUpdate(update, { args: [{}, {}] }).catch((error: unknown) => error);
    expectSmallRefusal(two, 'INVALID_REQUEST');
    expect(await failedTasksOf(handle.workflowId)).toBe(0);
    expect(await handle.state()).toMatchObject({ phase: 'awaitingPayment' });
  });

  it.each(['checkNow', 'placedAgain', 'retry'])('refuses %s with any input', async (update) => {
    const workflow = world.client.workflow.getHandle(handle.workflowId);
    for (const args of [['x'.repeat(1_900_000)], [{ more: 1 }], [{}, {}]]) {
      const refused = await workflow
        .executeUpdate(update, { args: args as [unknown] })
        .catch((error: unknown) => error);
      expectSmallRefusal(refused, 'INVALID_REQUEST');
    }
    expect(await failedTasksOf(handle.workflowId)).toBe(0);
  });

  it('goes on after six signals of 900 KB, keeps none of them, and takes a person’s word', async () => {
    const workflow = world.client.workflow.getHandle(handle.workflowId);
    const payment = { transactionId: '42', amount: { ...AMOUNT, total: 1 }, paidAt: '2026-03-02T12:01:00Z' };
    await handle.paymentNotification({ ...payment, order });
    const huge = 'x'.repeat(900_000);
    for (let each = 0; each < 6; each += 1) {
      await workflow.signal('paymentNotification', { ...payment, order, transactionId: `${each}${huge}` });
    }
    await workflow.signal('aNameThatNobodyKnows', huge);
    for (const [, value] of SMALL_EVIL) await workflow.signal('paymentNotification', value);
    await vi.waitFor(async () => expect(await handle.state()).toMatchObject({ phase: 'needsAttention' }), 60_000);
    const page = await workflow.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(page.currentDetails.length).toBeLessThan(SMALL);
    const word = { as: 'closed', note: 'not paid', by: 'Mei', force: true } as const;
    expect(await handle.resolve(word)).toMatchObject({ ended: 'resolved' });
    expect(await failedTasksOf(handle.workflowId)).toBe(0);
    const ignored = world.log.filter((line) => JSON.stringify(line).includes('of the wrong form was ignored'));
    expect(ignored.length).toBeGreaterThanOrEqual(6 + SMALL_EVIL.length);
    expect(Math.max(...ignored.map((line) => JSON.stringify(line).length))).toBeLessThan(1_000);
  });
});

it('a service order that is open refuses such requests and signals, and goes on', async () => {
  const rental = await world.rental();
  const handle = await world.serviceOrders.watch(rental);
  const workflow = world.client.workflow.getHandle(handle.workflowId);
  for (const [, evil] of EVIL) {
    const refused = await workflow.executeUpdate('requestCancel', { args: [evil] }).catch((error: unknown) => error);
    expectSmallRefusal(refused, 'INVALID_REQUEST');
  }
  for (const [, evil] of SMALL_EVIL) await workflow.signal('serviceOrderNotification', evil);
  const { handle: same } = await world.serviceOrders.requestCancel(rental, { requestId: 'r-1', reason: '用户取消' });
  expect(await same.outcome()).toMatchObject({ ended: 'cancelled' });
  expect(await failedTasksOf(handle.workflowId)).toBe(0);
});

it('a late payment that is open refuses such words and signals, and goes on', async () => {
  const order = { api: 'v3-global', mchid: world.sandbox.mchid, outTradeNo: 'LATE-1' } as const;
  await world.sandbox.place({ ...order, amount: AMOUNT });
  const { transactionId } = (await world.sandbox.pay(order)) ?? { transactionId: 'not paid' };
  const notification = { order, transactionId, amount: AMOUNT, paidAt: null };
  const input: LatePaymentInput = { order, amount: AMOUNT, ended: { ended: 'closed', closeSent: 'yes' }, notification };
  const start = { ...lateStartOf(input), taskQueue: DEFAULT_TASK_QUEUE };
  const workflow = await world.client.workflow.start(LATE_PAYMENT_WORKFLOW, start);
  for (const [, evil] of EVIL) {
    const refused = await workflow.executeUpdate('record', { args: [evil] }).catch((error: unknown) => error);
    expectSmallRefusal(refused, 'INVALID_REQUEST');
  }
  for (const [, evil] of SMALL_EVIL) await workflow.signal('paymentNotification', evil);
  const late = world.orders.latePayment(order);
  const { transactionIds } = await late.state();
  await late.record({ as: 'refunded', note: 'refund R1', by: 'Mei', transactionIds });
  expect(await late.outcome()).toMatchObject({ ended: 'recorded' });
  expect(await failedTasksOf(workflow.workflowId)).toBe(0);
});
