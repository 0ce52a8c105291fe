import type { CloseReply, OrderAnswer, Refusal } from '../domain/calls.js';
import type { ErrorKind } from '../domain/errors/table.js';
import { type Failed, notSent, ownFailure, type Result } from './failure.js';
import type { Transaction } from './transaction.js';

/** Some refusals of a query are its answer. */
export function queryRefusal(failed: Failed): Result<OrderAnswer> {
  const { kind, code, requestId } = failed.failure;
  if (kind === 'notFound') return { ok: true, value: { tradeState: 'NOT_FOUND', code, requestId } };
  if (kind === 'inProgress') return { ok: true, value: { tradeState: 'USERPAYING', requestId } };
  return failed;
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

/** What WeChat Pay decided about a close is its answer. */
export function closeRefusal(failed: Failed): Result<CloseReply> {
  return writeRefusal(failed, CLOSE_CLAIMS);
}

/**
 * What WeChat Pay decided about a write is its answer.
 *
 * @param claims what the codes of kind `outcome` claim
 */
export function writeRefusal<Claim extends string>(
  failed: Failed,
  claims: Readonly<Record<string, Claim>>,
): Result<WriteRefusal<Claim>> {
  const { kind, code, fatalIfUnchanged, requestId } = failed.failure;
  const answer = kind === 'outcome' ? claims[code] : refusalOf(kind, fatalIfUnchanged);
  return answer === undefined ? failed : { ok: true, value: { answer, code, requestId } };
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

/** What a query answered, if it can be read. */
export function orderAnswer(
  transaction: Transaction | { readonly fault: string },
  { status, requestId }: { readonly status: number; readonly requestId: string | null },
): Result<OrderAnswer> {
  if (!('fault' in transaction)) return { ok: true, value: { ...transaction, requestId } };
  return ownFailure('queryOrder', 'LOCAL_UNREADABLE', transaction.fault, { status, requestId });
}

export function closeWithoutNumber(api: string): Result<never> {
  return notSent('closeOrder', 'LACK_PARAMS', `${api} closes an order by its out_trade_no only, and this one has none`);
}
