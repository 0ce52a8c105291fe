import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../domain/time.js';
import { LATE_PAYMENT_WORKFLOW, type RecordRequest } from '../../workflows/messages/late.js';
import {
  DEFAULT_TASK_QUEUE,
  paymentNotification,
  reasonAttribute,
  stateAttribute,
} from '../../workflows/messages/orders.js';
import { AMOUNT, newWorld } from '../support/world.js';
import { CLOSED, Late, REFUND, SECOND_PAYMENT } from './late-rows/late.js';

/** What a list shows. */
async function shown({ workflow }: Late): Promise<unknown[]> {
  const { typedSearchAttributes } = await workflow.describe();
  return [typedSearchAttributes.get(stateAttribute), typedSearchAttributes.get(reasonAttribute)];
}

/** With which type and faults something is refused. */
async function refusalOf(promise: Promise<unknown>): Promise<{ readonly type: unknown; readonly fields: unknown }> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  const isRefusal = error instanceof WorkflowFailedError || error instanceof WorkflowUpdateFailedError;
  const cause = isRefusal ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) throw new Error('it was not refused', { cause: error });
  const faults = (cause.details?.[0] ?? []) as { readonly field: string }[];
  return { type: cause.type, fields: faults.map(({ field }) => field) };
}

describe('a payment that comes after the end of its order', () => {
  it('that the order ended with is known at once, and WeChat Pay is not asked', async () => {
    const late = await Late.afterPaid(await newWorld());
    const { transactionId } = await late.told();
    expect(await late.result()).toEqual({ ended: 'known', transactionIds: [transactionId] });
    expect(late.calls).toEqual([]);
    expect(await shown(late)).toEqual(['known', undefined]);
  });

  it('is in the operators’ list of what needs a person, until it is settled', async () => {
    const late = await Late.after(await newWorld(), CLOSED);
    await late.told();
    await late.needsPerson('paid-after-close');
    expect(await shown(late)).toEqual(['needs-attention', 'paid-after-close']);
    await late.recordAll();
    await late.result();
    expect(await shown(late)).toEqual(['recorded', undefined]);
  });

  it('shows on its page which order and payment it is, and an update that is accepted unchanged', async () => {
    const late = await Late.after(await newWorld(), CLOSED);
    const { transactionId } = await late.told();
    await late.needsPerson('paid-after-close');
    const page = await late.workflow.query<string>('__temporal_workflow_metadata').then((all) => JSON.stringify(all));
    expect(page).toContain(late.order.outTradeNo);
    expect(page).toContain(transactionId);
    expect(page).toContain('Request-ID');
    expect(page).toMatch(/record.*refunded.*reopened/s);
  });
});

describe('a notification that is handed over again', () => {
  it('of the same payment changes nothing, however often', async () => {
    const world = await newWorld();
    const late = await Late.after(world, CLOSED);
    const { transactionId } = await late.told();
    await late.needsPerson('paid-after-close');
    await late.told();
    await late.told();
    expect(await late.state()).toMatchObject({ reason: 'paid-after-close', transactionIds: [transactionId] });
    expect(late.calls).toEqual(['query SUCCESS']);
  });

  it('of another order, or of the wrong form, is ignored', async () => {
    const late = await Late.after(await newWorld(), CLOSED);
    await late.told();
    await late.needsPerson('paid-after-close');
    const foreign = {
      ...late.notified({ transactionId: SECOND_PAYMENT }),
      order: { ...late.order, outTradeNo: 'OTHER' },
    };
    await late.workflow.signal(paymentNotification, foreign);
    await late.workflow.signal('paymentNotification', 'no notification');
    await late.workflow.signal('paymentNotification');
    expect(await late.state()).toMatchObject({
      reason: 'paid-after-close',
      last: { said: 'SUCCESS', call: 'queryOrder' },
    });
  });

  it('of a second payment is not lost, also if the first is recorded in the same moment', async () => {
    const late = await Late.after(await newWorld(), CLOSED);
    const { transactionId } = await late.told();
    await late.needsPerson('paid-after-close');
    const transactionIds = [transactionId ?? ''];
    await Promise.allSettled([
      late.record({ ...REFUND, transactionIds }),
      late.told({ transactionId: SECOND_PAYMENT }),
    ]);
    await late.is({ phase: 'needsAttention' });
    expect((await late.state()).transactionIds).toContain(SECOND_PAYMENT);
  });
});

