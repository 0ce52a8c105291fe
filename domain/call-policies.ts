import type { OrderActivities } from './calls.js';
import { CANCEL_LIMITS, CLOSE_LIMITS } from './guarded-write.js';
import type { Text } from './locale.js';
import type { ServiceOrderActivities } from './payscore/order.js';
import { MINUTE, SECOND, type Milliseconds } from './time.js';

type Activities = OrderActivities & ServiceOrderActivities;

/** A call to WeChat Pay that the worker makes: an activity. */
export type Call = keyof Activities;

/** A call changes something exactly if its activity is a guarded write. */
type IsGuarded<Name extends Call> =
  Awaited<ReturnType<Activities[Name]>> extends { readonly write: unknown }
    ? { readonly guardedBy: Call }
    : { readonly guardedBy?: never };

interface CallRow {
  /** What people call it, in sentences about its answers. */
  readonly means: Text;
  /** For one attempt, from the moment at which a worker takes it. */
  readonly startToClose: Milliseconds;
  /** Of a call that changes something: the query that comes before it and after it, in the same attempt. */
  readonly guardedBy?: Call;
}

/** Every call. */
const TABLE = {
  queryOrder: { means: { en: 'query', zh: '查单' }, startToClose: 10 * SECOND },
  closeOrder: {
    means: { en: 'close', zh: '关单' },
    startToClose: CLOSE_LIMITS.startToClose,
    guardedBy: 'queryOrder',
  },
  queryServiceOrder: { means: { en: 'query', zh: '查询' }, startToClose: 10 * SECOND },
  cancelServiceOrder: {
    means: { en: 'cancel', zh: '取消' },
    startToClose: CANCEL_LIMITS.startToClose,
    guardedBy: 'queryServiceOrder',
  },
} as const satisfies { readonly [Name in Call]: CallRow & IsGuarded<Name> };

const rows: Readonly<Record<Call, CallRow>> = TABLE;

export const CALLS = Object.keys(TABLE) as Call[];

/** What people call a call, in each language. */
export function callName(call: Call): Text {
  return rows[call].means;
}

/** The query that guards a write; `undefined` of a call that changes nothing. */
export function guardOf(call: Call): Call | undefined {
  return rows[call].guardedBy;
}

/** Whether a call changes something at WeChat Pay. */
export function isWrite(call: Call): boolean {
  return guardOf(call) !== undefined;
}

/** Timeouts and back-off of an activity, in milliseconds. Each call sets how long it is retried in all. */
export interface CallPolicy {
  readonly startToCloseTimeout: Milliseconds;
  readonly retry: {
    readonly initialInterval: Milliseconds;
    readonly backoffCoefficient: number;
    readonly maximumInterval: Milliseconds;
    readonly nonRetryableErrorTypes?: string[];
  };
}

/** For SYSTEM_ERROR and the like. The error table says which codes are retried. */
export const RETRY = { initialInterval: SECOND, backoffCoefficient: 2, maximumInterval: MINUTE } as const;

/** A write that is lost with its worker may have been sent. It must not be sent again before a query has shown that. */
const WRITE_RETRY = { ...RETRY, nonRetryableErrorTypes: ['TemporalTimeout:StartToClose'] };

/** Only Temporal retries. There is no heartbeat timeout: the one heartbeat of a write is its announcement. */
export function policyOf(call: Call): CallPolicy {
  return { startToCloseTimeout: rows[call].startToClose, retry: isWrite(call) ? WRITE_RETRY : RETRY };
}
