import { MCHID } from '../../domain/orders/input.js';
import { quotedPointer } from '../../wechatpay/quoted.js';
import type { Headers } from '../../wechatpay/signature-v3.js';
import type { NotificationForm } from './outcomes.js';
import { withTimeout } from '../../wechatpay/timeout.js';
import { BODY_WITHIN_MS, MAX_NOTIFICATION_BYTES } from './limits.js';

/** The address that a notification was sent to. */
export interface NotifiedAt {
  /**
   * The part for the merchant number, also with a `/` after it: the notification must be for that merchant. Empty, as after a
   * `/` at the end of the address, counts as absent. Anything that is not a merchant number gives `wrong-path`.
   *
   * Default: the notification may be for any of the merchants.
   */
  readonly mchid?: string | undefined;
  /** The path, if it is not one for notifications. Gives `wrong-path`. */
  readonly wrongPath?: string | undefined;
}

/** Why an address is not one for notifications. */
export interface WrongPath {
  readonly reason: 'double-slash' | 'merchant-number' | 'unknown-path';
  /** The path, or the part for the merchant number: shortened, printable, and anything like a key removed. */
  readonly path: string;
}

/** Reads an address: the merchant that the notification must be for, or what is wrong. */
export function addressOf({ mchid, wrongPath }: NotifiedAt): { readonly mchid?: string; readonly wrong?: WrongPath } {
  if (wrongPath !== undefined) return wrong('unknown-path', wrongPath);
  if (mchid === undefined || mchid === '') return {};
  const number = mchid.replace(/\/$/, '');
  return MCHID.test(number) ? { mchid: number } : wrong('merchant-number', mchid);
}

function wrong(reason: WrongPath['reason'], path: string): { readonly wrong: WrongPath } {
  // Of `…//1900000109`, the merchant number arrives as `/1900000109`: the route took one `/`.
  const isDouble = path.includes('//') || (reason === 'merchant-number' && path.startsWith('/'));
  return { wrong: { reason: isDouble ? 'double-slash' : reason, path: quotedPointer(path) } };
}

/** Headers as Node, a framework or a gateway has them, or web-standard `Headers`. Names in any case. */
export type NotificationHeaders = Headers | Iterable<readonly [string, string]>;

/**
 * By lower-case name. A list of one value, as some gateways have it, is that value. A header that is there twice has both
 * values, so it does not count as a signature.
 */
export function lowerCased(headers: NotificationHeaders): Headers {
  const lower: Record<string, string | string[] | undefined> = {};
  for (const [name, value] of Symbol.iterator in headers ? headers : Object.entries(headers)) {
    if (value === undefined) continue;
    const key = name.toLowerCase();
    const all = [lower[key] ?? [], value].flat();
    lower[key] = all.length === 1 ? all[0] : all;
  }
  return lower;
}

/** A `Content-Type` without its parameters. */
type ContentType = 'json' | 'xml' | 'none' | 'other';

export function contentTypeOf({ 'content-type': type }: Headers): ContentType {
  if (type === undefined || type === '') return 'none';
  const media = typeof type === 'string' ? type.split(';', 1)[0]?.trim().toLowerCase() : undefined;
  if (media === 'application/json') return 'json';
  return media === 'text/xml' || media === 'application/xml' ? 'xml' : 'other';
}

/** Whether the body is not compressed, by its `Content-Encoding`. */
export function isPlain({ 'content-encoding': encoding }: Headers): boolean {
  return encoding === undefined || encoding === '' || (typeof encoding === 'string' && /^identity$/i.test(encoding));
}

/** The `Content-Length`; `undefined` if there is none. */
export function declaredLengthOf({ 'content-length': length }: Headers): number | undefined {
  return typeof length === 'string' && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}

const XML_START = /^(?:\ufeff|ï»¿)?\s*</;

/** The form to answer in: v2 if the content type is XML, or the body begins with `<`, after a byte order mark or white space. */
export function formOf(type: ContentType, body: Uint8Array): NotificationForm {
  const start = Buffer.from(body.subarray(0, 64)).toString('latin1');
  return type === 'xml' || XML_START.test(start) ? 'v2' : 'v3';
}

/** Why a body was not read completely. `body-consumed`: it is none of the forms that a body has, so it was parsed before. */
export type BodyFault = 'too-large' | 'too-slow' | 'cut-off' | 'body-consumed';

/** A body: complete, or in pieces as they arrive. A text is what a function platform made of the bytes, in UTF-8. */
export type NotificationBody = Uint8Array | string | AsyncIterable<Uint8Array>;

/**
 * Reads a body that anyone may have sent, with a limit of bytes and of time.
 *
 * @param declaredLength the `Content-Length`, if there is one
 */
export async function readBody(
  body: NotificationBody,
  declaredLength: number | undefined,
): Promise<Uint8Array | BodyFault> {
  if ((declaredLength ?? 0) > MAX_NOTIFICATION_BYTES) return 'too-large';
  // Function platforms have nothing, or a text, in place of bytes.
  const whole: unknown = body ?? '';
  if (typeof whole === 'string' || whole instanceof Uint8Array) {
    const bytes = bytesOf(whole);
    return bytes.byteLength > MAX_NOTIFICATION_BYTES ? 'too-large' : bytes;
  }
  const pieces = piecesOf(whole);
  if (pieces === undefined) return 'body-consumed';
  const read = await withTimeout(BODY_WITHIN_MS, collect(pieces));
  if (read instanceof Uint8Array) return read;
  // The rest is dropped. Not awaited, because a source that is stuck would never return.
  void Promise.resolve(pieces.return?.()).catch(() => undefined);
  return read === 'timeout' ? 'too-slow' : read;
}

function bytesOf(piece: Uint8Array | string): Uint8Array {
  return typeof piece === 'string' ? Buffer.from(piece) : piece;
}

/** `undefined`: it is a parsed object, or a stream that another reader holds. */
function piecesOf(body: unknown): AsyncIterator<Uint8Array | string> | undefined {
  try {
    return (body as AsyncIterable<Uint8Array | string>)[Symbol.asyncIterator]();
  } catch {
    return undefined;
  }
}

async function collect(pieces: AsyncIterator<Uint8Array | string>): Promise<Uint8Array | 'too-large' | 'cut-off'> {
  const read: Uint8Array[] = [];
  let length = 0;
  try {
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
      const piece = bytesOf(next.value);
      length += piece.byteLength;
      if (length > MAX_NOTIFICATION_BYTES) return 'too-large';
      read.push(piece);
    }
    return Buffer.concat(read);
  } catch {
    return 'cut-off';
  }
}
