/** Does what it is given, at once or when its turn comes. */
export type InTurn = <T>(action: () => Promise<T>) => Promise<T>;

/** @param limit how many actions go on at once; the others wait, the first to come first */
export function inTurn(limit: number): InTurn {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async (action) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await action();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
