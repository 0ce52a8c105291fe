import type { V3Merchant } from '../../wechatpay/notification-v3.js';
import { withTimeout } from '../../wechatpay/timeout.js';
import type { Delivered, DeliverNotification, NotificationFact } from './outcomes.js';

/** No notification is near this size. */
export const MAX_NOTIFICATION_BYTES = 64 * 1024;

/** How long the body of a notification may take to arrive, in milliseconds. */
export const BODY_WITHIN_MS = 2_000;

/** How long a key that is not known is waited for, in milliseconds; the search itself may go on. */
export const KEYS_WITHIN_MS = 1_500;

/** How often notifications may make a merchant's keys be looked for: anybody can send an unknown serial. Milliseconds. */
export const KEYS_EVERY_MS = 60_000;

/** WeChat Pay waits 5 s for an answer; it is given by then, counted from the arrival. Milliseconds. */
export const ANSWER_WITHIN_MS = 4_500;

/**
 * For how long a fact that Temporal has is remembered, in milliseconds, and how many of them. Shorter than WeChat Pay's
 * first pause, 15 s: a notification that was not heard to be taken comes to Temporal again, whatever became of the order.
 */
export const REMEMBERED_MS = 10_000;
export const REMEMBERED_FACTS = 10_000;

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

/** Delivers a fact that may come more than once. @throws what the delivery throws */
type DeliverOnce = (fact: NotificationFact, withinMs: number) => Promise<Delivered | 'duplicate' | 'timeout'>;

/**
 * Facts that Temporal has are not delivered again for a while, and a fact that comes again while it is on its way waits
 * for the first. What failed is never remembered. (Temporal would take a fact twice as once; this saves the work.)
 *
 * @param now milliseconds since 1970
 */
export function deliverOnce(deliver: DeliverNotification, now: () => number): DeliverOnce {
  /** Until when each is remembered, the oldest first. */
  const known = new Map<string, number>();
  const underWay = new Map<string, Promise<Delivered>>();
  const remember = (key: string): void => {
    known.delete(key);
    known.set(key, now() + REMEMBERED_MS);
    const [oldest] = known.keys();
    if (known.size > REMEMBERED_FACTS && oldest !== undefined) known.delete(oldest);
  };
  const begin = (key: string, fact: NotificationFact): Promise<Delivered> => {
    const work = (async () => deliver(fact))();
    underWay.set(key, work);
    const leave = (): void => forget(key, work);
    work.then(() => remember(key), leave).finally(leave);
    return work;
  };
  const forget = (key: string, work: Promise<Delivered>): void => {
    if (underWay.get(key) === work) underWay.delete(key);
  };
  return async (fact, withinMs) => {
    const key = JSON.stringify(fact);
    if ((known.get(key) ?? 0) > now()) return 'duplicate';
    const first = underWay.get(key);
    const work = first ?? begin(key, fact);
    const delivered = await withTimeout(withinMs, work);
    // Whoever comes next tries anew, rather than wait for what hangs.
    if (delivered === 'timeout') forget(key, work);
    return delivered === 'timeout' || first === undefined ? delivered : 'duplicate';
  };
}
