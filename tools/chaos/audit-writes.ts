import type { CancelEvidence, Evidence, OrderEvidence, ServiceOrderEvidence, WireCall } from './evidence.js';
import { callsByOrder, isHeard, isWrite, queryBefore, seconds } from './recording-proxy.js';
import { isClaimLost, isPaid } from './audit-ends.js';

/** The trade states for which an order may be closed. While a shopper pays it may be too, but only after 10 minutes. */
const CLOSABLE: ReadonlySet<string> = new Set(['NOTPAY', 'PAYERROR']);

const NOT_FOUND: ReadonlySet<string> = new Set(['ORDER_NOT_EXIST', 'ORDERNOTEXIST']);

/**
 * Why a write may not follow what its query was answered. Everything that is not allowed is forbidden: also an answer that says
 * nothing of the state.
 *
 * @param before what came before the write, about the same order
 */
export function whyStateForbids(
  subject: OrderEvidence | ServiceOrderEvidence,
  write: WireCall,
  query: WireCall,
  before: readonly WireCall[],
): string | undefined {
  const isAllowed = 'totalDue' in subject ? mayCancel(subject, write, query) : mayClose(write, query, before);
  return isAllowed ? undefined : `after a query that said ${query.said ?? 'nothing'}`;
}

/** A number that WeChat Pay does not know is closed only if another query was answered so before. */
function mayClose(write: WireCall, query: WireCall, before: readonly WireCall[]): boolean {
  const said = query.said ?? '';
  if (!NOT_FOUND.has(said)) return CLOSABLE.has(said);
  return before.some(
    (each) => each !== query && each.call === 'query' && isHeard(each, write) && NOT_FOUND.has(each.said ?? ''),
  );
}

/** One request that was due then, and that names the stage or gives up the amount, is enough. */
function mayCancel({ requests, totalDue }: ServiceOrderEvidence, write: WireCall, { said }: WireCall): boolean {
  return requests.some((request) => request.from <= write.arrivedAt && isNamed(request, said ?? '', totalDue));
}

/** `DOING` without a word on how far it is, is no stage that a request can name. */
function isNamed({ mayCancel: stages, giveUp }: CancelEvidence, said: string, totalDue: number | null): boolean {
  switch (said) {
    case 'CREATED':
      return stages.includes('created');
    case 'DOING USER_CONFIRM':
      return stages.includes('in-service');
    case 'DOING MCH_COMPLETE':
    case 'DOING MCH_COMPLETE USER_PAYING':
      return giveUp !== null && giveUp === totalDue;
    default:
      return false;
  }
}

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
