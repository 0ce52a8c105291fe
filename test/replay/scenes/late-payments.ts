import { setTimeout as sleep } from 'node:timers/promises';
import type { LateReason } from '../../../domain/late/state.js';
import type { Locale } from '../../../domain/locale.js';
import type { Outcome, PaymentNotification } from '../../../domain/orders/state.js';
import type { SandboxTradeState } from '../../../testing/sandbox/orders.js';
import {
  LATE_PAYMENT_WORKFLOW,
  lateStartOf,
  lateState,
  record,
  retryLate,
  type LatePaymentInput,
  type LateView,
} from '../../../workflows/messages/late.js';
import { DEFAULT_TASK_QUEUE, paymentNotification } from '../../../workflows/messages/orders.js';
import { AMOUNT, untilShown, type Scene, type Stage } from './stage.js';

const REFUND = { as: 'refunded', note: 'refund R-1', by: 'Mei' } as const;
const CLOSED: Outcome = { ended: 'closed', closeSent: 'yes' };
const SECOND_PAYMENT = '4200000000000000000000000002';

interface LateChanges {
  /** How the order had ended. Default: closed by us. */
  readonly ended?: (payment: PaymentNotification) => Outcome;
  /** As WeChat Pay shows it. Default: SUCCESS. */
  readonly state?: SandboxTradeState;
  readonly locale?: Locale;
}

/** An order that had ended, a payment for it, and its late payment, started as a receiver starts it. */
async function late({ sandbox, client }: Stage, name: string, changes: LateChanges = {}) {
  const { ended = () => CLOSED, state = 'SUCCESS', locale } = changes;
  const order = { mchid: sandbox.mchid, outTradeNo: name.toUpperCase() };
  await sandbox.place({ ...order, api: 'v3-global', amount: AMOUNT });
  await sandbox.become(order, state);
  const transactionId = sandbox.orders.find(order)?.transactionId ?? null;
  const notification: PaymentNotification = { order, transactionId, amount: AMOUNT, paidAt: '2026-03-02T12:01:00Z' };
  const input: LatePaymentInput = {
    order: { api: 'v3-global', ...order },
    amount: AMOUNT,
    ended: ended(notification),
    notification,
    ...(locale !== undefined && { locale }),
  };
  const tell = (told: PaymentNotification) =>
    client.workflow.signalWithStart(LATE_PAYMENT_WORKFLOW, {
      ...lateStartOf(input),
      taskQueue: DEFAULT_TASK_QUEUE,
      signal: paymentNotification,
      signalArgs: [told],
    });
  const start = async () => {
    const workflow = await tell(notification);
    return { workflow, order, notification, tell, state: () => workflow.query(lateState) };
  };
  return { start, order };
}

/** Until a person is asked about this. */
async function untilAsked({ state }: { readonly state: () => Promise<LateView> }, reason: LateReason): Promise<void> {
  while ((await state()).reason !== reason) await sleep(50);
}

/** A scene for each course that a late payment can take. */
export const LATE_SCENES: Readonly<Record<string, Scene>> = {
  'late-and-known': async (stage, name) => {
    const { start } = await late(stage, name, {
      ended: ({ amount, paidAt }) => ({
        ended: 'paid',
        refunded: false,
        toldBy: 'query',
        transactionId: null,
        amount,
        paidAt,
      }),
    });
    const { workflow } = await start();
    await workflow.result();
    return workflow.workflowId;
  },
  'late-and-refunded': async (stage, name) => {
    const { start, order } = await late(stage, name, { state: 'REFUND' });
    stage.sandbox.misbehave(order.outTradeNo, { what: 'notFound', on: 'query' });
    const { workflow } = await start();
    await workflow.result();
    return workflow.workflowId;
  },
  'late-and-recorded': async (stage, name) => {
    const { start, order } = await late(stage, name);
    stage.sandbox.misbehave(order.outTradeNo, { what: 'noAuth', on: 'query' });
    const found = await start();
    await untilShown(found, 'needs-attention');
    await found.workflow.executeUpdate(retryLate);
    await untilAsked(found, 'paid-after-close');
    const { transactionIds } = await found.state();
    await found.workflow.executeUpdate(record, { args: [{ ...REFUND, transactionIds }] });
    await found.workflow.result();
    return found.workflow.workflowId;
  },
  'late-and-paid-twice': async (stage, name) => {
    const { start } = await late(stage, name);
    const found = await start();
    await untilShown(found, 'needs-attention');
    await found.tell({ ...found.notification, transactionId: SECOND_PAYMENT });
    await untilAsked(found, 'paid-twice');
    const { transactionIds } = await found.state();
    await found.workflow.executeUpdate(record, { args: [{ ...REFUND, transactionIds }] });
    await found.workflow.result();
    return found.workflow.workflowId;
  },
  'late-and-released': async (stage, name) => {
    const { start } = await late(stage, name, { state: 'CLOSED' });
    const found = await start();
    await untilShown(found, 'needs-attention');
    await found.workflow.cancel();
    await found.workflow.result().catch(() => undefined);
    return found.workflow.workflowId;
  },
  'late-cut-in-attention': async (stage, name) => {
    const { start } = await late(stage, name, { locale: 'zh' });
    const found = await start();
    await untilShown(found, 'needs-attention');
    return found.workflow.workflowId;
  },
};

/** On a server that suggests continue-as-new after few events. */
export const LONG_LATE_SCENES: Readonly<Record<string, Scene>> = {
  'late-goes-on-in-a-new-run': async (stage, name) => {
    const { start, order } = await late(stage, name);
    stage.sandbox.misbehave(order.outTradeNo, { what: 'signWrongly', on: 'query', times: 4 });
    const found = await start();
    await untilShown(found, 'needs-attention');
    const { transactionIds } = await found.state();
    await found.workflow.executeUpdate(record, { args: [{ ...REFUND, transactionIds }] });
    await found.workflow.result();
    return found.workflow.workflowId;
  },
};
