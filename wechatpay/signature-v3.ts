import { createPrivateKey, createPublicKey, randomBytes, sign, verify as verifyRsa, type KeyObject } from 'node:crypto';

/** The name of APIv3's signature scheme: RSASSA-PKCS1-v1_5 with SHA-256. */
export const SCHEME = 'WECHATPAY2-SHA256-RSA2048';

/** The size of its keys. A smaller one is refused: whoever breaks it can sign as its owner. */
export const RSA_BITS = 2048;

/** How far the time of a signature may be off, either way, in seconds. */
export const MAX_CLOCK_DIFFERENCE_SECONDS = 300;

/** WeChat Pay sends signatures that begin so on purpose, to see whether they are refused. */
export const PROBE_PREFIX = 'WECHATPAY/SIGNTEST/';

/** Signs as a merchant. The key is parsed once; it may be kept anywhere that can sign with it. */
export interface Signer {
  readonly mchid: string;
  /** Serial number of the merchant's certificate, as {@link canonicalSerial} has it. */
  readonly certificateSerial: string;
  /** RSASSA-PKCS1-v1_5 with SHA-256 over the text in UTF-8, in base64; a promise if the key is elsewhere. */
  sign(text: string): string | Promise<string>;
}

/** A signer with its key in this process, so that it signs at once. */
export interface LocalSigner extends Signer {
  sign(text: string): string;
}

/** WeChat Pay's keys, by the {@link canonicalSerial} that an answer names. No other key is ever tried. */
export type VerificationKeys = ReadonlyMap<string, KeyObject>;

/**
 * The one form in which serials of certificates are kept, compared and sent: upper-case hexadecimal of whole bytes, as
 * `openssl x509 -serial`, Node and WeChat Pay's Go SDK write it, so it is the form that the certificate has. Others drop a
 * zero in front (Java's `toString(16)`), pad with zeros, or write lower case: it is the same number.
 *
 * What is not hexadecimal, as a `PUB_KEY_ID_…`, is no serial, and is returned as it is.
 */
export function canonicalSerial(serial: string): string {
  if (!/^[0-9A-Fa-f]+$/.test(serial)) return serial;
  const digits = serial.toUpperCase().replace(/^0+(?=.)/, '');
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

/** Whether two keys are the same, however often they were read. */
export function isSame(one: KeyObject | undefined, other: KeyObject | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one === other || one.equals(other);
}

/** @throws TypeError without any of the key's text, if the PEM is not an RSA private key of 2048 bits or more */
export function rsaSigner(mchid: string, certificateSerial: string, privateKeyPem: string): LocalSigner {
  const key = parseKey(() => createPrivateKey(privateKeyPem), 'private key in PEM');
  return {
    mchid,
    certificateSerial,
    sign: (text) => sign('sha256', Buffer.from(text), key).toString('base64'),
  };
}

/**
 * @throws TypeError without any of the key's text, if the PEM is neither an RSA public key of 2048 bits or more nor a
 * certificate of one
 */
export function verificationKey(pem: string): KeyObject {
  // Node would make a public key of a private one. Here a private key can only be the wrong file.
  const parse = (): KeyObject => createPublicKey(pem.includes('PRIVATE KEY') ? '' : pem);
  return parseKey(parse, 'public key or certificate in PEM');
}

function parseKey(parse: () => KeyObject, wanted: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = parse();
  } catch {
    // OpenSSL's error does not help a reader, and its text could hold anything.
  }
  if (key?.asymmetricKeyType !== 'rsa') throw new TypeError(`this is not an RSA ${wanted}`);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < RSA_BITS) throw new TypeError(`this RSA key has ${bits} bits: ${RSA_BITS} are needed`);
  return key;
}

export interface SignedRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query exactly as they are sent, without the host. */
  readonly target: string;
  /** The body exactly as it is sent; empty for a GET. */
  readonly body: string;
}

/** The time and the random part of a signature; handed in so that a test can fix them. */
export interface SigningMoment {
  /** Milliseconds since 1970, on the wall clock. */
  readonly now: number;
  /** Up to 32 letters and digits. */
  readonly nonce: string;
}

/** A new nonce, of 32 hexadecimal digits. */
export function newNonce(): string {
  return randomBytes(16).toString('hex');
}

/** The text that a request's signature covers: five lines, each ended, an empty body too. */
export function requestText({ method, target, body }: SignedRequest, timestamp: string, nonce: string): string {
  return `${method}\n${target}\n${timestamp}\n${nonce}\n${body}\n`;
}

