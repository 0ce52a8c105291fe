import type { Call } from '../call-policies.js';
import { type ErrorKind, errorRow, type ErrorRow, isLocal, normaliseCode } from './table.js';

/** An answer of WeChat Pay that reports an error. */
export interface ErrorAnswer {
  readonly call: Call;
  /** The code as it came, in any spelling. Empty if the answer has none. */
  readonly rawCode: string;
  /** HTTP status. It can be 2xx: v2 answers most errors so. */
  readonly status: number;
  /** Whether the signature of the answer was verified. */
  readonly signed: boolean;
}

export interface Classified {
  /** The table's spelling of the code. If the code is unknown: its upper-case form if it is signed, otherwise the status. */
  readonly code: string;
  readonly kind: ErrorKind;
  readonly fatalIfUnchanged: boolean;
}

/**
 * Finds what an error means. The code wins over the status. Some codes count only in a signed answer. If such an answer is
 * not signed, the code is a hint if it blames the request or the merchant: WeChat Pay signs nothing for a caller that it
 * cannot authenticate. Otherwise it is unknown. The worker's own codes mean nothing in an answer.
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

/** The row by which an unknown code is treated: that of its status or, if it is signed, that of PARAM_ERROR. */
function rowOfUnknown(call: Call, rawCode: string, status: number, signed: boolean): ErrorRow | undefined {
  const isCode = signed && normaliseCode(rawCode) !== '';
  return rowOfStatus(call, status) ?? (isCode ? errorRow(call, 'PARAM_ERROR') : undefined);
}

/** The row by which a status alone is treated. A 5xx is like no answer. A bare 404 can come from any server on the way. */
function rowOfStatus(call: Call, status: number): ErrorRow | undefined {
  if (status >= 500) return errorRow(call, 'LOCAL_NO_ANSWER');
  if (status === 429) return errorRow(call, 'FREQUENCY_LIMITED');
  if (status === 401) return errorRow(call, 'SIGN_ERROR');
  return undefined;
}

/**
 * An unknown code is kept for the log, without characters that no code has, so that it cannot carry anything else. The
 * status takes its place if the answer is not signed, or if the code looks like one of the worker's own.
 */
function spell(rawCode: string, status: number, signed: boolean): string {
  const code = rawCode
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, '')
    .slice(0, 32);
  const isForeign = signed && code !== '' && !isLikeOurs(code);
  return isForeign ? code : `HTTP_${status}`;
}

/** In any spelling: `LOCALNOANSWER` and `_LOCAL_…` too. */
function isLikeOurs(code: string): boolean {
  return normaliseCode(code).startsWith('LOCAL');
}
