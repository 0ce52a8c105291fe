import type { V3Merchant } from '../../wechatpay/notification-v3.js';
import { withTimeout } from '../../wechatpay/timeout.js';
import { KEYS_EVERY_MS, KEYS_WITHIN_MS } from './limits.js';

/** Looks for a key that none of these merchants has; returns when it was looked for, or when that takes too long. */
export type LookForKeys = (merchants: readonly V3Merchant[]) => Promise<void>;

/**
 * Anybody can send a serial that nobody knows. So a merchant's keys are looked for at most once a minute on account of
 * notifications, however many come; those that come meanwhile wait for the same search.
 *
 * @param now milliseconds since 1970
 */
export function lookForKeys(now: () => number): LookForKeys {
  const searches = new Map<string, { readonly begunAt: number; readonly search: Promise<unknown> }>();
  const searchFor = ({ mchid, v3 }: V3Merchant): Promise<unknown> => {
    if (v3.refreshKeys === undefined) return Promise.resolve();
    const last = searches.get(mchid);
    // A clock that was set back is no reason to wait.
    const age = last === undefined ? KEYS_EVERY_MS : Math.abs(now() - last.begunAt);
    if (last !== undefined && age < KEYS_EVERY_MS) return last.search;
    const search = v3.refreshKeys().catch(() => undefined);
    searches.set(mchid, { begunAt: now(), search });
    return search;
  };
  return async (merchants) => {
    await withTimeout(KEYS_WITHIN_MS, Promise.all(merchants.map(searchFor)));
  };
}
