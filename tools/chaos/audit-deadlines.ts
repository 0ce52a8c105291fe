import type { Evidence, Loss, OrderEvidence, RequestEvidence } from './evidence.js';
import { callsByOrder, seconds } from './recording-proxy.js';

/** The 5 minutes of an order and their margin: nothing is closed before. */
const FLOOR_MS = 330_000;

/** How long a close may take that was asked for, once nothing keeps it: an attempt that is lost, faults, and a person. */
const CLOSED_WITHIN_MS = 60_000;

/** What keeps every order from being closed. The loss of a worker keeps those that it was seen to work on. */
const KEEPS_ALL: ReadonlySet<Loss['what']> = new Set(['temporal-killed', 'wechatpay-away']);

/** Closes before the deadline that nobody asked for, and closes that were asked for and did not come before it. */
export function deadline(evidence: Evidence): string[] {
  const byOrder = callsByOrder(evidence.calls);
  return evidence.orders.flatMap((order) => {
    const calls = byOrder.get(order.key) ?? [];
    const closes = calls.flatMap(({ call, arrivedAt }) => (call === 'close' ? [arrivedAt] : []));
    const keeps = ({ what, pid }: Loss): boolean => KEEPS_ALL.has(what) || calls.some((call) => call.pid === pid);
    const tooSoon = closes.flatMap((at) => {
      const before = deadlineAt(order, closes, at) - at;
      return before > 0 && !mayCloseBefore(order, at) ? [`closed ${seconds(before)} before its deadline`] : [];
    });
    return [...tooSoon, ...unheeded(order, closes, evidence.losses.filter(keeps))].map(
      (why) => `${order.key} (${order.kind}): ${why}`,
    );
  });
}

/**
 * The deadline that holds at an instant: the latest that was accepted. One that was asked for when the order was due already
 * counts for nothing: it does not stand if a close was, or may have been, sent.
 */
function deadlineAt({ dueAt, createdAt, requests }: OrderEvidence, closes: readonly number[], at: number): number {
  const extended = requests.flatMap(({ does, payBefore, taken, answeredAt }) => {
    const stands =
      does === 'extend' &&
      taken === 'yes' &&
      answeredAt !== null &&
      answeredAt < at &&
      answeredAt < Math.max(dueAt, createdAt + FLOOR_MS) &&
      !closes.some((each) => each <= answeredAt);
    return stands && payBefore !== null ? [payBefore] : [];
  });
  return Math.max(dueAt, ...extended);
}

/** Whether someone asked for the order to be ended before its deadline. Of a placement that failed, that is the meaning. */
function mayCloseBefore({ requests }: OrderEvidence, at: number): boolean {
  return requests.some(({ does, askedAt, taken }) => does !== 'extend' && taken !== 'no' && askedAt <= at);
}

/** A close that was asked for comes soon after the floor, and not at the deadline. Of an order that was paid, none need come. */
function unheeded(
  { createdAt, dueAt, payments, requests }: OrderEvidence,
  closes: readonly number[],
  losses: readonly Loss[],
): string[] {
  const askedAt = requests.find(isAccepted)?.answeredAt ?? null;
  if (askedAt === null || payments.length > 0) return [];
  const latest = quietAfter(Math.max(askedAt, createdAt + FLOOR_MS), losses) + CLOSED_WITHIN_MS;
  const [first = Infinity] = closes;
  // A deadline that is near closes the order anyway.
  return first <= latest || latest >= dueAt
    ? []
    : [
        `closeNow was accepted, and ${first === Infinity ? 'no close came' : `the close came ${seconds(first - askedAt)} later`}`,
      ];
}

function isAccepted({ does, taken }: RequestEvidence): boolean {
  return does === 'close-now' && taken === 'yes';
}

/** The first instant from which on nothing is lost for long enough to close an order. */
function quietAfter(begin: number, losses: readonly Loss[]): number {
  return [...losses]
    .sort((one, other) => one.from - other.from)
    .reduce(
      (quiet, { from, until }) => (from <= quiet + CLOSED_WITHIN_MS ? Math.max(quiet, until ?? Infinity) : quiet),
      begin,
    );
}
