import type { Evidence, OrderEvidence, ServiceOrderEvidence, WireCall } from './evidence.js';

/** How long after an answer its attempt may still be lost, with what it was told: Temporal gives it up after that. */
const ATTEMPT_MS = 35_000;

const PAID = /^(SUCCESS|REFUND|ORDERPAID|ORDER_DONE|DONE\b.*)$|USER_PAID$/;

/** Whether an answer said that the order is paid. */
export function isPaid({ said }: WireCall): boolean {
  return PAID.test(said ?? '');
}

interface ClaimContext {
  readonly subject: OrderEvidence | ServiceOrderEvidence;
  /** When the order was paid, by the books; `null`: never. */
  readonly paidAt: number | null;
  readonly evidence: Pick<Evidence, 'runs' | 'losses'>;
}

/**
 * Whether a false claim of payment was lost, so that nobody who lives has heard it: its process or Temporal was lost before the
 * attempt was over, and no attempt of that workflow by that process, begun before the claim, was ever completed. A true claim is
 * never lost: the next query shows the payment.
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
