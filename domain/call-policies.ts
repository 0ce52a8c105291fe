import type { OrderActivities } from './calls.js';
import { CANCEL_LIMITS, CLOSE_LIMITS } from './guarded-write.js';
import type { ServiceOrderActivities } from './payscore/order.js';
import { MINUTE, SECOND, type Milliseconds } from './time.js';

/** Timeouts and back-off of an activity, in milliseconds. Each call sets how long it is retried in all. */
export interface CallPolicy {
  /** For one attempt, from the moment at which a worker takes it. */
  readonly startToCloseTimeout: Milliseconds;
  readonly retry: {
    readonly initialInterval: Milliseconds;
    readonly backoffCoefficient: number;
    readonly maximumInterval: Milliseconds;
    readonly nonRetryableErrorTypes?: string[];
  };
}

/** For SYSTEM_ERROR and the like. The error table says which codes are retried. */
const RETRY = { initialInterval: SECOND, backoffCoefficient: 2, maximumInterval: MINUTE } as const;

/** A write that is lost with its worker may have been sent. It must not be sent again before a query has shown that. */
const WRITE_RETRY = { ...RETRY, nonRetryableErrorTypes: ['TemporalTimeout:StartToClose'] };

/** Only Temporal retries. There is no heartbeat timeout: the one heartbeat of a write is its announcement. */
export const CALL_POLICIES = {
  queryOrder: { startToCloseTimeout: 10 * SECOND, retry: RETRY },
  closeOrder: { startToCloseTimeout: CLOSE_LIMITS.startToClose, retry: WRITE_RETRY },
  queryServiceOrder: { startToCloseTimeout: 10 * SECOND, retry: RETRY },
  cancelServiceOrder: { startToCloseTimeout: CANCEL_LIMITS.startToClose, retry: WRITE_RETRY },
} as const satisfies Record<keyof (OrderActivities & ServiceOrderActivities), CallPolicy>;
