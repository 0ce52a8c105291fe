import { classify } from '../domain/errors/classify.js';
import type { Call } from '../domain/errors/table.js';
import { isRecord } from '../domain/validation.js';
import { sendOrFail } from './attempt.js';
import { leavesItsPath, leavesOpen, NOTHING_SENT, ownFailure, rawCodeOf, WechatPayFailure } from './failure.js';
import { TOTAL_TIMEOUT_MS, type HttpAnswer } from './http.js';
import type { Merchant, V3Access } from './merchant.js';
import { quoted, quotedPointer } from './quoted.js';
import { NotSignedError } from './remote-signer.js';
import { requestIdOf } from './request-id.js';
import { sendSigned, type V3Request } from './send-v3.js';
import { withTimeout } from './timeout.js';
import { verify, type SignatureFault, type Verification } from './signature-v3.js';
import { parseJsonObject, type JsonObject } from './json.js';

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
