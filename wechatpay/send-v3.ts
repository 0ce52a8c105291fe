import { USER_AGENT } from './attempt.js';
import { TOTAL_TIMEOUT_MS, type HttpAnswer, type HttpRequest, type SendOptions } from './http.js';
import { HOSTS, preferredSerial, type V3Access, type V3Api } from './merchant.js';
import { authorization, newNonce, type SignedRequest, type Signer } from './signature-v3.js';
import { NotSignedError } from './remote-signer.js';
import { withTimeout } from './timeout.js';

/** Its time is for signing and sending together. */
export interface V3Request extends SendOptions {
  /** Which host, where the merchant has none of its own. */
  readonly api: V3Api;
  readonly method: 'GET' | 'POST';
  /** Path and query, encoded. */
  readonly target: string;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, string>>;
}

/** Sends one request, once. */
export type Send = (request: HttpRequest, options: SendOptions) => Promise<HttpAnswer>;

/**
 * Signs one request freshly and sends it.
 *
 * @throws NotSignedError before anything is sent; what `send` throws
 */
export async function sendSigned(access: V3Access, request: V3Request, send: Send): Promise<HttpAnswer> {
  const { api, method, target, body, timeoutMs = TOTAL_TIMEOUT_MS, gate } = request;
  const began = performance.now();
  const url = new URL(target, access.host ?? HOSTS[api]);
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = {
    accept: 'application/json',
    'user-agent': USER_AGENT,
    authorization: await signed(access, { method, target: url.pathname + url.search, body: text }, timeoutMs),
    ...(text === '' ? {} : { 'content-type': 'application/json' }),
    ...serialHeader(access),
  };
  const left = timeoutMs - Math.round(performance.now() - began);
  return send({ method, url, headers, body: text }, { timeoutMs: Math.max(left, 1), gate });
}

/** Whatever a signer throws, only our own words of it are kept. */
async function signed({ signer }: V3Access, request: SignedRequest, timeoutMs: number): Promise<string> {
  const header = await withTimeout(timeoutMs, headerOf(signer, request));
  if (header === 'timeout') throw new NotSignedError(`the signer says nothing for ${timeoutMs} ms`);
  return header;
}

async function headerOf(signer: Signer, request: SignedRequest): Promise<string> {
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
