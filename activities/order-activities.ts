import { activityInfo } from '@temporalio/activity';
import type {
  CloseOrderInput,
  CloseOrderResult,
  OrderActivities,
  QueryOrderInput,
  QueryOrderResult,
} from '../domain/activities.js';
import type { Call } from '../domain/error-table.js';
import { CLOSE_FRESHNESS } from '../domain/timing.js';
import type { Instant } from '../domain/time.js';
import { ownFailure } from '../wechatpay/failure.js';
import type { Merchant, MerchantDirectory } from '../wechatpay/merchant.js';
import { closeOrder, queryOrder } from '../wechatpay/orders.js';
import { toApplicationFailure } from './failures.js';

/** The activities of a worker, for the merchants that it knows. */
export function createOrderActivities(merchants: MerchantDirectory): OrderActivities {
  return {
    queryOrder: guarded(async ({ order }: QueryOrderInput): Promise<QueryOrderResult> => {
      const merchant = merchantOf(merchants, 'queryOrder', order.mchid);
      return { ...(await queryOrder(merchant, order)), askedAt: serverTime() };
    }),

    closeOrder: guarded(async ({ order, floor, queriedAt }: CloseOrderInput): Promise<CloseOrderResult> => {
      const merchant = merchantOf(merchants, 'closeOrder', order.mchid);
      const now = serverTime();
      if (now < floor) return { answer: 'tooEarly', requestId: null };
      if (now - queriedAt > CLOSE_FRESHNESS) return { answer: 'queryTooOld', requestId: null };
      return closeOrder(merchant, order);
    }),
  };
}

/**
 * When the Temporal server gave this attempt out: its clock decides, not this machine's. True of regular activities
 * only; in a local one it would be the worker's wall clock.
 */
function serverTime(): Instant {
  return activityInfo().currentAttemptScheduledTimestampMs;
}

function merchantOf(merchants: MerchantDirectory, call: Call, mchid: string): Merchant {
  const merchant = merchants.find(mchid);
  if (merchant !== undefined) return merchant;
  throw ownFailure(call, 'LOCAL_UNKNOWN_MERCHANT', `merchant ${mchid} is not in this worker's merchants file`, {
    status: null,
    requestId: null,
    mayHaveTakenEffect: false,
  });
}

function guarded<Input, Result>(activity: (input: Input) => Promise<Result>): (input: Input) => Promise<Result> {
  return async (input) => {
    try {
      return await activity(input);
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}
