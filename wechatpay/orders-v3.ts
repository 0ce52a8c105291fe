import type { CloseAnswer, CloseOrderResult } from '../domain/activities.js';
import type { OrderRef } from '../domain/order.js';
import { callV3, ownFailure } from './call-v3.js';
import { WechatPayFailure } from './failure.js';
import type { Merchant } from './merchant.js';
import { parseTransaction, type Transaction } from './transaction.js';

/** What a verified query answer says, and the id under which WeChat Pay's support finds it. */
export type QueryAnswer = Transaction & { readonly requestId: string | null };

/**
 * Asks for an order by its number (S3).
 *
 * @throws WechatPayFailure where the answer decides nothing
 */
export async function queryOrderV3(merchant: Merchant, order: OrderRef): Promise<QueryAnswer> {
  const target = `${pathOf(order)}?mchid=${encodeURIComponent(order.mchid)}`;
  try {
    const { body, requestId } = await callV3(merchant, { call: 'queryOrder', method: 'GET', target });
    const transaction = parseTransaction(body, order);
    if (!('fault' in transaction)) return { ...transaction, requestId };
    throw ownFailure('queryOrder', 'LOCAL_UNREADABLE', transaction.fault, {
      status: 200,
      requestId,
      mayHaveTakenEffect: false,
    });
  } catch (error) {
    return answerInDisguise(error);
  }
}

/** Some refusals of a query are its answer. */
function answerInDisguise(error: unknown): QueryAnswer {
  if (!(error instanceof WechatPayFailure)) throw error;
  const { kind, code, requestId } = error.facts;
  if (kind === 'notFound') return { tradeState: 'NOT_FOUND', code, requestId };
  if (kind === 'inProgress') return { tradeState: 'USERPAYING', requestId };
  throw error;
}

/**
 * Closes an order by its number, once (S0).
 *
 * @throws WechatPayFailure where WeChat Pay decided nothing; the close may then have taken effect
 */
export async function closeOrderV3(merchant: Merchant, order: OrderRef): Promise<CloseOrderResult> {
  const target = `${pathOf(order)}/close`;
  try {
    const { status, requestId } = await callV3(merchant, {
      call: 'closeOrder',
      method: 'POST',
      target,
      body: { mchid: order.mchid },
    });
    if (status === 204) return { answer: 'accepted', requestId };
    const known = { status, requestId, mayHaveTakenEffect: true };
    throw ownFailure('closeOrder', 'LOCAL_UNREADABLE', `status ${status} where 204 is documented`, known);
  } catch (error) {
    return refusal(error);
  }
}

/** What WeChat Pay decided is a result; the rest stays a failure. */
function refusal(error: unknown): CloseOrderResult {
  if (!(error instanceof WechatPayFailure)) throw error;
  const answer = refusalOf(error);
  if (answer === undefined) throw error;
  return { answer, code: error.facts.code, requestId: error.facts.requestId };
}

function refusalOf({ facts: { kind, code, fatalIfUnchanged } }: WechatPayFailure): CloseAnswer | undefined {
  switch (kind) {
    case 'outcome':
      return code === 'ORDERPAID' ? 'paid' : 'alreadyClosed';
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

function pathOf({ outTradeNo }: OrderRef): string {
  return `/v3/global/transactions/out-trade-no/${encodeURIComponent(outTradeNo)}`;
}
