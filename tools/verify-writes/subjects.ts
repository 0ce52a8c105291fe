import { OrderClient, ServiceOrderClient } from '../../client/index.js';
import type { Misbehaviour } from '../../testing/sandbox/misbehaviour.js';
import type { Lab } from './lab.js';

/** The order of a trial: an order that is due, or a service order with a request to cancel. */
export interface Subject {
  readonly write: WriteName;
  readonly number: string;
  /** The outcome of its workflow, and whether a write was sent. */
  outcome(): Promise<{ readonly ended: string; readonly sent: string; readonly because: string | null }>;
}

export type WriteName = 'close' | 'cancel';

export interface Start {
  readonly taskQueue: string;
  readonly number: string;
  /** The misbehaviours of the sandbox. */
  readonly misbehaviours?: readonly Misbehaviour[];
  /** Default: the lab's. */
  readonly client?: Lab['client'];
}

interface SubjectKind {
  /** The greatest age of the query when the write arrives: see docs/guarantees.md. */
  readonly queryValidMs: number;
  /** Temporal times an attempt out after this. */
  readonly attemptMs: number;
  /** How it ends normally. */
  readonly end: string;
  readonly begin: (lab: Lab, start: Start) => Promise<Subject>;
  /** Ends it at WeChat Pay, by a request that is not the worker's. */
  readonly endElsewhere: (lab: Lab, number: string) => Promise<unknown>;
}

/** More than 5 minutes and their margin, so that an order is due as soon as it starts. */
const AGE_MS = 331_000;
const AMOUNT = { total: 888, currency: 'HKD' };
/** Long, because many processes start at once. */
const ANSWERED_WITHIN_MS = 60_000;

export const SUBJECTS: Readonly<Record<WriteName, SubjectKind>> = {
  close: {
    queryValidMs: 10_000,
    attemptMs: 30_000,
    end: 'closed',
    begin: async (lab, { taskQueue, number, misbehaviours = [], client = lab.client }) => {
      const { sandbox } = lab;
      const order = { mchid: sandbox.mchid, outTradeNo: number };
      const createdAt = Date.now() - AGE_MS;
      await sandbox.place({ ...order, amount: AMOUNT, createdAt });
      for (const misbehaviour of misbehaviours) sandbox.misbehave(number, misbehaviour);
      const orders = new OrderClient(client, { taskQueue, answeredWithinMs: ANSWERED_WITHIN_MS });
      const { handle } = await orders.start({
        ...order,
        api: 'v3-global',
        amount: AMOUNT,
        createdAt: new Date(createdAt).toISOString(),
        trustCreatedAt: true,
        payWithin: '1m',
      });
      const outcome: Subject['outcome'] = async () => {
        const end = await handle.outcome();
        return { ended: end.ended, sent: end.ended === 'closed' ? end.closeSent : 'no', because: null };
      };
      return { write: 'close', number, outcome };
    },
    endElsewhere: ({ sandbox }, outTradeNo) => sandbox.become({ mchid: sandbox.mchid, outTradeNo }, 'CLOSED'),
  },
  cancel: {
    queryValidMs: 5_000,
    attemptMs: 20_000,
    end: 'cancelled',
    begin: async (lab, { taskQueue, number, misbehaviours = [], client = lab.client }) => {
      const { sandbox } = lab;
      const { mchid } = sandbox;
      const { serviceId, appid } = await sandbox.createServiceOrder({ mchid, outOrderNo: number });
      for (const misbehaviour of misbehaviours) sandbox.misbehave(number, misbehaviour);
      const ref = { mchid, outOrderNo: number, serviceId, appid };
      const orders = new ServiceOrderClient(client, { taskQueue, answeredWithinMs: ANSWERED_WITHIN_MS });
      const { handle } = await orders.requestCancel(ref, { requestId: 'r-1', reason: '用户取消' });
      const outcome: Subject['outcome'] = async () => {
        const end = await handle.outcome();
        const because = end.ended === 'kept' ? end.reason : null;
        return { ended: end.ended, sent: end.ended === 'cancelled' ? end.cancelSent : 'no', because };
      };
      return { write: 'cancel', number, outcome };
    },
    endElsewhere: ({ sandbox }, outOrderNo) =>
      Promise.resolve(sandbox.serviceOrders.cancel({ mchid: sandbox.mchid, outOrderNo })),
  },
};
