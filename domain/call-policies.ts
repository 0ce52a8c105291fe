import type { OrderActivities } from './calls.js';
import { CANCEL_LIMITS, CLOSE_LIMITS } from './guarded-write.js';
import type { ServiceOrderActivities } from './payscore/order.js';
import { MINUTE, SECOND, type Milliseconds } from './time.js';

/** Timeouts and back-off of an activity, in milliseconds. How long it is retried in all, each call says for itself. */
export interface CallPolicy {
  /** For one attempt, from when a worker has it. */
  readonly startToCloseTimeout: Milliseconds;
  readonly retry: {
    readonly initialInterval: Milliseconds;
    readonly backoffCoefficient: number;
    readonly maximumInterval: Milliseconds;
    readonly nonRetryableErrorTypes?: string[];
  };
}

/** SYSTEM_ERROR and its kin are retried so; which codes those are, the error table says. */
const RETRY = { initialInterval: SECOND, backoffCoefficient: 2, maximumInterval: MINUTE } as const;

/** A write that is lost with its worker may have been sent: what came of it is asked, and it is not sent again unasked. */
const WRITE_RETRY = { ...RETRY, nonRetryableErrorTypes: ['TemporalTimeout:StartToClose'] };

/** Retries belong to Temporal. There is no heartbeat timeout: the one heartbeat of a write is its announcement. */
export const CALL_POLICIES = {
  queryOrder: { startToCloseTimeout: 10 * SECOND, retry: RETRY },
  closeOrder: { startToCloseTimeout: CLOSE_LIMITS.startToClose, retry: WRITE_RETRY },
  queryServiceOrder: { startToCloseTimeout: 10 * SECOND, retry: RETRY },
  cancelServiceOrder: { startToCloseTimeout: CANCEL_LIMITS.startToClose, retry: WRITE_RETRY },
} as const satisfies Record<keyof (OrderActivities & ServiceOrderActivities), CallPolicy>;
