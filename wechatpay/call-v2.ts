import { classify } from '../domain/errors/classify.js';
import type { Call } from '../domain/call-policies.js';
import type { LocalCode } from '../domain/errors/table.js';
import { type HttpAnswer, send, type SendOptions, USER_AGENT } from './http.js';
import { leavesOpen, ownFailure, rawCodeOf, requestIdOf, type Result, type WechatPayFailure } from './failure.js';
import { HOSTS, type Merchant, type V2Access } from './merchant.js';
import { quoted } from './quoted.js';
import { hidesField } from './signature-v2.js';
import { newNonce } from './signature-v3.js';
import { buildXml, parseXml } from './xml.js';

const RESULTS: readonly string[] = ['SUCCESS', 'FAIL'];

type Fields = ReadonlyMap<string, string>;

export interface V2Call extends SendOptions {
  readonly call: Call;
  /** As in `/pay/orderquery`. */
  readonly path: string;
  /** The merchant's ids and the order's. `nonce_str`, `sign_type` and `sign` are added here. */
  readonly fields: ReadonlyMap<string, string>;
}

/** An answer with `return_code` and `result_code` SUCCESS. Its sign was verified, and it names the merchant that asked. */
export interface VerifiedV2Answer {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly requestId: string | null;
}

/**
 * Sends one freshly signed request and believes only a verified answer. (A v2 sign has no time, so how old an answer is
 * cannot be seen.)
 *
 * @returns a verified success, or why there is none
 * @throws what the gate's `announce` throws
 */
export async function callV2(
  { mchid, v2: access }: Merchant,
  { call, path, fields, ...options }: V2Call,
): Promise<Result<VerifiedV2Answer>> {
  if (access === undefined) {
    const what = `merchant ${mchid} has no v2 key in this worker's merchants file`;
    return ownFailure(call, 'LOCAL_UNKNOWN_MERCHANT', what);
  }
  const url = new URL(path, access.host ?? HOSTS.v2);
  const headers = { 'user-agent': USER_AGENT, 'content-type': 'text/xml; charset=utf-8' };
  const body = buildXml(signed(access, fields));
  const sent = await send({ method: 'POST', url, headers, body }, options);
  if (!sent.ok) return ownFailure(call, sent.failure.code, sent.failure.what, sent.failure);
  return parseVerified({ call, access, fields }, sent.value);
}

function signed({ signer }: V2Access, fields: Fields): Fields {
  const request = new Map(fields).set('nonce_str', newNonce());
  // "This field is only required when sign_type is HMAC-SHA256" (S2).
  if (signer.signType !== 'MD5') request.set('sign_type', signer.signType);
  return request.set('sign', signer.sign(request));
}

/** What an answer is compared with. */
interface Asked {
  readonly call: Call;
  readonly access: V2Access;
  readonly fields: Fields;
}

function parseVerified(asked: Asked, { status, headers, body }: HttpAnswer): Result<VerifiedV2Answer> {
  const { call } = asked;
  const known = { status, requestId: requestIdOf(headers['request-id']), mayHaveTakenEffect: true };
  if (status >= 400) {
    // v2 answers everything with 200. Another status is somebody else's, so its body is not read.
    const classified = classify({ call, rawCode: '', status, signed: false });
    return { ok: false, failure: { call, ...classified, what: `status ${status} (not verified)`, ...known } };
  }
  if (status < 200 || status >= 300) {
    return ownFailure(call, 'LOCAL_UNVERIFIED', `status ${status}, which is never followed`, known);
  }
  const fields = parseXml(body);
  if ('fault' in fields) return ownFailure(call, 'LOCAL_UNVERIFIED', fields.fault, known);
  const fault = faultOf(fields, asked);
  if (fault !== undefined) return ownFailure(call, fault.code, fault.what, known);
  const refusal = refusalOf(fields, call, status);
  if (refusal !== undefined) return { ok: false, failure: { ...known, ...refusal } };
  return { ok: true, value: { status, fields, requestId: known.requestId } };
}

/** Why an answer is not believed. `undefined`: it is. */
function faultOf(fields: Fields, asked: Asked): { readonly code: LocalCode; readonly what: string } | undefined {
  if (fields.get('return_code') === 'FAIL') {
    const what = `return_code FAIL (not signed): ${quoted(fields.get('return_msg'))}`;
    return { code: 'LOCAL_RETURN_FAIL', what };
  }
  const { signer } = asked.access;
  if (!fields.get('sign')) return { code: 'LOCAL_UNVERIFIED', what: 'the answer is not signed' };
  if (!signer.verifies(fields)) {
    const what = `the sign does not fit the answer by ${signer.signType}: check the API key and the sign type`;
    return { code: 'LOCAL_UNVERIFIED', what };
  }
  if (hidesField(fields)) {
    return {
      code: 'LOCAL_UNVERIFIED',
      what: 'the sign fits other fields too: a value holds &NAME= of one that decides',
    };
  }
  const mismatch = mismatchIn(fields, asked.fields);
  if (mismatch !== undefined) return { code: 'LOCAL_UNREADABLE', what: `the answer is about another ${mismatch}` };
  if (asked.call === 'closeOrder' && fields.get('trade_state')) {
    return { code: 'LOCAL_UNREADABLE', what: 'the answer to a close has a trade_state: it is that of a query' };
  }
  const isDocumented = fields.get('return_code') === 'SUCCESS' && RESULTS.includes(fields.get('result_code') ?? '');
  if (isDocumented) return undefined;
  return { code: 'LOCAL_UNREADABLE', what: 'the answer has a return_code or result_code that is not documented' };
}

/** The refusal in a verified answer, if it is one. A success that carries a code counts as a refusal, as in v3. */
function refusalOf(
  fields: Fields,
  call: Call,
  status: number,
): Omit<WechatPayFailure, 'status' | 'requestId'> | undefined {
  const result = fields.get('result_code');
  const rawCode = fields.get('err_code') ?? '';
  if (result === 'SUCCESS' && rawCode === '') return undefined;
  // The sign would fit a code beside SUCCESS also if `attach` ended in `&err_code=…`, so such a code counts as unsigned.
  const classified = classify({ call, rawCode, status, signed: result !== 'SUCCESS' });
  return {
    call,
    ...classified,
    ...rawCodeOf(rawCode),
    what: `result_code ${result} (signed): ${quoted(fields.get('err_code_des'))}`,
    mayHaveTakenEffect: result === 'SUCCESS' || leavesOpen(classified.kind),
  };
}

/**
 * The id in the answer that is not the one asked about, if any. An answer repeats "the Merchant ID submitted when calling
 * the interface", and the other ids likewise (S2): `mch_id` always, `sub_mch_id` if the request had one, the others if the
 * answer has them. Nothing signed says when an answer was given, so only these ids show that it is an old one about
 * another order. Some answers in common mode name the merchant as its own sub-merchant.
 */
function mismatchIn(fields: Fields, asked: Fields): string | undefined {
  const mchid = asked.get('mch_id') ?? '';
  const subMchid = asked.get('sub_mch_id');
  const differs = (name: string, ours = asked.get(name)): boolean => {
    const theirs = fields.get(name) || undefined;
    return theirs !== undefined && ours !== undefined && theirs !== ours;
  };
  if (fields.get('mch_id') !== mchid) return 'merchant';
  const isOtherSub = subMchid === undefined ? differs('sub_mch_id', mchid) : fields.get('sub_mch_id') !== subMchid;
  if (isOtherSub) return 'sub-merchant';
  if (differs('out_trade_no') || differs('transaction_id')) return 'order number';
  return differs('appid') || differs('sub_appid') ? 'app' : undefined;
}
