import { createPrivateKey, generateKeyPair, sign, type KeyObject } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { answerText, newNonce } from '../wechatpay/signature-v3.js';

const generate = promisify(generateKeyPair);

/** An RSA key pair of 2048 bits, as WeChat Pay's scheme wants it. */
export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly publicPem: string;
  readonly privatePem: string;
}

export interface SandboxMerchant {
  readonly mchid: string;
  readonly certificateSerial: string;
  readonly keys: KeyPair;
}

/** A serial of a WeChat Pay public key, as the merchant console shows it. */
export const WECHATPAY_SERIAL = 'PUB_KEY_ID_0116000000000000000000000001';

export async function newKeyPair(): Promise<KeyPair> {
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: 2048 });
  return {
    publicKey,
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

export async function newMerchant(mchid: string): Promise<SandboxMerchant> {
  const certificateSerial = `${newNonce()}${newNonce()}`.slice(0, 40).toUpperCase();
  return { mchid, certificateSerial, keys: await newKeyPair() };
}

/** Signs answers as WeChat Pay does. */
export class AnswerSigner {
  private readonly key: KeyObject;

  constructor(
    keys: KeyPair,
    readonly serial: string,
  ) {
    this.key = createPrivateKey(keys.privatePem);
  }

  /** The headers that vouch for a body. */
  headersFor(body: Uint8Array, now: number): Record<string, string> {
    const timestamp = String(Math.floor(now / 1000));
    const nonce = newNonce();
    return {
      'wechatpay-timestamp': timestamp,
      'wechatpay-nonce': nonce,
      'wechatpay-signature': sign('sha256', answerText(timestamp, nonce, body), this.key).toString('base64'),
      'wechatpay-serial': this.serial,
      'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
    };
  }
}

/**
 * Writes the keys and a merchants file that a worker takes as it is.
 *
 * @returns the path of the merchants file
 */
export async function writeMerchantsFile(
  folder: string,
  host: string,
  merchants: readonly SandboxMerchant[],
  wechatpay: { readonly serial: string; readonly publicPem: string },
): Promise<string> {
  await mkdir(join(folder, 'keys'), { recursive: true });
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, 'keys', name), text, { mode: 0o600 });
    return `keys/${name}`;
  };
  const file = await write('wechatpay_pub.pem', wechatpay.publicPem);
  const entries = [];
  for (const { mchid, certificateSerial, keys } of merchants) {
    const privateKeyFile = await write(`${mchid}_key.pem`, keys.privatePem);
    const wechatpayKeys = [{ serial: wechatpay.serial, file }];
    entries.push({ mchid, v3: { host, certificateSerial, privateKeyFile, wechatpayKeys } });
  }
  const path = join(folder, 'merchants.yaml');
  await writeFile(path, stringify({ merchants: entries }));
  return path;
}
