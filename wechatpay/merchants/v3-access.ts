import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { downloadCertificates, isValidAt, readCertificate, type TimedKey } from '../certificates.js';
import { decryptWith } from '../encryption.js';
import type { V3Access } from '../merchant.js';
import { NotSignedError, remoteSigner } from '../remote-signer.js';
import { canonicalSerial, rsaSigner, type Signer, verificationKey, type VerificationKeys } from '../signature-v3.js';
import { tried } from './file-kind.js';
import type { EntryReader } from './keys.js';
import { PlatformCertificates, REFRESH_TIMES } from './platform-certificates.js';
import type { V3Entry } from './schema.js';

/** A merchant's access to APIv3, and its platform certificates if these are downloaded. */
export interface ReadAccess {
  readonly access: V3Access;
  readonly certificates?: PlatformCertificates;
}

/** Reads every key that an entry names. If there are faults, the result is incomplete. */
export function readV3(entry: V3Entry, reader: EntryReader): ReadAccess | undefined {
  const { apiV3KeyFile, platformCertificates: from, host, hosts } = entry;
  const { now = () => Date.now(), refreshTimes: times = REFRESH_TIMES } = reader.options;
  const signer = readSigner(entry, reader);
  const decrypt =
    apiV3KeyFile && reader.read('v3.apiV3KeyFile', apiV3KeyFile, 'apiKey', (text) => decryptWith(text.trim()));
  const configured = readVerificationKeys(entry.wechatpayKeys, reader);
  if (signer === undefined) return undefined;
  const api = entry.api ?? from;
  const parts = {
    signer,
    ...(decrypt && { decrypt }),
    ...(api !== undefined && { api }),
    ...(host !== undefined && { host }),
    ...(hosts !== undefined && { hosts }),
  };
  if (from === undefined) return { access: { ...parts, wechatpayKeys: liveKeys(() => configured, now) } };
  const certificates = new PlatformCertificates({
    // WeChat Pay's second host has the same certificates.
    source: `${from} ${host ?? ''}`,
    opens: decrypt ? decrypt.mark : '',
    download: () => downloadCertificates(access, from, now),
    now,
    times,
  });
  const wechatpayKeys = liveKeys(() => [...configured, ...certificates.current], now);
  const access: V3Access = { ...parts, wechatpayKeys, refreshKeys: () => certificates.refresh() };
  return { access, certificates };
}

/** The signer of the options, if they have one for this merchant; otherwise the key of the file. */
function readSigner(
  { certificateSerial: serial, privateKeyFile, certificateFile }: V3Entry,
  { mchid, options: { signers = {}, verifiesOnly = false }, read, fault }: EntryReader,
): Signer | undefined {
  const certificate =
    certificateFile &&
    read('v3.certificateFile', certificateFile, 'certificate', (pem, refuse) => {
      const parsed = tried(() => new X509Certificate(pem));
      if (parsed === undefined) return refuse('this is not an X.509 certificate in PEM');
      // Of the certificate alone: its file may hold its private key too.
      verificationKey(parsed.toString());
      const own = canonicalSerial(parsed.serialNumber);
      return own === serial
        ? parsed
        : refuse(`this certificate has the serial ${own}, and certificateSerial says another`);
    });
  const sign = Object.hasOwn(signers, mchid) ? signers[mchid] : undefined;
  if (sign !== undefined) return remoteSigner(mchid, serial, sign);
  if (privateKeyFile === undefined && verifiesOnly) return { mchid, certificateSerial: serial, sign: signNothing };
  if (privateKeyFile === undefined) {
    return fault(
      'v3',
      'nothing signs for this merchant: name its key as privateKeyFile, ' +
        'or hand startWorker({ signers }) a function under this number',
    );
  }
  return read('v3.privateKeyFile', privateKeyFile, 'privateKey', (pem, refuse) => {
    const signer = rsaSigner(mchid, serial, pem);
    const isOwn = !certificate || certificate.checkPrivateKey(createPrivateKey(pem));
    return isOwn ? signer : refuse('this key does not belong to the certificate of v3.certificateFile');
  });
}

function signNothing(): never {
  throw new NotSignedError('this process has nothing that signs for the merchant');
}

/**
 * The keys that are valid at the moment of each look-up, since certificates are added, begin and expire. Of two with the
 * same serial, the first is used.
 *
 * @param now milliseconds since 1970, on the wall clock
 */
function liveKeys(keys: () => readonly TimedKey[], now: () => number): VerificationKeys {
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
function readVerificationKeys(keys: V3Entry['wechatpayKeys'], { read, fault }: EntryReader): TimedKey[] {
  const parsed = new Map<string, TimedKey>();
  for (const { serial, file } of keys) {
    const field = `v3.wechatpayKeys ${serial}`;
    const key = read(field, file, 'wechatpayKey', (pem, refuse) => {
      const timed = timedKey(serial, pem);
      if (timed.serial === serial) return timed;
      return refuse(`this certificate has the serial ${timed.serial}: answers name that one`);
    });
    if (parsed.has(serial)) fault(field, 'this serial is there twice');
    if (key !== undefined) parsed.set(serial, key);
  }
  return [...parsed.values()];
}

/**
 * @param serial of a public key; a certificate has its own
 * @throws TypeError without any of the key's text
 */
export function timedKey(serial: string, pem: string): TimedKey {
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return readCertificate(pem);
  return { serial, key: verificationKey(pem), notBefore: -Infinity, notAfter: Infinity };
}
