/** Milliseconds since 1970, on the sandbox's order clock. */
type Instant = number;

const FIVE_MINUTES = 5 * 60_000;

export type SandboxTradeState = 'NOTPAY' | 'USERPAYING' | 'SUCCESS' | 'REFUND' | 'CLOSED' | 'PAYERROR' | 'REVOKED';

/** What a checkout says when it places an order. */
export interface Placement {
  readonly mchid: string;
  readonly outTradeNo: string;
  readonly amount: { readonly total: number; readonly currency: string };
  /** Default: now. */
  readonly createdAt?: Instant;
  /** From then on the sandbox takes no payment. Default: never. */
  readonly timeExpire?: Instant;
}

export interface SandboxOrder extends Omit<Placement, 'createdAt'> {
  readonly createdAt: Instant;
  readonly state: SandboxTradeState;
  readonly transactionId: string | null;
  readonly paidAt: Instant | null;
}

/** A payment as WeChat Pay's notice tells of it. */
export interface SandboxPayment {
  readonly transactionId: string;
  readonly amount: { readonly total: number; readonly currency: string };
  readonly paidAt: string;
}

/** What came of a close: what WeChat Pay's documents name (S0), and one that they do not. */
export type CloseVerdict = 'closed' | 'ORDERPAID' | 'ORDER_CLOSED' | 'USERPAYING' | 'ORDER_NOT_EXIST' | 'TOO_EARLY';

export interface OrderRules {
  /**
   * Refuse a close sooner than 5 minutes after creation. What the real WeChat Pay answers then is not documented;
   * `false` takes such a close, and the ledger tells of it all the same. Default: true.
   */
  readonly refuseEarlyClose?: boolean;
}

/** The orders of the sandbox and the rules of their states, on a clock that is handed in with each call. */
export class OrderBook {
  private readonly orders = new Map<string, SandboxOrder>();
  private payments = 0;

  constructor(private readonly rules: OrderRules = {}) {}

  /** @throws RangeError where the number was used before: WeChat Pay takes it once, also after a close */
  place(placement: Placement, now: Instant): SandboxOrder {
    const key = keyOf(placement);
    if (this.orders.has(key)) throw new RangeError(`order ${key} was placed before`);
    const order: SandboxOrder = { createdAt: now, ...placement, state: 'NOTPAY', transactionId: null, paidAt: null };
    this.orders.set(key, order);
    return order;
  }

  find(ref: Pick<Placement, 'mchid' | 'outTradeNo'>): SandboxOrder | undefined {
    return this.orders.get(keyOf(ref));
  }

  /** Every order, for an audit. */
  all(): SandboxOrder[] {
    return [...this.orders.values()];
  }

  /**
   * The shopper pays.
   *
   * @returns the payment, or `undefined` where WeChat Pay takes none: the order is closed, paid, unknown, or too old
   */
  pay(ref: Pick<Placement, 'mchid' | 'outTradeNo'>, now: Instant): SandboxPayment | undefined {
    const order = this.find(ref);
    if (order === undefined || !canBePaid(order, now)) return undefined;
    this.payments += 1;
    const transactionId = `42000000${String(this.payments).padStart(20, '0')}`;
    this.orders.set(keyOf(ref), { ...order, state: 'SUCCESS', transactionId, paidAt: now });
    return { transactionId, amount: order.amount, paidAt: new Date(now).toISOString() };
  }

  /** Puts an order into a state, as WeChat Pay or its user would: entering a password, failing, refunding. */
  become(ref: Pick<Placement, 'mchid' | 'outTradeNo'>, state: SandboxTradeState): void {
    const order = this.find(ref);
    if (order === undefined) throw new RangeError(`order ${keyOf(ref)} was never placed`);
    this.orders.set(keyOf(ref), { ...order, state });
  }

  /** Closes an order where the rules allow it. */
  close(ref: Pick<Placement, 'mchid' | 'outTradeNo'>, now: Instant): CloseVerdict {
    const order = this.find(ref);
    if (order === undefined) return 'ORDER_NOT_EXIST';
    const verdict = this.verdictOn(order, now);
    if (verdict === 'closed') this.orders.set(keyOf(ref), { ...order, state: 'CLOSED' });
    return verdict;
  }

  private verdictOn(order: SandboxOrder, now: Instant): CloseVerdict {
    const refuseEarly = this.rules.refuseEarlyClose ?? true;
    switch (order.state) {
      case 'SUCCESS':
      case 'REFUND':
        return 'ORDERPAID';
      case 'CLOSED':
      case 'REVOKED':
        return 'ORDER_CLOSED';
      case 'USERPAYING':
        return 'USERPAYING';
      case 'NOTPAY':
      case 'PAYERROR':
        return refuseEarly && isEarly(order, now) ? 'TOO_EARLY' : 'closed';
    }
  }
}

/** S0, S2: at least 5 minutes between the creation of an order and its close. */
export function isEarly({ createdAt }: Pick<SandboxOrder, 'createdAt'>, now: Instant): boolean {
  return now < createdAt + FIVE_MINUTES;
}

function canBePaid({ state, timeExpire }: SandboxOrder, now: Instant): boolean {
  const isOpen = state === 'NOTPAY' || state === 'USERPAYING' || state === 'PAYERROR';
  return isOpen && (timeExpire === undefined || now < timeExpire);
}

function keyOf({ mchid, outTradeNo }: Pick<Placement, 'mchid' | 'outTradeNo'>): string {
  return `${mchid}/${outTradeNo}`;
}
