import type { SandboxApi } from './calls.js';

/** An answer that is nothing but a code. */
export interface CodedAnswer {
  /** In v2, 200 whatever this says. */
  readonly status: number;
  /** As APIv3's documents spell it. */
  readonly code: string;
  /** As v2 spells it, where that differs. */
  readonly v2?: string;
  /** What PayScore answers, where that differs. */
  readonly payscore?: { readonly status: number; readonly code: string };
  readonly message: string;
}

/** WeChat Pay's answers with a code that a misbehaviour can give, whatever the state of the order. */
export const CODED_ANSWERS = {
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

/** The status and the code of an answer over an API; what a test asked for wins. */
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
