import { type Call, type ErrorKind, errorRow, type ErrorRow, isLocal, normaliseCode } from './table.js';

/** What an answer of WeChat Pay says went wrong. */
export interface ErrorAnswer {
  readonly call: Call;
  /** The code as it came, in any spelling; empty where the answer has none. */
  readonly rawCode: string;
  /** HTTP status. A 2xx is one where it carries a code; of v2 it is the rule. */
  readonly status: number;
  /** Whether the signature of the answer was verified. */
  readonly signed: boolean;
}

export interface Classified {
  /** The table's spelling of the code; of an unknown code that is signed, its upper-case form; otherwise the status. */
  readonly code: string;
  readonly kind: ErrorKind;
  readonly fatalIfUnchanged: boolean;
}

/**
 * Gives every code a row. The code wins over the status. A code that counts only if it is signed, in an answer that
 * is not, is a hint if it finds fault with the request or the merchant (WeChat Pay signs nothing for a caller that it cannot
 * authenticate), and unknown otherwise. The worker's own codes mean nothing in an answer.
 */
export function classify({ call, rawCode, status, signed }: ErrorAnswer): Classified {
  const known = rowOfCode(call, rawCode);
  const row = known ?? rowOfUnknown(call, rawCode, status, signed);
  const kind = kindOf(row, status, signed);
  return {
    code: known?.code ?? spell(rawCode, status, signed),
    kind,
    fatalIfUnchanged: kind === 'state' && row?.fatalIfUnchanged === true,
  };
}

function rowOfCode(call: Call, rawCode: string): ErrorRow | undefined {
  const row = errorRow(call, rawCode);
  return row === undefined || isLocal(row.code) ? undefined : row;
}

function kindOf(row: ErrorRow | undefined, status: number, signed: boolean): ErrorKind {
  if (row === undefined) return 'unknown';
  if (!row.mustBeSigned || signed) return row.kind;
  const findsFault = row.kind === 'fatal' || row.fatalIfUnchanged === true;
  return findsFault || status === 401 ? 'hint' : 'unknown';
}

/** The row whose fate an unknown code shares: that of its status; and where it is signed, that of PARAM_ERROR. */
function rowOfUnknown(call: Call, rawCode: string, status: number, signed: boolean): ErrorRow | undefined {
  const isCode = signed && normaliseCode(rawCode) !== '';
  return rowOfStatus(call, status) ?? (isCode ? errorRow(call, 'PARAM_ERROR') : undefined);
}

/** What a status alone says. A 5xx is as good as no answer; a bare 404 can come from any server on the way. */
function rowOfStatus(call: Call, status: number): ErrorRow | undefined {
  if (status >= 500) return errorRow(call, 'LOCAL_NO_ANSWER');
  if (status === 429) return errorRow(call, 'FREQUENCY_LIMITED');
  if (status === 401) return errorRow(call, 'SIGN_ERROR');
  return undefined;
}

/**
 * An unknown code is kept for the log, cut to what a code can be, so that nothing else travels in it. One that is not
 * signed could be anybody's, and one that reads like the worker's own would be taken for it.
 */
function spell(rawCode: string, status: number, signed: boolean): string {
  const code = rawCode
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, '')
    .slice(0, 32);
  const isForeign = signed && code !== '' && !isLikeOurs(code);
  return isForeign ? code : `HTTP_${status}`;
}

/** However it is spelled: `LOCALNOANSWER` and `_LOCAL_…` too. */
function isLikeOurs(code: string): boolean {
  return normaliseCode(code).startsWith('LOCAL');
}
