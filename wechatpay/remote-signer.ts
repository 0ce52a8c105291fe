import { withTimeout } from './timeout.js';
import type { Signer } from './signature-v3.js';

/** How long a signature may take, milliseconds. The call itself has what is left of its time. */
export const SIGN_TIMEOUT_MS = 5_000;

/** A merchant's key has 2048 bits, and so has what it signs. */
const SIGNATURE_BYTES = 256;

const CLASS_NAME = /^[A-Z][A-Za-z]{0,39}(?:Error|Exception)$/;

/**
 * Signs a text with a merchant's key, wherever that is: RSASSA-PKCS1-v1_5 with SHA-256 over the text in UTF-8, in
 * base64. It is called for each attempt of each call, several at a time, and has 5 s.
 */
export type Sign = (text: string) => string | Promise<string>;

/** There is no signature, so nothing was sent. The signer's own words are not repeated. */
export class NotSignedError extends Error {
  override readonly name = 'NotSignedError';

  constructor(readonly reason: string) {
    super(`not signed: ${reason}`);
  }
}

/**
 * A signer with a key outside this process: in a KMS, an HSM, a service. Its signature is checked for form before use.
 *
 * Its `sign` rejects with {@link NotSignedError} and nothing else.
 */
export function remoteSigner(
  mchid: string,
  certificateSerial: string,
  sign: Sign,
  timeoutMs = SIGN_TIMEOUT_MS,
): Signer {
  return {
    mchid,
    certificateSerial,
    sign: async (text) => {
      const signature = await withTimeout(timeoutMs, askedOf(sign, text));
      if (signature === 'timeout') throw new NotSignedError(`the signer says nothing for ${timeoutMs} ms`);
      if (signature instanceof NotSignedError) throw signature;
      if (isSignature(signature.said)) return signature.said;
      throw new NotSignedError('what the signer gives is not the signature of an RSA key of 2048 bits, in base64');
    },
  };
}

/** Never rejects, because after the time limit nobody handles a rejection. */
async function askedOf(sign: Sign, text: string): Promise<{ readonly said: unknown } | NotSignedError> {
  try {
    return { said: await sign(text) };
  } catch (error) {
    return new NotSignedError(`the signer fails with ${nameOf(error)}`);
  }
}

/** An error's name may contain a key, or not be a string. It is repeated only if it reads as the name of a class. */
function nameOf(error: unknown): string {
  const name: unknown = error instanceof Error ? error.name : undefined;
  const isClass = typeof name === 'string' && (name === 'Error' || CLASS_NAME.test(name));
  return isClass ? name : 'an error';
}

function isSignature(said: unknown): said is string {
  if (typeof said !== 'string') return false;
  const bytes = Buffer.from(said, 'base64');
  return bytes.byteLength === SIGNATURE_BYTES && bytes.toString('base64') === said;
}
