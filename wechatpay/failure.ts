import type { Call } from '../domain/call-policies.js';
import { type ErrorKind, errorRow, type LocalCode } from '../domain/errors/table.js';
import { quotedCode } from './quoted.js';

/** Why a call brought no verified answer of the kind that it asked for. Nothing of it is secret or names the payer. */
export interface WechatPayFailure {
  readonly call: Call;
  /** The error table's code. */
  readonly code: string;
  /** The code as the answer spelled it, if it has one: short, and filtered like everything that is quoted. */
  readonly rawCode?: string;
  readonly kind: ErrorKind;
  /** What happened, for a log line. */
  readonly what: string;
  /** HTTP status, if there was an answer. */
  readonly status: number | null;
  /** `Request-ID` of the answer: WeChat Pay's support asks for it. */
  readonly requestId: string | null;
  /** Whether WeChat Pay may still have carried out the request. */
  readonly mayHaveTakenEffect: boolean;
  /** See the error table. */
  readonly fatalIfUnchanged: boolean;
}

/** What every function of the wire returns: what was asked for, or why it did not come. */
export type Result<T, Failure = WechatPayFailure> = { readonly ok: true; readonly value: T } | Failed<Failure>;

export interface Failed<Failure = WechatPayFailure> {
  readonly ok: false;
  readonly failure: Failure;
}

/** What is known of a call that was not even sent. */
const NOTHING_SENT = { status: null, requestId: null, mayHaveTakenEffect: false } as const;

/** A failure that WeChat Pay did not name: its code is one of this worker's own. */
export function ownFailure(
  call: Call,
  code: LocalCode,
  what: string,
  known: Partial<Pick<WechatPayFailure, keyof typeof NOTHING_SENT>> = {},
): Failed {
  const kind = errorRow(call, code)?.kind ?? 'unknown';
  return { ok: false, failure: { call, code, kind, what, fatalIfUnchanged: false, ...NOTHING_SENT, ...known } };
}

/** A request that only a person can put right. It is not sent, and has the code with which WeChat Pay would refuse it. */
export function notSent(call: Call, code: 'LACK_PARAMS' | 'PARAM_ERROR', why: string): Failed {
  const what = `not sent: ${why}`;
  return { ok: false, failure: { call, code, kind: 'fatal', what, fatalIfUnchanged: false, ...NOTHING_SENT } };
}

/** The code of an answer as a failure carries it; nothing if the answer has none. */
export function rawCodeOf(code: string): Pick<WechatPayFailure, 'rawCode'> {
  const rawCode = quotedCode(code);
  return rawCode === undefined ? {} : { rawCode };
}

/** Whether a refusal of this kind leaves open what became of a write. */
export function leavesOpen(kind: ErrorKind): boolean {
  return kind === 'retry' || kind === 'unknown';
}

/**
 * The `Request-ID` of an answer, which WeChat Pay's support asks for. It is kept only in the form that one has, so that
 * the header of an unknown sender brings nothing else into a history.
 */
export function requestIdOf(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && /^[\w-]{1,64}$/.test(header) ? header : null;
}