describe('a person’s resolution', () => {
  it('is refused with every fault if it is incomplete, and if a payment came meanwhile', async () => {
    const late = await Late.after(await newWorld(), CLOSED);
    await late.told();
    await late.needsPerson('paid-after-close');
    const wrong = { as: 'kept', note: ' ', by: '', amount: AMOUNT } as unknown as RecordRequest;
    expect(await refusalOf(late.record(wrong))).toEqual({
      type: 'INVALID_REQUEST',
      fields: ['amount', 'as', 'note', 'by', 'transactionIds'],
    });
    const without = { ...REFUND } as unknown as RecordRequest;
    expect(await refusalOf(late.record(without))).toEqual({ type: 'INVALID_REQUEST', fields: ['transactionIds'] });
    const stale = { ...REFUND, transactionIds: [SECOND_PAYMENT] };
    expect(await refusalOf(late.record(stale))).toEqual({ type: 'INVALID_REQUEST', fields: ['transactionIds'] });
    expect(await late.state()).toMatchObject({ phase: 'needsAttention' });
  });

  it('is taken while WeChat Pay is asked, and a retry is not', async () => {
    const late = await Late.after(await newWorld(), CLOSED);
    late.keepsBack();
    const { transactionId } = await late.told();
    await late.asked();
    expect(await refusalOf(late.retry())).toEqual({ type: 'INVALID_REQUEST', fields: ['request'] });
    await late.recordAll();
    await late.endedAs('recorded', transactionId);
  });
});

it('an input that is not one fails with every fault, and nothing is asked', async () => {
  const world = await newWorld();
  const args = [
    {
      order: { api: 'v4', mchid: 'x', outTradeNo: 'A', payer: 'y' },
      ended: { ended: 'lost' },
      notification: { order: 'none' },
      locale: 'fr',
    },
  ];
  const started = world.client.workflow.start(LATE_PAYMENT_WORKFLOW, {
    workflowId: 'late/wrong',
    taskQueue: DEFAULT_TASK_QUEUE,
    args,
  });
  expect(await refusalOf(started.then((handle) => handle.result()))).toEqual({
    type: 'INVALID_ORDER',
    fields: ['order.payer', 'order.api', 'order.mchid', 'amount', 'locale', 'ended', 'notification'],
  });
});

it('a workflow under an id that is not the late payment’s is refused, and asks nothing', async () => {
  const world = await newWorld();
  const late = await Late.after(world, CLOSED);
  const workflow = await world.client.workflow.start(LATE_PAYMENT_WORKFLOW, {
    workflowId: `order/${late.order.mchid}/${late.order.outTradeNo}`,
    taskQueue: DEFAULT_TASK_QUEUE,
    args: [late.input(late.notified())],
  });
  expect(await refusalOf(workflow.result())).toEqual({ type: 'INVALID_ORDER', fields: ['workflowId'] });
  expect(late.calls).toEqual([]);
});

describe('the timing of a late payment', () => {
  it('gives its pauses, and after which time without an answer a person is asked', async () => {
    const world = await newWorld();
    const pauses = { unclear: { first: '1m', max: '1m' }, needsAttention: { first: '10m', max: '10m' } } as const;
    const late = (await Late.after(world, CLOSED, 'NOTPAY')).timed({ patience: '5m', pauses });
    await late.told();
    await late.asked();
    await world.pass(4 * MINUTE + 30 * SECOND);
    await late.is({ phase: 'unsettled' });
    expect(late.calls).toHaveLength(5);
    await world.pass(MINUTE);
    await late.needsPerson('patience-over');
    expect(late.calls).toHaveLength(6);
    await world.pass(21 * MINUTE);
    expect(late.calls).toHaveLength(8);
  });

  it('is refused with what is wrong with it', async () => {
    const world = await newWorld();
    const late = (await Late.after(world, CLOSED)).timed({ patience: '8d', pauses: { hint: { first: '0s' } } });
    await late.told();
    const fields = ['timing.patience', 'timing.pauses.hint.first'];
    expect(await refusalOf(late.workflow.result())).toEqual({ type: 'INVALID_ORDER', fields });
  });
});

it('a payment that needs a person is asked about every hour, for as long as it takes to record it', async () => {
  const world = await newWorld();
  const late = await Late.after(world, CLOSED);
  await late.told();
  await late.needsPerson('paid-after-close');
  await world.pass(2 * DAY + HOUR / 2);
  await late.needsPerson('paid-after-close');
  expect(late.calls).toHaveLength(1 + 48);
  await late.recordAll({ as: 'reopened' });
  expect(await late.result()).toMatchObject({ ended: 'recorded', as: 'reopened' });
});
