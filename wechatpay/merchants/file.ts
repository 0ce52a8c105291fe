import { dirname, resolve } from 'node:path';
import { collect, ok } from '../../domain/validation.js';
import type { Hosts, Merchant, MerchantList } from '../merchant.js';
import { type Configured, type ConfigurationFault, orThrow } from './faults.js';
import { exposureOf, filesOf, FilesRead, merchantsFileAt } from './files.js';
import { type EntryFault, mchidOf, readMerchant, type ReadMerchant, type ReadOptions } from './keys.js';
import type { PlatformCertificates } from './platform-certificates.js';
import { merchantsSchema, type MerchantEntry } from './schema.js';
import { readYaml } from './yaml-file.js';

/** A merchants file as it was read. */
export interface LoadedMerchants {
  readonly list: Required<MerchantList>;
  /** By merchant number, of those whose platform certificates are downloaded. */
  readonly certificates: ReadonlyMap<string, PlatformCertificates>;
  readonly files: FilesRead;
  /** What every user of the machine may do with these files and should not: a line each. */
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
  return orThrow(readMerchants(path, options)).list;
}

/**
 * The same with what a watch needs.
 *
 * @param files learns which files the result depends on, also if there are faults
 */
export function readMerchants(
  path: string,
  options: ReadOptions = {},
  files = new FilesRead(),
): Configured<LoadedMerchants> {
  const { entries = [], faults } = readEntries(path, options, files);
  if (faults.length > 0) return { ok: false, faults };
  const read = entries.flatMap((each) => each.read ?? []);
  const merchants = new Map<string, Merchant>(read.map(({ merchant }) => [merchant.mchid, merchant]));
  const certificates = new Map(
    read.flatMap((each) => (each.certificates ? [[each.merchant.mchid, each.certificates] as const] : [])),
  );
  const list = {
    find: (mchid: string) => merchants.get(mchid),
    all: () => merchants.values(),
    version: versionOf(certificates.values(), options.now),
  };
  return ok({ list, certificates, files, exposed: exposedOf(path, entries) });
}

/** A certificate that begins to be valid is found after so long at the latest, milliseconds. One that ends is refused at once. */
const KEYS_BEGIN_WITHIN_MS = 10_000;

/** The version of a list: another one after a download of certificates, and from time to time. */
function versionOf(certificates: Iterable<PlatformCertificates>, now: () => number = () => Date.now()): () => unknown {
  let version = Symbol('merchants');
  let period = NaN;
  const change = (): void => {
    version = Symbol('merchants');
  };
  for (const each of certificates) each.onChange(change);
  return () => {
    const current = Math.floor(now() / KEYS_BEGIN_WITHIN_MS);
    if (current !== period) change();
    period = current;
    return version;
  };
}

/** An entry of the merchants file. */
export interface EntryRead {
  readonly mchid: string;
  readonly entry: MerchantEntry;
  /** Absent if it has a fault. */
  readonly read: ReadMerchant | undefined;
}

/** Reads a merchants file as far as that is possible: a fault of one entry does not keep the others from being read. */
export function readEntries(
  path: string,
  options: ReadOptions,
  files: FilesRead,
): { readonly entries?: readonly EntryRead[]; readonly faults: ConfigurationFault[] } {
  const what = `The merchants file ${path} cannot be used`;
  const faults: ConfigurationFault[] = [];
  const parsed = collect(faults, parse(path, what, files));
  const seen = new Set<string>();
  const entries = parsed?.map((entry, index) => {
    const mchid = mchidOf(entry);
    const read = readMerchant(entry, dirname(path), files, options);
    const its: EntryFault[] = seen.has(mchid) ? [{ where: '', rule: 'this merchant is there twice' }] : [];
    seen.add(mchid);
    if (!read.ok) its.push(...read.faults);
    faults.push(...its.map((each) => ({ what, merchant: { index, mchid }, ...each })));
    return { mchid, entry, read: read.ok ? read.value : undefined };
  });
  return { ...(entries && { entries }), faults };
}

function exposedOf(path: string, entries: readonly EntryRead[]): string[] {
  const own = exposureOf(merchantsFileAt(path), path);
  const named = entries.flatMap(({ mchid, entry }) =>
    filesOf(entry).flatMap((file) => {
      const exposure = exposureOf(file, resolve(dirname(path), file.path));
      return exposure === undefined ? [] : [`merchant ${mchid}: ${exposure.said}`];
    }),
  );
  return own === undefined ? named : [own.said, ...named];
}

function parse(path: string, what: string, files: FilesRead): Configured<readonly MerchantEntry[]> {
  const checked = readYaml({ path, what, schema: merchantsSchema }, files);
  if (!checked.ok) return checked;
  const { merchants, hosts } = checked.value;
  return ok(merchants.map((entry) => withHosts(entry, hosts)));
}

/** Each merchant's own host comes before the hosts of the file. */
function withHosts(entry: MerchantEntry, hosts: Hosts = {}): MerchantEntry {
  const { v3, v2 } = entry;
  return { ...entry, v3: v3 && { ...v3, hosts }, v2: v2 && { ...v2, host: v2.host ?? hosts.v2 } };
}
