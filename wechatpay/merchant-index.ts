import type { KeyObject } from 'node:crypto';
import type { Decrypt } from './encryption.js';
import type { Merchant, MerchantList, V3Merchant } from './merchant.js';
import { isSame } from './signature-v3.js';

/** A key of WeChat Pay's, and what opens the notifications that are signed with it. */
export interface KnownKey {
  readonly key: KeyObject;
  /** One for each APIv3 key, however many merchants have it. */
  readonly decrypts: readonly Decrypt[];
}

/**
 * What some merchants have, by what a notification says in the clear: so one costs the same among 3,000 merchants as among
 * one. It only finds what to try. Whoever believes a notification asks its merchant again, so an old index is harmless.
 */
export interface MerchantIndex {
  /** By serial: each different key once, however many merchants have it. There is one, unless a list is wrong. */
  readonly keys: ReadonlyMap<string, readonly KnownKey[]>;
  readonly hasV2: boolean;
  /** Those that can search for new keys. */
  readonly searching: readonly V3Merchant[];
}

export function indexOf(merchants: Iterable<Merchant>): MerchantIndex {
  const keys = new Map<string, { readonly key: KeyObject; readonly decrypts: Decrypt[] }[]>();
  const searching: V3Merchant[] = [];
  /** The marks of the APIv3 keys that are there. */
  const seen = new Map<Decrypt[], Set<unknown>>();
  let hasV2 = false;
  for (const merchant of merchants) {
    hasV2 ||= merchant.v2 !== undefined;
    if (!hasV3(merchant)) continue;
    const { wechatpayKeys, decrypt, refreshKeys } = merchant.v3;
    if (refreshKeys !== undefined) searching.push(merchant);
    for (const [serial, key] of wechatpayKeys) {
      const known = keys.get(serial) ?? [];
      keys.set(serial, known);
      let its = known.find((each) => isSame(each.key, key));
      if (its === undefined) known.push((its = { key, decrypts: [] }));
      if (decrypt === undefined) continue;
      const marks = seen.get(its.decrypts) ?? new Set();
      seen.set(its.decrypts, marks);
      const mark = decrypt.mark ?? decrypt;
      if (!marks.has(mark)) its.decrypts.push(decrypt);
      marks.add(mark);
    }
  }
  return { keys, hasV2, searching };
}

export function hasV3(merchant: Merchant | undefined): merchant is V3Merchant {
  return merchant?.v3 !== undefined;
}

/** The index of a list, as it is now: made again only if the list, by its version, has changed. */
export function indexed(list: MerchantList): () => MerchantIndex {
  let last: { readonly version: unknown; readonly index: MerchantIndex } | undefined;
  return () => {
    const version = list.version?.();
    if (last === undefined || version === undefined || version !== last.version)
      last = { version, index: indexOf(list.all()) };
    return last.index;
  };
}
