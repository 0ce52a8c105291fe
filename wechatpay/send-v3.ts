import { USER_AGENT } from './attempt.js';
import { TOTAL_TIMEOUT_MS, type HttpAnswer, type HttpRequest } from './http.js';
import { HOSTS, preferredSerial, type V3Access, type V3Api } from './merchant.js';
import { authorization, newNonce } from './signature-v3.js';
import { NotSignedError } from './remote-signer.js';

export interface V3Request {
  /** Which host, where the merchant has none of its own. */
  readonly api: V3Api;
  readonly method: 'GET' | 'POST';
  /** Path and query, encoded. */
  readonly target: string;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, string>>;
  /**
   * How long the signature may take, milliseconds: a write that is signed later is not sent, since what allowed it would
   * be too old. Default: as long as a signer may take.
   */
  readonly signedWithinMs?: number | undefined;
}

/** Sends one request, once. */
export type Send = (request: HttpRequest, totalTimeoutMs: number) => Promise<HttpAnswer>;

/**
 * Signs one request freshly and sends it. Both together have 8 s.
 *
 * @throws NotSignedError before anything is sent; what `send` throws
 */
export async function sendSigned(access: V3Access, request: V3Request, send: Send): Promise<HttpAnswer> {
  const { api, method, target, body, signedWithinMs = Infinity } = request;
  const began = performance.now();
  const url = new URL(target, access.host ?? HOSTS[api]);
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = {
    accept: 'application/json',
    'user-agent': USER_AGENT,
    authorization: await signed(access, method, url, text),
    ...(text === '' ? {} : { 'content-type': 'application/json' }),
    ...serialHeader(access),
  };
  const took = performance.now() - began;
  if (took > signedWithinMs)
    throw new NotSignedError(`the signature came after ${Math.round(took)} ms, too late to be sent`);
  const left = TOTAL_TIMEOUT_MS - Math.round(took);
  return send({ method, url, headers, body: text }, Math.max(left, 1));
}

/** Whatever a signer throws, only our own words of it are kept. */
async function signed({ signer }: V3Access, method: 'GET' | 'POST', url: URL, body: string): Promise<string> {
  const request = { method, target: url.pathname + url.search, body };
  try {
    return await authorization(signer, request, { now: Date.now(), nonce: newNonce() });
  } catch (error) {
    throw error instanceof NotSignedError ? error : new NotSignedError('the signer fails');
  }
}

function serialHeader({ wechatpayKeys }: V3Access): Record<string, string> {
  const serial = preferredSerial(wechatpayKeys);
  return serial === undefined ? {} : { 'wechatpay-serial': serial };
}
