import { type Evidence, FLOOR_MS, type Loss, type OrderEvidence, type RequestEvidence } from './evidence.js';
import { callsByOrder, seconds } from './recording-proxy.js';

/** How soon a requested close must come while nothing is unavailable: one lost attempt, faults and an operator fit in. */
const CLOSED_WITHIN_MS = 60_000;

/** What delays every order. The loss of a worker delays only the orders that it made calls for. */
const DELAYS_ALL: ReadonlySet<Loss['what']> = new Set(['temporal-killed', 'wechatpay-away']);

/** Closes before the deadline that nobody requested, and requested closes that did not come soon enough. */
export function deadline(evidence: Evidence): string[] {
  const byOrder = callsByOrder(evidence.calls);
  return evidence.orders.flatMap((order) => {
    const calls = byOrder.get(order.key) ?? [];
    const closes = calls.flatMap(({ call, arrivedAt }) => (call === 'close' ? [arrivedAt] : []));
    const delays = ({ what, pid }: Loss): boolean => DELAYS_ALL.has(what) || calls.some((call) => call.pid === pid);
    const tooSoon = closes.flatMap((at) => {
      const before = deadlineAt(order, closes, at) - at;
      return before > 0 && !mayCloseBefore(order, at) ? [`closed ${seconds(before)} before its deadline`] : [];
    });
    return [...tooSoon, ...missingClose(order, closes, evidence.losses.filter(delays))].map(
      (why) => `${order.key} (${order.kind}): ${why}`,
    );
  });
}

/**
 * The deadline at an instant: the latest that was accepted before. An extension does not count if the order was due already:
 * it has no effect once a close was, or may have been, sent.
 */
function deadlineAt({ dueAt, createdAt, requests }: OrderEvidence, closes: readonly number[], at: number): number {
  const extended = requests.flatMap(({ does, payBefore, accepted, answeredAt }) => {
    const hasEffect =
      does === 'extend' &&
      accepted === 'yes' &&
      answeredAt !== null &&
      answeredAt < at &&
      answeredAt < Math.max(dueAt, createdAt + FLOOR_MS) &&
      !closes.some((each) => each <= answeredAt);
    return hasEffect && payBefore !== null ? [payBefore] : [];
  });
  return Math.max(dueAt, ...extended);
}

/** Whether someone requested the end of the order before its deadline. A failed placement is such a request. */
function mayCloseBefore({ requests }: OrderEvidence, at: number): boolean {
  return requests.some(({ does, askedAt, accepted }) => does !== 'extend' && accepted !== 'no' && askedAt <= at);
}

/** A requested close must come soon after the floor, and not only at the deadline; unless the order was paid. */
function missingClose(
  { createdAt, dueAt, payments, requests }: OrderEvidence,
  closes: readonly number[],
  losses: readonly Loss[],
): string[] {
  const askedAt = requests.find(isAccepted)?.answeredAt ?? null;
  if (askedAt === null || payments.length > 0) return [];
  const latest = availableAfter(Math.max(askedAt, createdAt + FLOOR_MS), losses) + CLOSED_WITHIN_MS;
  const [first = Infinity] = closes;
  // If the deadline is near, the order is closed then anyway.
  return first <= latest || latest >= dueAt
    ? []
    : [
        `closeNow was accepted, and ${first === Infinity ? 'no close came' : `the close came ${seconds(first - askedAt)} later`}`,
      ];
}

function isAccepted({ does, accepted }: RequestEvidence): boolean {
  return does === 'close-now' && accepted === 'yes';
}

/** The first instant after which everything is available for long enough to close an order. */
function availableAfter(begin: number, losses: readonly Loss[]): number {
  return [...losses]
    .sort((one, other) => one.from - other.from)
    .reduce(
      (instant, { from, until }) =>
        from <= instant + CLOSED_WITHIN_MS ? Math.max(instant, until ?? Infinity) : instant,
      begin,
    );
}
