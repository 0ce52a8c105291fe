import type { Instant } from './calls.js';
import type { SandboxOrder } from './orders.js';

/** S0, S2: the minimum interval between the creation of an order and its close, milliseconds. */
const FIVE_MINUTES = 5 * 60_000;

/** What came of a close: what WeChat Pay's documents name (S0), and one that they do not. */
export type CloseVerdict = 'closed' | 'ORDERPAID' | 'ORDER_CLOSED' | 'USERPAYING' | 'ORDER_NOT_EXIST' | 'TOO_EARLY';

/** S0, S2: at least 5 minutes between the creation of an order and its close. */
export function isEarly({ createdAt }: Pick<SandboxOrder, 'createdAt'>, now: Instant): boolean {
  return now < createdAt + FIVE_MINUTES;
}

/** What a close of an order meets. */
export function closeVerdict(order: SandboxOrder, now: Instant, refuseEarly: boolean): CloseVerdict {
  switch (order.state) {
    case 'SUCCESS':
    case 'REFUND':
      return 'ORDERPAID';
    case 'CLOSED':
    case 'REVOKED':
      return 'ORDER_CLOSED';
    case 'USERPAYING':
    case 'ACCEPT':
      return 'USERPAYING';
    case 'NOTPAY':
    case 'PAYERROR':
      return refuseEarly && isEarly(order, now) ? 'TOO_EARLY' : 'closed';
  }
}
