import { MCHID } from '../../domain/orders/input.js';
import { quotedPointer } from '../../wechatpay/quoted.js';
import type { Headers } from '../../wechatpay/signature-v3.js';
import type { NotificationForm } from './outcomes.js';
import { withTimeout } from '../../wechatpay/timeout.js';
import { BODY_WITHIN_MS, MAX_NOTIFICATION_BYTES } from './limits.js';

/** What the address that a notification was sent to says. */
export interface NotifiedAt {
  /**
   * What stands in it for the merchant number. Empty, as behind a `/` at the end of the address: as absent. A number is that
   * of the merchant whose notification it must be, with or without a `/` behind it; anything else is a `wrong-path`.
   *
   * Default: the notification may be of any of the merchants.
   */
  readonly mchid?: string | undefined;
  /** The path, where it is not one for notifications: a `wrong-path`, whatever else the notification is. */
  readonly wrongPath?: string | undefined;
}

/** Why no notification is taken at an address, in a word for the log. */
export interface WrongPath {
  readonly reason: 'double-slash' | 'merchant-number' | 'unknown-path';
  /** As it came, or what stood in place of the merchant number: short, printable, and without what may be a key. */
  readonly path: string;
}

/** Reads an address: whose a notification must be, or what is wrong. */
export function addressOf({ mchid, wrongPath }: NotifiedAt): { readonly mchid?: string; readonly wrong?: WrongPath } {
  if (wrongPath !== undefined) return wrong('unknown-path', wrongPath);
  if (mchid === undefined || mchid === '') return {};
  const number = mchid.replace(/\/$/, '');
  return MCHID.test(number) ? { mchid: number } : wrong('merchant-number', mchid);
}

function wrong(reason: WrongPath['reason'], path: string): { readonly wrong: WrongPath } {
  // What stands for a merchant number comes without the `/` before it.
  const isDouble = path.includes('//') || (reason === 'merchant-number' && path.startsWith('/'));
  return { wrong: { reason: isDouble ? 'double-slash' : reason, path: quotedPointer(path) } };
}

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
type ContentType = 'json' | 'xml' | 'none' | 'other';

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

/** Why a body was not read to its end. */
export type BodyFault = 'too-large' | 'too-slow' | 'cut-off';

/** A body: whole, or in pieces as they come. */
export type NotificationBody = Uint8Array | AsyncIterable<Uint8Array>;

/**
 * Reads a body that may be anybody's: so many bytes, so many milliseconds, and not one more.
 *
 * @param declaredLength of `Content-Length`, where there is one
 */
export async function readBody(
  body: NotificationBody,
  declaredLength: number | undefined,
): Promise<Uint8Array | BodyFault> {
  if ((declaredLength ?? 0) > MAX_NOTIFICATION_BYTES) return 'too-large';
  if (body instanceof Uint8Array) return body.byteLength > MAX_NOTIFICATION_BYTES ? 'too-large' : body;
  const pieces = body[Symbol.asyncIterator]();
  const read = await withTimeout(BODY_WITHIN_MS, collect(pieces));
  if (read instanceof Uint8Array) return read;
  // What is still to come is nobody's concern; a source that is stuck would not end the waiting for it.
  void Promise.resolve(pieces.return?.()).catch(() => undefined);
  return read === 'timeout' ? 'too-slow' : read;
}

async function collect(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array | 'too-large' | 'cut-off'> {
  const read: Uint8Array[] = [];
  let length = 0;
  try {
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
      length += next.value.byteLength;
      if (length > MAX_NOTIFICATION_BYTES) return 'too-large';
      read.push(next.value);
    }
    return Buffer.concat(read);
  } catch {
    return 'cut-off';
  }
}
