import type { CancelEvidence, Evidence, OrderEvidence, ServiceOrderEvidence, WireCall } from './evidence.js';
import { callsByOrder, wasReceived, isWrite, queryBefore, seconds } from './recording-proxy.js';
import { isClaimLost, isPaid } from './audit-ends.js';

/** The trade states in which an order may be closed. USERPAYING allows it only after 10 minutes, which no storm waits. */
const CLOSABLE: ReadonlySet<string> = new Set(['NOTPAY', 'PAYERROR']);

const NOT_FOUND: ReadonlySet<string> = new Set(['ORDER_NOT_EXIST', 'ORDERNOTEXIST']);

/**
 * Why the answer to its query forbids a write. What is not allowed is forbidden, so an answer without a state forbids it too.
 *
 * @param before the earlier requests about the same order
 */
function whyStateForbids(
  subject: OrderEvidence | ServiceOrderEvidence,
  write: WireCall,
  query: WireCall,
  before: readonly WireCall[],
): string | undefined {
  const isAllowed = 'totalDue' in subject ? mayCancel(subject, write, query) : mayClose(write, query, before);
  return isAllowed ? undefined : `after a query that said ${query.said ?? 'nothing'}`;
}

/** A number that WeChat Pay does not know is closed only if an earlier query also said not found. */
function mayClose(write: WireCall, query: WireCall, before: readonly WireCall[]): boolean {
  const said = query.said ?? '';
  if (!NOT_FOUND.has(said)) return CLOSABLE.has(said);
  return before.some(
    (each) => each !== query && each.call === 'query' && wasReceived(each, write) && NOT_FOUND.has(each.said ?? ''),
  );
}

/** It is enough that one request was due, and names the stage or gives up the amount. */
function mayCancel({ requests, totalDue }: ServiceOrderEvidence, write: WireCall, { said }: WireCall): boolean {
  return requests.some((request) => request.from <= write.arrivedAt && isAllowedBy(request, said ?? '', totalDue));
}

/** `DOING` without a description is not a stage that a request can name. */
function isAllowedBy({ mayCancel: stages, giveUp }: CancelEvidence, said: string, totalDue: number | null): boolean {
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

/** How old the query of a write may be, from arrival to arrival: see docs/guarantees.md. */
const QUERY_VALID_MS = { close: 10_000, cancel: 5_000 } as const;

export function early({ orders, calls }: Evidence): string[] {
  const byOrder = callsByOrder(calls);
  return orders.flatMap(({ key, kind, createdAt }) =>
    (byOrder.get(key) ?? [])
      .filter(({ call, arrivedAt }) => call === 'close' && arrivedAt < createdAt + FIVE_MINUTES_MS)
      .map(({ arrivedAt }) => `${key} (${kind}): closed ${seconds(arrivedAt - createdAt)} after its creation`),
  );
}

/** Each write, with the earlier requests about the same order. */
function writesOf(
  { calls }: Evidence,
  subject: OrderEvidence | ServiceOrderEvidence,
): { readonly write: WireCall; readonly before: readonly WireCall[] }[] {
  const own = callsByOrder(calls).get(subject.key) ?? [];
  return own.flatMap((write, index) => (isWrite(write) ? [{ write, before: own.slice(0, index) }] : []));
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
 * A write is wrong if the order was paid when its query was sent, or if a verifiable answer had said before that it is paid.
 * It is right if the shopper pays between the query and the write: WeChat Pay then refuses the close. A false claim that was
 * lost does not count: see {@link isClaimLost}.
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
        (each) => wasReceived(each, write) && isPaid(each) && !isClaimLost(each, { subject, paidAt, evidence }),
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
