import type { Signer, VerificationKeys } from './signature-v3.js';

/** What the wire needs to know of a merchant, with every key parsed. */
export interface Merchant {
  readonly signer: Signer;
  readonly wechatpayKeys: VerificationKeys;
  /** Origin of the API, as in `https://apihk.mch.weixin.qq.com`. */
  readonly host: string;
}

/** The overseas host (S0, S3). */
export const GLOBAL_HOST = 'https://apihk.mch.weixin.qq.com';

const PUBLIC_KEY_PREFIX = 'PUB_KEY_ID_';

/** The public key that WeChat Pay is asked to sign with, where the merchant has one; certificates need no such wish. */
export function preferredSerial(keys: VerificationKeys): string | undefined {
  return [...keys.keys()].find((serial) => serial.startsWith(PUBLIC_KEY_PREFIX));
}

/** The merchants that a worker knows. */
export interface MerchantDirectory {
  find(mchid: string): Merchant | undefined;
}
