import type { OrderRef } from '../../../domain/orders/order.js';
import type { Result } from '../../../wechatpay/failure.js';
import type { Merchant, MerchantDirectory } from '../../../wechatpay/merchant.js';
import { closeOrder, queryOrder } from '../../../wechatpay/orders.js';
import type { BareOrder } from './workflows.js';

export interface BareActivities {
  query(order: BareOrder): Promise<string>;
  close(order: BareOrder): Promise<string>;
  /** Query, close, query. */
  closeGuarded(order: BareOrder): Promise<string>;
}

/** The same signed calls as the product's, through the product's own `wechatpay/`: only the code above it is compared. */
export function bareActivities(merchants: MerchantDirectory): BareActivities {
  const query = async (order: BareOrder): Promise<string> =>
    valueOf(await queryOrder(merchantOf(merchants, order), refOf(order))).tradeState;
  const close = async (order: BareOrder): Promise<string> =>
    valueOf(await closeOrder(merchantOf(merchants, order), refOf(order))).answer;
  const closeGuarded = async (order: BareOrder): Promise<string> => {
    const before = await query(order);
    if (before !== 'NOTPAY') return before;
    await close(order);
    return query(order);
  };
  return { query, close, closeGuarded };
}

function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(`${result.failure.code}: ${result.failure.what}`);
}

function refOf({ mchid, outTradeNo }: BareOrder): OrderRef {
  return { api: 'v3-global', mchid, outTradeNo };
}

function merchantOf(merchants: MerchantDirectory, { mchid }: BareOrder): Merchant {
  const merchant = merchants.find(mchid);
  if (merchant === undefined) throw new Error(`merchant ${mchid} is not known`);
  return merchant;
}
