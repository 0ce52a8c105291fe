import { classify, errorRow, type Call } from '../domain/error-table.js';
import { WechatPayFailure, type FailureFacts } from './failure.js';
import { NoAnswerError, send, type HttpAnswer } from './http.js';
import { preferredSerial, type Merchant } from './merchant.js';
import { answerFault, authorization, newNonce, type SignatureFault } from './signature-v3.js';
import { parseJsonObject } from './transaction.js';

const USER_AGENT = 'wechatpay-order-lifecycle (+https://www.npmjs.com/package/wechatpay-order-lifecycle)';

export interface V3Call {
  readonly call: Call;
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
export async function callV3(merchant: Merchant, { call, method, target, body }: V3Call): Promise<VerifiedAnswer> {
  const url = new URL(target, merchant.host);
  const text = body === undefined ? '' : JSON.stringify(body);
  const request = { method, target: url.pathname + url.search, body: text };
  const headers = {
    accept: 'application/json',
    'user-agent': USER_AGENT,
    authorization: authorization(merchant.signer, request, { now: Date.now(), nonce: newNonce() }),
    ...(text === '' ? {} : { 'content-type': 'application/json' }),
    ...serialHeader(merchant),
  };
  const answer = await sendOrFail(call, { method, url, headers, body: text });
  return believe(call, merchant, answer);
}

function serialHeader({ wechatpayKeys }: Merchant): Record<string, string> {
  const serial = preferredSerial(wechatpayKeys);
  return serial === undefined ? {} : { 'wechatpay-serial': serial };
}

async function sendOrFail(call: Call, request: Parameters<typeof send>[0]): Promise<HttpAnswer> {
  try {
    return await send(request);
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    throw ownFailure(call, 'LOCAL_NO_ANSWER', error.reason, {
      status: null,
      requestId: null,
      mayHaveTakenEffect: error.mayHaveTakenEffect,
    });
  }
}

function believe(call: Call, merchant: Merchant, { status, headers, body }: HttpAnswer): VerifiedAnswer {
  const fault = answerFault(headers, body, merchant.wechatpayKeys, Date.now());
  const requestId = requestIdOf(headers['request-id']);
  const isSuccess = status >= 200 && status < 300;
  const rawCode = codeOf(body);
  if (status < 400 && (!isSuccess || fault !== undefined)) {
    const what = isSuccess ? SIGNATURE_FAULTS[fault ?? 'unsigned'] : `status ${status}, which is never followed`;
    throw ownFailure(call, 'LOCAL_UNVERIFIED', what, { status, requestId, mayHaveTakenEffect: true });
  }
  if (isSuccess && rawCode === undefined) return { status, body, requestId };
  // A 2xx that carries a code is a refusal in disguise, and shares the fate of an unknown 4xx.
  const classified = classify({
    call,
    rawCode: rawCode ?? '',
    status: isSuccess ? 400 : status,
    signed: fault === undefined,
  });
  const signed = fault === undefined ? 'signed' : `not verified: ${SIGNATURE_FAULTS[fault]}`;
  throw new WechatPayFailure({
    call,
    ...classified,
    what: `status ${status} (${signed})`,
    status,
    requestId,
    mayHaveTakenEffect: status >= 500 || fault !== undefined,
  });
}

const SIGNATURE_FAULTS: Record<SignatureFault, string> = {
  unsigned: 'the answer is not signed',
  stale: 'the signature is more than 5 minutes old or in the future: check the clock of this machine',
  'unknown-serial': 'the answer is signed with a key that is not in the merchants file',
  probe: "the signature is one of WeChat Pay's deliberate probes",
  wrong: 'the signature does not fit the answer',
};

/** A failure that WeChat Pay did not name. */
export function ownFailure(
  call: Call,
  code: 'LOCAL_NO_ANSWER' | 'LOCAL_UNVERIFIED' | 'LOCAL_UNREADABLE' | 'LOCAL_UNKNOWN_MERCHANT',
  what: string,
  known: Pick<FailureFacts, 'status' | 'requestId' | 'mayHaveTakenEffect'>,
): WechatPayFailure {
  const kind = errorRow(call, code)?.kind ?? 'unknown';
  return new WechatPayFailure({ call, code, kind, what, fatalIfUnchanged: false, ...known });
}

function codeOf(body: Uint8Array): string | undefined {
  const code = parseJsonObject(body)?.['code'];
  return typeof code === 'string' ? code : undefined;
}

/** Kept only in the form that a Request-ID has, so that a stranger's header brings nothing else into a history. */
function requestIdOf(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && /^[\w-]{1,64}$/.test(header) ? header : null;
}
