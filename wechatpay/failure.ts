import { type Call, type ErrorKind, errorRow, type LocalCode } from '../domain/errors/table.js';
import { quotedCode } from './quoted.js';

/** What is known of a call that went wrong. Nothing of it is secret, and nothing of it names the payer. */
export interface FailureFacts {
  readonly call: Call;
  /** The error table's code. */
  readonly code: string;
  /** The code as the answer spelled it, where it has one: short, and filtered like everything that is quoted. */
  readonly rawCode?: string;
  readonly kind: ErrorKind;
  /** What happened, for a log line. */
  readonly what: string;
  /** HTTP status, where there was an answer. */
  readonly status: number | null;
  /** `Request-ID` of the answer: WeChat Pay's support asks for it. */
  readonly requestId: string | null;
  /** Whether WeChat Pay may have carried the request out all the same. */
  readonly mayHaveTakenEffect: boolean;
  /** See the error table. */
  readonly fatalIfUnchanged: boolean;
}

/** A call that brought no verified answer of the kind that it asked for. */
export class WechatPayFailure extends Error {
  override readonly name = 'WechatPayFailure';

  constructor(readonly facts: FailureFacts) {
    super(`${facts.call}: ${facts.code}: ${facts.what}`);
  }
}

/** What is known of a call that was not even sent. */
export const NOTHING_SENT = { status: null, requestId: null, mayHaveTakenEffect: false } as const;

/** A failure that WeChat Pay did not name: its code is one of this worker's own. */
export function ownFailure(
  call: Call,
  code: LocalCode,
  what: string,
  known: Pick<FailureFacts, 'status' | 'requestId' | 'mayHaveTakenEffect'>,
): WechatPayFailure {
  const kind = errorRow(call, code)?.kind ?? 'unknown';
  return new WechatPayFailure({ call, code, kind, what, fatalIfUnchanged: false, ...known });
}

/** The code with which WeChat Pay would refuse a close that has no number; only a person can fix that, so it is not even sent. */
export function closeWithoutNumber(api: string): WechatPayFailure {
  return new WechatPayFailure({
    call: 'closeOrder',
    code: 'LACK_PARAMS',
    kind: 'fatal',
    what: `not sent: ${api} closes an order by its out_trade_no only, and this one has none`,
    fatalIfUnchanged: false,
    ...NOTHING_SENT,
  });
}

/**
 * The code with which WeChat Pay would refuse a number that is none. A dot segment (`.`, `..`) would lead the request to
 * another path, and no encoding keeps it where it is; so nothing is sent.
 */
export function leavesItsPath(call: Call): WechatPayFailure {
  return new WechatPayFailure({
    call,
    code: 'PARAM_ERROR',
    kind: 'fatal',
    what: 'not sent: the order number would lead to another path of the API',
    fatalIfUnchanged: false,
    ...NOTHING_SENT,
  });
}

/** The code of an answer as a failure carries it; nothing where the answer has none. */
export function rawCodeOf(code: string): Pick<FailureFacts, 'rawCode'> {
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
