import { X509Certificate, type KeyObject } from 'node:crypto';
import { isRecord } from '../domain/validation.js';
import type { HttpAnswer } from './http.js';
import { parseJsonObject, type JsonObject } from './json.js';
import type { V3Access, V3Api } from './merchant.js';
import { quotedCode } from './quoted.js';
import { requestIdOf, type Result } from './failure.js';
import { sendSigned } from './send-v3.js';
import { answerFault, canonicalSerial, verificationKey } from './signature-v3.js';

/** A key of WeChat Pay that is valid for some time: a platform certificate. Both instants are included. */
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

/** Why there is no list. */
export interface NoCertificates {
  /** In our words; nothing secret. */
  readonly reason: string;
  readonly requestId: string | null;
}

const PATHS: Readonly<Record<V3Api, string>> = {
  v3: '/v3/certificates',
  'v3-global': '/v3/global/certificates',
};

/**
 * Asks for the merchant's platform certificates. The list is signed with a key that is known, or with one that it lists.
 * The latter is safe: only WeChat Pay and we have the APIv3 key, so what opens with it was encrypted by one of the two.
 *
 * @param now milliseconds since 1970, on the wall clock
 * @returns every certificate of the list, also those that are not valid now; none if WeChat Pay says, signed, that this
 * merchant has none. Or why there is no list: any part of the answer that is not as it should be makes all of it unusable
 */
export async function downloadCertificates(
  access: V3Access,
  api: V3Api,
  now: () => number = () => Date.now(),
): Promise<Result<readonly TimedKey[], NoCertificates>> {
  const sent = await sendSigned(access, { api, method: 'GET', target: PATHS[api] });
  if (!sent.ok) return { ok: false, failure: { reason: sent.failure.what, requestId: null } };
  const { status, headers, body } = sent.value;
  const requestId = requestIdOf(headers['request-id']);
  const refused = (reason: string) => ({ ok: false, failure: { reason, requestId } }) as const;
  const content = parseJsonObject(body) ?? {};
  const code = typeof content['code'] === 'string' ? content['code'] : '';
  const hasNone = status === 404 && code === 'RESOURCE_NOT_EXISTS';
  if (status !== 200 && !hasNone) return refused(`WeChat Pay answers ${status} ${quotedCode(code) ?? ''}`.trim());
  const listed = hasNone ? [] : readList(content, access);
  if (typeof listed === 'string') return refused(listed);
  const fault = faultOf(sent.value, access, listed, now());
  if (fault !== undefined) return refused(`the answer (${status}) cannot be verified: ${fault}`);
  return { ok: true, value: listed };
}

function faultOf({ headers, body }: HttpAnswer, access: V3Access, listed: readonly TimedKey[], now: number) {
  const usable = listed.filter((certificate) => isValidAt(certificate, now));
  // If a listed serial is known already, the known key counts.
  const keys = new Map([...usable.map(({ serial, key }) => [serial, key] as const), ...access.wechatpayKeys]);
  return answerFault(headers, body, keys, now);
}

/** The certificates of a list, or what is wrong with it. */
function readList({ data }: JsonObject, access: V3Access): readonly TimedKey[] | string {
  if (!Array.isArray(data)) return 'the list is not of the documented form';
  const listed: TimedKey[] = [];
  for (const entry of data as unknown[]) {
    const read = readEntry(entry, access);
    if (typeof read === 'string') return read;
    listed.push(read);
  }
  return listed;
}

function readEntry(entry: unknown, { decrypt }: V3Access): TimedKey | string {
  const fields = isRecord(entry) ? entry : {};
  const encrypted = isRecord(fields['encrypt_certificate']) ? fields['encrypt_certificate'] : {};
  const opened = decrypt?.({
    algorithm: textOf(encrypted['algorithm']),
    nonce: textOf(encrypted['nonce']),
    associatedData: textOf(encrypted['associated_data']),
    ciphertext: textOf(encrypted['ciphertext']),
  });
  if (opened === undefined) return 'a certificate cannot be opened with the APIv3 key: is it the right one?';
  // A notification is encrypted with the same key.
  if (encrypted['associated_data'] !== 'certificate') return 'what is listed as a certificate was not encrypted as one';
  const certificate = certificateOf(opened.toString('utf8'));
  if (certificate === undefined) return 'what is listed is not an X.509 certificate of an RSA key of 2048 bits';
  const isOfSerial = certificate.serial === canonicalSerial(textOf(fields['serial_no']));
  return isOfSerial ? certificate : 'a certificate has another serial than the list says';
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

/** @throws Error without any of its text, if it is not a certificate of an RSA key in PEM */
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
