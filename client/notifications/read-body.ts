import { withTimeout } from '../../wechatpay/timeout.js';
import { BODY_WITHIN_MS, MAX_NOTIFICATION_BYTES } from './limits.js';

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
