import type { ErrorKind } from './error-kinds.js';
import { errorRow, normaliseCode, type Call, type ErrorRow } from './error-table.js';

/** What an answer of WeChat Pay says went wrong. */
export interface ErrorAnswer {
  readonly call: Call;
  /** The code as it came, in any spelling; empty where the answer has none. */
  readonly rawCode: string;
  /** HTTP status; of a v2 `result_code=FAIL`, and of a 2xx that carries a code, 400. */
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
