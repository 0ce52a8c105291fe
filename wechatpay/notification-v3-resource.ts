import { outTradeNoFault } from '../domain/orders/input.js';
import type { Amount, MerchantRef } from '../domain/orders/order.js';
import type { ServiceOrderNotification } from '../domain/payscore/state.js';
import type { JsonObject } from './json.js';
import { HOSTS, type Merchant } from './merchant.js';
import {
  isAppid,
  isAppOf,
  isMchid,
  isOrderNumber,
  type NotificationFault,
  type SaidOfOrder,
  type SaidOfServiceOrder,
} from './notification.js';
import { paymentOf } from './transaction.js';

/** Reads the resource of a notification that was opened with this merchant's key and names it. */
export type Reader = (json: JsonObject, merchant: Merchant) => SaidOfOrder | SaidOfServiceOrder | NotificationFault;

/** How a notification is read, by its `event_type`. Any other is for another system, or was sent to a wrong address. */
export const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['TRANSACTION.SUCCESS', readPayment],
  ['PAYSCORE.USER_CONFIRM', (json, merchant) => readService(json, merchant, 'USER_CONFIRM')],
  ['PAYSCORE.USER_PAID', (json, merchant) => readService(json, merchant, 'USER_PAID')],
]);

/** The merchant number of a resource: a direct merchant's, or that of the institution or partner. */
export function mchidIn({ mchid, sp_mchid }: JsonObject): unknown {
  return sp_mchid ?? mchid;
}

/** Drops the payer and the attached data. */
function readPayment(json: JsonObject, merchant: Merchant): SaidOfOrder | NotificationFault {
  const order = ownerIn(json, merchant.mchid);
  const { out_trade_no: outTradeNo, trade_state: tradeState } = json;
  if (order === undefined || !isOrderNumber(outTradeNo) || tradeState !== 'SUCCESS') return 'malformed';
  const appid = order.subMchid === undefined ? json['appid'] : json['sp_appid'];
  if (!isAppOf(merchant, appid)) return 'unknown-app';
  const subAppid = (order.subMchid !== undefined && json['sub_appid']) || undefined;
  if (subAppid !== undefined && !isAppid(subAppid)) return 'malformed';
  const payment = paymentOf(json);
  return {
    of: 'order',
    ...apiOf(merchant, outTradeNo, payment.amount),
    appid,
    ...(subAppid !== undefined && { subAppid }),
    notification: { order: { ...order, outTradeNo }, ...payment },
  };
}

/** The merchant that an order belongs to. `undefined`: the resource is not clear about it. */
function ownerIn({ mchid, sp_mchid, sub_mchid }: JsonObject, ours: string): MerchantRef | undefined {
  if (sp_mchid === undefined) return sub_mchid === undefined ? { mchid: ours } : undefined;
  const isClear = mchid === undefined && isMchid(sub_mchid) && sub_mchid !== ours;
  return isClear ? { mchid: ours, subMchid: sub_mchid } : undefined;
}

/** A notification does not say through which API its order was placed. */
function apiOf({ v3 }: Merchant, outTradeNo: string, amount: Amount | null): Pick<SaidOfOrder, 'api' | 'apiIsGuessed'> {
  if (v3?.api !== undefined) return { api: v3.api };
  if (v3?.host === HOSTS['v3-global']) return { api: 'v3-global' };
  if (v3?.host === HOSTS.v3) return { api: 'v3' };
  // A number that is too short for the mainland is of the overseas host, in whatever currency it was paid.
  const isMainland = amount?.currency === 'CNY' && outTradeNoFault('out_trade_no', outTradeNo, 'v3') === undefined;
  return { api: isMainland ? 'v3' : 'v3-global', apiIsGuessed: true };
}

/** Direct merchants only (S1): a partner's service order is another system's. */
function readService(
  json: JsonObject,
  merchant: Merchant,
  said: ServiceOrderNotification['said'],
): SaidOfServiceOrder | NotificationFault {
  if (json['sp_mchid'] !== undefined || json['sub_mchid'] !== undefined) return 'not-handled';
  if (!isAppOf(merchant, json['appid'])) return 'unknown-app';
  const { out_order_no: outOrderNo } = json;
  if (!isOrderNumber(outOrderNo)) return 'malformed';
  return { of: 'service-order', notification: { order: { mchid: merchant.mchid, outOrderNo }, said } };
}
