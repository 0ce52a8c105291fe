import type { OrderAnswer } from '../calls.js';
import type { WriteRules } from '../guarded-write.js';

/** The answers to a query that can allow a close; `paying` and `notFound` only on purpose. */
export type Allowed = 'unpaid' | 'paying' | 'notFound';

/** What an answer says about an order, apart from the amount. */
export type Found = Allowed | 'paid' | 'closed';

export function foundBy({ tradeState }: OrderAnswer): Found {
  switch (tradeState) {
    case 'SUCCESS':
    case 'REFUND':
      return 'paid';
    case 'CLOSED':
    case 'REVOKED':
      return 'closed';
    case 'NOTPAY':
    case 'PAYERROR':
      return 'unpaid';
    case 'USERPAYING':
      return 'paying';
    case 'NOT_FOUND':
      return 'notFound';
  }
}

export function closeRules(allows: readonly Allowed[]): WriteRules<OrderAnswer> {
  return {
    allows: (answer) => allows.some((each) => each === foundBy(answer)),
    isOpen: (answer) => foundBy(answer) === 'unpaid',
  };
}
