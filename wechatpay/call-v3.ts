import { classify } from '../domain/errors/classify.js';
import type { Call } from '../domain/errors/table.js';
import { sendOrFail, USER_AGENT } from './attempt.js';
import { leavesOpen, ownFailure, rawCodeOf, WechatPayFailure } from './failure.js';
import type { HttpAnswer } from './http.js';
import { HOSTS, preferredSerial, type Merchant, type V3Access } from './merchant.js';
import { quoted, quotedPointer } from './quoted.js';
import { requestIdOf } from './request-id.js';
import { answerFault, authorization, clockSkew, newNonce, type SignatureFault } from './signature-v3.js';
import { isJsonObject, parseJsonObject, type JsonObject } from './json.js';

export interface V3Call {
  readonly call: Call;
  /** Which host, where the merchant has none of its own. */
  readonly api: 'v3-global' | 'v3';
  readonly method: 'GET' | 'POST';
  /** Path and query, encoded. */
  readonly target: string;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, string>>;
}

/** A 2xx whose signature was verified. */
export interface VerifiedAnswer {
  readonly status: number;
  readonly body: Uint8Array;
  readonly requestId: string | null;
}

/**
 * Sends one freshly signed request and believes only a verified answer.
 *
 * @throws WechatPayFailure for anything but a verified 2xx
 */
export async function callV3(merchant: Merchant, { call, api, method, target, body }: V3Call): Promise<VerifiedAnswer> {
  const access = accessOf(call, merchant);
  const url = new URL(target, access.host ?? HOSTS[api]);
  const text = body === undefined ? '' : JSON.stringify(body);
  const request = { method, target: url.pathname + url.search, body: text };
  const headers = {
    accept: 'application/json',
    'user-agent': USER_AGENT,
    authorization: authorization(access.signer, request, { now: Date.now(), nonce: newNonce() }),
    ...(text === '' ? {} : { 'content-type': 'application/json' }),
    ...serialHeader(access),
  };
  const answer = await sendOrFail(call, { method, url, headers, body: text });
  const skew = access.onClockSkew && clockSkew(answer.headers, answer.body, access.wechatpayKeys, Date.now());
  if (skew !== undefined) access.onClockSkew?.(api, skew);
  return believe(call, access, answer);
}

function accessOf(call: Call, { mchid, v3 }: Merchant): V3Access {
  if (v3 !== undefined) return v3;
  const what = `merchant ${mchid} has no v3 access in this worker's merchants file`;
  throw ownFailure(call, 'LOCAL_UNKNOWN_MERCHANT', what, { status: null, requestId: null, mayHaveTakenEffect: false });
}

function serialHeader({ wechatpayKeys }: V3Access): Record<string, string> {
  const serial = preferredSerial(wechatpayKeys);
  return serial === undefined ? {} : { 'wechatpay-serial': serial };
}

function believe(call: Call, { wechatpayKeys }: V3Access, { status, headers, body }: HttpAnswer): VerifiedAnswer {
  const fault = answerFault(headers, body, wechatpayKeys, Date.now());
  const requestId = requestIdOf(headers['request-id']);
  const isSuccess = status >= 200 && status < 300;
  const error = parseJsonObject(body) ?? {};
  const rawCode = codeOf(error);
  if (status < 400 && (!isSuccess || fault !== undefined)) {
    const what = isSuccess ? SIGNATURE_FAULTS[fault ?? 'unsigned'] : `status ${status}, which is never followed`;
    throw ownFailure(call, 'LOCAL_UNVERIFIED', what, { status, requestId, mayHaveTakenEffect: true });
  }
  if (isSuccess && rawCode === '') return { status, body, requestId };
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
  'unknown-serial': 'the answer is signed with a key that is not in the merchants file',
  probe: "the signature is one of WeChat Pay's deliberate probes",
  wrong: 'the signature does not fit the answer',
};

function codeOf({ code }: JsonObject): string {
  return typeof code === 'string' ? code : '';
}

/** What a signed error says, and about which parameter; never its `value`, which may be the payer (S0's is). */
function wordsOf({ message, detail }: JsonObject): string {
  const { field, location } = isJsonObject(detail) ? detail : {};
  const places = [
    ['field', quotedPointer(field)],
    ['location', quotedPointer(location)],
  ].filter(([, text]) => text !== '');
  const place = places.map((pair) => pair.join(' ')).join(', ');
  return place === '' ? quoted(message) : `${quoted(message)} (${place})`;
}
