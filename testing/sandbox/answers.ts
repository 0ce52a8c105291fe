import type { SandboxApi } from './calls.js';

/** An answer of the sandbox: a status, a body, and what the ledger says of it. */
export interface Answer {
  readonly status: number;
  /** Sent as JSON, or as XML in v2; absent for a 204. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly said: string;
  /** Whether it is about another order than the request. */
  readonly isForOtherOrder?: true;
}

/** Thrown if a request is refused before its order is looked up. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(readonly answer: Answer) {
    super(answer.said);
  }
}

/** An error in APIv3's form. */
export function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { code, message }, said: code };
}

/** Which parameter is wrong (S0, S3). */
export interface Detail {
  /** A JSON pointer for a body, a name elsewhere. */
  readonly field: string;
  readonly value: string;
  readonly issue: string;
  readonly location: 'body' | 'query' | 'url';
}

export function paramError(detail: Detail): Answer {
  const body = { code: 'PARAM_ERROR', message: 'Parameter format verification error', detail };
  return { status: 400, body, said: 'PARAM_ERROR' };
}

export const NO_AUTH = refusal(403, 'NO_AUTH', 'The merchant in the request is not the one that signed it.');

/** RFC 3339 in Beijing time, as S3 shows it. */
export function beijingTime(instant: number): string {
  return `${beijing(instant)}+08:00`;
}

/** `yyyyMMddHHmmss` in Beijing time, as v2 has it. */
export function beijingDigits(instant: number): string {
  return beijing(instant).replace(/\D/g, '');
}

/** @returns `undefined` if the text is not `yyyyMMddHHmmss` */
export function parseBeijingDigits(text: string): number | undefined {
  const [, date, time] = /^(\d{8})(\d{6})$/.exec(text) ?? [];
  if (date === undefined || time === undefined) return undefined;
  const day = date.replace(/(....)(..)(..)/, '$1-$2-$3');
  const instant = Date.parse(`${day}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}+08:00`);
  return Number.isNaN(instant) ? undefined : instant;
}

function beijing(instant: number): string {
  return new Date(instant + 8 * 3_600_000).toISOString().slice(0, 19);
}

/** An answer that has only a code. */
export interface CodedAnswer {
  /** In v2, 200 whatever this says. */
  readonly status: number;
  /** As APIv3's documents spell it. */
  readonly code: string;
  /** As v2 spells it, if it differs. */
  readonly v2?: string;
  /** What PayScore answers, if it differs. */
  readonly payscore?: { readonly status: number; readonly code: string };
  readonly message: string;
}

/** WeChat Pay's answers with a code that a misbehaviour can give, whatever the state of the order. */
const CODED_ANSWERS = {
  systemError: { status: 500, code: 'SYSTEM_ERROR', v2: 'SYSTEMERROR', message: 'System error. Call this API again.' },
  tooOften: { status: 429, code: 'FREQUENCY_LIMITED', message: 'The frequency limit is exceeded.' },
  inProgress: { status: 400, code: 'USERPAYING', message: 'The user is paying, or is being charged.' },
  notFound: { status: 404, code: 'ORDER_NOT_EXIST', v2: 'ORDERNOTEXIST', message: 'The order does not exist.' },
  invalidState: {
    status: 403,
    code: 'TRADE_ERROR',
    payscore: { status: 400, code: 'INVALID_ORDER_STATE' },
    message: 'The state of the order does not allow it.',
  },
  paramError: { status: 400, code: 'PARAM_ERROR', message: 'Parameter format verification error' },
  invalidRequest: { status: 400, code: 'INVALID_REQUEST', message: 'The request is invalid.' },
  noAuth: { status: 403, code: 'NO_AUTH', v2: 'NOAUTH', message: 'The merchant has no permission for this API.' },
  signError: { status: 401, code: 'SIGN_ERROR', message: 'Signature Failure' },
  refuse: { status: 400, code: '', message: 'Refused.' },
} as const satisfies Record<string, CodedAnswer>;

export type CodedName = keyof typeof CODED_ANSWERS;

/** The status and the code of an answer over an API. What a test asks for comes first. */
export function codeOf(
  name: CodedName,
  api: SandboxApi,
  wanted: { readonly code?: string; readonly status?: number },
): { readonly status: number; readonly code: string; readonly message: string } {
  const row: CodedAnswer = CODED_ANSWERS[name];
  const { status, code } = (api === 'payscore' ? row.payscore : undefined) ?? row;
  const spelt = api === 'v2' ? (row.v2 ?? code) : code;
  return { status: wanted.status ?? status, code: wanted.code ?? spelt, message: row.message };
}
