import { withTimeout } from '../../wechatpay/timeout.js';
import type { DeliverNotification, Delivered, NotificationFact } from './facts.js';
import { REMEMBERED_FACTS, REMEMBERED_MS } from './limits.js';

/** Delivers a fact that may come more than once. @throws what the delivery throws */
export type DeliverOnce = (fact: NotificationFact, withinMs: number) => Promise<Delivered | 'duplicate' | 'timeout'>;

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
