import { isRecord } from '../../domain/validation.js';
import type { Evidence, OrderEvidence, PaymentEvidence, ServiceOrderEvidence, WorkflowRun } from './evidence.js';
import { callsByOrder, isWrite } from './wire-order.js';

/** What a workflow returned. Its own types are not used: it is evidence, not a promise. */
type Outcome = Readonly<Record<string, unknown>> & { readonly ended: string };

export function outcomeOf({ status, result }: WorkflowRun): Outcome | undefined {
  const isOutcome = status === 'completed' && isRecord(result) && 'ended' in result;
  return isOutcome ? (result as Outcome) : undefined;
}

/** An end as plans say it: `closed`, or `resolved as paid`. */
export function endName(outcome: Outcome): string {
  return outcome.ended === 'resolved' ? `resolved as ${String(outcome['as'])}` : outcome.ended;
}

/** The runs of a workflow, the last of them last. */
export function runsOf({ runs }: Evidence, workflowId: string): WorkflowRun[] {
  return runs.filter((run) => run.workflowId === workflowId).sort((one, other) => one.startedAt - other.startedAt);
}

export function stuck({ runs }: Evidence): string[] {
  const open = runs.filter(({ status }) => status === 'running');
  return open.map(({ workflowId, type }) => `${workflowId} (${type})`);
}

export function lost(evidence: Evidence): string[] {
  const subjects = [...evidence.orders, ...evidence.serviceOrders];
  return [
    ...subjects.flatMap(({ workflowId, kind }) => {
      const last = runsOf(evidence, workflowId).at(-1);
      if (last === undefined) return [`${workflowId} (${kind}): has no workflow`];
      if (last.status === 'running' || outcomeOf(last) !== undefined) return [];
      return [`${workflowId} (${kind}): ended ${last.status}, without an outcome`];
    }),
    ...evidence.orders.flatMap((order) =>
      order.payments
        .filter((payment) => payment.notifiedAt !== null && !isOwned(evidence, order, payment))
        .map(({ transactionId }) => `${order.workflowId} (${order.kind}): nobody owns the payment ${transactionId}`),
    ),
  ];
}

/** A payment is the outcome of its order, or a person's word covers it, or it was reported to the workflow of late payments. */
function isOwned(evidence: Evidence, { workflowId }: OrderEvidence, { transactionId }: PaymentEvidence): boolean {
  const runs = runsOf(evidence, workflowId);
  const isEnd = runs.some((run) => outcomeOf(run)?.['transactionId'] === transactionId);
  const isResolved = runs.some(
    (run) => outcomeOf(run)?.ended === 'resolved' && run.toldPayments.includes(transactionId),
  );
  const late = runsOf(evidence, `late/${workflowId}`);
  return isEnd || isResolved || late.some(({ toldPayments }) => toldPayments.includes(transactionId));
}

export function wrong(evidence: Evidence): string[] {
  const byOrder = callsByOrder(evidence.calls);
  const judge = <Subject extends OrderEvidence | ServiceOrderEvidence>(
    subject: Subject,
    whyWrong: (subject: Subject, outcome: Outcome, endedAt: number) => string | undefined,
  ): string[] =>
    runsOf(evidence, subject.workflowId).flatMap((run) => {
      const outcome = outcomeOf(run);
      if (outcome === undefined) return [];
      const writes = (byOrder.get(subject.key) ?? []).filter(
        (call) => isWrite(call) && call.arrivedAt <= (run.endedAt ?? Infinity) && call.arrivedAt >= run.startedAt,
      );
      const sent = outcome['closeSent'] ?? outcome['cancelSent'];
      const isDenied = sent === 'no' && writes.length > 0;
      const why = isDenied
        ? `it says that it sent nothing, and ${writes.length} arrived`
        : (whyWrong(subject, outcome, run.endedAt ?? Infinity) ?? whyUnplanned(subject, outcome));
      return why === undefined
        ? []
        : [`${subject.workflowId} (${subject.kind}): ended ${endName(outcome)}, but ${why}`];
    });
  return [
    ...evidence.orders.flatMap((order) => judge(order, whyOrderIsWrong)),
    ...evidence.serviceOrders.flatMap((order) => judge(order, whyServiceOrderIsWrong)),
  ];
}

/** An end that the books bear out can still be none that its kind may have: an order that is kept though it may be cancelled. */
function whyUnplanned({ ends }: OrderEvidence | ServiceOrderEvidence, outcome: Outcome): string | undefined {
  return ends.includes(endName(outcome)) ? undefined : `its kind ends ${ends.join(' or ')}`;
}

function whyOrderIsWrong(order: OrderEvidence, outcome: Outcome, endedAt: number): string | undefined {
  const { state, closedAt, payments } = order;
  const paidBefore = payments.filter(({ paidAt }) => paidAt <= endedAt);
  switch (outcome.ended) {
    case 'paid':
      return whyNotPaid(order, outcome);
    case 'closed':
      if (paidBefore.length > 0) return 'it was paid before that';
      return closedAt !== null && closedAt <= endedAt ? undefined : whyNotClosedThen(order);
    case 'never-existed':
      return state === null ? undefined : `the books say ${state}`;
    case 'resolved':
      return paidBefore.length > 0 ? undefined : `the books say ${state}`;
    default:
      return 'nobody planned that';
  }
}

function whyNotClosedThen({ state, closedAt }: OrderEvidence): string {
  return closedAt === null
    ? `the books say ${state}, and never had it closed`
    : 'the books had it closed only after that';
}

function whyNotPaid({ expected, payments }: OrderEvidence, outcome: Outcome): string | undefined {
  const payment = payments.find(({ transactionId }) => transactionId === outcome['transactionId']);
  if (payment === undefined) return `the books have no payment ${String(outcome['transactionId'])}`;
  const { total, currency } = payment.amount;
  if (total === expected.total && currency === expected.currency) return undefined;
  return `${total} ${currency} were paid where ${expected.total} ${expected.currency} were expected`;
}

/** The ends that each state bears out. One that was kept may have been done since. */
const SERVICE_ENDS: Readonly<Record<string, readonly string[]>> = {
  CREATED: ['kept'],
  DOING: ['kept'],
  DONE: ['done', 'kept'],
  REVOKED: ['cancelled'],
  EXPIRED: ['expired'],
};

function whyServiceOrderIsWrong(
  { state, kind, revokedAt }: ServiceOrderEvidence,
  outcome: Outcome,
  endedAt: number,
): string | undefined {
  const claim = outcome.ended === 'resolved' ? String(outcome['as']) : outcome.ended;
  if (state === null) return claim === 'never-existed' ? undefined : `there is no such service order (${kind})`;
  if (SERVICE_ENDS[state]?.includes(claim) !== true) return `the books say ${state}`;
  const isRevokedThen = revokedAt !== null && revokedAt <= endedAt;
  return claim === 'cancelled' && !isRevokedThen ? 'the books had it revoked only after that' : undefined;
}
