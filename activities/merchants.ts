import type { Call } from '../domain/errors/table.js';
import { ownFailure } from '../wechatpay/failure.js';
import type { Merchant, MerchantDirectory } from '../wechatpay/merchant.js';

/** @throws WechatPayFailure if this worker does not know the merchant; another one may */
export function merchantOf(merchants: MerchantDirectory, call: Call, mchid: string): Merchant {
  const merchant = merchants.find(mchid);
  if (merchant !== undefined) return merchant;
  throw ownFailure(call, 'LOCAL_UNKNOWN_MERCHANT', `merchant ${mchid} is not in this worker's merchants file`, {
    status: null,
    requestId: null,
    mayHaveTakenEffect: false,
  });
}

/** The merchant's time zone, for what people read of its orders. */
export function timeZoneOf({ timeZone }: Merchant): { timeZone?: string } {
  return timeZone === undefined ? {} : { timeZone };
}
