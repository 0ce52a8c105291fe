import { createHmac, createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { downloadCertificates } from '../certificates.js';
import { decryptWith } from '../encryption.js';
import { HOSTS, type V3Access } from '../merchant.js';
import { NotSignedError, remoteSigner } from '../remote-signer.js';
import { canonicalSerial, rsaSigner, verificationKey, type Signer } from '../signature-v3.js';
import type { Complain, Read, ReadOptions } from './keys.js';
import { liveKeys } from './live-keys.js';
import { PlatformCertificates, REFRESH_TIMES } from './platform-certificates.js';
import type { V3Entry } from './schema.js';
import { readVerificationKeys } from './verification-keys.js';

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
  const { apiV3KeyFile, platformCertificates: from, host } = entry;
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
  };
  if (from === undefined) return { access: { ...parts, wechatpayKeys: liveKeys(() => configured, now) } };
  const certificates = new PlatformCertificates({
    source: `${from} ${host ?? HOSTS[from]}`,
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
