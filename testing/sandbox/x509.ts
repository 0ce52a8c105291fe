import { type KeyObject, sign } from 'node:crypto';

/*
 * A self-signed certificate of one form, X.509 v3 in DER (RFC 5280). Not by a library: the sandbox is in the package, and the
 * libraries for certificates would bring a worker twenty packages that it never uses. The tests read it with Node.js (OpenSSL).
 */

export interface CertificateOptions {
  /** 40 hexadecimal digits, of which the first is 1 to 7. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** One value: its tag, its length and its content. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  // From 128 bytes on, the number of bytes that hold the length comes before it. No certificate of ours has 64 KiB.
  const lengthBytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.of(tag, ...lengthBytes), body]);
}

const sequence = (...content: readonly Uint8Array[]): Buffer => der(0x30, ...content);
const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

/** sha256WithRSAEncryption, 1.2.840.113549.1.1.11, whose parameters are NULL. */
const SHA256_RSA = sequence(objectId('2a864886f70d01010b'), der(0x05));

const COMMON_NAME = objectId('550403');
const ORGANIZATION = objectId('55040a');
const COUNTRY = objectId('550406');
const UTF8 = 0x0c;
const PRINTABLE = 0x13;

const attribute = (type: Uint8Array, tag: number, text: string): Buffer =>
  der(0x31, sequence(type, der(tag, Buffer.from(text))));

const NAME = sequence(
  attribute(COMMON_NAME, UTF8, 'WeChat Pay sandbox'),
  attribute(ORGANIZATION, UTF8, 'Not Tenpay'),
  attribute(COUNTRY, PRINTABLE, 'CN'),
);

/** UTCTime, which has two digits of the year, up to 2049; GeneralizedTime from then on. */
function time(date: Date): Buffer {
  const digits = `${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
  return date.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}

/** @returns the certificate in PEM */
export function selfSigned({ serial, notBefore, notAfter, publicKey, privateKey }: CertificateOptions): string {
  const toBeSigned = sequence(
    // Version 3, counted from 0.
    der(0xa0, der(0x02, Uint8Array.of(2))),
    der(0x02, Buffer.from(serial, 'hex')),
    SHA256_RSA,
    NAME,
    sequence(time(notBefore), time(notAfter)),
    NAME,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  // The bits of the signature are whole bytes: none of the last byte is unused.
  const signature = der(0x03, Uint8Array.of(0), sign('sha256', toBeSigned, privateKey));
  const lines = sequence(toBeSigned, SHA256_RSA, signature)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
