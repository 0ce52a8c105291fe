import { isRecord } from '../../domain/validation.js';
import type {
  Evidence,
  OrderEvidence,
  PaymentEvidence,
  ServiceOrderEvidence,
  WireCall,
  WorkflowRun,
} from './evidence.js';
import { callsByOrder, isWrite, queryBefore } from './recording-proxy.js';

/** What a workflow returned. The product's own types are not used, since the audit must not trust them. */
export type Outcome = Readonly<Record<string, unknown>> & { readonly ended: string };

export function outcomeOf({ status, result }: WorkflowRun): Outcome | undefined {
  const isOutcome = status === 'completed' && isRecord(result) && 'ended' in result;
  return isOutcome ? (result as Outcome) : undefined;
}

/** An end, as plans name it: `closed`, or `resolved as paid`. */
export function endName(outcome: Outcome): string {
  return outcome.ended === 'resolved' ? `resolved as ${String(outcome['as'])}` : outcome.ended;
}

/** The runs of a workflow, the oldest first. */
export function runsOf({ runs }: Pick<Evidence, 'runs'>, workflowId: string): WorkflowRun[] {
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
        .filter((payment) => payment.notifiedAt !== null && !isAccountedFor(evidence, order, payment))
        .map(
          ({ transactionId }) => `${order.workflowId} (${order.kind}): the payment ${transactionId} is unaccounted for`,
        ),
    ),
  ];
}

