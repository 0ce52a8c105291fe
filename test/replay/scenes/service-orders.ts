import { rental, untilAnswered, untilShown, type Scene } from './stage.js';

const REQUEST = { requestId: 'r-1', reason: '用户取消' } as const;
const RESOLUTION = { note: 'seen on the merchant platform', by: 'Mei' } as const;

/** A scene for each course that a service order can take, and for each end. */
export const SERVICE_SCENES: Readonly<Record<string, Scene>> = {
  'cancelled-on-request': async (stage, name) => {
    const { serviceOrders, ref } = await rental(stage, name);
    const { handle } = await serviceOrders.requestCancel(ref, REQUEST);
    await handle.outcome();
    return handle.workflowId;
  },
  'not-confirmed-in-time': async (stage, name) => {
    const { serviceOrders, ref } = await rental(stage, name);
    const when = { ifNotConfirmedWithin: '2s' } as const;
    const { handle } = await serviceOrders.requestCancel(ref, { ...REQUEST, when });
    await handle.outcome();
    return handle.workflowId;
  },
  'confirmed-and-kept': async (stage, name) => {
    const { serviceOrders, ref } = await rental(stage, name);
    const when = { ifNotConfirmedWithin: '30m' } as const;
    const { handle } = await serviceOrders.requestCancel(ref, { ...REQUEST, when });
    stage.sandbox.serviceOrders.confirm(ref);
    await handle.serviceOrderNotification({ order: ref, said: 'USER_CONFIRM' });
    await handle.outcome();
    return handle.workflowId;
  },
  'amount-due-kept': async (stage, name) => {
    const { serviceOrders, ref } = await rental(stage, name);
    stage.sandbox.misbehave(ref.outOrderNo, { what: 'completeFirst', on: 'query' });
    const { handle } = await serviceOrders.requestCancel(ref, REQUEST);
    await handle.outcome();
    return handle.workflowId;
  },
  'amount-due-given-up': async (stage, name) => {
    const { serviceOrders, ref } = await rental(stage, name);
    stage.sandbox.misbehave(ref.outOrderNo, { what: 'completeFirst', on: 'query' });
    const { handle } = await serviceOrders.requestCancel(ref, { ...REQUEST, giveUp: { total: 100 } });
    await handle.outcome();
    return handle.workflowId;
  },
  'raced-and-resolved': async (stage, name) => {
    const { serviceOrders, ref } = await rental(stage, name);
    stage.sandbox.misbehave(ref.outOrderNo, { what: 'completeFirst', on: 'cancel' });
    const { handle } = await serviceOrders.requestCancel(ref, REQUEST);
    await untilShown(handle, 'needs-attention');
    await handle.resolve({ as: 'done', ...RESOLUTION });
    await handle.retry();
    await handle.outcome();
    return handle.workflowId;
  },
  expired: async (stage, name) => {
    const { serviceOrders, ref } = await rental(stage, name);
    stage.sandbox.serviceOrders.expire(ref);
    const { handle } = await serviceOrders.requestCancel(ref, REQUEST);
    await handle.outcome();
    return handle.workflowId;
  },
  'service-answer-lost': async (stage, name) => {
    const { serviceOrders, ref } = await rental(stage, name);
    stage.sandbox.misbehave(ref.outOrderNo, { what: 'loseAnswer', on: 'cancel' });
    const { handle } = await serviceOrders.requestCancel(ref, REQUEST);
    await handle.outcome();
    return handle.workflowId;
  },
  /** See `losesAttempts` in record.ts. */
  'service-attempt-lost': async (stage, name) => {
    const { serviceOrders, ref } = await rental(stage, name);
    const { handle } = await serviceOrders.requestCancel(ref, REQUEST);
    await handle.outcome();
    return handle.workflowId;
  },
  'confirmed-during-a-cancel': async (stage, name) => {
    const { serviceOrders, ref } = await rental(stage, name);
    stage.sandbox.misbehave(ref.outOrderNo, { what: 'slow', on: 'query', delayMs: 2_000 });
    const { handle } = await serviceOrders.requestCancel(ref, REQUEST);
    await untilAnswered(stage, ref.outOrderNo, 'CREATED');
    stage.sandbox.serviceOrders.confirm(ref);
    await handle.serviceOrderNotification({ order: ref, said: 'USER_CONFIRM' });
    await handle.outcome();
    return handle.workflowId;
  },
  'service-released': async (stage, name) => {
    const { serviceOrders, ref } = await rental(stage, name);
    const handle = await serviceOrders.watch(ref);
    await handle.state();
    await stage.client.workflow.getHandle(handle.workflowId).cancel();
    await handle.outcome();
    return handle.workflowId;
  },
  'service-cut-in-the-wait': async (stage, name) => {
    const { serviceOrders, ref } = await rental(stage, name);
    const handle = await serviceOrders.watch({ ...ref, locale: 'zh' });
    await handle.state();
    return handle.workflowId;
  },
  'service-cut-in-a-cancel': async (stage, name) => {
    const { serviceOrders, ref } = await rental(stage, name);
    stage.sandbox.misbehave(ref.outOrderNo, { what: 'systemError', on: 'cancel', times: 'always' });
    const { handle } = await serviceOrders.requestCancel(ref, REQUEST);
    await untilAnswered(stage, ref.outOrderNo, 'SYSTEM_ERROR');
    return handle.workflowId;
  },
};

/** On a server that suggests continue-as-new after few events. */
export const LONG_SERVICE_SCENES: Readonly<Record<string, Scene>> = {
  'service-goes-on-in-a-new-run': async (stage, name) => {
    const { serviceOrders, ref } = await rental(stage, name);
    stage.sandbox.misbehave(ref.outOrderNo, { what: 'signWrongly', on: 'query', times: 4 });
    const { handle } = await serviceOrders.requestCancel(ref, REQUEST);
    await handle.outcome();
    return handle.workflowId;
  },
};
