import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';

/** What the file of a key can hold, as far as its owner must know it to correct it. */
export type Content =
  | 'nothing'
  | 'a private key'
  | 'an encrypted private key'
  | 'a public key'
  | 'a certificate'
  | 'a request for a certificate'
  | 'a PKCS#12 file'
  | 'an API key of 32 characters'
  | 'something else';

/** How it is written. PEM is the form that is wanted. */
export type Form = 'pem' | 'der' | 'base64' | 'escaped' | 'utf16' | 'bom' | 'broken';

export interface FileKind {
  /** More than one for a file with a key and its certificate. */
  readonly holds: readonly Content[];
  readonly form: Form;
  /** The algorithm of the key, as Node names it: `rsa`, `ec`; absent if no key could be parsed. */
  readonly algorithm?: string | undefined;
}

const SOMETHING_ELSE: FileKind = { holds: ['something else'], form: 'pem' };
const BROKEN: FileKind = { holds: ['something else'], form: 'broken' };

const UTF16 = /^(?:fffe|feff)/;
const UTF8_MARK = /^efbbbf/;
/** A sequence whose length takes more than seven bits: so begins every key, certificate and PKCS#12 file. */
const DER = /^308[0-4]/;
/** PFX: version 3, then a ContentInfo of PKCS#7 data or signed data. */
const PKCS12 =
  /^30(?:80|81..|82.{4}|83.{6}|84.{8})02010330(?:80|[0-7].|81..|82.{4}|83.{6}|84.{8})06092a864886f70d01070[12]/;
const API_KEY = /^[0-9A-Za-z]{32}$/;
const BASE64 = /^[0-9A-Za-z+/]{40,}={0,2}$/;
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;
const CERTIFICATE_REQUEST = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----/;

/** Says what a file's bytes are. Nothing of them is repeated. */
export function kindOf(bytes: Buffer): FileKind {
  const beginning = bytes.subarray(0, 40).toString('hex');
  if (UTF16.test(beginning)) return { ...kindOfText(utf16(bytes)), form: 'utf16' };
  if (UTF8_MARK.test(beginning)) return { ...kindOfText(bytes.toString('utf8', 3)), form: 'bom' };
  if (DER.test(beginning)) return { ...kindOfDer(bytes), form: 'der' };
  return kindOfText(bytes.toString('utf8'));
}

function utf16(bytes: Buffer): string {
  const even = Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)));
  return (bytes[0] === 0xfe ? even.swap16() : even).toString('utf16le');
}

function kindOfText(text: string): FileKind {
  if (text.trim() === '') return { holds: ['nothing'], form: 'pem' };
  if (text.includes('-----BEGIN')) {
    const unescaped = text.replaceAll('"', '').replaceAll('\\r', '').replaceAll('\\n', '\n');
    const escaped = text.includes('\\n') ? kindOfPem(unescaped) : undefined;
    return kindOfPem(text) ?? (escaped ? { ...escaped, form: 'escaped' } : BROKEN);
  }
  if (API_KEY.test(text.trim())) return { holds: ['an API key of 32 characters'], form: 'pem' };
  const base64 = text.replaceAll(/\s/g, '');
  const der = BASE64.test(base64) ? kindOfDer(Buffer.from(base64, 'base64')) : SOMETHING_ELSE;
  return der === SOMETHING_ELSE ? der : { ...der, form: 'base64' };
}

function kindOfPem(text: string): FileKind | undefined {
  const certificate = tried(() => new X509Certificate(text));
  const more = certificate === undefined ? [] : (['a certificate'] as const);
  if (ENCRYPTED.test(text)) return { holds: ['an encrypted private key', ...more], form: 'pem' };
  const privateKey = tried(() => createPrivateKey(text));
  if (privateKey !== undefined) return pem(['a private key', ...more], privateKey);
  if (certificate !== undefined) return pem(['a certificate'], certificate.publicKey);
  if (CERTIFICATE_REQUEST.test(text)) return { holds: ['a request for a certificate'], form: 'pem' };
  const publicKey = tried(() => createPublicKey(text));
  return publicKey && pem(['a public key'], publicKey);
}

function pem(holds: readonly Content[], { asymmetricKeyType: algorithm }: KeyObject): FileKind {
  return { holds, form: 'pem', algorithm };
}

function kindOfDer(bytes: Buffer): FileKind {
  if (PKCS12.test(bytes.subarray(0, 40).toString('hex'))) return { holds: ['a PKCS#12 file'], form: 'der' };
  const certificate = tried(() => new X509Certificate(bytes));
  if (certificate !== undefined) return pem(['a certificate'], certificate.publicKey);
  const der = { key: bytes, format: 'der' } as const;
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    const key = tried(() => createPrivateKey({ ...der, type }));
    if (key !== undefined) return pem(['a private key'], key);
  }
  for (const type of ['spki', 'pkcs1'] as const) {
    const key = tried(() => createPublicKey({ ...der, type }));
    if (key !== undefined) return pem(['a public key'], key);
  }
  return SOMETHING_ELSE;
}

/** @returns `undefined` if a library cannot read or parse something. Its error is not repeated: it may quote what is secret. */
export function tried<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
