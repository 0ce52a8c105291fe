import { type Call, CALLS, isWrite } from '../call-policies.js';
import type { AdviceName } from './advice.js';

export interface KindRule {
  readonly meaning: string;
  /** It is expected in normal operation, so Temporal logs and counts it as benign. */
  readonly benign: boolean;
}

/** What an error means for the order, in any API. */
export const ERROR_KINDS = {
  outcome: { meaning: 'a claim about how the order ended, to be confirmed by a query', benign: true },
  retry: {
    meaning: 'WeChat Pay or the way to it failed: the call is made again, a write with its own query before it',
    benign: true,
  },
  slowDown: {
    meaning: 'too many requests; after a write it can also mean that a payment is in flight',
    benign: true,
  },
  inProgress: { meaning: 'a payment is in progress', benign: true },
  notFound: { meaning: 'WeChat Pay does not know the order, or not yet', benign: true },
  state: { meaning: "the order's state does not allow the write", benign: false },
  hint: {
    meaning:
      'refused for its signature, or by an answer that is not signed; never an outcome, and another worker may do better',
    benign: false,
  },
  fatal: { meaning: 'retrying cannot fix it: a person is asked', benign: false },
  unknown: {
    meaning: 'nothing can be concluded; after a write, it may have taken effect',
    benign: false,
  },
} as const satisfies Record<string, KindRule>;

export type ErrorKind = keyof typeof ERROR_KINDS;

export interface ErrorRow {
  /** The code as APIv3's documents spell it; those that begin with `LOCAL_` are this worker's own. */
  readonly code: string;
  readonly on: readonly Call[];
  readonly kind: ErrorKind;
  /** What an operator should do: a text of `domain/errors/advice.ts`. */
  readonly advice: AdviceName;
  /** The code counts only in an answer whose signature was verified. */
  readonly mustBeSigned?: true;
  /** A `state` that is fatal if the query after it shows that nothing changed: then the request itself is at fault. */
  readonly fatalIfUnchanged?: true;
  /** Another worker may do better, so the call is retried for as long as it may be. Only then does its kind count. */
  readonly retriedFirst?: true;
}

const every = CALLS;
const close = ['closeOrder'] as const;
const cancel = ['cancelServiceOrder'] as const;
const writes = CALLS.filter(isWrite);
const queries = CALLS.filter((call) => !isWrite(call));
const orders = ['queryOrder', 'closeOrder'] as const;

/**
 * Every code with a meaning of its own, by call and code, and never by a message's text (S0–S3, and WeChat Pay's public
 * documents). `classify` treats the codes that are not here. What a code of kind `outcome` claims is in `CLOSE_CLAIMS`
 * (`wechatpay/refusals.ts`) and `CANCEL_CLAIMS` (`wechatpay/service-orders.ts`).
 */
