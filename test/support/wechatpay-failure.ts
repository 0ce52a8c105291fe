import type { Result, WechatPayFailure } from '../../wechatpay/failure.js';

/** What a call brought. @throws if it failed */
export async function answerOf<T>(call: Promise<Result<T>>): Promise<T> {
  const result = await call;
  if (result.ok) return result.value;
  throw new Error(`it failed with ${JSON.stringify(result.failure)}`);
}

/** What a call failed with. @throws if it did not fail */
export async function failureOf(call: Promise<Result<unknown>>): Promise<{ readonly facts: WechatPayFailure }> {
  const result = await call;
  if (result.ok) throw new Error('it did not fail');
  return { facts: result.failure };
}
