/** How often one kind of event is logged, in milliseconds. */
const INTERVAL_MS = 60_000;

/**
 * Limits how often events of one kind are logged, because anybody can make some happen, and some come often.
 *
 * @param now in milliseconds, since any instant
 * @returns for an event of a kind: how many were not logged since the last one that was; `undefined`: do not log it
 */
export function throttle(now: () => number = Date.now): (kind: string) => number | undefined {
  const kinds = new Map<string, { loggedAt: number; untold: number }>();
  return (kind) => {
    const { loggedAt, untold } = kinds.get(kind) ?? { loggedAt: -Infinity, untold: 0 };
    const isDue = now() - loggedAt >= INTERVAL_MS;
    kinds.set(kind, isDue ? { loggedAt: now(), untold: 0 } : { loggedAt, untold: untold + 1 });
    return isDue ? untold : undefined;
  };
}
