import type { Call } from '../domain/errors/table.js';
import { ownFailure } from './failure.js';
import { NoAnswerError, send, type HttpAnswer, type HttpRequest } from './http.js';

/** Who asks. WeChat Pay refuses a request that does not say. */
export const USER_AGENT = 'wechatpay-order-lifecycle (+https://www.npmjs.com/package/wechatpay-order-lifecycle)';

/**
 * Sends one request, once.
 *
 * @param totalTimeoutMs for all of it; default: 8 s
 * @throws WechatPayFailure where no whole answer came
 */
export async function sendOrFail(call: Call, request: HttpRequest, totalTimeoutMs?: number): Promise<HttpAnswer> {
  try {
    return await send(request, totalTimeoutMs);
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    const { reason, mayHaveTakenEffect } = error;
    throw ownFailure(call, 'LOCAL_NO_ANSWER', reason, { status: null, requestId: null, mayHaveTakenEffect });
  }
}
