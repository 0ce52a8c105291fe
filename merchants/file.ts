import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseDocument } from 'yaml';
import type { Merchant, MerchantList } from '../wechatpay/merchant.js';
import { ConfigurationError } from './configuration-error.js';
import { attempt, readMerchant, unreadable } from './keys.js';
import { merchantsSchema, type MerchantEntry } from './schema.js';

/**
 * Reads a merchants file (YAML) and every key that it names.
 *
 * @param path of the file; the paths inside are relative to its folder
 * @throws ConfigurationError that lists every fault, and holds nothing of a key
 */
export function loadMerchants(path: string): MerchantList {
  const what = `The merchants file ${path} cannot be used:`;
  const entries = parse(path, what);
  const faults: string[] = [];
  const merchants = new Map<string, Merchant>();
  entries.forEach((entry, index) => {
    const mchid = entry.mchid ?? entry.spMchid ?? '';
    const place = `merchants[${index}] (${mchid})`;
    if (merchants.has(mchid)) faults.push(`${place}: this merchant is there twice`);
    merchants.set(
      mchid,
      readMerchant(entry, mchid, dirname(path), (fault) => faults.push(`${place}: ${fault}`)),
    );
  });
  if (faults.length > 0) throw new ConfigurationError(what, faults);
  return { find: (mchid) => merchants.get(mchid), all: () => merchants.values() };
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
  const content = attempt((): unknown => document.toJS());
  if (content instanceof Error)
    throw new ConfigurationError(what, ['not valid YAML: an alias or a tag cannot be resolved']);
  const result = merchantsSchema.safeParse(content);
  if (result.success) return result.data.merchants;
  throw new ConfigurationError(
    what,
    result.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`),
  );
}
