import { createCipheriv, randomBytes } from 'node:crypto';

/** A text as APIv3 encrypts it: in notifications, and in the list of certificates. */
export interface Encrypted {
  readonly algorithm: 'AEAD_AES_256_GCM';
  readonly nonce: string;
  readonly associated_data: string;
  /** In base64; its last 16 bytes are the tag. */
  readonly ciphertext: string;
}

/** @param apiV3Key of the merchant, 32 bytes */
export function encrypt(text: string, apiV3Key: string, associatedData: string): Encrypted {
  const nonce = randomBytes(6).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', apiV3Key, nonce).setAAD(Buffer.from(associatedData));
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return {
    algorithm: 'AEAD_AES_256_GCM',
    nonce,
    associated_data: associatedData,
    ciphertext: ciphertext.toString('base64'),
  };
}
