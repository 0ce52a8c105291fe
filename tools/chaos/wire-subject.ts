import { claimKey } from '../../testing/sandbox/claims.js';
import type { WireCall } from './evidence.js';

/** What a request is about, as it can be read off the wire. */
export interface WireSubject extends Pick<WireCall, 'call' | 'order'> {
  /** Every attempt has its own; empty: the request has none. */
  readonly nonce: string;
  /** What must not be found anywhere else. */
  readonly signatures: readonly string[];
}

export interface WireRequest {
  readonly method: string;
  /** With its query, as sent. */
  readonly target: string;
  readonly authorization: string;
  readonly body: string;
}

const V3_ORDER = /\/out-trade-no\/([^/?]+)(\/close)?/;
const PAYSCORE = '/v3/payscore/serviceorder';

export function subjectOf(request: WireRequest): WireSubject {
  const { target, body } = request;
  if (target.startsWith('/pay/')) return v2SubjectOf(target, body);
  const signature = inAuthorization(request, 'signature');
  const common = { nonce: inAuthorization(request, 'nonce_str'), signatures: signature === '' ? [] : [signature] };
  const mchid = inAuthorization(request, 'mchid');
  if (target.startsWith(PAYSCORE)) return { ...common, ...serviceOrderIn(target, mchid) };
  const [, number, close] = V3_ORDER.exec(target) ?? [];
  if (number === undefined) return { ...common, call: 'other', order: '' };
  const subMchid = textIn(body, 'sub_mchid') ?? queryOf(target).get('sub_mchid') ?? undefined;
  const order = claimKey({ mchid, subMchid, outTradeNo: decodeURIComponent(number) });
  return { ...common, call: close === undefined ? 'query' : 'close', order };
}

function serviceOrderIn(target: string, mchid: string): Pick<WireCall, 'call' | 'order'> {
  const [, inPath] = /\/serviceorder\/([^/?]+)\/cancel/.exec(target) ?? [];
  const number = inPath === undefined ? queryOf(target).get('out_order_no') : decodeURIComponent(inPath);
  const order = claimKey({ mchid, outOrderNo: number ?? '' });
  return { call: inPath === undefined ? 'query' : 'cancel', order };
}

function v2SubjectOf(target: string, body: string): WireSubject {
  const subMchid = inXml(body, 'sub_mch_id');
  const order = claimKey({
    mchid: inXml(body, 'mch_id'),
    subMchid: subMchid === '' ? undefined : subMchid,
    outTradeNo: inXml(body, 'out_trade_no'),
  });
  const calls: Readonly<Record<string, WireCall['call']>> = { '/pay/orderquery': 'query', '/pay/closeorder': 'close' };
  return { call: calls[target] ?? 'other', order, nonce: inXml(body, 'nonce_str'), signatures: [inXml(body, 'sign')] };
}

function inAuthorization({ authorization }: WireRequest, name: string): string {
  return new RegExp(`[ ,]${name}="([^"]*)"`).exec(authorization)?.[1] ?? '';
}

function inXml(body: string, name: string): string {
  return new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^<\\]]*)`).exec(body)?.[1] ?? '';
}

function textIn(body: string, name: string): string | undefined {
  return new RegExp(`"${name}":"([^"]*)"`).exec(body)?.[1];
}

function queryOf(target: string): URLSearchParams {
  return new URL(target, 'http://localhost').searchParams;
}
