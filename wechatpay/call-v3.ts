import { classify } from '../domain/errors/classify.js';
import type { Call } from '../domain/errors/table.js';
import { isRecord } from '../domain/validation.js';
import {
  type HttpAnswer,
  type HttpRequest,
  type SendOptions,
  sendOrFail,
  TOTAL_TIMEOUT_MS,
  USER_AGENT,
} from './http.js';
import {
  leavesItsPath,
  leavesOpen,
  NOTHING_SENT,
  ownFailure,
  rawCodeOf,
  requestIdOf,
  WechatPayFailure,
} from './failure.js';
import { hostOf, type Merchant, preferredSerial, type V3Access, type V3Api } from './merchant.js';
import { quoted, quotedPointer } from './quoted.js';
import { NotSignedError } from './remote-signer.js';
import { withTimeout } from './timeout.js';
import {
  authorization,
  newNonce,
  type SignatureFault,
  type SignedRequest,
  type Signer,
  type Verification,
  verify,
} from './signature-v3.js';
import { type JsonObject, parseJsonObject } from './json.js';

/** For the whole of a call, with a look for WeChat Pay's new key, milliseconds: a query's activity has 10 s. */
const CALL_TIMEOUT_MS = 9_000;

/** Its time is for everything: signing, sending, and a look for a key that is not known, which goes on without us. */
export interface V3Call extends V3Request {
  readonly call: Call;
}

/** A 2xx whose signature was verified. */
export interface VerifiedAnswer {
  readonly status: number;
  /** Its body; `undefined` if that is not a JSON object, as of a 204. */
  readonly json: JsonObject | undefined;
  readonly requestId: string | null;
}

/**
 * Sends one freshly signed request and believes only a verified answer. Where that names a key that is not known, the
 * key is looked for, once.
 *
 * @throws WechatPayFailure for anything but a verified 2xx; what the gate's `announce` throws
 */
export async function callV3(
  merchant: Merchant,
  { call, timeoutMs = CALL_TIMEOUT_MS, ...request }: V3Call,
): Promise<VerifiedAnswer> {
  const access = accessOf(call, merchant);
  if (!isPlainTarget(request.target)) throw leavesItsPath(call);
  const began = performance.now();
  const sendTimeoutMs = Math.min(timeoutMs, TOTAL_TIMEOUT_MS);
  const answer = await sendOnce(call, access, { ...request, timeoutMs: sendTimeoutMs });
  const { fault, skewSeconds } = await verified(access, answer, timeoutMs - (performance.now() - began));
  if (skewSeconds !== undefined) access.onClockSkew?.(request.api, skewSeconds);
  return believe(call, fault, answer);
}

/** Whether a path and query are sent as they are written, whatever stands in them. */
function isPlainTarget(target: string): boolean {
  const { origin, pathname, search } = new URL(target, 'https://any.invalid');
  return origin === 'https://any.invalid' && pathname + search === target;
}

function accessOf(call: Call, { mchid, v3 }: Merchant): V3Access {
  if (v3 !== undefined) return v3;
  const what = `merchant ${mchid} has no v3 access in this worker's merchants file`;
  throw ownFailure(call, 'LOCAL_UNKNOWN_MERCHANT', what, NOTHING_SENT);
}

async function sendOnce(call: Call, access: V3Access, request: V3Request): Promise<HttpAnswer> {
  try {
    return await sendSigned(access, request, (signed, options) => sendOrFail(call, signed, options));
  } catch (error) {
    if (!(error instanceof NotSignedError)) throw error;
    throw ownFailure(call, 'LOCAL_NOT_SIGNED', error.reason, NOTHING_SENT);
  }
}

/** @param leftMs for a look for the key */
async function verified(access: V3Access, { headers, body }: HttpAnswer, leftMs: number): Promise<Verification> {
  const verification = verify(headers, body, access.wechatpayKeys, Date.now());
  if (verification.fault !== 'unknown-serial' || access.refreshKeys === undefined) return verification;
  await withTimeout(leftMs, access.refreshKeys());
  return verify(headers, body, access.wechatpayKeys, Date.now());
}

function believe(call: Call, fault: SignatureFault | undefined, { status, headers, body }: HttpAnswer): VerifiedAnswer {
  const requestId = requestIdOf(headers['request-id']);
  const isSuccess = status >= 200 && status < 300;
  const json = parseJsonObject(body);
  const error = json ?? {};
  const rawCode = codeOf(error);
  if (status < 400 && (!isSuccess || fault !== undefined)) {
    const what = isSuccess ? SIGNATURE_FAULTS[fault ?? 'unsigned'] : `status ${status}, which is never followed`;
    throw ownFailure(call, 'LOCAL_UNVERIFIED', what, { status, requestId, mayHaveTakenEffect: true });
  }
  if (isSuccess && rawCode === '') return { status, json, requestId };
  throw refusal(call, status, fault, requestId, error);
}

/** An error that WeChat Pay, or whoever answered, named. A 2xx that carries a code is a refusal in disguise. */
function refusal(
  call: Call,
  status: number,
  fault: SignatureFault | undefined,
  requestId: string | null,
  error: JsonObject,
): WechatPayFailure {
  const isSigned = fault === undefined;
  const rawCode = codeOf(error);
  const classified = classify({ call, rawCode, status, signed: isSigned });
  const said = isSigned ? `signed): ${wordsOf(error)}` : `not verified: ${SIGNATURE_FAULTS[fault]})`;
  // Nothing but a signed 4xx that decides something says that nothing was done.
  const wasRefused = isSigned && status >= 400 && status < 500 && !leavesOpen(classified.kind);
  return new WechatPayFailure({
    call,
    ...classified,
    ...rawCodeOf(rawCode),
    what: `status ${status} (${said}`,
    status,
    requestId,
    mayHaveTakenEffect: !wasRefused,
  });
}

const SIGNATURE_FAULTS: Record<SignatureFault, string> = {
  unsigned: 'the answer is not signed',
  stale: 'the signature is more than 5 minutes old or in the future: check the clock of this machine',
  'unknown-serial':
    'the answer is signed with a key that the merchants file does not name and that cannot be downloaded',
  probe: "the signature is one of WeChat Pay's deliberate probes",
  wrong: 'the signature does not fit the answer',
};

function codeOf({ code }: JsonObject): string {
  return typeof code === 'string' ? code : '';
}

/** What a signed error says, and about which parameter; never its `value`, which may be the payer (S0's is). */
function wordsOf({ message, detail }: JsonObject): string {
  const { field, location } = isRecord(detail) ? detail : {};
  const places = [
    ['field', quotedPointer(field)],
    ['location', quotedPointer(location)],
  ].filter(([, text]) => text !== '');
  const place = places.map((pair) => pair.join(' ')).join(', ');
  return place === '' ? quoted(message) : `${quoted(message)} (${place})`;
}

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
  const url = new URL(target, hostOf(access, api));
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
