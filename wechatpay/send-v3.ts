import type { Failed, Result } from './failure.js';
import { type HttpAnswer, type NoAnswer, send, type SendOptions, TOTAL_TIMEOUT_MS, USER_AGENT } from './http.js';
import { hostOf, preferredSerial, type V3Access, type V3Api } from './merchant.js';
import { NotSignedError } from './remote-signer.js';
import { authorization, newNonce, type SignedRequest, type Signer } from './signature-v3.js';
import { withTimeout } from './timeout.js';

/** Its time is for signing and sending together. */
export interface V3Request extends SendOptions {
  /** Decides the host, if the merchant has none of its own. */
  readonly api: V3Api;
  readonly method: 'GET' | 'POST';
  /** Path and query, encoded. */
  readonly target: string;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, string>>;
}

/**
 * Signs one request freshly and sends it.
 *
 * @throws what the gate's `announce` throws
 */
export async function sendSigned(access: V3Access, request: V3Request): Promise<Result<HttpAnswer, NoAnswer>> {
  const { api, method, target, body, timeoutMs = TOTAL_TIMEOUT_MS, gate } = request;
  const began = performance.now();
  const url = new URL(target, hostOf(access, api));
  const text = body === undefined ? '' : JSON.stringify(body);
  const signed = await sign(access, { method, target: url.pathname + url.search, body: text }, timeoutMs);
  if (!signed.ok) return signed;
  const headers = {
    accept: 'application/json',
    'user-agent': USER_AGENT,
    authorization: signed.value,
    ...(text === '' ? {} : { 'content-type': 'application/json' }),
    ...serialHeader(access),
  };
  const left = timeoutMs - Math.round(performance.now() - began);
  return send({ method, url, headers, body: text }, { timeoutMs: Math.max(left, 1), gate });
}

type Signed = Result<string, NoAnswer>;

async function sign({ signer }: V3Access, request: SignedRequest, timeoutMs: number): Promise<Signed> {
  const header = await withTimeout(timeoutMs, headerOf(signer, request));
  return header === 'timeout' ? notSigned(`the signer says nothing for ${timeoutMs} ms`) : header;
}

/** Whatever a signer throws, only our own words of it are kept. */
async function headerOf(signer: Signer, request: SignedRequest): Promise<Signed> {
  try {
    return { ok: true, value: await authorization(signer, request, { now: Date.now(), nonce: newNonce() }) };
  } catch (error) {
    return notSigned(error instanceof NotSignedError ? error.reason : 'the signer fails');
  }
}

function notSigned(what: string): Failed<NoAnswer> {
  return { ok: false, failure: { code: 'LOCAL_NOT_SIGNED', what, mayHaveTakenEffect: false } };
}

function serialHeader({ wechatpayKeys }: V3Access): Record<string, string> {
  const serial = preferredSerial(wechatpayKeys);
  return serial === undefined ? {} : { 'wechatpay-serial': serial };
}
