import { whyStateForbids } from './audit-allowed.js';
import { isClaimLost, isPaid } from './audit-claims.js';
import type { Evidence, OrderEvidence, ServiceOrderEvidence, WireCall } from './evidence.js';
import { callsByOrder, isHeard, isWrite, queryBefore, seconds } from './wire-order.js';

/** S0, S2: the shortest time between the creation of an order and its close. */
const FIVE_MINUTES_MS = 5 * 60_000;

/** How old the query may be that allows a write: DESIGN, promise 2. By its arrival and that of the write. */
const QUERY_VALID_MS = { close: 10_000, cancel: 5_000 } as const;

export function early({ orders, calls }: Evidence): string[] {
  const byOrder = callsByOrder(calls);
  return orders.flatMap(({ key, kind, createdAt }) =>
    (byOrder.get(key) ?? [])
      .filter(({ call, arrivedAt }) => call === 'close' && arrivedAt < createdAt + FIVE_MINUTES_MS)
      .map(({ arrivedAt }) => `${key} (${kind}): closed ${seconds(arrivedAt - createdAt)} after its creation`),
  );
}

/** Each write, with what came before it about the same order. */
function writesOf(
  { calls }: Evidence,
  subject: OrderEvidence | ServiceOrderEvidence,
): { readonly write: WireCall; readonly before: readonly WireCall[] }[] {
  const own = callsByOrder(calls).get(subject.key) ?? [];
  return own.flatMap((write, place) => (isWrite(write) ? [{ write, before: own.slice(0, place) }] : []));
}

export function withoutFreshQuery(evidence: Evidence): string[] {
  return [...evidence.orders, ...evidence.serviceOrders].flatMap((subject) =>
    writesOf(evidence, subject).flatMap(({ write, before }) => {
      const why = whyNotAllowed(subject, write, before);
      return why === undefined ? [] : [`${subject.key} (${subject.kind}): a ${write.call} ${why}`];
    }),
  );
}

function whyNotAllowed(
  subject: OrderEvidence | ServiceOrderEvidence,
  write: WireCall,
  before: readonly WireCall[],
): string | undefined {
  const query = queryBefore(write, before);
  if (query === undefined) return 'without a query of the same process that was answered';
  const age = write.arrivedAt - query.arrivedAt;
  const isStale = age > QUERY_VALID_MS[write.call === 'cancel' ? 'cancel' : 'close'];
  return isStale ? `${seconds(age)} after its query` : whyStateForbids(subject, write, query, before);
}

/**
 * A write is wrong if the order was paid when its query was asked, or if any believable answer had said before that it is paid.
 * A shopper who pays between the query and the write is no fault: WeChat Pay refuses the close. A false claim whose attempt was
 * lost counts for nothing: see {@link isClaimLost}.
 */
export function closedWhilePaid(evidence: Evidence): string[] {
  return [...evidence.orders, ...evidence.serviceOrders].flatMap((subject) =>
    writesOf(evidence, subject).flatMap(({ write, before }) => {
      const paidAt = firstPaidAt(subject);
      const asked = queryBefore(write, before)?.arrivedAt ?? write.arrivedAt;
      if (paidAt !== null && paidAt < asked)
        return [
          `${subject.key} (${subject.kind}): paid ${seconds(asked - paidAt)} before the query of its ${write.call}`,
        ];
      const claim = before.find(
        (each) => isHeard(each, write) && isPaid(each) && !isClaimLost(each, { subject, paidAt, evidence }),
      );
      if (claim === undefined) return [];
      return [`${subject.key} (${subject.kind}): a ${write.call} after the answer ${claim.said ?? ''}`];
    }),
  );
}

function firstPaidAt(subject: OrderEvidence | ServiceOrderEvidence): number | null {
  if ('paidAt' in subject) return subject.paidAt;
  const [first] = subject.payments;
  return first?.paidAt ?? null;
}
