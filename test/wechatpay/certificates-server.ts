import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { newPlatformCertificate, type PlatformCertificate } from '../../testing/sandbox/certificates.js';
import { encrypt } from '../../testing/sandbox/keys.js';
import { decryptWith } from '../../wechatpay/encryption.js';
import type { V3Access } from '../../wechatpay/merchant.js';
import { answerText, rsaSigner, verificationKey } from '../../wechatpay/signature-v3.js';
import { listening } from '../support/listening.js';

export const API_V3_KEY = '0123456789abcdef0123456789abcdef';
export const KNOWN = 'PUB_KEY_ID_0116000000000000000000000001';

const ofMerchant = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ofWechatPay = generateKeyPairSync('rsa', { modulusLength: 2048 });
const unknownKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pemOf = (key: typeof ofMerchant.privateKey): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** Who signs an answer: the serial that it names, and the key that it is signed with. */
export interface Hand {
  readonly serial: string;
  readonly privatePem: string;
}

/** WeChat Pay's public key, which the merchant knows. */
export const known: Hand = { serial: KNOWN, privatePem: pemOf(ofWechatPay.privateKey) };
/** Nobody's key, under a serial of one's choice. */
export const unknownSignerAs = (serial: string): Hand => ({ serial, privatePem: pemOf(unknownKeys.privateKey) });

export interface Answer {
  readonly status?: number;
  /** Text goes out as it is, anything else as JSON. */
  readonly body: unknown;
  /** Absent: the answer is not signed. */
  readonly by?: Hand;
  /** How old its signature is, milliseconds. */
  readonly age?: number;
}

const DAY = 24 * 3_600_000;

export const valid = await newPlatformCertificate(Date.now() - DAY);
/** Five years valid, and begun six years ago. */
export const expired = await newPlatformCertificate(Date.now() - 6 * 365 * DAY);
export const early = await newPlatformCertificate(Date.now() + DAY);

/** A list as WeChat Pay writes it. */
export function listOf(certificates: readonly PlatformCertificate[], apiV3Key = API_V3_KEY): { data: object[] } {
  return { data: certificates.map(({ serial, pem }) => entryOf(serial, pem, apiV3Key)) };
}

export function entryOf(serial: string, text: string, apiV3Key = API_V3_KEY, associatedData = 'certificate'): object {
  return { serial_no: serial, encrypt_certificate: encrypt(text, apiV3Key, associatedData) };
}

/** A merchant who knows {@link KNOWN}, and a server on 127.0.0.1 that answers whatever it is asked with one answer. */
export async function accessTo({ status = 200, body, by, age = 0 }: Answer): Promise<V3Access> {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'request-id': 'R-1', ...(by && signatureOf(bytes, by, age)) }).end(bytes);
  });
  const port = await listening(server.listen(0, '127.0.0.1'));
  return {
    signer: rsaSigner('1900000109', 'AB', pemOf(ofMerchant.privateKey)),
    wechatpayKeys: new Map([
      [KNOWN, verificationKey(ofWechatPay.publicKey.export({ type: 'spki', format: 'pem' }).toString())],
    ]),
    decrypt: decryptWith(API_V3_KEY),
    host: `http://127.0.0.1:${port}`,
  };
}

function signatureOf(bytes: Buffer, { serial, privatePem }: Hand, age: number): Record<string, string> {
  const timestamp = String(Math.floor((Date.now() - age) / 1000));
  const signature = sign('sha256', answerText(timestamp, 'n', bytes), createPrivateKey(privatePem));
  return {
    'wechatpay-timestamp': timestamp,
    'wechatpay-nonce': 'n',
    'wechatpay-serial': serial,
    'wechatpay-signature': signature.toString('base64'),
  };
}
