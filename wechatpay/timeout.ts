/**
 * The result of some work, or `timeout` if it takes longer. The work itself goes on, and nobody waits for it: the native
 * client tries for some ten seconds or for ever, whatever deadline or signal it is given.
 *
 * A timer, and not `AbortSignal.timeout`: that one does not keep a process alive in which nothing else is open, and stays
 * for its whole time after the work is done.
 *
 * @param signal ends the waiting sooner, with `timeout` too
 */
export async function withTimeout<T>(
  milliseconds: number,
  work: Promise<T>,
  signal?: AbortSignal,
): Promise<T | 'timeout'> {
  let giveUp: () => void = () => undefined;
  const limit = new Promise<'timeout'>((resolve) => {
    giveUp = () => resolve('timeout');
  });
  const timer = setTimeout(giveUp, Math.max(milliseconds, 0));
  signal?.addEventListener('abort', giveUp);
  if (signal?.aborted === true) giveUp();
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}
