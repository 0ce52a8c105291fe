import { WechatPayFailure } from '../../wechatpay/failure.js';

/** What a call failed with. @throws what else it failed with, or that it did not fail */
export async function failureOf(call: Promise<unknown>): Promise<WechatPayFailure> {
  const error = await call.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof WechatPayFailure)) throw error;
  return error;
}
