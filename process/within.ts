import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The result of some work, if it comes in time. The native client goes on trying for some ten seconds or for ever,
 * whatever deadline or signal it is given: here nobody waits for it, and its late result is dropped.
 *
 * @param milliseconds from now on
 * @param signal ends the waiting sooner
 * @throws Error `timed out`; an `AbortError`; what the work throws
 */
export async function within<T>(milliseconds: number, work: Promise<T>, signal?: AbortSignal): Promise<T> {
  const settled = new AbortController();
  const signals = signal === undefined ? [settled.signal] : [settled.signal, signal];
  const limit = sleep(milliseconds, undefined, { signal: AbortSignal.any(signals) }).then((): never => {
    throw new Error('timed out');
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    settled.abort();
  }
}
