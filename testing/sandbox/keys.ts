import { createCipheriv, createPrivateKey, generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { answerText, newNonce, PROBE_PREFIX, SCHEME } from '../../wechatpay/signature-v3.js';
import { type SignType, v2Signer, type V2Signer } from '../../wechatpay/signature-v2.js';

const generate = promisify(generateKeyPair);

/** An RSA key pair of 2048 bits, as WeChat Pay's scheme wants it. */
export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly publicPem: string;
  readonly privatePem: string;
}

/** A merchant of the sandbox with all of its keys. They are of no use elsewhere. */
export interface SandboxMerchant {
  readonly mchid: string;
  readonly certificateSerial: string;
  readonly keys: KeyPair;
  /** 32 characters: notifications and platform certificates are encrypted with it. */
  readonly apiV3Key: string;
  /** 32 characters: v2 is signed with it. */
  readonly apiV2Key: string;
  readonly v2: Readonly<Record<SignType, V2Signer>>;
}

/** Makes key pairs, or takes them from a store. */
export type KeySource = () => Promise<KeyPair>;

/** A new key pair. Making it takes some tenths of a second. */
export async function newKeyPair(): Promise<KeyPair> {
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: 2048 });
  return {
    publicKey,
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** A new serial of a certificate: 40 hexadecimal digits. */
export function newSerial(): string {
  // A certificate's serial is a positive number without leading zeros, so its first digit is one of 1–7.
  const bytes = randomBytes(20);
  bytes[0] = ((bytes[0] ?? 0) % 0x70) + 0x10;
  return bytes.toString('hex').toUpperCase();
}

export async function newMerchant(mchid: string, nextKeyPair: KeySource = newKeyPair): Promise<SandboxMerchant> {
  const apiV2Key = newNonce();
  return {
    mchid,
    certificateSerial: newSerial(),
    keys: await nextKeyPair(),
    apiV3Key: newNonce(),
    apiV2Key,
    v2: { MD5: v2Signer(apiV2Key, 'MD5'), 'HMAC-SHA256': v2Signer(apiV2Key, 'HMAC-SHA256') },
  };
}

/** How an answer is signed: as it should be, or in a way that must be refused. */
export type Signing = 'right' | 'wrong' | 'none' | 'stale' | 'probe';

const STALE_MS = 10 * 60_000;

/** Signs answers and notifications as WeChat Pay does. */
export class AnswerSigner {
  private readonly key: KeyObject;

  constructor(
    keys: Pick<KeyPair, 'privatePem'>,
    readonly serial: string,
  ) {
    this.key = createPrivateKey(keys.privatePem);
  }

  /**
   * The signature headers of a body.
   *
   * @param now milliseconds since 1970, on the wall clock
   * @param signing how; for `wrong`, this must be the signer of another key
   */
  headersFor(body: Uint8Array, now: number, signing: Signing = 'right'): Record<string, string> {
    if (signing === 'none') return {};
    const timestamp = String(Math.floor((signing === 'stale' ? now - STALE_MS : now) / 1000));
    const nonce = newNonce();
    const signature = sign('sha256', answerText(timestamp, nonce, body), this.key).toString('base64');
    return {
      'wechatpay-timestamp': timestamp,
      'wechatpay-nonce': nonce,
      'wechatpay-signature': signing === 'probe' ? PROBE_PREFIX + signature.slice(PROBE_PREFIX.length) : signature,
      'wechatpay-serial': this.serial,
      'wechatpay-signature-type': SCHEME,
    };
  }
}

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
