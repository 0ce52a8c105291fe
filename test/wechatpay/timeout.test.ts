import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { withTimeout } from '../../wechatpay/timeout.js';

const hangs = new Promise<never>(() => undefined);

/** How many timers this process has. */
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

describe('work with a timeout', () => {
  it('that ends in time gives its result, or fails as it does, and leaves no timer', async () => {
    const before = timers();
    expect(await withTimeout(60_000, sleep(1, 'done'))).toBe('done');
    await expect(withTimeout(60_000, Promise.reject(new RangeError('too far')))).rejects.toThrow(RangeError);
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it.each([20, 0, -1])('of %i ms that takes longer gives `timeout`', async (milliseconds) => {
    const began = performance.now();
    expect(await withTimeout(milliseconds, hangs)).toBe('timeout');
    expect(performance.now() - began).toBeGreaterThanOrEqual(Math.max(milliseconds, 0) - 2);
  });

  it('that fails after its time is no unhandled rejection', async () => {
    const late = sleep(10).then(() => Promise.reject(new Error('too late')));
    expect(await withTimeout(1, late)).toBe('timeout');
    await sleep(20);
  });

  it('is given up sooner by a signal, also by one that was aborted before', async () => {
    const before = timers();
    const stop = new AbortController();
    const given = withTimeout(60_000, hangs, stop.signal);
    stop.abort();
    expect(await given).toBe('timeout');
    expect(await withTimeout(60_000, hangs, stop.signal)).toBe('timeout');
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
