/** The calls to WeChat Pay that the worker makes. Each is one activity of the same name. */
export type Call = 'queryOrder' | 'closeOrder';

/**
 * What a code means for the order, whichever API spelled it.
 *
 * - `outcome`: a claim about how the order ended, to be confirmed by a query
 * - `retry`: WeChat Pay or the way to it failed; a query is sent again, a write too while its query is fresh
 * - `slowDown`: too many requests; on a write it can also mean that a payment is in flight
 * - `inProgress`: a payment is in progress
 * - `notFound`: WeChat Pay does not know the order, or not yet
 * - `state`: the order's state does not allow the write
 * - `hint`: the request was refused for its signature; never an outcome, and another worker may do better
 * - `fatal`: retrying cannot mend it: a person is asked
 * - `unknown`: nothing can be concluded; after a write, it may have taken effect
 */
export type ErrorKind =
  'outcome' | 'retry' | 'slowDown' | 'inProgress' | 'notFound' | 'state' | 'hint' | 'fatal' | 'unknown';

export interface ErrorRow {
  /** The code as WeChat Pay's documents for APIv3 spell it; those that begin with `LOCAL_` are this worker's own. */
  readonly code: string;
  readonly on: readonly Call[];
  readonly kind: ErrorKind;
  /** The code is believed only in an answer whose signature was verified. */
  readonly mustBeSigned?: true;
  /** A `state` that is fatal when the query after it shows nothing changed: the request itself was at fault. */
  readonly fatalIfUnchanged?: true;
  /** A `fatal` that another worker may not have: it is retried for as long as a query is, before a person is asked. */
  readonly retriedFirst?: true;
  /** What an operator should do. */
  readonly advice: string;
}

const any = ['queryOrder', 'closeOrder'] as const;
const query = ['queryOrder'] as const;
const close = ['closeOrder'] as const;

const WAIT = 'Nothing: the worker asks again by itself.';
const CONFIRMED = 'Nothing: the worker confirms it with a query.';
const CONFIGURATION =
  'Check what the order and the merchants file say against the merchant platform, mend it; the worker asks again within the hour.';

/**
 * Every code that has a meaning of its own, keyed by (call, code) and never by a message's text. What is not here gets
 * its fate from {@link classify}.
 */
export const ERROR_TABLE = [
  { code: 'ORDERPAID', on: close, kind: 'outcome', mustBeSigned: true, advice: CONFIRMED },
  { code: 'ORDER_CLOSED', on: close, kind: 'outcome', mustBeSigned: true, advice: CONFIRMED },
  { code: 'SYSTEM_ERROR', on: any, kind: 'retry', advice: WAIT },
  { code: 'BANK_ERROR', on: any, kind: 'retry', advice: WAIT },
  { code: 'USERPAYING', on: any, kind: 'inProgress', mustBeSigned: true, advice: WAIT },
  { code: 'FREQUENCY_LIMITED', on: any, kind: 'slowDown', advice: WAIT },
  { code: 'RATELIMIT_EXCEEDED', on: any, kind: 'slowDown', advice: WAIT },
  { code: 'RATELIMIT_EXCEED', on: any, kind: 'slowDown', advice: WAIT },
  { code: 'RATE_LIMITED', on: any, kind: 'slowDown', advice: WAIT },
  { code: 'FREQUENCY_LIMIT_EXCEED', on: any, kind: 'slowDown', advice: WAIT },
  { code: 'RULE_LIMIT', on: any, kind: 'slowDown', advice: WAIT },
  {
    code: 'ORDER_NOT_EXIST',
    on: any,
    kind: 'notFound',
    mustBeSigned: true,
    advice: 'Check that the checkout really placed this order number with this merchant.',
  },
  {
    code: 'RESOURCE_NOT_EXISTS',
    on: any,
    kind: 'notFound',
    mustBeSigned: true,
    advice: 'Check that the checkout really placed this order number with this merchant.',
  },
  { code: 'INVALID_ORDER_STATE', on: close, kind: 'state', mustBeSigned: true, advice: WAIT },
  { code: 'TRADE_ERROR', on: close, kind: 'state', mustBeSigned: true, advice: WAIT },
  {
    code: 'PARAM_ERROR',
    on: close,
    kind: 'state',
    mustBeSigned: true,
    fatalIfUnchanged: true,
    advice: CONFIGURATION,
  },
  {
    code: 'INVALID_REQUEST',
    on: close,
    kind: 'state',
    mustBeSigned: true,
    fatalIfUnchanged: true,
    advice: CONFIGURATION,
  },
  { code: 'PARAM_ERROR', on: query, kind: 'fatal', mustBeSigned: true, advice: CONFIGURATION },
  { code: 'INVALID_REQUEST', on: query, kind: 'fatal', mustBeSigned: true, advice: CONFIGURATION },
  { code: 'NO_AUTH', on: any, kind: 'fatal', mustBeSigned: true, advice: CONFIGURATION },
  { code: 'ACCOUNT_ERROR', on: any, kind: 'fatal', mustBeSigned: true, advice: CONFIGURATION },
  { code: 'REQUIRE_POST_METHOD', on: any, kind: 'fatal', mustBeSigned: true, advice: CONFIGURATION },
  { code: 'MCH_NOT_EXISTS', on: any, kind: 'fatal', mustBeSigned: true, advice: CONFIGURATION },
  { code: 'APPID_MCHID_NOT_MATCH', on: any, kind: 'fatal', mustBeSigned: true, advice: CONFIGURATION },
  { code: 'INVALID_TRANSACTIONID', on: any, kind: 'fatal', mustBeSigned: true, advice: CONFIGURATION },
  { code: 'OPENID_MISMATCH', on: any, kind: 'fatal', mustBeSigned: true, advice: CONFIGURATION },
  {
    code: 'SIGN_ERROR',
    on: any,
    kind: 'hint',
    advice:
      "Check the merchant's private key and certificate serial in the merchants file, and the clock of the worker's machine.",
  },
  {
    code: 'LOCAL_NO_ANSWER',
    on: query,
    kind: 'retry',
    advice: "Check the network between the worker and WeChat Pay's host.",
  },
  {
    code: 'LOCAL_NO_ANSWER',
    on: close,
    kind: 'unknown',
    advice: "Check the network between the worker and WeChat Pay's host.",
  },
  {
    code: 'LOCAL_UNVERIFIED',
    on: any,
    kind: 'unknown',
    advice:
      'An answer was not signed by a key of WeChat Pay that the merchants file names. Check `wechatpayKeys`, the host, and the clock.',
  },
  {
    code: 'LOCAL_UNREADABLE',
    on: any,
    kind: 'unknown',
    advice:
      'A signed answer was not of the documented form, or was about another order. Keep its Request-ID and ask WeChat Pay.',
  },
  {
    code: 'LOCAL_UNKNOWN_MERCHANT',
    on: any,
    kind: 'fatal',
    retriedFirst: true,
    advice: "Add the merchant to the worker's merchants file.",
  },
] as const satisfies readonly ErrorRow[];

