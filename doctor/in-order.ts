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
  const begun: Promise<{ readonly results: readonly R[] } | { readonly error: unknown }>[] = [];
  const begin = (thing: T): void => {
    begun.push(
      work(thing).then(
        (results) => ({ results }),
        (error: unknown) => ({ error }),
      ),
    );
  };
  const waiting = [...things];
  waiting.splice(0, atOnce).forEach(begin);
  for (let next = begun.shift(); next !== undefined; next = begun.shift()) {
    const outcome = await next;
    if ('error' in outcome) throw outcome.error;
    waiting.splice(0, 1).forEach(begin);
    yield* outcome.results;
  }
}
