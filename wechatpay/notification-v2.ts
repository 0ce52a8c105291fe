import type { MerchantRef } from '../domain/orders/order.js';
import type { Merchant, MerchantDirectory } from './merchant.js';
import {
  isAppid,
  isAppOf,
  isMchid,
  isOrderNumber,
  type NoPayment,
  type NotificationFault,
  type OpenedNotification,
  type RefusedNotification,
  type SaidOfOrder,
} from './notification.js';
import { hidesField } from './signature-v2.js';
import { paymentOf } from './transaction-v2.js';
import { parseXml } from './xml.js';

type Fields = ReadonlyMap<string, string>;

/**
 * Reads a v2 notification. Only `mch_id` is read before its sign is verified, by the sign type of the merchants file.
 * Nothing signed says when it was sent, so an old one cannot be told from a new one: twice must have the effect of once.
 *
 * @param merchants those that it may belong to
 */
export function openNotificationV2(
  body: Uint8Array,
  merchants: MerchantDirectory,
): OpenedNotification | NoPayment | RefusedNotification {
  const fields = parseXml(body);
  if ('fault' in fields) return { fault: 'malformed' };
  const merchant = merchants.find(fields.get('mch_id') ?? '');
  if (merchant?.v2 === undefined) return { fault: 'unknown-merchant' };
  // That of a refund is encrypted as a whole, and has no sign.
  if (!fields.get('sign')) return { fault: fields.has('req_info') ? 'not-handled' : 'unsigned' };
  if (!merchant.v2.signer.verifies(fields)) return { fault: 'wrong-signature' };
  const { mchid } = merchant;
  if (hidesField(fields) || fields.get('return_code') !== 'SUCCESS') return { fault: 'malformed', mchid };
  if (fields.get('result_code') === 'FAIL') return { mchid, said: null };
  const said = saidIn(fields, merchant);
  return typeof said === 'string' ? { fault: said, mchid } : { mchid, said };
}

function saidIn(fields: Fields, merchant: Merchant): SaidOfOrder | NotificationFault {
  if (!isOfPayment(fields)) return 'malformed';
  const appid = fields.get('appid');
  if (!isAppOf(merchant, appid)) return 'unknown-app';
  const owner = ownerIn(fields, merchant.mchid);
  const outTradeNo = fields.get('out_trade_no');
  const subAppid = fields.get('sub_appid') || undefined;
  if (owner === undefined || !isOrderNumber(outTradeNo)) return 'malformed';
  if (subAppid !== undefined && !isAppid(subAppid)) return 'malformed';
  return {
    of: 'order',
    api: 'v2',
    appid,
    ...(subAppid !== undefined && owner.subMchid !== undefined && { subAppid }),
    notification: { order: { ...owner, outTradeNo }, ...paymentOf(fields) },
  };
}

/**
 * Whether the fields tell of a payment. Everything in v2 is signed with the same key, our own requests too, so what lacks
 * the marks of a payment notification is not accepted as one.
 */
function isOfPayment(fields: Fields): boolean {
  const { transactionId, amount, paidAt } = paymentOf(fields);
  const isWhole = transactionId !== null && amount !== null && paidAt !== null;
  const state = fields.get('trade_state') || 'SUCCESS';
  return fields.get('result_code') === 'SUCCESS' && isWhole && state === 'SUCCESS' && !fields.has('refund_id');
}

/** Some messages in common mode name the merchant as its own sub-merchant. */
function ownerIn(fields: Fields, mchid: string): MerchantRef | undefined {
  const subMchid = fields.get('sub_mch_id') || mchid;
  if (!isMchid(subMchid)) return undefined;
  return subMchid === mchid ? { mchid } : { mchid, subMchid };
}
