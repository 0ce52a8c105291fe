import type { Payment } from '../domain/calls.js';
import { checkOrder } from '../domain/orders/input.js';
import { isRecord, type Fields } from '../domain/validation.js';
import { amountIsRight } from '../domain/orders/facts.js';
import type { Amount, Order, OrderApps } from '../domain/orders/order.js';
import { MEMO } from '../workflows/messages.js';

/** The memo of a workflow, as the server gives it. */
export type Memo = Readonly<Record<string, unknown>> | undefined;

/**
 * What the memo of an order tells those who come after its end: whose it is and what it should have cost. Nothing of
 * the payer.
 *
 * @param paid the payment whose notification started the order, where one did
 * @param isGuess whether the order's api is only guessed from that notification
 */
export function orderMemo(
  { ref, amount, locale }: Order,
  paid?: Payment,
  isGuess = false,
): Readonly<Record<string, unknown>> {
  const byNotification = paid && { paid: paid.amount, ...(isGuess && { apiIsGuessed: true }) };
  return { [MEMO.order]: { ref, amount, locale, ...byNotification } };
}

/** Whether nobody has said the api of the order that a memo tells of. */
export function apiIsGuessed(memo: Memo): boolean {
  return orderLeftIn(memo)['apiIsGuessed'] === true;
}

/** The order that a memo tells of; `undefined` where it was started by a version that left none. */
export function orderOf(memo: Memo, now: number): Order | undefined {
  const { ref, amount, locale } = orderLeftIn(memo);
  if (!isRecord(ref)) return undefined;
  const expected = amount === null ? { amountUnknown: true } : { amount };
  const checked = checkOrder({ ...ref, ...expected, locale, payBefore: new Date(now).toISOString() }, now);
  return checked.ok ? checked.value : undefined;
}

/**
 * Whether an input is another than the one that stands; an order that a notification started stands as it was paid.
 *
 * @param inputHash of the input that the order is of
 */
export function differs(memo: Memo, inputHash: string, order: Order): boolean {
  const standing = memo?.[MEMO.inputHash];
  if (typeof standing === 'string') return standing !== inputHash;
  const started = orderOf(memo, Date.now());
  if (started === undefined) return false;
  const amount = started.amount ?? paidAmount(memo);
  const apiDiffers = order.ref.api !== started.ref.api && !apiIsGuessed(memo);
  return apiDiffers || appsDiffer(order.ref, started.ref) || !costs(order, amount);
}

function paidAmount(memo: Memo): Amount | null {
  const { paid } = orderLeftIn(memo);
  return isRecord(paid) ? (paid as unknown as Amount) : null;
}

/** What {@link orderMemo} has left. */
function orderLeftIn(memo: Memo): Fields {
  const left = memo?.[MEMO.order];
  return isRecord(left) ? left : {};
}

/** Whether an order costs an amount. One that does not say what it costs, costs any. */
function costs(order: Order, amount: Amount | null): boolean {
  return amountIsRight(order, { transactionId: null, paidAt: null, amount });
}

/** An app that one of the two does not name is the merchant's first, which only the worker knows. */
function appsDiffer(one: OrderApps, other: OrderApps): boolean {
  return isAnother(one.appid, other.appid) || isAnother(one.subAppid, other.subAppid);
}

function isAnother(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}
