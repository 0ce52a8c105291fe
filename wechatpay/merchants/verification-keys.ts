import { readCertificate, type TimedKey } from '../certificates.js';
import { verificationKey } from '../signature-v3.js';
import type { Complain, Read } from './keys.js';
import type { V3Entry } from './schema.js';

/** Reads WeChat Pay's keys that an entry names: public keys, and certificates with their time. */
export function readVerificationKeys(keys: V3Entry['wechatpayKeys'], read: Read, complain: Complain): TimedKey[] {
  const parsed = new Map<string, TimedKey>();
  for (const { serial, file } of keys) {
    const key = read(`v3.wechatpayKeys ${serial}`, file, 'wechatpayKey', (pem) => timedKey(serial, pem));
    if (parsed.has(serial)) complain(`v3.wechatpayKeys ${serial}: this serial is there twice`);
    if (key !== undefined) parsed.set(serial, key);
  }
  return [...parsed.values()];
}

/** @throws TypeError without any of the key's text; also where it is a certificate, and answers name another serial */
export function timedKey(serial: string, pem: string): TimedKey {
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    return { serial, key: verificationKey(pem), notBefore: -Infinity, notAfter: Infinity };
  }
  const certificate = readCertificate(pem);
  if (certificate.serial === serial) return certificate;
  throw new TypeError(`this certificate has the serial ${certificate.serial}: answers name that one`);
}
