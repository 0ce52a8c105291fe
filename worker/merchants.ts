import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { GLOBAL_HOST, type Merchant, type MerchantDirectory } from '../wechatpay/merchant.js';
import { rsaSigner, verificationKey, type VerificationKeys } from '../wechatpay/signature-v3.js';
import { ConfigurationError } from './faults.js';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Requests are signed, not secret; still, only a server on the same machine is spoken to in the clear. */
function isSafeHost(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search } = new URL(text);
  const isOrigin = pathname === '/' && search === '';
  return isOrigin && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname)));
}

const file = z.string().min(1, 'must be the path of a file, relative to the merchants file');

const merchantSchema = z.strictObject({
  mchid: z.string().regex(/^\d{1,32}$/, 'must be a merchant number of 1 to 32 digits, in quotes'),
  v3: z.strictObject({
    host: z
      .string()
      .refine(isSafeHost, 'must be an origin such as https://apihk.mch.weixin.qq.com; plain http only to loopback')
      .default(GLOBAL_HOST),
    certificateSerial: z
      .string()
      .regex(
        /^[0-9A-Fa-f]{8,64}$/,
        "must be the serial number of the merchant's certificate, in hexadecimal, in quotes",
      ),
    privateKeyFile: file,
    wechatpayKeys: z
      .array(z.strictObject({ serial: z.string().min(1), file }))
      .min(1, "must name at least one of WeChat Pay's keys, or no answer can be believed"),
  }),
});

const fileSchema = z.strictObject({ merchants: z.array(merchantSchema).min(1, 'must name at least one merchant') });

type MerchantEntry = z.infer<typeof merchantSchema>;

/**
 * Reads a merchants file (YAML) and every key that it names.
 *
 * @param path of the file; the paths inside are relative to its folder
 * @throws ConfigurationError that lists every fault, and holds nothing of a key
 */
export function loadMerchants(path: string): MerchantDirectory {
  const what = `The merchants file ${path} cannot be used:`;
  const entries = parse(path, what);
  const faults: string[] = [];
  const merchants = new Map<string, Merchant>();
  entries.forEach((entry, index) => {
    const place = `merchants[${index}] (${entry.mchid})`;
    if (merchants.has(entry.mchid)) faults.push(`${place}: this merchant is there twice`);
    const merchant = readMerchant(entry, dirname(path), (fault) => faults.push(`${place}: ${fault}`));
    if (merchant !== undefined) merchants.set(entry.mchid, merchant);
  });
  if (faults.length > 0) throw new ConfigurationError(what, faults);
  return { find: (mchid) => merchants.get(mchid) };
}

function parse(path: string, what: string): MerchantEntry[] {
  const text = attempt(() => readFileSync(path, 'utf8'));
  if (text instanceof Error) throw new ConfigurationError(what, [unreadable(text)]);
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    throw new ConfigurationError(
      what,
      document.errors.map(({ code, linePos }) => `line ${linePos?.[0].line ?? '?'}: not valid YAML (${code})`),
    );
  }
  const result = fileSchema.safeParse(document.toJS());
  if (result.success) return result.data.merchants;
  throw new ConfigurationError(
    what,
    result.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`),
  );
}

function readMerchant(entry: MerchantEntry, folder: string, fault: (text: string) => void): Merchant | undefined {
  const { mchid, v3 } = entry;
  const read = <T>(field: string, path: string, use: (pem: string) => T): T | undefined => {
    const pem = attempt(() => readFileSync(resolve(folder, path), 'utf8'));
    const key = pem instanceof Error ? new Error(unreadable(pem)) : attempt(() => use(pem));
    if (!(key instanceof Error)) return key;
    fault(`${field}: ${path}: ${key.message}`);
    return undefined;
  };
  const signer = read('v3.privateKeyFile', v3.privateKeyFile, (pem) =>
    rsaSigner(mchid, v3.certificateSerial.toUpperCase(), pem),
  );
  const wechatpayKeys = readKeys(v3.wechatpayKeys, read, fault);
  return signer === undefined ? undefined : { signer, wechatpayKeys, host: new URL(v3.host).origin };
}

function readKeys(
  keys: MerchantEntry['v3']['wechatpayKeys'],
  read: <T>(field: string, path: string, use: (pem: string) => T) => T | undefined,
  fault: (text: string) => void,
): VerificationKeys {
  const parsed = new Map<string, ReturnType<typeof verificationKey>>();
  for (const { serial, file } of keys) {
    const key = read(`v3.wechatpayKeys ${serial}`, file, verificationKey);
    if (parsed.has(serial)) fault(`v3.wechatpayKeys ${serial}: this serial is there twice`);
    if (key !== undefined) parsed.set(serial, key);
  }
  return parsed;
}

function attempt<T>(action: () => T): T | Error {
  try {
    return action();
  } catch (error) {
    return error instanceof Error ? error : new Error('unexpected error');
  }
}

function unreadable(error: NodeJS.ErrnoException): string {
  return `cannot be read (${error.code ?? error.name})`;
}
