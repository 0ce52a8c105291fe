import { createHmac, createPrivateKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { downloadCertificates, isValidAt, readCertificate, type TimedKey } from '../certificates.js';
import { decryptWith } from '../encryption.js';
import { hostOf, type V3Access } from '../merchant.js';
import { NotSignedError, remoteSigner } from '../remote-signer.js';
import { canonicalSerial, rsaSigner, type Signer, verificationKey, type VerificationKeys } from '../signature-v3.js';
import type { Complain, Read, ReadOptions } from './keys.js';
import { PlatformCertificates, REFRESH_TIMES } from './platform-certificates.js';
import type { V3Entry } from './schema.js';

/** A merchant's access to APIv3, and its platform certificates where these are downloaded. */
export interface ReadAccess {
  readonly access: V3Access;
  readonly certificates?: PlatformCertificates;
}

/** Reads every key that an entry names. Where there are faults, what is returned is not whole. */
export function readV3(
  entry: V3Entry,
  mchid: string,
  read: Read,
  complain: Complain,
  options: ReadOptions,
): ReadAccess | undefined {
  const { apiV3KeyFile, platformCertificates: from, host, hosts } = entry;
  const now = options.now ?? Date.now;
  const signer = readSigner(entry, mchid, read, complain, options);
  const apiV3Key = apiV3KeyFile === undefined ? undefined : read('v3.apiV3KeyFile', apiV3KeyFile, 'apiKey', openedWith);
  const configured = readVerificationKeys(entry.wechatpayKeys, read, complain);
  if (signer === undefined) return undefined;
  const api = entry.api ?? from;
  const parts = {
    signer,
    ...(apiV3Key && { decrypt: apiV3Key.decrypt }),
    ...(api !== undefined && { api }),
    ...(host !== undefined && { host }),
    ...(hosts !== undefined && { hosts }),
  };
  if (from === undefined) return { access: { ...parts, wechatpayKeys: liveKeys(() => configured, now) } };
  const certificates = new PlatformCertificates({
    source: `${from} ${hostOf(parts, from)}`,
    opens: apiV3Key?.mark ?? '',
    download: () => downloadCertificates(access, from, now),
    now,
    times: options.refreshTimes ?? REFRESH_TIMES,
  });
  const wechatpayKeys = liveKeys(() => [...configured, ...certificates.current], now);
  const access: V3Access = { ...parts, wechatpayKeys, refreshKeys: () => certificates.refresh() };
  return { access, certificates };
}

/** Without it, a mark says nothing of its key. */
const MARKED_WITH = randomBytes(32);

function openedWith(text: string) {
  const key = text.trim();
  return { decrypt: decryptWith(key), mark: createHmac('sha256', MARKED_WITH).update(key).digest('hex') };
}

/** A function that was handed over signs; else the key of the file. */
function readSigner(
  { certificateSerial: serial, privateKeyFile, certificateFile }: V3Entry,
  mchid: string,
  read: Read,
  complain: Complain,
  { signers = {}, verifiesOnly = false }: ReadOptions,
): Signer | undefined {
  const certificate =
    certificateFile && read('v3.certificateFile', certificateFile, 'certificate', certificateOf(serial));
  const sign = Object.hasOwn(signers, mchid) ? signers[mchid] : undefined;
  if (sign !== undefined) return remoteSigner(mchid, serial, sign);
  if (privateKeyFile === undefined && verifiesOnly) return { mchid, certificateSerial: serial, sign: signNothing };
  if (privateKeyFile === undefined) {
    complain(
      'v3: nothing signs for this merchant: name its key as privateKeyFile, ' +
        'or hand startWorker({ signers }) a function under this number',
    );
    return undefined;
  }
  return read('v3.privateKeyFile', privateKeyFile, 'privateKey', (pem) => {
    const signer = rsaSigner(mchid, serial, pem);
    if (!certificate || certificate.checkPrivateKey(createPrivateKey(pem))) return signer;
    throw new TypeError('this key does not belong to the certificate of v3.certificateFile');
  });
}

function signNothing(): never {
  throw new NotSignedError('this process has nothing that signs for the merchant');
}

/** @throws TypeError without any of its text, where it is not the certificate of that serial */
function certificateOf(serial: string): (pem: string) => X509Certificate {
  return (pem) => {
    const certificate = parsedCertificate(pem);
    const own = canonicalSerial(certificate.serialNumber);
    if (own === serial) return certificate;
    throw new TypeError(`this certificate has the serial ${own}, and certificateSerial says another`);
  };
}

function parsedCertificate(pem: string): X509Certificate {
  const certificate = parsedOrNot(pem);
  if (certificate === undefined) throw new TypeError('this is not an X.509 certificate in PEM');
  // Of the certificate alone: its file may hold its private key too.
  verificationKey(certificate.toString());
  return certificate;
}

function parsedOrNot(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/**
 * Keys as they are at the moment of each look, since certificates come, begin and expire. Of two with one serial, the
 * first counts.
 *
 * @param now milliseconds since 1970, on the wall clock
 */
export function liveKeys(keys: () => readonly TimedKey[], now: () => number): VerificationKeys {
  const current = (): VerificationKeys => {
    const found = new Map<string, KeyObject>();
    const at = now();
    for (const timed of keys()) {
      if (isValidAt(timed, at) && !found.has(timed.serial)) found.set(timed.serial, timed.key);
    }
    return found;
  };
  return {
    get: (serial) => current().get(serial),
    has: (serial) => current().has(serial),
    get size() {
      return current().size;
    },
    keys: () => current().keys(),
    values: () => current().values(),
    entries: () => current().entries(),
    forEach: (call, self) => current().forEach(call, self),
    [Symbol.iterator]: () => current()[Symbol.iterator](),
  };
}

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
