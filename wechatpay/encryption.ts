import { createDecipheriv } from 'node:crypto';

/** A text as APIv3 encrypts it: in notifications, and in the list of platform certificates. */
export interface Encrypted {
  readonly algorithm: string;
  /** 12 bytes. */
  readonly nonce: string;
  /** May be empty. */
  readonly associatedData: string;
  /** In base64; its last 16 bytes are the tag. */
  readonly ciphertext: string;
}

/**
 * Opens what was encrypted for a merchant, with its APIv3 key.
 *
 * @returns `undefined` if it was not encrypted with that key, or was changed on its way
 */
export type Decrypt = (encrypted: Encrypted) => Buffer | undefined;

const ALGORITHM = 'AEAD_AES_256_GCM';
const KEY_BYTES = 32;
const TAG_BYTES = 16;

/**
 * Opens texts with a merchant's APIv3 key, which stays in the closure: nothing that prints the function prints the key.
 *
 * @throws TypeError without any of the key's text, if it does not have 32 bytes
 */
export function decryptWith(apiV3Key: string): Decrypt {
  const key = Buffer.from(apiV3Key);
  if (key.byteLength !== KEY_BYTES) throw new TypeError('this is not an APIv3 key of 32 bytes');
  return ({ algorithm, nonce, associatedData, ciphertext }) => {
    if (algorithm !== ALGORITHM) return undefined;
    const bytes = Buffer.from(ciphertext, 'base64');
    const end = bytes.byteLength - TAG_BYTES;
    if (end < 0) return undefined;
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(associatedData)).setAuthTag(bytes.subarray(end));
      // Only final() checks the tag: what update() returns before it is not authentic yet.
      return Buffer.concat([decipher.update(bytes.subarray(0, end)), decipher.final()]);
    } catch {
      return undefined;
    }
  };
}
