import { createPrivateKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import 'reflect-metadata';
import { X509CertificateGenerator } from '@peculiar/x509';

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};

export const MCHID = '1900000109';
export const SERIAL = '5157F09EFDC096DE15EBE81A47057A7232F1B8E1';
export const DAY = 24 * 3_600_000;

/** A key pair of RSA, in PEM. */
export function rsa(modulusLength = 2048): { readonly privatePem: string; readonly publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

export interface CertificateFacts {
  readonly privatePem: string;
  readonly serial?: string;
  readonly cn?: string;
  /** Days from now. */
  readonly from?: number;
  readonly until?: number;
}

/** A certificate of a key, in PEM. */
export async function certificate({ privatePem, ...facts }: CertificateFacts): Promise<string> {
  const { serial = SERIAL, cn = MCHID, from = -1, until = 1000 } = facts;
  const der = createPrivateKey(privatePem).export({ type: 'pkcs8', format: 'der' });
  const privateKey = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign']);
  const { kty, n, e } = await webcrypto.subtle.exportKey('jwk', privateKey);
  const publicKey = await webcrypto.subtle.importKey('jwk', { kty, n, e } as webcrypto.JsonWebKey, ALGORITHM, true, [
    'verify',
  ]);
  const made = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial,
    name: `C=CN, O=Not Tenpay, CN=${cn}`,
    notBefore: new Date(Date.now() + from * DAY),
    notAfter: new Date(Date.now() + until * DAY + 3_600_000),
    signingAlgorithm: ALGORITHM,
    keys: { privateKey, publicKey },
  });
  return made.toString('pem');
}

/** The keys of a merchant, by the names of their files. */
export const KEYS = rsa();
export const FILES = {
  'key.pem': KEYS.privatePem,
  'pub.pem': rsa().publicPem,
  'apiv3.key': 'Q3v3Q3v3Q3v3Q3v3Q3v3Q3v3Q3v3Q3v3',
  'apiv2.key': 'Q2v2Q2v2Q2v2Q2v2Q2v2Q2v2Q2v2Q2v2',
};

/** A merchants file of one merchant, with more lines of `v3`. */
export function merchantsYaml(
  more: readonly string[] = [],
  keys = '- { serial: PUB_KEY_ID_01, file: pub.pem }',
): string {
  return `merchants:
  - mchid: "${MCHID}"
    appids: [wx8888888888888888]
    v3:
      certificateSerial: ${SERIAL}
      privateKeyFile: key.pem
      wechatpayKeys:
        ${keys}
${more.map((line) => `      ${line}\n`).join('')}`;
}
