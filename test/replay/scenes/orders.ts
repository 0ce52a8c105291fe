import { DEFAULT_TASK_QUEUE, TIMEOUT_THEN_CLOSE_WORKFLOW } from '../../../workflows/messages/orders.js';
import { AMOUNT, checkout, MINUTE_MS, notified, untilAnswered, untilShown, type Scene } from './stage.js';

/** Its life is over with the second not-found, which comes 5 minutes after the first. */
const SHORT_LIFE = { timing: { paymentLife: '5m' } } as const;
const RESOLUTION = { note: 'seen in the daily bill', by: 'Mei' } as const;
const FIRST_PAYMENT = '4200000000000000000000000001';
const SECOND_PAYMENT = '4200000000000000000000000002';

/** The order is never paid. */
export const unpaid: Scene = async (stage, name) => {
  const { handle } = await checkout(stage, name);
  await handle.outcome();
  return handle.workflowId;
};

/** A scene for each course that an order can take, and for each end. */
export const ORDER_SCENES: Readonly<Record<string, Scene>> = {
  'paid-by-notification': async (stage, name) => {
    const { handle, order } = await checkout(stage, name, { closesIn: 60_000 });
    await handle.state();
    const payment = await stage.sandbox.pay(order);
    if (payment !== undefined) await handle.paymentNotification(notified(payment, order));
    await handle.outcome();
    return handle.workflowId;
  },
  'paid-by-another-payment': async (stage, name) => {
    const { handle, order } = await checkout(stage, name, { closesIn: 60_000 });
    const payment = notified({ amount: AMOUNT, paidAt: '2026-03-02T12:01:00Z' }, order);
    await handle.paymentNotification({ ...payment, transactionId: FIRST_PAYMENT, amount: { ...AMOUNT, total: 1 } });
    await untilShown(handle, 'needs-attention');
    await handle.paymentNotification({ ...payment, transactionId: SECOND_PAYMENT });
    await handle.outcome();
    return handle.workflowId;
  },
  'found-paid': async (stage, name) => {
    const { handle, order } = await checkout(stage, name);
    await stage.sandbox.pay(order);
    await handle.outcome();
    return handle.workflowId;
  },
  'found-refunded': async (stage, name) => {
    const { handle, order } = await checkout(stage, name);
    await stage.sandbox.become(order, 'REFUND');
    await handle.outcome();
    return handle.workflowId;
  },
  'unpaid-and-closed': unpaid,
  // Without search attributes and details.
  'started-by-another-sdk': async ({ sandbox, client }, name) => {
    const order = { mchid: sandbox.mchid, outTradeNo: name.toUpperCase(), amount: AMOUNT };
    const createdAt = Date.now() - 20 * MINUTE_MS;
    await sandbox.place({ ...order, createdAt });
    const vouched = { createdAt: new Date(createdAt).toISOString(), trustCreatedAt: true };
    const input = { ...order, ...vouched, api: 'v3-global', payWithin: '15m' };
    const workflowId = `order/${order.mchid}/${order.outTradeNo}`;
    await client.workflow.execute(TIMEOUT_THEN_CLOSE_WORKFLOW, {
      workflowId,
      taskQueue: DEFAULT_TASK_QUEUE,
      args: [input],
    });
    return workflowId;
  },
  'closed-elsewhere': async (stage, name) => {
    const { handle, order } = await checkout(stage, name);
    await stage.sandbox.become(order, 'CLOSED');
    await handle.outcome();
    return handle.workflowId;
  },
  'close-requested': async (stage, name) => {
    const { handle } = await checkout(stage, name, { payWithin: '30m' });
    await handle.closeNow({ replacedBy: 'PLACED-ANEW' });
    await handle.outcome();
    return handle.workflowId;
  },
  'paid-between-query-and-close': async (stage, name) => {
    const { handle, order } = await checkout(stage, name);
    stage.sandbox.misbehave(order.outTradeNo, { what: 'payFirst', on: 'close' });
    await handle.outcome();
    return handle.workflowId;
  },
  'answer-lost': async (stage, name) => {
    const { handle, order } = await checkout(stage, name);
    stage.sandbox.misbehave(order.outTradeNo, { what: 'loseAnswer', on: 'close' });
    await handle.outcome();
    return handle.workflowId;
  },
  'user-paid-late': async (stage, name) => {
    const { handle, order } = await checkout(stage, name);
    await stage.sandbox.become(order, 'USERPAYING');
    await untilShown(handle, 'user-is-paying');
    await stage.sandbox.pay(order);
    await handle.outcome();
    return handle.workflowId;
  },
  'checked-and-extended': async (stage, name) => {
    const { handle, order } = await checkout(stage, name, { payWithin: '30m' });
    await handle.checkNow();
    await handle.extend({ payBefore: new Date(Date.now() + 3_600_000).toISOString() });
    await handle.placedAgain();
    await stage.sandbox.pay(order);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    await handle.checkNow();
    await handle.outcome();
    return handle.workflowId;
  },
  'fatal-fixed-and-retried': async (stage, name) => {
    const { handle, order } = await checkout(stage, name);
    stage.sandbox.misbehave(order.outTradeNo, { what: 'noAuth', on: 'query' });
    await untilShown(handle, 'needs-attention');
    await handle.retry();
    await handle.outcome();
    return handle.workflowId;
  },
  'wrong-amount-resolved': async (stage, name) => {
    const { handle, order } = await checkout(stage, name, { amount: { total: 887, currency: 'HKD' } });
    await stage.sandbox.pay(order);
    await untilShown(handle, 'needs-attention');
    await handle.resolve({ as: 'closed', ...RESOLUTION });
    await handle.resolve({ as: 'paid', ...RESOLUTION });
    await handle.outcome();
    return handle.workflowId;
  },
  'never-existed': async (stage, name) => {
    const { handle } = await checkout(stage, name, { neverPlaced: true, ...SHORT_LIFE });
    await handle.outcome();
    return handle.workflowId;
  },
  'placement-failed': async (stage, name) => {
    const { handle } = await checkout(stage, name, { neverPlaced: true, payWithin: '30m' });
    await handle.placementFailed({ code: 'PARAM_ERROR' });
    await handle.outcome();
    return handle.workflowId;
  },
  'placement-failed-and-paid': async (stage, name) => {
    const { handle, order } = await checkout(stage, name, { closesIn: 60_000 });
    await handle.placementFailed({ code: 'SYSTEM_ERROR' });
    await untilAnswered(stage, order.outTradeNo, 'NOTPAY');
    const payment = await stage.sandbox.pay(order);
    if (payment !== undefined) await handle.paymentNotification(notified(payment, order));
    await handle.outcome();
    return handle.workflowId;
  },
  'paid-during-a-close': async (stage, name) => {
    const { handle, order } = await checkout(stage, name);
    stage.sandbox.misbehave(order.outTradeNo, { what: 'slow', on: 'query', delayMs: 3_000 });
    await untilAnswered(stage, order.outTradeNo, 'NOTPAY');
    const payment = await stage.sandbox.pay(order);
    if (payment !== undefined) await handle.paymentNotification(notified(payment, order));
    await handle.outcome();
    return handle.workflowId;
  },
  'extended-during-a-close': async (stage, name) => {
    const { handle, order } = await checkout(stage, name);
    stage.sandbox.misbehave(order.outTradeNo, { what: 'slow', on: 'query', delayMs: 3_000 });
    await untilAnswered(stage, order.outTradeNo, 'NOTPAY');
    await handle.extend({ payBefore: new Date(Date.now() + 3_600_000).toISOString() });
    return handle.workflowId;
  },
  'released-during-a-close': async (stage, name) => {
    const { handle, order } = await checkout(stage, name);
    stage.sandbox.misbehave(order.outTradeNo, { what: 'systemError', on: 'close', times: 'always' });
    await untilAnswered(stage, order.outTradeNo, 'SYSTEM_ERROR', 2);
    await stage.client.workflow.getHandle(handle.workflowId).cancel();
    await handle.outcome();
    return handle.workflowId;
  },
  /** See `losesAttempts` in record.ts. */
  'attempt-lost': unpaid,
  released: async (stage, name) => {
    const { handle } = await checkout(stage, name, { closesIn: 60_000 });
    await handle.state();
    await stage.client.workflow.getHandle(handle.workflowId).cancel();
    await handle.outcome();
    return handle.workflowId;
  },
  'cut-in-the-wait': async (stage, name) => {
    const { handle } = await checkout(stage, name, { closesIn: 60_000 });
    await handle.state();
    return handle.workflowId;
  },
  'cut-in-a-query': async (stage, name) => {
    const { handle, order } = await checkout(stage, name);
    stage.sandbox.misbehave(order.outTradeNo, { what: 'systemError', on: 'query', times: 'always' });
    await untilAnswered(stage, order.outTradeNo, 'SYSTEM_ERROR', 2);
    return handle.workflowId;
  },
  'cut-in-a-close': async (stage, name) => {
    const { handle, order } = await checkout(stage, name);
    stage.sandbox.misbehave(order.outTradeNo, { what: 'systemError', on: 'close', times: 'always' });
    await untilAnswered(stage, order.outTradeNo, 'SYSTEM_ERROR');
    return handle.workflowId;
  },
  'cut-while-unsettled': async (stage, name) => {
    const { handle, order } = await checkout(stage, name);
    stage.sandbox.misbehave(order.outTradeNo, { what: 'signWrongly', on: 'query', times: 9 });
    await untilAnswered(stage, order.outTradeNo, 'NOTPAY', 2);
    await untilShown(handle, 'unsettled');
    return handle.workflowId;
  },
  'cut-in-attention': async (stage, name) => {
    const { handle, order } = await checkout(stage, name, { locale: 'zh' });
    stage.sandbox.misbehave(order.outTradeNo, { what: 'noAuth', on: 'query' });
    await untilShown(handle, 'needs-attention');
    return handle.workflowId;
  },
};

/** On a server that suggests continue-as-new after few events. */
export const LONG_ORDER_SCENES: Readonly<Record<string, Scene>> = {
  'goes-on-in-a-new-run': async (stage, name) => {
    const { handle, order } = await checkout(stage, name);
    stage.sandbox.misbehave(order.outTradeNo, { what: 'signWrongly', on: 'query', times: 4 });
    await handle.closeNow({ replacedBy: 'PLACED-ANEW' });
    await handle.outcome();
    return handle.workflowId;
  },
};
