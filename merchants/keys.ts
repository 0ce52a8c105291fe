import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Merchant, V2Access, V3Access } from '../wechatpay/merchant.js';
import { decryptWith } from '../wechatpay/encryption.js';
import { v2Signer } from '../wechatpay/signature-v2.js';
import { rsaSigner, verificationKey, type VerificationKeys } from '../wechatpay/signature-v3.js';
import { isPlainlyPath } from './key-paths.js';
import type { MerchantEntry, V2Entry, V3Entry } from './schema.js';

/** Takes one fault; nothing of a key may be in it. */
type Complain = (fault: string) => void;

/** Reads a file and makes something of it; `undefined`, and a complaint, where that fails. */
type Read = <T>(field: string, path: string, use: (text: string) => T) => T | undefined;

/** Reads every key that an entry names. Where there are faults, what is returned is not whole. */
export function readMerchant(entry: MerchantEntry, mchid: string, folder: string, complain: Complain): Merchant {
  const read: Read = (field, path, use) => {
    const text = attempt(() => readFileSync(resolve(folder, path), 'utf8'));
    const key = text instanceof Error ? new Error(unreadable(text)) : attempt(() => use(text));
    if (!(key instanceof Error)) return key;
    // What was written for a path may be the key itself.
    const place = isPlainlyPath(path) ? `${field}: ${path}` : field;
    complain(`${place}: ${key.message}`);
    return undefined;
  };
  const v3 = entry.v3 && readV3(entry.v3, mchid, read, complain);
  const v2 = entry.v2 && readV2(entry.v2, read);
  return { mchid, appids: entry.appids, ...timeZoneOf(entry), ...(v3 && { v3 }), ...(v2 && { v2 }) };
}

function timeZoneOf({ timeZone }: MerchantEntry): Pick<Merchant, 'timeZone'> {
  return timeZone === undefined ? {} : { timeZone };
}

function readV3(entry: V3Entry, mchid: string, read: Read, complain: Complain): V3Access | undefined {
  const serial = entry.certificateSerial.toUpperCase();
  const signer = read('v3.privateKeyFile', entry.privateKeyFile, (pem) => rsaSigner(mchid, serial, pem));
  const { apiV3KeyFile } = entry;
  const decrypt = apiV3KeyFile && read('v3.apiV3KeyFile', apiV3KeyFile, (text) => decryptWith(text.trim()));
  const wechatpayKeys = readVerificationKeys(entry.wechatpayKeys, read, complain);
  return (
    signer && {
      signer,
      wechatpayKeys,
      ...(decrypt && { decrypt }),
      ...(entry.host !== undefined && { host: entry.host }),
    }
  );
}

function readVerificationKeys(keys: V3Entry['wechatpayKeys'], read: Read, complain: Complain): VerificationKeys {
  const parsed = new Map<string, ReturnType<typeof verificationKey>>();
  for (const { serial, file } of keys) {
    const key = read(`v3.wechatpayKeys ${serial}`, file, (pem) => verificationKeyOf(serial, pem));
    if (parsed.has(serial)) complain(`v3.wechatpayKeys ${serial}: this serial is there twice`);
    if (key !== undefined) parsed.set(serial, key);
  }
  return parsed;
}

/** @throws TypeError without any of the key's text; also where it is a certificate, and answers name another serial */
function verificationKeyOf(serial: string, pem: string): ReturnType<typeof verificationKey> {
  const key = verificationKey(pem);
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) return key;
  const { serialNumber } = new X509Certificate(pem);
  if (withoutZeros(serialNumber) === withoutZeros(serial)) return key;
  throw new TypeError(`this certificate has the serial ${serialNumber}: answers name that one`);
}

function withoutZeros(serial: string): string {
  return serial.toUpperCase().replace(/^0+/, '');
}

function readV2(entry: V2Entry, read: Read): V2Access | undefined {
  const signer = read('v2.keyFile', entry.keyFile, (text) => v2Signer(text.trim(), entry.signType));
  return signer && { signer, ...(entry.host !== undefined && { host: entry.host }) };
}

export function attempt<T>(action: () => T): T | Error {
  try {
    return action();
  } catch (error) {
    return error instanceof Error ? error : new Error('unexpected error');
  }
}

export function unreadable(error: NodeJS.ErrnoException): string {
  return `cannot be read (${error.code ?? error.name})`;
}
