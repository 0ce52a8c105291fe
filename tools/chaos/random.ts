/** Numbers that are the same for the same seed. */
export interface Random {
  /** A number from 0 up to 1, which is not among them. */
  next(): number;
  /** A whole number, both ends among them. */
  int(min: number, max: number): number;
  pick<T>(from: readonly T[]): T;
  /** Whether something happens that does so with this probability. */
  chance(probability: number): boolean;
}

/** Mulberry32: small, and good enough to draw a plan. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    int,
    pick: (from) => {
      const picked = from[int(0, from.length - 1)];
      if (picked === undefined) throw new Error('there is nothing to pick from');
      return picked;
    },
    chance: (probability) => next() < probability,
  };
}