/** What an answer of WeChat Pay says went wrong. */
export interface ErrorAnswer {
  readonly call: Call;
  /** The code as it came, in any spelling. */
  readonly rawCode: string;
  readonly status: number;
  /** Whether the signature of the answer was verified. */
  readonly signed: boolean;
}

export interface Classified {
  /** The table's spelling of the code; of an unknown code, its upper-case form. */
  readonly code: string;
  readonly kind: ErrorKind;
  readonly fatalIfUnchanged: boolean;
}

/** `SYSTEMERROR`, `system_error` and `SYSTEM_ERROR` are one code: letters and digits count, nothing else. */
export function normaliseCode(rawCode: string): string {
  return rawCode.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

const rows = new Map<string, ErrorRow>(
  ERROR_TABLE.flatMap((row: ErrorRow) =>
    row.on.map((call): [string, ErrorRow] => [`${call} ${normaliseCode(row.code)}`, row]),
  ),
);

/** The row of a code on a call, or `undefined` where the table has none. */
export function errorRow(call: Call, rawCode: string): ErrorRow | undefined {
  return rows.get(`${call} ${normaliseCode(rawCode)}`);
}

/**
 * Gives every code a fate. The code wins over the status. A code that is believed only when signed, in an answer that
 * is not, is a hint for authentication failures (WeChat Pay does not sign those) and unknown otherwise.
 */
export function classify({ call, rawCode, status, signed }: ErrorAnswer): Classified {
  const known = errorRow(call, rawCode);
  const row = known ?? (normaliseCode(rawCode) === '' ? rowOfStatus(call, status) : rowOfUnknownCode(call, status));
  return {
    code: known?.code ?? spell(rawCode, status),
    kind: kindOf(row, status, signed),
    fatalIfUnchanged: row?.fatalIfUnchanged ?? false,
  };
}

function kindOf(row: ErrorRow | undefined, status: number, signed: boolean): ErrorKind {
  if (row === undefined) return 'unknown';
  if (row.mustBeSigned && !signed) return status === 401 ? 'hint' : 'unknown';
  return row.kind;
}

/** The row whose fate an unknown code shares: that of its status, or of PARAM_ERROR. */
function rowOfUnknownCode(call: Call, status: number): ErrorRow | undefined {
  return rowOfStatus(call, status) ?? (status >= 400 ? errorRow(call, 'PARAM_ERROR') : undefined);
}

/** What a status alone says. A 5xx is as good as no answer; a bare 404 can come from any server on the way. */
function rowOfStatus(call: Call, status: number): ErrorRow | undefined {
  if (status >= 500) return errorRow(call, 'LOCAL_NO_ANSWER');
  if (status === 429) return errorRow(call, 'FREQUENCY_LIMITED');
  if (status === 401) return errorRow(call, 'SIGN_ERROR');
  return undefined;
}

/** An unknown code is kept for the log, cut to what a code can be, so that nothing else travels in it. */
function spell(rawCode: string, status: number): string {
  const code = rawCode
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, '')
    .slice(0, 32);
  return code === '' ? `HTTP_${status}` : code;
}
