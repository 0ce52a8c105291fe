import { verify } from 'node:crypto';
import { MAX_CLOCK_DIFFERENCE_SECONDS, requestText, SCHEME, type SignedRequest } from '../../wechatpay/signature-v3.js';
import type { SandboxMerchant } from './keys.js';

/** A request that really comes from the merchant that it names. */
export interface Authorized {
  readonly mchid: string;
  readonly nonce: string;
  readonly timestamp: string;
}

const FIELD = /^(mchid|nonce_str|signature|timestamp|serial_no)="([^"]*)"$/;

/**
 * Checks a request's `Authorization` as WeChat Pay does.
 *
 * @param now milliseconds since 1970, on the wall clock
 * @returns who asks; or, as a text, why the request is refused
 */
export function authorize(
  header: string | undefined,
  request: SignedRequest,
  merchants: ReadonlyMap<string, SandboxMerchant>,
  now: number,
): Authorized | string {
  const fields = fieldsOf(header);
  const { mchid, nonce_str: nonce, signature, timestamp, serial_no: serial } = fields;
  if (!mchid || !nonce || !signature || !timestamp || !serial) return 'Authorization is missing or malformed';
  const merchant = merchants.get(mchid);
  if (merchant === undefined) return 'the merchant is not known';
  if (merchant.certificateSerial !== serial) return 'the certificate serial is not the merchant’s';
  if (nonce.length > 32) return 'nonce_str is too long';
  if (!(Math.abs(now / 1000 - Number(timestamp)) <= MAX_CLOCK_DIFFERENCE_SECONDS)) return 'the timestamp has expired';
  const text = Buffer.from(requestText(request, timestamp, nonce));
  const fits = verify('sha256', text, merchant.keys.publicKey, Buffer.from(signature, 'base64'));
  return fits ? { mchid, nonce, timestamp } : 'the signature is wrong';
}

function fieldsOf(header: string | undefined): Partial<Record<string, string>> {
  if (header === undefined || !header.startsWith(`${SCHEME} `)) return {};
  const fields: Partial<Record<string, string>> = {};
  for (const part of header.slice(SCHEME.length + 1).split(',')) {
    const [, name, value] = FIELD.exec(part) ?? [];
    if (name !== undefined) fields[name] = value;
  }
  return fields;
}