/** A payment must be the outcome of its order, or be reported to an order that a person resolved, or to its late-payment workflow. */
function isAccountedFor(
  evidence: Evidence,
  { workflowId }: OrderEvidence,
  { transactionId }: PaymentEvidence,
): boolean {
  const runs = runsOf(evidence, workflowId);
  const isEnd = runs.some((run) => outcomeOf(run)?.['transactionId'] === transactionId);
  const isResolved = runs.some(
    (run) => outcomeOf(run)?.ended === 'resolved' && run.reportedPayments.includes(transactionId),
  );
  const late = runsOf(evidence, `late/${workflowId}`);
  return isEnd || isResolved || late.some(({ reportedPayments }) => reportedPayments.includes(transactionId));
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

/** An end can match the sandbox's state and still be wrong for its kind: a service order that is kept, though it may be cancelled. */
function whyUnplanned({ ends }: OrderEvidence | ServiceOrderEvidence, outcome: Outcome): string | undefined {
  return ends.includes(endName(outcome)) ? undefined : `its kind ends ${ends.join(' or ')}`;
}

export function whyOrderIsWrong(order: OrderEvidence, outcome: Outcome, endedAt: number): string | undefined {
  const { state, closedAt, payments } = order;
  const paidBefore = payments.filter(({ paidAt }) => paidAt <= endedAt);
  switch (outcome.ended) {
    case 'paid':
      return whyNotPaid(order, outcome);
    case 'closed':
      if (paidBefore.length > 0) return 'it was paid before that';
      return closedAt !== null && closedAt <= endedAt ? undefined : whyNotClosedThen(order);
    case 'never-existed':
      return state === null ? undefined : `the sandbox says ${state}`;
    case 'resolved':
      return paidBefore.length > 0 ? undefined : `the sandbox says ${state}`;
    default:
      return 'no plan has that end';
  }
}

function whyNotClosedThen({ state, closedAt }: OrderEvidence): string {
  return closedAt === null ? `the sandbox says ${state}, and never closed it` : 'the sandbox closed it only after that';
}

function whyNotPaid({ expected, payments }: OrderEvidence, outcome: Outcome): string | undefined {
  const payment = payments.find(({ transactionId }) => transactionId === outcome['transactionId']);
  if (payment === undefined) return `the sandbox has no payment ${String(outcome['transactionId'])}`;
  const { total, currency } = payment.amount;
  if (total === expected.total && currency === expected.currency) return undefined;
  return `${total} ${currency} were paid, and not ${expected.total} ${expected.currency}`;
}

/** The ends that are right for each state. A service order that was kept may have been done since. */
const SERVICE_ENDS: Readonly<Record<string, readonly string[]>> = {
  CREATED: ['kept'],
  DOING: ['kept'],
  DONE: ['done', 'kept'],
  REVOKED: ['cancelled'],
  EXPIRED: ['expired'],
};

export function whyServiceOrderIsWrong(
  { state, kind, revokedAt }: ServiceOrderEvidence,
  outcome: Outcome,
  endedAt: number,
): string | undefined {
  const claim = outcome.ended === 'resolved' ? String(outcome['as']) : outcome.ended;
  if (state === null) return claim === 'never-existed' ? undefined : `there is no such service order (${kind})`;
  if (SERVICE_ENDS[state]?.includes(claim) !== true) return `the sandbox says ${state}`;
  const isRevokedThen = revokedAt !== null && revokedAt <= endedAt;
  return claim === 'cancelled' && !isRevokedThen ? 'the sandbox revoked it only after that' : undefined;
}

/** How long after an answer its attempt, and so the answer, may still be lost. After that Temporal times it out. */
const ATTEMPT_MS = 35_000;

const PAID = /^(SUCCESS|REFUND|ORDERPAID|ORDER_DONE|DONE\b.*)$|USER_PAID$/;

/** Whether an answer said that the order is paid. */
export function isPaid({ said }: WireCall): boolean {
  return PAID.test(said ?? '');
}

interface ClaimContext {
  readonly subject: OrderEvidence | ServiceOrderEvidence;
  /** When the order was paid at the sandbox; `null`: never. */
  readonly paidAt: number | null;
  readonly evidence: Pick<Evidence, 'runs' | 'losses'>;
}

/**
 * Whether a false claim of payment never reached the workflow: its process or Temporal was lost before the attempt was over, and
 * no attempt of that workflow by that process, begun before the claim, was ever completed. A true claim counts as never lost,
 * since the next query shows the payment.
 */
export function isClaimLost(claim: WireCall, { subject, paidAt, evidence }: ClaimContext): boolean {
  const at = claim.answeredAt ?? claim.arrivedAt;
  if (paidAt !== null && paidAt <= at) return false;
  const isReported = evidence.runs
    .filter(({ workflowId }) => workflowId === subject.workflowId)
    .flatMap(({ work }) => work)
    .some(
      ({ what, pid, startedAt, endedAt, isDone }) =>
        what === 'activity' &&
        isDone &&
        pid === claim.pid &&
        startedAt <= claim.arrivedAt &&
        endedAt !== null &&
        endedAt >= at,
    );
  if (isReported) return false;
  return evidence.losses.some(
    ({ what, pid, from, until }) =>
      (pid === claim.pid || what === 'temporal-killed') && from <= at + ATTEMPT_MS && (until ?? Infinity) >= at,
  );
}

/** S1: a cancel that is sent again must be the same, byte for byte. */
export function bodiesThatDiffer({ serviceOrders, calls }: Evidence): string[] {
  const byOrder = callsByOrder(calls);
  return serviceOrders.flatMap(({ key, kind }) => {
    const cancels = (byOrder.get(key) ?? []).filter(({ call }) => call === 'cancel');
    const bodies = new Set(cancels.map(({ body }) => body));
    return bodies.size > 1 ? [`${key} (${kind}): ${bodies.size} bodies of ${cancels.length} cancels`] : [];
  });
}

/**
 * Service orders that were revoked although they were paid, or while money was due that no request gave up. If the money became
 * due after the query of the last cancel was answered, the worker could not know it: then it must have reported it to a person.
 */
export function moneyGivenUp(evidence: Evidence): string[] {
  const byOrder = callsByOrder(evidence.calls);
  return evidence.serviceOrders.flatMap((order) => {
    const { key, kind, state, totalDue, paidAt, dueSince, requests } = order;
    if (state !== 'REVOKED' || totalDue === null || totalDue === 0) return [];
    if (paidAt !== null) return [`${key} (${kind}): cancelled, though ${totalDue} fen were paid`];
    if (requests.some(({ giveUp }) => giveUp === totalDue)) return [];
    const own = byOrder.get(key) ?? [];
    const index = own.findLastIndex(({ call }) => call === 'cancel');
    const cancel = own[index];
    const known = cancel === undefined ? null : (queryBefore(cancel, own.slice(0, index))?.answeredAt ?? null);
    const couldBeKnown = known === null || dueSince === null || dueSince < known;
    if (couldBeKnown) return [`${key} (${kind}): ${totalDue} fen given up, though no request allowed it`];
    return isReportedToPerson(evidence, order)
      ? []
      : [`${key} (${kind}): ${totalDue} fen given up in a race that was reported to no person`];
  });
}

function isReportedToPerson({ runs }: Evidence, { workflowId }: ServiceOrderEvidence): boolean {
  return runs.some(({ workflowId: id, result }) => {
    if (id !== workflowId || !isRecord(result)) return false;
    const { ended, raced } = result;
    return raced === true || ended === 'resolved';
  });
}
