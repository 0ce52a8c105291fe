/**
 * Works on many things, some at a time, and gives what came of each in their order.
 *
 * @param atOnce how many are worked on at a time
 * @throws what the work throws, when its turn comes; nothing that was begun is left to be unheard
 */
export async function* inOrder<T, R>(
  things: readonly T[],
  atOnce: number,
  work: (thing: T) => Promise<readonly R[]>,
): AsyncGenerator<R> {
  const begun: Promise<readonly R[]>[] = [];
  const begin = (thing: T): void => {
    const results = work(thing);
    // It is heard when its turn comes.
    results.catch(() => undefined);
    begun.push(results);
  };
  const waiting = [...things];
  waiting.splice(0, atOnce).forEach(begin);
  for (let next = begun.shift(); next !== undefined; next = begun.shift()) {
    const results = await next;
    waiting.splice(0, 1).forEach(begin);
    yield* results;
  }
}
