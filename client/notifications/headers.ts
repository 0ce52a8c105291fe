import type { Headers } from '../../wechatpay/signature-v3.js';
import type { NotificationForm } from './outcomes.js';

/** Headers as Node, a framework or a gateway has them; names in any case. The `Headers` of the web fit too. */
export type NotificationHeaders = Headers | Iterable<readonly [string, string]>;

/** By lower-case name; one that is there twice has both values, so that no signature is read of it. */
export function lowerCased(headers: NotificationHeaders): Headers {
  const lower: Record<string, string | string[] | undefined> = {};
  for (const [name, value] of Symbol.iterator in headers ? headers : Object.entries(headers)) {
    if (value === undefined) continue;
    const key = name.toLowerCase();
    const before = lower[key];
    lower[key] = before === undefined ? value : [before, value].flat();
  }
  return lower;
}

/** What a `Content-Type` says, without its parameters. */
export type ContentType = 'json' | 'xml' | 'none' | 'other';

export function contentTypeOf({ 'content-type': type }: Headers): ContentType {
  if (type === undefined || type === '') return 'none';
  const media = typeof type === 'string' ? type.split(';', 1)[0]?.trim().toLowerCase() : undefined;
  if (media === 'application/json') return 'json';
  return media === 'text/xml' || media === 'application/xml' ? 'xml' : 'other';
}

/** Whether the body is as it was signed: neither compressed nor said to be. */
export function isPlain({ 'content-encoding': encoding }: Headers): boolean {
  return encoding === undefined || encoding === '' || (typeof encoding === 'string' && /^identity$/i.test(encoding));
}

/** Of `Content-Length`; `undefined` where there is none. */
export function declaredLengthOf({ 'content-length': length }: Headers): number | undefined {
  return typeof length === 'string' && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}

const XML_START = /^(?:\ufeff|ï»¿)?\s*</;

/** The form to answer in: that of v2 where the content type or the first byte says XML. */
export function formOf(type: ContentType, body: Uint8Array): NotificationForm {
  const start = Buffer.from(body.subarray(0, 64)).toString('latin1');
  return type === 'xml' || XML_START.test(start) ? 'v2' : 'v3';
}
