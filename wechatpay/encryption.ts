import { createDecipheriv, createHmac, randomBytes } from 'node:crypto';

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
export interface Decrypt {
  (encrypted: Encrypted): Buffer | undefined;
  /** The same for the same key, in this process; nobody can tell the key from it. Absent: every function counts as another key. */
  readonly mark?: string;
}

/** Without this, nobody can compute the mark of a key. */
const MARKED_WITH = randomBytes(32);

const ALGORITHM = 'AEAD_AES_256_GCM';
const KEY_BYTES = 32;
const TAG_BYTES = 16;

/**
 * Opens texts with a merchant's APIv3 key, which stays in the closure: nothing that prints the function prints the key.
 *
 * @throws TypeError without any of the key's text, if it does not have 32 bytes
 */
export function decryptWith(apiV3Key: string): Decrypt & { readonly mark: string } {
  const key = Buffer.from(apiV3Key);
  if (key.byteLength !== KEY_BYTES) throw new TypeError('this is not an APIv3 key of 32 bytes');
  const decrypt = ({ algorithm, nonce, associatedData, ciphertext }: Encrypted): Buffer | undefined => {
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
  return Object.assign(decrypt, { mark: createHmac('sha256', MARKED_WITH).update(key).digest('hex') });
}
