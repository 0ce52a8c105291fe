import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import type { Hosts, Merchant, MerchantList } from '../merchant.js';
import { ConfigurationError } from './faults.js';
import { exposureOf, filesOf, FilesRead, merchantsFileAt } from './files.js';
import { attempt, readMerchant, unreadable, type ReadOptions } from './keys.js';
import type { PlatformCertificates } from './platform-certificates.js';
import { merchantsSchema, typeFault, type MerchantEntry } from './schema.js';

/** A merchants file as it was read. */
export interface LoadedMerchants {
  readonly list: MerchantList;
  /** By merchant number, of those whose platform certificates are downloaded. */
  readonly certificates: ReadonlyMap<string, PlatformCertificates>;
  readonly files: FilesRead;
  /** What every user of the machine may do with these files that nobody else should: a line each. */
  readonly exposed: readonly string[];
}

/**
 * Reads a merchants file (YAML) and every key that it names. It is read once, and nothing is asked of WeChat Pay until
 * an answer names a key that is not known: see `watchMerchants` for what lives longer.
 *
 * @param path of the file; the paths inside are relative to its folder
 * @throws ConfigurationError that lists every fault, and holds nothing of a key
 */
export function loadMerchants(path: string, options: ReadOptions = {}): MerchantList {
  return readMerchants(path, options).list;
}

/**
 * The same with what a watch needs.
 *
 * @param files tells, also where it fails, which files it depended on
 * @throws ConfigurationError
 */
export function readMerchants(path: string, options: ReadOptions = {}, files = new FilesRead()): LoadedMerchants {
  const what = `The merchants file ${path} cannot be used:`;
  const entries = parse(path, what, files);
  const faults: string[] = [];
  const merchants = new Map<string, Merchant>();
  const certificates = new Map<string, PlatformCertificates>();
  entries.forEach((entry, index) => {
    const mchid = entry.mchid ?? entry.spMchid ?? '';
    const place = `merchants[${index}] (${mchid})`;
    if (merchants.has(mchid)) faults.push(`${place}: this merchant is there twice`);
    const complain = (fault: string): void => void faults.push(`${place}: ${fault}`);
    const read = readMerchant(entry, mchid, dirname(path), files, complain, options);
    merchants.set(mchid, read.merchant);
    if (read.certificates !== undefined) certificates.set(mchid, read.certificates);
  });
  if (faults.length > 0) throw new ConfigurationError(what, faults);
  const list = { find: (mchid: string) => merchants.get(mchid), all: () => merchants.values() };
  return { list, certificates, files, exposed: exposedOf(path, entries) };
}

function exposedOf(path: string, entries: readonly MerchantEntry[]): string[] {
  const own = exposureOf(merchantsFileAt(path), path);
  const named = entries.flatMap((entry) =>
    filesOf(entry).flatMap((file) => {
      const exposure = exposureOf(file, resolve(dirname(path), file.path));
      return exposure === undefined ? [] : [`merchant ${entry.mchid ?? entry.spMchid}: ${exposure.said}`];
    }),
  );
  return own === undefined ? named : [own.said, ...named];
}

function parse(path: string, what: string, files: FilesRead): MerchantEntry[] {
  const bytes = attempt(() => files.bytes(path));
  if (bytes instanceof Error) throw new ConfigurationError(what, [unreadable(bytes)]);
  const document = parseDocument(bytes.toString('utf8'));
  if (document.errors.length > 0) {
    throw new ConfigurationError(
      what,
      document.errors.map(({ code, linePos }) => `line ${linePos?.[0].line ?? '?'}: not valid YAML (${code})`),
    );
  }
  const content = attempt((): unknown => document.toJS());
  if (content instanceof Error)
    throw new ConfigurationError(what, ['not valid YAML: an alias or a tag cannot be resolved']);
  const result = merchantsSchema.safeParse(content, { error: typeFault });
  if (result.success) {
    const { merchants, hosts } = result.data;
    return merchants.map((entry) => withHosts(entry, hosts));
  }
  throw new ConfigurationError(
    what,
    result.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`),
  );
}

/** Each merchant's own host comes before the hosts of the file. */
function withHosts(entry: MerchantEntry, hosts: Hosts = {}): MerchantEntry {
  const { v3, v2 } = entry;
  return { ...entry, v3: v3 && { ...v3, hosts }, v2: v2 && { ...v2, host: v2.host ?? hosts.v2 } };
}
