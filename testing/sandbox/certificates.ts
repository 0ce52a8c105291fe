import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';
import { newSerial } from './keys.js';

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};

const FIVE_YEARS_MS = 5 * 365 * 24 * 3_600_000;

/** A platform certificate: what WeChat Pay signs with where a merchant has no WeChat Pay public key. */
export interface PlatformCertificate {
  readonly serial: string;
  /** X.509, in PEM. */
  readonly pem: string;
  readonly privatePem: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** @param now milliseconds since 1970, on the wall clock: it is valid from then on, for five years */
export async function newPlatformCertificate(now: number): Promise<PlatformCertificate> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const serial = newSerial();
  const notBefore = new Date(now);
  const notAfter = new Date(now + FIVE_YEARS_MS);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial,
    name: 'CN=WeChat Pay sandbox, O=Not Tenpay, C=CN',
    notBefore,
    notAfter,
    signingAlgorithm: ALGORITHM,
    keys,
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const privatePem = `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
  return { serial, pem: certificate.toString('pem'), privatePem, notBefore, notAfter };
}