/** The text that an answer's or a notification's signature covers, over the raw bytes of its body. */
export function answerText(timestamp: string, nonce: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')]);
}

/**
 * The `Authorization` header of a request; not a promise if the signer signs at once. Every attempt needs a new one:
 * WeChat Pay refuses one older than 5 minutes.
 */
export function authorization(signer: LocalSigner, request: SignedRequest, moment: SigningMoment): string;
export function authorization(signer: Signer, request: SignedRequest, moment: SigningMoment): string | Promise<string>;
export function authorization(
  signer: Signer,
  request: SignedRequest,
  { now, nonce }: SigningMoment,
): string | Promise<string> {
  const timestamp = String(Math.floor(now / 1000));
  const header = (signature: string): string => {
    const fields = [
      `mchid="${signer.mchid}"`,
      `nonce_str="${nonce}"`,
      `signature="${signature}"`,
      `timestamp="${timestamp}"`,
      `serial_no="${signer.certificateSerial}"`,
    ];
    return `${SCHEME} ${fields.join(',')}`;
  };
  const signature = signer.sign(requestText(request, timestamp, nonce));
  return typeof signature === 'string' ? header(signature) : signature.then(header);
}

/** The headers of an answer, by lower-case name. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Why an answer is not believed.
 *
 * - `unsigned`: a signature header is missing, present twice, or not of its form
 * - `stale`: its time is more than 300 s from ours, either way: check the clock
 * - `unknown-serial`: signed with a key that is not configured
 * - `probe`: one of WeChat Pay's deliberately wrong signatures
 * - `wrong`: the signature does not fit the bytes
 */
export type SignatureFault = 'unsigned' | 'stale' | 'unknown-serial' | 'probe' | 'wrong';

/** The result of checking an answer's signature. */
export interface Verification {
  /** What is wrong with it. `undefined`: the answer is from WeChat Pay. */
  readonly fault: SignatureFault | undefined;
  /**
   * How far our clock is ahead of the time that WeChat Pay signed at, in whole seconds; below zero it is behind.
   * `undefined`: the answer is not from WeChat Pay, whatever its age.
   */
  readonly skewSeconds: number | undefined;
}

/**
 * Verifies an answer of WeChat Pay over its raw bytes, with the key that its `Wechatpay-Serial` names.
 *
 * @param now milliseconds since 1970, on the wall clock
 */
export function verify(headers: Headers, body: Uint8Array, keys: VerificationKeys, now: number): Verification {
  const refused = (fault: SignatureFault): Verification => ({ fault, skewSeconds: undefined });
  const timestamp = single(headers['wechatpay-timestamp'], /^\d{1,15}$/);
  const nonce = single(headers['wechatpay-nonce'], /^[^\s,]+$/);
  const signature = single(headers['wechatpay-signature'], /^[0-9A-Za-z+/]+={0,2}$/);
  const serial = single(headers['wechatpay-serial'], /^[0-9A-Za-z_]+$/);
  if (!timestamp || !nonce || !signature || !serial) return refused('unsigned');
  const isProbe = signature.startsWith(PROBE_PREFIX);
  if (!isCanonical(signature) && !isProbe) return refused('unsigned');
  const skew = now / 1000 - Number(timestamp);
  const isStale = Math.abs(skew) > MAX_CLOCK_DIFFERENCE_SECONDS;
  const key = keys.get(canonicalSerial(serial));
  if (key === undefined) return refused(isStale ? 'stale' : 'unknown-serial');
  const fits = verifyRsa('sha256', answerText(timestamp, nonce, body), key, Buffer.from(signature, 'base64'));
  if (fits) return { fault: isStale ? 'stale' : undefined, skewSeconds: Math.round(skew) };
  if (isStale) return refused('stale');
  return refused(isProbe ? 'probe' : 'wrong');
}

/** What is wrong with the signature of an answer or a notification. `undefined`: nothing. See {@link verify}. */
export function answerFault(
  headers: Headers,
  body: Uint8Array,
  keys: VerificationKeys,
  now: number,
): SignatureFault | undefined {
  return verify(headers, body, keys, now).fault;
}

/** A header that is there once. Node joins two as `one, other`, and decoding base64 stops at the padding of the first. */
function single(header: string | string[] | undefined, form: RegExp): string | undefined {
  return typeof header === 'string' && form.test(header) ? header : undefined;
}

/** Base64 can spell the same bytes in more ways than one. WeChat Pay uses the canonical one. */
function isCanonical(base64: string): boolean {
  return Buffer.from(base64, 'base64').toString('base64') === base64;
}
