import type { Evidence, Loss, OrderEvidence, ServiceOrderEvidence, WireCall } from './evidence.js';

/** S0, S2: the shortest time between the creation of an order and its close. */
const FIVE_MINUTES_MS = 5 * 60_000;

/** How old the query may be that allows a write: DESIGN, promise 2. By its arrival and that of the write. */
const QUERY_VALID_MS = { close: 10_000, cancel: 5_000 } as const;

/** How long after an answer its attempt may still be lost, with what it was told: Temporal gives it up after that. */
const ATTEMPT_MS = 35_000;

const PAID = /^(SUCCESS|REFUND|ORDERPAID|ORDER_DONE|DONE\b.*)$|USER_PAID$/;
const ENDED = /^(CLOSED|REVOKED|EXPIRED)/;

export function isWrite({ call }: WireCall): boolean {
  return call === 'close' || call === 'cancel';
}

/** The requests of each order, in the order in which they came. */
export function callsByOrder(calls: readonly WireCall[]): ReadonlyMap<string, readonly WireCall[]> {
  const byOrder = new Map<string, WireCall[]>();
  for (const call of calls) {
    const known = byOrder.get(call.order);
    if (known === undefined) byOrder.set(call.order, [call]);
    else known.push(call);
  }
  return byOrder;
}

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

/** The last query that was answered to the same process before a write; a write in between has used it up. */
export function queryBefore(write: WireCall, before: readonly WireCall[]): WireCall | undefined {
  const place = before.findLastIndex(
    (each) => each.pid === write.pid && (isWrite(each) || (each.call === 'query' && isHeard(each, write))),
  );
  const found = before[place];
  return found === undefined || isWrite(found) ? undefined : found;
}

/** Whether a believable answer went back on the wire before a write came. */
function isHeard({ answeredAt, isBelievable, said }: WireCall, write: WireCall): boolean {
  return said !== null && isBelievable && answeredAt !== null && answeredAt <= write.arrivedAt;
}

export function withoutFreshQuery(evidence: Evidence): string[] {
  return [...evidence.orders, ...evidence.serviceOrders].flatMap((subject) =>
    writesOf(evidence, subject).flatMap(({ write, before }) => {
      const why = whyNotAllowed(write, queryBefore(write, before));
      return why === undefined ? [] : [`${subject.key} (${subject.kind}): a ${write.call} ${why}`];
    }),
  );
}

function whyNotAllowed(write: WireCall, query: WireCall | undefined): string | undefined {
  if (query === undefined) return 'without a query of the same process that was answered';
  const said = query.said ?? '';
  if (PAID.test(said) || ENDED.test(said)) return `after a query that said ${said}`;
  const age = write.arrivedAt - query.arrivedAt;
  return age > QUERY_VALID_MS[write.call === 'cancel' ? 'cancel' : 'close']
    ? `${seconds(age)} after its query`
    : undefined;
}

/**
 * A write is wrong if the order was paid when its query was asked, or if any believable answer had said before that it is paid.
 * A shopper who pays between the query and the write is no fault: WeChat Pay refuses the close. A false claim whose attempt was
 * lost with its worker, or with Temporal, was never heard by anybody who lives.
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
        (each) => isHeard(each, write) && PAID.test(each.said ?? '') && !isClaimLost(each, paidAt, evidence.losses),
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

function isClaimLost(claim: WireCall, paidAt: number | null, losses: readonly Loss[]): boolean {
  const at = claim.answeredAt ?? claim.arrivedAt;
  if (paidAt !== null && paidAt <= at) return false;
  return losses.some(
    ({ what, pid, from, until }) =>
      (pid === claim.pid || what === 'temporal-killed') && from <= at + ATTEMPT_MS && (until ?? Infinity) >= at,
  );
}

/** As `3.2 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
