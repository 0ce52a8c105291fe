import type { Call } from '../domain/errors/table.js';
import { NOTHING_SENT, ownFailure } from './failure.js';
import { GateShutError, NoAnswerError, send, type HttpAnswer, type HttpRequest, type SendOptions } from './http.js';

/** Who asks. WeChat Pay refuses a request that does not say. */
export const USER_AGENT = 'wechatpay-order-lifecycle (+https://www.npmjs.com/package/wechatpay-order-lifecycle)';

/**
 * Sends one request, once.
 *
 * @throws WechatPayFailure if no whole answer came, or the gate was shut; what the gate's `announce` throws
 */
export async function sendOrFail(call: Call, request: HttpRequest, options?: SendOptions): Promise<HttpAnswer> {
  try {
    return await send(request, options);
  } catch (error) {
    if (error instanceof GateShutError) throw ownFailure(call, 'LOCAL_GUARD_EXPIRED', error.message, NOTHING_SENT);
    if (!(error instanceof NoAnswerError)) throw error;
    const { reason, mayHaveTakenEffect } = error;
    throw ownFailure(call, 'LOCAL_NO_ANSWER', reason, { status: null, requestId: null, mayHaveTakenEffect });
  }
}
