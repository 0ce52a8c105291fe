import type { CloseReply, OrderAnswer, Refusal } from '../domain/calls.js';
import type { ErrorKind } from '../domain/errors/table.js';
import { WechatPayFailure } from './failure.js';

/** Some refusals of a query are its answer. @throws the error itself where it is not one of them */
export function queryRefusal(error: unknown): OrderAnswer {
  if (!(error instanceof WechatPayFailure)) throw error;
  const { kind, code, requestId } = error.facts;
  if (kind === 'notFound') return { tradeState: 'NOT_FOUND', code, requestId };
  if (kind === 'inProgress') return { tradeState: 'USERPAYING', requestId };
  throw error;
}

export interface WriteRefusal<Claim extends string> {
  readonly answer: Claim | Refusal;
  readonly code: string;
  readonly requestId: string | null;
}

const CLOSE_CLAIMS: Readonly<Record<string, 'paid' | 'alreadyClosed'>> = {
  ORDERPAID: 'paid',
  ORDER_CLOSED: 'alreadyClosed',
};

/** What WeChat Pay decided about a close is a result. @throws the error itself where it decided nothing */
export function closeRefusal(error: unknown): CloseReply {
  return writeRefusal(error, CLOSE_CLAIMS);
}

/**
 * What WeChat Pay decided about a write is a result.
 *
 * @param claims what the codes of kind `outcome` claim
 * @throws the error itself where it decided nothing
 */
export function writeRefusal<Claim extends string>(
  error: unknown,
  claims: Readonly<Record<string, Claim>>,
): WriteRefusal<Claim> {
  if (!(error instanceof WechatPayFailure)) throw error;
  const { kind, code, fatalIfUnchanged, requestId } = error.facts;
  const answer = kind === 'outcome' ? claims[code] : refusalOf(kind, fatalIfUnchanged);
  if (answer === undefined) throw error;
  return { answer, code, requestId };
}

function refusalOf(kind: Exclude<ErrorKind, 'outcome'>, fatalIfUnchanged: boolean): Refusal | undefined {
  switch (kind) {
    case 'inProgress':
      return 'inProgress';
    case 'slowDown':
      return 'tooOften';
    case 'notFound':
      return 'notFound';
    case 'state':
      return fatalIfUnchanged ? 'refusedRequest' : 'refusedState';
    case 'retry':
    case 'hint':
    case 'fatal':
    case 'unknown':
      return undefined;
  }
}
