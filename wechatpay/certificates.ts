import { X509Certificate, type KeyObject } from 'node:crypto';
import { isRecord } from '../domain/validation.js';
import type { HttpAnswer } from './http.js';
import { parseJsonObject, type JsonObject } from './json.js';
import type { V3Access, V3Api } from './merchant.js';
import { quotedCode } from './quoted.js';
import { requestIdOf } from './failure.js';
import { sendSigned } from './call-v3.js';
import { answerFault, canonicalSerial, verificationKey } from './signature-v3.js';

/** A key of WeChat Pay's that is good for some time: a platform certificate. Instants, both included. */
export interface TimedKey {
  /** `PUB_KEY_ID_…`, or a certificate's, as {@link canonicalSerial} has it. */
  readonly serial: string;
  readonly key: KeyObject;
  readonly notBefore: number;
  readonly notAfter: number;
}

export function isValidAt({ notBefore, notAfter }: TimedKey, now: number): boolean {
  return notBefore <= now && now <= notAfter;
}

/** The list was not there, or is not WeChat Pay's: nothing of it is used. */
export class CertificatesError extends Error {
  override readonly name = 'CertificatesError';

  constructor(
    /** In our words; nothing secret. */
    readonly reason: string,
    readonly requestId: string | null = null,
  ) {
    super(`no platform certificates: ${reason}`);
  }
}

const PATHS: Readonly<Record<V3Api, string>> = {
  v3: '/v3/certificates',
  'v3-global': '/v3/global/certificates',
};

/**
 * Asks for the merchant's platform certificates. The list is signed by a key that is known, or by one that is inside
 * it: only WeChat Pay and we can encrypt with the APIv3 key, so what opens with it comes from one of the two.
 *
 * @param now milliseconds since 1970, on the wall clock
 * @returns every certificate of the list, also those that are not valid now; none where WeChat Pay says, signed, that
 * this merchant has none
 * @throws CertificatesError where any part of the answer is not as it should be
 */
export async function downloadCertificates(
  access: V3Access,
  api: V3Api,
  now: () => number = Date.now,
): Promise<readonly TimedKey[]> {
  const sent = await sendSigned(access, { api, method: 'GET', target: PATHS[api] });
  if (!sent.ok) throw new CertificatesError(sent.failure.what);
  const { status, headers, body } = sent.value;
  const requestId = requestIdOf(headers['request-id']);
  const refuse = (reason: string): CertificatesError => new CertificatesError(reason, requestId);
  const content = parseJsonObject(body) ?? {};
  const code = typeof content['code'] === 'string' ? content['code'] : '';
  const hasNone = status === 404 && code === 'RESOURCE_NOT_EXISTS';
  if (status !== 200 && !hasNone) throw refuse(`WeChat Pay answers ${status} ${quotedCode(code) ?? ''}`.trim());
  const listed = hasNone ? [] : readList(content, access, refuse);
  const fault = faultOf(sent.value, access, listed, now());
  if (fault !== undefined) throw refuse(`the answer (${status}) cannot be verified: ${fault}`);
  return listed;
}

function faultOf({ headers, body }: HttpAnswer, access: V3Access, listed: readonly TimedKey[], now: number) {
  const usable = listed.filter((certificate) => isValidAt(certificate, now));
  // A key that is known already is the one that its serial stands for.
  const keys = new Map([...usable.map(({ serial, key }) => [serial, key] as const), ...access.wechatpayKeys]);
  return answerFault(headers, body, keys, now);
}

const NOT_ONE = 'what is listed as a certificate was not encrypted as one';

type Refuse = (reason: string) => CertificatesError;

function readList({ data }: JsonObject, access: V3Access, refuse: Refuse): TimedKey[] {
  if (!Array.isArray(data)) throw refuse('the list is not of the documented form');
  return data.map((entry: unknown) => readEntry(entry, access, refuse));
}

function readEntry(entry: unknown, { decrypt }: V3Access, refuse: Refuse): TimedKey {
  const fields = isRecord(entry) ? entry : {};
  const encrypted = isRecord(fields['encrypt_certificate']) ? fields['encrypt_certificate'] : {};
  const opened = decrypt?.({
    algorithm: textOf(encrypted['algorithm']),
    nonce: textOf(encrypted['nonce']),
    associatedData: textOf(encrypted['associated_data']),
    ciphertext: textOf(encrypted['ciphertext']),
  });
  // A notification is encrypted with the same key.
  if (opened !== undefined && encrypted['associated_data'] !== 'certificate') throw refuse(NOT_ONE);
  if (opened === undefined) throw refuse('a certificate cannot be opened with the APIv3 key: is it the right one?');
  const serial = canonicalSerial(textOf(fields['serial_no']));
  const certificate = certificateOf(opened.toString('utf8'));
  if (certificate === undefined) throw refuse('what is listed is not an X.509 certificate of an RSA key of 2048 bits');
  if (certificate.serial === serial) return certificate;
  throw refuse('a certificate has another serial than the list says');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function certificateOf(pem: string): TimedKey | undefined {
  try {
    return readCertificate(pem);
  } catch {
    return undefined;
  }
}

/** @throws Error without any of its text, where it is not a certificate of an RSA key, in PEM */
export function readCertificate(pem: string): TimedKey {
  const key = verificationKey(pem);
  const { serialNumber, validFrom, validTo } = new X509Certificate(pem);
  return {
    serial: canonicalSerial(serialNumber),
    key,
    notBefore: Date.parse(validFrom),
    notAfter: Date.parse(validTo),
  };
}
