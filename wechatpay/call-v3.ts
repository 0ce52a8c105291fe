import { classify } from '../domain/errors/classify.js';
import type { Call } from '../domain/call-policies.js';
import { isRecord } from '../domain/validation.js';
import { type HttpAnswer, TOTAL_TIMEOUT_MS } from './http.js';
import { type Failed, leavesOpen, notSent, ownFailure, rawCodeOf, requestIdOf, type Result } from './failure.js';
import type { Merchant, V3Access } from './merchant.js';
import { quoted, quotedPointer } from './quoted.js';
import { sendSigned, type V3Request } from './send-v3.js';
import { withTimeout } from './timeout.js';
import { type SignatureFault, type Verification, verify } from './signature-v3.js';
import { type JsonObject, parseJsonObject } from './json.js';

/** For a whole call, with a look for WeChat Pay's new key, milliseconds. A query's activity has 10 s. */
const CALL_TIMEOUT_MS = 9_000;

/** Its time is for everything: signing, sending, and a look for a key that is not known. That look is not stopped. */
export interface V3Call extends V3Request {
  readonly call: Call;
}

/** A 2xx whose signature was verified. */
export interface VerifiedAnswer {
  readonly status: number;
  /** The body. `undefined`: it is not a JSON object, as in a 204. */
  readonly json: JsonObject | undefined;
  readonly requestId: string | null;
}

/**
 * Sends one freshly signed request and believes only a verified answer. If the answer names a key that is not known, the
 * key is looked for, once.
 *
 * @returns a verified 2xx, or why there is none
 * @throws what the gate's `announce` throws
 */
export async function callV3(
  { mchid, v3: access }: Merchant,
  { call, timeoutMs = CALL_TIMEOUT_MS, ...request }: V3Call,
): Promise<Result<VerifiedAnswer>> {
  if (access === undefined) {
    const what = `merchant ${mchid} has no v3 access in this worker's merchants file`;
    return ownFailure(call, 'LOCAL_UNKNOWN_MERCHANT', what);
  }
  if (!isPlainTarget(request.target)) return notSent(call, 'PARAM_ERROR', LEAVES_ITS_PATH);
  const began = performance.now();
  const sent = await sendSigned(access, { ...request, timeoutMs: Math.min(timeoutMs, TOTAL_TIMEOUT_MS) });
  if (!sent.ok) return ownFailure(call, sent.failure.code, sent.failure.what, sent.failure);
  const { fault, skewSeconds } = await verified(access, sent.value, timeoutMs - (performance.now() - began));
  if (skewSeconds !== undefined) access.onClockSkew?.(request.api, skewSeconds);
  return parseVerified(call, fault, sent.value);
}

const LEAVES_ITS_PATH = 'the order number would lead to another path of the API';

/**
 * Whether a path and query are sent as they are written. A dot segment (`.`, `..`) would lead the request to another
 * path, and no encoding prevents that.
 */
function isPlainTarget(target: string): boolean {
  const { origin, pathname, search } = new URL(target, 'https://any.invalid');
  return origin === 'https://any.invalid' && pathname + search === target;
}

/** @param leftMs time left to look for a key that is not known */
async function verified(access: V3Access, { headers, body }: HttpAnswer, leftMs: number): Promise<Verification> {
  const verification = verify(headers, body, access.wechatpayKeys, Date.now());
  if (verification.fault !== 'unknown-serial' || access.refreshKeys === undefined) return verification;
  await withTimeout(leftMs, access.refreshKeys());
  return verify(headers, body, access.wechatpayKeys, Date.now());
}

function parseVerified(
  call: Call,
  fault: SignatureFault | undefined,
  { status, headers, body }: HttpAnswer,
): Result<VerifiedAnswer> {
  const requestId = requestIdOf(headers['request-id']);
  const isSuccess = status >= 200 && status < 300;
  if (status < 400 && (!isSuccess || fault !== undefined)) {
    const what = isSuccess ? SIGNATURE_FAULTS[fault ?? 'unsigned'] : `status ${status}, which is never followed`;
    return ownFailure(call, 'LOCAL_UNVERIFIED', what, { status, requestId, mayHaveTakenEffect: true });
  }
  const json = parseJsonObject(body);
  const error = json ?? {};
  if (isSuccess && codeOf(error) === '') return { ok: true, value: { status, json, requestId } };
  return refusal(call, status, fault, requestId, error);
}

/** An error that the answer names, by WeChat Pay or by somebody else. A 2xx that carries a code counts as a refusal. */
function refusal(
  call: Call,
  status: number,
  fault: SignatureFault | undefined,
  requestId: string | null,
  error: JsonObject,
): Failed {
  const isSigned = fault === undefined;
  const rawCode = codeOf(error);
  const classified = classify({ call, rawCode, status, signed: isSigned });
  const said = isSigned ? `signed): ${wordsOf(error)}` : `not verified: ${SIGNATURE_FAULTS[fault]})`;
  const what = `status ${status} (${said}`;
  // Only a signed 4xx with a conclusive code says that nothing was done.
  const wasRefused = isSigned && status >= 400 && status < 500 && !leavesOpen(classified.kind);
  const known = { status, requestId, mayHaveTakenEffect: !wasRefused };
  return { ok: false, failure: { call, ...classified, ...rawCodeOf(rawCode), what, ...known } };
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

/** What a signed error says, and about which parameter. Never its `value`, which may be the payer (as in S0). */
function wordsOf({ message, detail }: JsonObject): string {
  const { field, location } = isRecord(detail) ? detail : {};
  const places = [
    ['field', quotedPointer(field)],
    ['location', quotedPointer(location)],
  ].filter(([, text]) => text !== '');
  const place = places.map((pair) => pair.join(' ')).join(', ');
  return place === '' ? quoted(message) : `${quoted(message)} (${place})`;
}
