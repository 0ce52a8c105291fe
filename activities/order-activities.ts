import {
  closeSignedWithin,
  type CloseOrderInput,
  type CloseOrderResult,
  type OrderActivities,
  type QueryOrderInput,
  type QueryOrderResult,
} from '../domain/activities.js';
import { CLOSE_GIVEN_OUT_WITHIN } from '../domain/timing.js';
import type { MerchantDirectory } from '../wechatpay/merchant.js';
import { closeOrder, queryOrder } from '../wechatpay/orders.js';
import { ownFailure } from '../wechatpay/failure.js';
import { guarded } from './failures.js';
import { merchantOf, timeZoneOf } from './merchants.js';
import { isFirstAttempt, serverTime } from './attempt.js';

/** The activities for orders, for the merchants that a worker knows. */
export function createOrderActivities(merchants: MerchantDirectory): OrderActivities {
  return {
    queryOrder: guarded(async ({ order }: QueryOrderInput): Promise<QueryOrderResult> => {
      const merchant = merchantOf(merchants, 'queryOrder', order.mchid);
      return { ...(await queryOrder(merchant, order)), askedAt: serverTime(), ...timeZoneOf(merchant) };
    }),

    closeOrder: guarded(async ({ order, floor, queriedAt }: CloseOrderInput): Promise<CloseOrderResult> => {
      const merchant = merchantOf(merchants, 'closeOrder', order.mchid);
      const now = serverTime();
      if (now < floor) return { answer: 'tooEarly', requestId: null };
      if (now - queriedAt > CLOSE_GIVEN_OUT_WITHIN) return tooLate();
      return closeOrder(merchant, order, closeSignedWithin(queriedAt, now));
    }),
  };
}

/**
 * The query that allowed the close may not be fresh any more, so nothing is sent.
 *
 * @throws WechatPayFailure where an attempt before this one was, and may have taken effect
 */
function tooLate(): CloseOrderResult {
  if (isFirstAttempt()) return { answer: 'queryTooOld', requestId: null };
  const what = 'an earlier attempt may have taken effect, and none may follow it';
  throw ownFailure('closeOrder', 'LOCAL_NOT_SENT_AGAIN', what, {
    status: null,
    requestId: null,
    mayHaveTakenEffect: true,
  });
}
