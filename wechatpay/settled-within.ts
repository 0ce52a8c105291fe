/** What some work brings, or `timeout` where it has not come by then. The work itself goes on, and nobody waits for it. */
export async function settledWithin<T>(milliseconds: number, work: Promise<T>): Promise<T | 'timeout'> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), Math.max(milliseconds, 0));
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
