import { withTimeout } from '../../wechatpay/timeout.js';

/** The longest body that is read, in bytes. Notifications and events are far shorter. */
export const MAX_BODY_BYTES = 64 * 1024;

/** How long a body may take to arrive, in milliseconds. */
export const BODY_WITHIN_MS = 2_000;

/** Headers by lower-case name. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Headers as Node, a framework or a gateway has them, or web-standard `Headers`. Names in any case. */
export type RequestHeaders = Headers | Iterable<readonly [string, string]>;

/**
 * By lower-case name. A list of one value, as some gateways have it, is that value. A header that is there twice has both
 * values, so it does not count as a signature.
 */
export function lowerCased(headers: RequestHeaders): Headers {
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
export type ContentType = 'json' | 'xml' | 'none' | 'other';

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

/** Why a body was not read completely. `body-consumed`: it is none of the forms that a body has, so it was parsed before. */
export type BodyFault = 'too-large' | 'too-slow' | 'cut-off' | 'body-consumed';

/** A body: complete, or in pieces as they arrive. A text is what a function platform made of the bytes, in UTF-8. */
export type RequestBody = Uint8Array | string | AsyncIterable<Uint8Array>;

/**
 * Reads a body that anyone may have sent, with a limit of bytes and of time.
 *
 * @param declaredLength the `Content-Length`, if there is one
 */
export async function readBody(body: RequestBody, declaredLength: number | undefined): Promise<Uint8Array | BodyFault> {
  if ((declaredLength ?? 0) > MAX_BODY_BYTES) return 'too-large';
  // Function platforms have nothing, or a text, in place of bytes.
  const whole: unknown = body ?? '';
  if (typeof whole === 'string' || whole instanceof Uint8Array) {
    const bytes = bytesOf(whole);
    return bytes.byteLength > MAX_BODY_BYTES ? 'too-large' : bytes;
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
      if (length > MAX_BODY_BYTES) return 'too-large';
      read.push(piece);
    }
    return Buffer.concat(read);
  } catch {
    return 'cut-off';
  }
}
