import type { KeyObject } from 'node:crypto';
import { isValidAt, type TimedKey } from '../certificates.js';
import type { VerificationKeys } from '../signature-v3.js';

/**
 * Keys as they are at the moment of each look, since certificates come, begin and expire. Of two with one serial, the
 * first counts.
 *
 * @param now milliseconds since 1970, on the wall clock
 */
export function liveKeys(keys: () => readonly TimedKey[], now: () => number): VerificationKeys {
  const current = (): VerificationKeys => {
    const found = new Map<string, KeyObject>();
    const at = now();
    for (const timed of keys()) {
      if (isValidAt(timed, at) && !found.has(timed.serial)) found.set(timed.serial, timed.key);
    }
    return found;
  };
  return {
    get: (serial) => current().get(serial),
    has: (serial) => current().has(serial),
    get size() {
      return current().size;
    },
    keys: () => current().keys(),
    values: () => current().values(),
    entries: () => current().entries(),
    forEach: (call, self) => current().forEach(call, self),
    [Symbol.iterator]: () => current()[Symbol.iterator](),
  };
}
