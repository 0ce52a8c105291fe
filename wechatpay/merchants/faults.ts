import type { z } from 'zod';
import { type Checked, ok } from '../../domain/validation.js';
import { type Content, type FileKind, type Form, kindOf } from './file-kind.js';

/** One fault of what a process is configured with. It never quotes a secret. */
export interface ConfigurationFault {
  /** What cannot be used because of it, such as the environment or the merchants file: a sentence without its end. */
  readonly what: string;
  /** The merchant whose entry of the merchants file has the fault; absent for a fault of the file as a whole. */
  readonly merchant?: { readonly index: number; readonly mchid: string };
  /** The setting, field, key or line. Empty if it is the whole of what cannot be used. */
  readonly where: string;
  /** What it must be; or what is wrong with it, and what to do. */
  readonly rule: string;
}

/** What was configured, or every fault that it has. */
export type Configured<T> = Checked<T, ConfigurationFault>;

/** In a sentence about the environment, the setting is the subject of its rule. */
export const ENVIRONMENT = 'The environment cannot be used (see --help)';

/** A fault in one line, without what cannot be used because of it. */
export function describeFault({ what, merchant, where, rule }: ConfigurationFault): string {
  if (what === ENVIRONMENT) return `${where} ${rule}`;
  const entry = merchant === undefined ? '' : `merchants[${merchant.index}] (${merchant.mchid})`;
  return [entry, where, rule].filter((part) => part !== '').join(': ');
}

/** A configuration that the process cannot run with. Its message lists every fault. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly faults: readonly ConfigurationFault[]) {
    const parts = [...new Set(faults.map(({ what }) => what))];
    const linesOf = (part: string): string[] =>
      faults.filter(({ what }) => what === part).map((each) => `  - ${describeFault(each)}`);
    super(parts.flatMap((part) => [`${part}:`, ...linesOf(part)]).join('\n'));
  }
}

/** Checks a value by a schema. @param error the words for what the schema has no words of its own for */
export function checkedBy<T>(
  schema: z.ZodType<T>,
  what: string,
  value: unknown,
  error?: z.core.$ZodErrorMap,
): Configured<T> {
  const result = schema.safeParse(value, error && { error });
  if (result.success) return ok(result.data);
  const faults = result.error.issues.map(({ path, message: rule }) => ({
    what,
    where: path.join('.') || 'the file',
    rule,
  }));
  return { ok: false, faults };
}

/** @throws ConfigurationError that lists every fault */
export function orThrow<T>(configured: Configured<T>): T {
  if (configured.ok) return configured.value;
  throw new ConfigurationError(configured.faults);
}

/** Calls a listener. Watching and downloading go on if it throws. */
export function notify(call: () => void): void {
  try {
    call();
  } catch {
    // The listener that would hear of it is the one that failed.
  }
}

/** What the file that a field of the merchants file names must hold. */
export type Wanted = 'privateKey' | 'certificate' | 'wechatpayKey' | 'apiKey' | 'webhookSecret';

interface Wish {
  readonly fits: readonly Content[];
  /** What to name in its place. */
  readonly right: string;
  /** The name of the file that a command makes. */
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
  webhookSecret: {
    fits: ['something else'],
    right: 'the secret that the checkout verifies outcomes with, whsec_… and nothing else',
    made: 'webhook.secret',
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
 * Says of a file that could not be used what it holds instead of what is wanted, and which command or file puts it right.
 * Nothing of the file is repeated.
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
