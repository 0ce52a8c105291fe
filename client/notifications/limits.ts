import type { V3Merchant } from '../../wechatpay/merchant.js';
import { withTimeout } from '../../wechatpay/timeout.js';
import { MAX_BODY_BYTES } from '../http/request.js';
import type { Delivered, DeliverNotification, NotificationFact } from './outcomes.js';

/** The longest body that is read, in bytes. Notifications are far shorter. */
export const MAX_NOTIFICATION_BYTES = MAX_BODY_BYTES;

/** How long a notification waits for a search for its key, in milliseconds; the search itself may take longer. */
export const KEYS_WITHIN_MS = 1_500;

/** How often notifications may start a search for a merchant's keys, in milliseconds: anyone can send an unknown serial. */
export const KEYS_EVERY_MS = 60_000;

/** How long after its arrival a notification is answered at the latest, in milliseconds. WeChat Pay waits 5 s. */
export const ANSWER_WITHIN_MS = 4_500;

/**
 * How long a fact that Temporal has is remembered, in milliseconds, and how many are. Shorter than WeChat Pay's first pause,
 * 15 s: if our success answer was lost, the repeated notification is delivered to Temporal again.
 */
export const REMEMBERED_MS = 10_000;
export const REMEMBERED_FACTS = 10_000;

/** Searches for new keys of these merchants; returns when the searches are over, or take too long. */
export type LookForKeys = (merchants: readonly V3Merchant[]) => Promise<void>;

interface Search {
  readonly begunAt: number;
  readonly search: Promise<unknown>;
}

/**
 * Anyone can send an unknown serial. So notifications start at most one search a minute for a merchant's keys, however many
 * come; those that come meanwhile wait for the same search. A list of merchants whose searches are all that young is not
 * even read.
 *
 * @param now milliseconds since 1970
 */
export function lookForKeys(now: () => number): LookForKeys {
  const searches = new Map<string, Search>();
  /** All searches of the list that was read last; begun when the first of them was. */
  let round: (Search & { readonly merchants: readonly V3Merchant[] }) | undefined;
  // If the clock was set back, the age is negative.
  const isYoung = ({ begunAt }: Search): boolean => Math.abs(now() - begunAt) < KEYS_EVERY_MS;
  const searchFor = ({ mchid, v3 }: V3Merchant): Search => {
    const last = searches.get(mchid);
    if (last !== undefined && isYoung(last)) return last;
    const begun = { begunAt: now(), search: (v3.refreshKeys?.() ?? Promise.resolve()).catch(() => undefined) };
    searches.set(mchid, begun);
    return begun;
  };
  return async (merchants) => {
    if (round?.merchants !== merchants || !isYoung(round)) {
      const its = merchants.map(searchFor);
      const begunAt = its.reduce((first, each) => Math.min(first, each.begunAt), Infinity);
      round = { merchants, begunAt, search: Promise.all(its.map(({ search }) => search)) };
    }
    await withTimeout(KEYS_WITHIN_MS, round.search);
  };
}

/** Delivers a fact that may come more than once. @throws what the delivery throws */
type DeliverOnce = (fact: NotificationFact, withinMs: number) => Promise<Delivered | 'duplicate' | 'timeout'>;

/**
 * Facts that Temporal has are not delivered again for a while, and a fact that comes again during its delivery waits for
 * the first. A failed delivery is not remembered. (For the workflow, a fact twice is the same as once; this saves the calls.)
 *
 * @param now milliseconds since 1970
 */
export function deliverOnce(deliver: DeliverNotification, now: () => number): DeliverOnce {
  /** Until when each fact is remembered, the oldest first. */
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
    // The next one starts a delivery of its own instead of waiting for this one.
    if (delivered === 'timeout') forget(key, work);
    return delivered === 'timeout' || first === undefined ? delivered : 'duplicate';
  };
}
