import type { Instant } from './calls.js';
import type { LedgerEntry } from './ledger.js';
import { eventOf, NothingToTellError } from './notifications.js';
import type { SandboxOrder } from './orders.js';
import type { SandboxServiceOrder } from './service-orders.js';

/**
 * A notification in the ledger: what it told, and whether its receiver took it.
 *
 * @throws NothingToTellError
 */
export function notificationEntry(
  order: SandboxOrder | SandboxServiceOrder,
  at: Instant,
  delivered: boolean,
): LedgerEntry {
  const common = { at, receivedAt: Date.now(), call: 'notification', nonce: '', timestamp: '', delivered } as const;
  const { mchid } = order;
  if ('outOrderNo' in order) {
    return { ...common, api: 'payscore', mchid, outTradeNo: order.outOrderNo, answer: eventOf(order) };
  }
  const { api, subMchid, outTradeNo, transactionId } = order;
  if (transactionId === null) throw new NothingToTellError(`order ${outTradeNo} is not paid`);
  return { ...common, api, mchid, subMchid, outTradeNo, answer: 'SUCCESS' };
}
