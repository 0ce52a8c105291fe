import { SandboxStateError, type Instant, ORDER_APIS, type OrderApi } from './calls.js';

/** S0, S2: the minimum interval between the creation of an order and its close, milliseconds. */
const FIVE_MINUTES = 5 * 60_000;

/** The result of a close: those of WeChat Pay's documents (S0), and `TOO_EARLY`, which they do not name. */
export type CloseVerdict = 'closed' | 'ORDERPAID' | 'ORDER_CLOSED' | 'USERPAYING' | 'ORDER_NOT_EXIST' | 'TOO_EARLY';

/** S0, S2: at least 5 minutes between the creation of an order and its close. */
export function isEarly({ createdAt }: Pick<SandboxOrder, 'createdAt'>, now: Instant): boolean {
  return now < createdAt + FIVE_MINUTES;
}

/** The result of a close of an order now. */
function closeVerdict(order: SandboxOrder, now: Instant, refuseEarly: boolean): CloseVerdict {
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

/** S3's states of an order; and `ACCEPT`, which only WeChat Pay's Java SDK has: accepted, and waiting for the money. */
export const SANDBOX_TRADE_STATES = [
  'NOTPAY',
  'USERPAYING',
  'ACCEPT',
  'SUCCESS',
  'REFUND',
  'CLOSED',
  'PAYERROR',
  'REVOKED',
] as const;
export type SandboxTradeState = (typeof SANDBOX_TRADE_STATES)[number];

/** The appid of a placement that names none. */
export const DEFAULT_APPID = 'wx8888888888888888';

/** The owner of an order: the merchant, or a sub-merchant of an institution or a partner. */
export interface Owner {
  readonly mchid: string;
  readonly subMchid?: string | undefined;
}

/** WeChat Pay's own key of an order. */
export interface OrderKey extends Owner {
  readonly outTradeNo: string;
}

/** What a checkout says when it places an order. */
export interface Placement extends OrderKey {
  readonly amount: { readonly total: number; readonly currency: string };
  /**
   * How it is placed: over other APIs it is not known, and its notification has this one's form. Default: by hand, over none;
   * then it belongs to the first that asks for it, and until then its notification is that of `v3-global`.
   */
  readonly api?: OrderApi;
  /** Default: {@link DEFAULT_APPID}. */
  readonly appid?: string;
  readonly subAppid?: string;
  /** v2 only: later calls must have the same. Default: any. */
  readonly signType?: 'MD5' | 'HMAC-SHA256';
  readonly notifyUrl?: string;
  /** Default: now. */
  readonly createdAt?: Instant;
  /** From then on the sandbox takes no payment. Default: never. */
  readonly timeExpire?: Instant;
}

export interface SandboxOrder extends Placement {
  readonly api: OrderApi;
  readonly appid: string;
  readonly createdAt: Instant;
  readonly state: SandboxTradeState;
  readonly transactionId: string | null;
  readonly paidAt: Instant | null;
}

/** A payment, as WeChat Pay's notification has it. */
export interface SandboxPayment {
  readonly transactionId: string;
  readonly amount: { readonly total: number; readonly currency: string };
  readonly paidAt: string;
}

/** The result of a placement over the wire. */
export type PlacementVerdict = 'placed' | 'OTHER_PARAMETERS' | 'ORDERPAID' | 'ORDER_CLOSED';

export interface OrderRules {
  /**
   * Refuse a close sooner than 5 minutes after creation. What the real WeChat Pay answers then is not documented;
   * `false` accepts such a close, and the ledger still shows it. Default: true.
   */
  readonly refuseEarlyClose?: boolean;
}

/** The orders of the sandbox and the rules of their states, on a clock that is handed in with each call. */
export class OrderStore {
  private readonly orders = new Map<string, SandboxOrder>();
  private readonly placedWith = new Map<string, string>();
  /** The orders that were placed by hand, over no API, and that none has asked for yet. */
  private readonly unclaimed = new Set<string>();
  private payments = 0;

  constructor(private readonly rules: OrderRules = {}) {}

  /** @throws SandboxStateError if the number was used before: WeChat Pay takes it once, also after a close */
  place(placement: Placement, now: Instant): SandboxOrder {
    const key = keyOf(placement);
    if (this.orders.has(key)) throw new SandboxStateError(`order ${key} was placed before`);
    const defaults = { api: 'v3-global', appid: DEFAULT_APPID, createdAt: now } as const;
    const order: SandboxOrder = { ...defaults, ...placement, state: 'NOTPAY', transactionId: null, paidAt: null };
    this.orders.set(key, order);
    if (placement.api === undefined) this.unclaimed.add(key);
    return order;
  }

  /**
   * Places an order, or the same one once more: while it is unpaid, a number may be sent again with the same parameters.
   *
   * @param parameters of the request, as a text that is equal if they are
   */
  submit(placement: Placement, parameters: string, now: Instant): PlacementVerdict {
    const key = keyOf(placement);
    const order = this.orders.get(key);
    if (order === undefined) {
      this.place(placement, now);
      this.placedWith.set(key, parameters);
      return 'placed';
    }
    if (order.state === 'SUCCESS' || order.state === 'REFUND') return 'ORDERPAID';
    if (order.state === 'CLOSED' || order.state === 'REVOKED') return 'ORDER_CLOSED';
    return order.api === placement.api && this.placedWith.get(key) === parameters ? 'placed' : 'OTHER_PARAMETERS';
  }

  find(ref: OrderKey): SandboxOrder | undefined {
    return this.orders.get(keyOf(ref));
  }

  /** By WeChat Pay's own number: an order that was never paid has none. */
  findByTransactionId({ mchid, subMchid }: Owner, transactionId: string): SandboxOrder | undefined {
    return this.all().find(
      (order) => order.transactionId === transactionId && order.mchid === mchid && order.subMchid === subMchid,
    );
  }

  /** The order, if an API knows it: not if it was placed over another API. */
  seenOver(api: OrderApi, order: SandboxOrder | undefined): SandboxOrder | undefined {
    if (order === undefined) return undefined;
    const key = keyOf(order);
    if (!this.unclaimed.delete(key)) return isKnownOver(api, order.api) ? order : undefined;
    const claimed = { ...order, api };
    this.orders.set(key, claimed);
    return claimed;
  }

  /** The API that an order was placed over; any of them if it was placed by hand, and no API has asked for it yet. */
  placedOver(order: SandboxOrder): readonly OrderApi[] {
    return this.unclaimed.has(keyOf(order)) ? ORDER_APIS : [order.api];
  }

  /** Every order, for an audit. */
  all(): SandboxOrder[] {
    return [...this.orders.values()];
  }

  /**
   * The shopper pays.
   *
   * @returns the payment, or `undefined` if WeChat Pay takes none: the order is closed, paid, unknown, or too old
   */
  pay(ref: OrderKey, now: Instant): SandboxPayment | undefined {
    const order = this.find(ref);
    if (order === undefined || !canBePaid(order, now)) return undefined;
    const { transactionId } = this.recordPayment(order, now);
    return { transactionId, amount: order.amount, paidAt: new Date(now).toISOString() };
  }

  /**
   * Puts an order into a state, as WeChat Pay or its user would: entering a password, failing, refunding.
   *
   * @param now if it is given, a paid order gets a payment if it has none
   * @throws SandboxStateError if there is no such order
   */
  become(ref: OrderKey, state: SandboxTradeState, now?: Instant): SandboxOrder {
    const order = this.find(ref);
    if (order === undefined) throw new SandboxStateError(`order ${keyOf(ref)} was never placed`);
    const isPaid = state === 'SUCCESS' || state === 'REFUND';
    const paid = isPaid && now !== undefined && order.transactionId === null ? this.recordPayment(order, now) : order;
    const payment = isPaid ? {} : { transactionId: null, paidAt: null };
    const changed = { ...paid, ...payment, state };
    this.orders.set(keyOf(ref), changed);
    return changed;
  }

  /** Closes an order if the rules allow it. */
  close(ref: OrderKey, now: Instant): CloseVerdict {
    const order = this.find(ref);
    if (order === undefined) return 'ORDER_NOT_EXIST';
    const verdict = closeVerdict(order, now, this.rules.refuseEarlyClose ?? true);
    if (verdict === 'closed') this.orders.set(keyOf(ref), { ...order, state: 'CLOSED' });
    return verdict;
  }

  private recordPayment(order: SandboxOrder, now: Instant): SandboxOrder & { readonly transactionId: string } {
    this.payments += 1;
    const transactionId = `42000000${String(this.payments).padStart(20, '0')}`;
    const paid = { ...order, state: 'SUCCESS', transactionId, paidAt: now } as const;
    this.orders.set(keyOf(order), paid);
    return paid;
  }
}

/**
 * An order placed over v2 can be handled over APIv3 on the mainland, and is therefore known there: WeChat Pay's
 * developers say so for refunds (wechatpay-apache-httpclient, issue 53), and merchants who migrate rely on it. Nothing says
 * so for any other pair.
 */
function isKnownOver(api: OrderApi, placedOver: OrderApi): boolean {
  return api === placedOver || (api === 'v3' && placedOver === 'v2');
}

function canBePaid({ state, timeExpire }: SandboxOrder, now: Instant): boolean {
  const isOpen = ['NOTPAY', 'USERPAYING', 'ACCEPT', 'PAYERROR'].includes(state);
  return isOpen && (timeExpire === undefined || now < timeExpire);
}

/** `/` is in no number, so no two owners share a key. */
export function keyOf({ mchid, subMchid, outTradeNo }: OrderKey): string {
  return subMchid === undefined ? `${mchid}/${outTradeNo}` : `${mchid}/${subMchid}/${outTradeNo}`;
}
