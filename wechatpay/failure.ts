import type { ErrorKind } from '../domain/error-kinds.js';
import { errorRow, type Call, type LocalCode } from '../domain/error-table.js';

/** What is known of a call that went wrong. Nothing of it is secret, and nothing of it names the payer. */
export interface FailureFacts {
  readonly call: Call;
  /** The error table's code. */
  readonly code: string;
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
