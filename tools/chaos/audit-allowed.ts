import type { CancelEvidence, OrderEvidence, ServiceOrderEvidence, WireCall } from './evidence.js';
import { isHeard } from './wire-order.js';

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
