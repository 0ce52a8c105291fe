import { type Content, type FileKind, type Form, kindOf } from './file-kind.js';

/** A configuration that the process cannot run with. Every fault is listed; none of them quotes a secret. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(
    readonly what: string,
    readonly faults: readonly string[],
  ) {
    super(`${what}\n${faults.map((line) => `  - ${line}`).join('\n')}`);
  }
}

/** Says something to who listens. A logger that throws is no reason to look at no file and download no key any more. */
export function say(saying: () => void): void {
  try {
    saying();
  } catch {
    // There is nobody left to tell.
  }
}

/** What a field of the merchants file wants to find in its file. */
export type Wanted = 'privateKey' | 'certificate' | 'wechatpayKey' | 'apiKey';

interface Wish {
  readonly fits: readonly Content[];
  /** What to name in its place. */
  readonly right: string;
  /** The file that a command makes. */
  readonly made: string;
  /** How openssl reads it. */
  readonly tool: string;
  /** How it is taken out of a PKCS#12 file, if it is in one. */
  readonly fromPkcs12?: string;
}

const OF_PKCS12 = 'its password is the merchant number; if openssl says unsupported, add -legacy';

const WISHES: Readonly<Record<Wanted, Wish>> = {
  privateKey: {
    fits: ['a private key', 'an encrypted private key'],
    right: "the merchant's private key, apiclient_key.pem",
    made: 'apiclient_key.pem',
    tool: 'pkey',
    fromPkcs12: `openssl pkcs12 -in apiclient_cert.p12 -nocerts -nodes -out apiclient_key.pem (${OF_PKCS12})`,
  },
  certificate: {
    fits: ['a certificate'],
    right: "the merchant's certificate, apiclient_cert.pem",
    made: 'apiclient_cert.pem',
    tool: 'x509',
    fromPkcs12: `openssl pkcs12 -in apiclient_cert.p12 -clcerts -nokeys -out apiclient_cert.pem (${OF_PKCS12})`,
  },
  wechatpayKey: {
    fits: ['a public key', 'a certificate'],
    right: "WeChat Pay's public key or a platform certificate, from the merchant platform",
    made: 'wechatpay_pub.pem',
    tool: 'pkey -pubin',
  },
  apiKey: {
    fits: ['an API key of 32 characters', 'something else'],
    right: 'the API key that was set on the merchant platform, 32 characters and nothing else',
    made: 'api.key',
    tool: '',
  },
};

/** How each form becomes the one that is wanted. */
const COMMANDS: Readonly<Record<Exclude<Form, 'pem' | 'broken'>, (made: string, tool: string) => string>> = {
  der: (made, tool) => `is in binary (DER), not PEM: openssl ${tool} -inform DER -in old.der -out ${made}`,
  base64: (made, tool) =>
    `has no PEM header lines: tr -d '[:space:]' < old.pem | openssl base64 -d -A | openssl ${tool} -inform DER -out ${made}`,
  escaped: (made) => `has \\n as text where its lines end: printf '%b\\n' "$(tr -d '"' < old.pem)" > ${made}`,
  utf16: (made) => `is written in UTF-16: iconv -f UTF-16 -t UTF-8 old.pem > ${made}`,
  bom: (made) => `begins with a byte order mark: tail -c +4 old.pem > ${made}`,
};

/**
 * What is in a file in place of what is wanted, and the command or the file that puts it right. It is for a file that
 * could not be used, and holds nothing of it.
 *
 * @returns `undefined` if the file holds what is wanted: then something else is wrong with it
 */
export function misfitOf(wanted: Wanted, bytes: Buffer): string | undefined {
  const { fits, right, made, tool, fromPkcs12 } = WISHES[wanted];
  const { holds, form, algorithm }: FileKind = kindOf(bytes);
  if (holds.includes('nothing')) return `the file is empty. It must hold ${right}`;
  if (form === 'broken' && wanted !== 'apiKey')
    return 'it begins like PEM, but its lines are broken, indented or cut, or it is of a kind that is not read here. Copy the file anew, as a whole';
  if (holds.includes('a PKCS#12 file') && fromPkcs12 !== undefined) return `it is a PKCS#12 file: ${fromPkcs12}`;
  const found = holds.find((each) => fits.includes(each));
  const isForeign = found === undefined || (wanted === 'wechatpayKey' && holds.length > 1);
  if (isForeign) return holds[0] === 'something else' ? undefined : `it is ${holds[0]}. Name ${right}`;
  if (algorithm !== undefined && algorithm !== 'rsa')
    return `its key is of the kind ${algorithm}, and WeChat Pay takes RSA only. Name ${right}`;
  if (form === 'broken') return `it is PEM. Name ${right}`;
  // An API key is text, and the white space around it does not count.
  if (form !== 'pem' && (form === 'utf16' || wanted !== 'apiKey'))
    return `it ${COMMANDS[form](made, found === 'a certificate' ? 'x509' : tool)}`;
  if (found === 'an encrypted private key')
    return `it is an encrypted private key: openssl pkey -in old.pem -out ${made}`;
  return undefined;
}
