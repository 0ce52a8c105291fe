import { auditOf, type RuleName } from '../../../tools/chaos/audit.js';
import type {
  Evidence,
  Loss,
  OrderEvidence,
  Post,
  ServiceOrderEvidence,
  WireCall,
  WorkflowRun,
} from '../../../tools/chaos/evidence.js';

export const MINUTE = 60_000;
const CREATED = Date.UTC(2026, 0, 1);
export const START = CREATED + 5 * MINUTE;
export const PRICE = { total: 888, currency: 'HKD' };
export const KEY = '1900000109/CHAOS-1';
export const SERVICE_KEY = 'payscore/1900000109/CHAOS-S-1';

export const order: OrderEvidence = {
  key: KEY,
  kind: 'unpaid',
  workflowId: `order/${KEY}`,
  createdAt: CREATED,
  state: 'CLOSED',
  closedAt: START + 31_350,
  dueAt: START + 20_000,
  ends: ['closed', 'paid', 'never-existed'],
  requests: [],
  expected: PRICE,
  payments: [],
};

export const serviceOrder: ServiceOrderEvidence = {
  key: SERVICE_KEY,
  kind: 'cancel',
  workflowId: SERVICE_KEY,
  state: 'REVOKED',
  revokedAt: START + 1_250,
  ends: ['cancelled', 'kept'],
  totalDue: null,
  dueSince: null,
  paidAt: null,
  requests: [{ from: START, mayCancel: ['created'], giveUp: null }],
};

/** A call so many milliseconds after the start, which is answered after 100. */
export function call(after: number, more: Partial<WireCall>): WireCall {
  const arrivedAt = START + after;
  const answered = { answeredAt: arrivedAt + 100, said: 'NOTPAY', isBelievable: true };
  return { arrivedAt, pid: 1, call: 'query', order: KEY, body: '', faults: [], ...answered, ...more };
}

export const query = (after: number, more: Partial<WireCall> = {}): WireCall => call(after, more);
export const close = (after: number, more: Partial<WireCall> = {}): WireCall =>
  call(after, { call: 'close', said: '204', ...more });
export const ask = (after: number, said: string): WireCall => call(after, { order: SERVICE_KEY, said });
export const cancel = (after: number, body = '{"reason":"a"}'): WireCall =>
  call(after, { call: 'cancel', order: SERVICE_KEY, said: '200', body });

export function run(result: unknown, more: Partial<WorkflowRun> = {}): WorkflowRun {
  return {
    workflowId: order.workflowId,
    type: 'timeoutThenClose',
    startedAt: START,
    status: 'completed',
    endedAt: START + MINUTE,
    result,
    failedTasks: [],
    reportedPayments: [],
    tells: [],
    reason: null,
    work: [],
    ...more,
  };
}

export const CLOSED = run({ ended: 'closed', closeSent: 'yes' });
export const CANCELLED = run(
  { ended: 'cancelled', cancelSent: 'yes' },
  { workflowId: SERVICE_KEY, type: 'cancelPayscore' },
);

/** An event about the order, of the instant after the start. */
export function event(type: string, data: object, more: object = {}) {
  const [mchid, outTradeNo] = KEY.split('/');
  const order = type.startsWith('service') ? { mchid, outOrderNo: 'CHAOS-S-1' } : { mchid, outTradeNo };
  const workflowId = type.startsWith('service') ? SERVICE_KEY : `order/${KEY}`;
  const about: Readonly<Record<string, unknown>> = { order, ...data };
  return { id: `evt_${type}`, type, sequence: START + MINUTE, workflowId, data: about, ...more };
}

/** An event that the checkout took. */
export function post(told: ReturnType<typeof event>, more: Partial<Post> = {}): Post {
  const body = JSON.stringify(told);
  return { at: told.sequence + 100, id: told.id, body, isTaken: true, fault: null, ...more };
}

const KINDS: Readonly<Record<string, string>> = { timeoutThenClose: 'order', cancelPayscore: 'service-order' };

/** The posts of runs that told their ends, and were believed. */
export function postsOf(runs: readonly WorkflowRun[]): Post[] {
  return runs.flatMap(({ type, result, endedAt }) => {
    const { ended = '' } = (result ?? {}) as { readonly ended?: string };
    const kind = KINDS[type];
    return kind === undefined || ended === ''
      ? []
      : [post(event(`${kind}.${ended}`, { outcome: result }, { sequence: endedAt }))];
  });
}

/** An order that was closed and a service order that was cancelled, both as they should be. */
export const GOOD: Evidence = {
  orders: [order],
  serviceOrders: [serviceOrder],
  calls: [
    query(31_000),
    close(31_300),
    query(31_600, { said: 'CLOSED' }),
    ask(1_000, 'CREATED'),
    cancel(1_200),
    ask(1_400, 'REVOKED'),
  ],
  posts: postsOf([CLOSED, CANCELLED]),
  runs: [CLOSED, CANCELLED],
  losses: [],
  clientErrors: [],
  crashes: [],
  leaks: [],
};

/** A payment at the sandbox, so many milliseconds after the start. */
export const payment = (after: number, notifiedAt: number | null = null) => ({
  transactionId: '4200000001',
  amount: PRICE,
  paidAt: START + after,
  notifiedAt,
});

/** A payment after the end, which a person recorded. */
export const lateRun = run(
  { ended: 'recorded', as: 'refunded', transactionIds: ['4200000001'] },
  { workflowId: `late/order/${KEY}`, type: 'latePayment', reportedPayments: ['4200000001'] },
);
export const lateEvent = event(
  'late-payment.settled',
  {
    ended: CLOSED.result,
    payments: [{ transactionId: '4200000001' }],
    outcome: { ended: 'recorded', as: 'refunded' },
  },
  { workflowId: `late/order/${KEY}` },
);
export const lateSettled = post(lateEvent);

export const paidRun = run({ ended: 'paid', transactionId: '4200000001' });
export const killed: Loss = { what: 'worker-killed', from: START + 31_500, until: START + 34_000, pid: 1 };
/** WeChat Pay claimed a payment that the sandbox does not have. */
export const claimed = [query(31_000), close(31_300, { said: 'ORDERPAID' }), query(40_000), close(40_200)];
export const serviceCalls = GOOD.calls.slice(3);

/** What is wrong, the rule that must see it, and the evidence for it. */
export type Breach = readonly [string, RuleName, Partial<Evidence>];

/** What looks like a breach, and is none. */
export type Innocent = readonly [string, Partial<Evidence>];

/** The rules that find something, where the evidence differs from a good storm in this. Other runs told other ends. */
export function breached(evidence: Partial<Evidence>): string[] {
  const posts = postsOf(evidence.runs ?? GOOD.runs);
  return Object.entries(auditOf({ ...GOOD, posts, ...evidence }))
    .filter(([, findings]) => findings.length > 0)
    .map(([name]) => name);
}
