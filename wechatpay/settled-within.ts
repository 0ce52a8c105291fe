/**
 * What some work brings, or `late` where it has not come by then. The work itself goes on, and nobody waits for it.
 *
 * @param work that never rejects once nobody waits
 */
export async function settledWithin<T>(milliseconds: number, work: Promise<T>): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