export const ERROR_TABLE = [
  { code: 'ORDERPAID', on: close, kind: 'outcome', advice: 'confirmed', mustBeSigned: true },
  { code: 'ORDER_CLOSED', on: close, kind: 'outcome', advice: 'confirmed', mustBeSigned: true },
  { code: 'ORDER_CANCELED', on: cancel, kind: 'outcome', advice: 'confirmed', mustBeSigned: true },
  { code: 'ORDER_DONE', on: cancel, kind: 'outcome', advice: 'confirmed', mustBeSigned: true },
  { code: 'SYSTEM_ERROR', on: every, kind: 'retry', advice: 'wait' },
  { code: 'BANK_ERROR', on: every, kind: 'retry', advice: 'wait' },
  { code: 'USERPAYING', on: every, kind: 'inProgress', advice: 'wait', mustBeSigned: true },
  { code: 'FREQUENCY_LIMITED', on: every, kind: 'slowDown', advice: 'wait' },
  { code: 'RATELIMIT_EXCEED', on: every, kind: 'slowDown', advice: 'wait' },
  { code: 'RATELIMIT_EXCEEDED', on: every, kind: 'slowDown', advice: 'wait' },
  { code: 'RATE_LIMITED', on: every, kind: 'slowDown', advice: 'wait' },
  { code: 'FREQUENCY_LIMIT_EXCEED', on: every, kind: 'slowDown', advice: 'wait' },
  { code: 'RULE_LIMIT', on: every, kind: 'slowDown', advice: 'wait' },
  { code: 'ORDER_NOT_EXIST', on: every, kind: 'notFound', advice: 'notPlaced', mustBeSigned: true },
  { code: 'RESOURCE_NOT_EXISTS', on: every, kind: 'notFound', advice: 'notPlaced', mustBeSigned: true },
  { code: 'INVALID_ORDER_STATE', on: writes, kind: 'state', advice: 'wait', mustBeSigned: true },
  { code: 'TRADE_ERROR', on: writes, kind: 'state', advice: 'wait', mustBeSigned: true },
  // A query does not depend on the order's state, so these codes mean nothing there, and do not blame the request either.
  { code: 'INVALID_ORDER_STATE', on: queries, kind: 'unknown', advice: 'wait', mustBeSigned: true },
  { code: 'TRADE_ERROR', on: queries, kind: 'unknown', advice: 'wait', mustBeSigned: true },
  { code: 'PARAM_ERROR', on: writes, kind: 'state', advice: 'request', mustBeSigned: true, fatalIfUnchanged: true },
  { code: 'INVALID_REQUEST', on: writes, kind: 'state', advice: 'request', mustBeSigned: true, fatalIfUnchanged: true },
  { code: 'PARAM_ERROR', on: queries, kind: 'fatal', advice: 'request', mustBeSigned: true },
  { code: 'INVALID_REQUEST', on: queries, kind: 'fatal', advice: 'request', mustBeSigned: true },
  { code: 'NO_AUTH', on: every, kind: 'fatal', advice: 'permission', mustBeSigned: true },
  { code: 'ACCOUNT_ERROR', on: every, kind: 'fatal', advice: 'permission', mustBeSigned: true },
  { code: 'REQUIRE_POST_METHOD', on: every, kind: 'fatal', advice: 'defect', mustBeSigned: true },
  { code: 'XML_FORMAT_ERROR', on: orders, kind: 'fatal', advice: 'defect', mustBeSigned: true },
  { code: 'LACK_PARAMS', on: orders, kind: 'fatal', advice: 'request', mustBeSigned: true },
  { code: 'NOT_UTF8', on: orders, kind: 'fatal', advice: 'defect', mustBeSigned: true },
  { code: 'POST_DATA_EMPTY', on: orders, kind: 'fatal', advice: 'defect', mustBeSigned: true },
  { code: 'APPID_NOT_EXIST', on: every, kind: 'fatal', advice: 'app', mustBeSigned: true },
  { code: 'MCHID_NOT_EXIST', on: every, kind: 'fatal', advice: 'merchant', mustBeSigned: true },
  { code: 'MCH_NOT_EXISTS', on: every, kind: 'fatal', advice: 'merchant', mustBeSigned: true },
  { code: 'APPID_MCHID_NOT_MATCH', on: every, kind: 'fatal', advice: 'app', mustBeSigned: true },
  { code: 'INVALID_TRANSACTIONID', on: every, kind: 'fatal', advice: 'transaction', mustBeSigned: true },
  { code: 'OPENID_MISMATCH', on: every, kind: 'fatal', advice: 'app', mustBeSigned: true },
  { code: 'SIGN_ERROR', on: every, kind: 'hint', advice: 'signature' },
  // v2's `return_code=FAIL` is unsigned. It is the answer to a wrong key or a malformed request.
  { code: 'LOCAL_RETURN_FAIL', on: orders, kind: 'hint', advice: 'signature' },
  { code: 'LOCAL_NO_ANSWER', on: queries, kind: 'retry', advice: 'network' },
  { code: 'LOCAL_NO_ANSWER', on: writes, kind: 'unknown', advice: 'network' },
  // Nothing was sent: the signer is not a key file, and cannot be reached or fails.
  { code: 'LOCAL_NOT_SIGNED', on: every, kind: 'retry', advice: 'signer' },
  // Nothing was sent: the query that allowed the write had grown too old.
  { code: 'LOCAL_GUARD_EXPIRED', on: writes, kind: 'retry', advice: 'overloaded' },
  // Nothing was sent: Temporal did not record that a write follows.
  { code: 'LOCAL_NOT_ANNOUNCED', on: writes, kind: 'retry', advice: 'temporal' },
  // Nothing was sent: another event superseded the write.
  { code: 'LOCAL_SUPERSEDED', on: writes, kind: 'unknown', advice: 'wait' },
  // The worker was lost, or its answer to Temporal was.
  { code: 'LOCAL_LOST', on: every, kind: 'unknown', advice: 'wait' },
  // Only the workflow of an order may write to it.
  { code: 'LOCAL_NOT_ITS_WORKFLOW', on: writes, kind: 'fatal', advice: 'notItsWorkflow' },
  { code: 'LOCAL_UNVERIFIED', on: every, kind: 'unknown', advice: 'unverified' },
  { code: 'LOCAL_UNREADABLE', on: every, kind: 'unknown', advice: 'unreadable' },
  { code: 'LOCAL_UNEXPECTED', on: every, kind: 'unknown', advice: 'ownFault' },
  { code: 'LOCAL_UNKNOWN_MERCHANT', on: every, kind: 'fatal', advice: 'unknownMerchant', retriedFirst: true },
] as const satisfies readonly ErrorRow[];

/** The worker's own codes. */
export type LocalCode = Extract<(typeof ERROR_TABLE)[number]['code'], `LOCAL_${string}`>;

/** Whether a code is one of the worker's own, which no answer can carry. */
export function isLocal(code: string): boolean {
  return code.startsWith('LOCAL_');
}

/** `SYSTEMERROR`, `system_error` and `SYSTEM_ERROR` are one code: letters and digits count, nothing else. */
export function normaliseCode(rawCode: string): string {
  return rawCode.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

const rows: readonly ErrorRow[] = ERROR_TABLE;

/** The row of a code on a call, or `undefined` if the table has none. */
export function errorRow(call: Call, rawCode: string): ErrorRow | undefined {
  const code = normaliseCode(rawCode);
  return rows.find((row) => row.on.includes(call) && normaliseCode(row.code) === code);
}
