/** How near the answer comes: this part of the age, and never nearer than a second. */
const TOLERANCE = 0.05;

/** Beyond it, an age is not looked for any further. Seconds: some 34 years. */
const LONGEST = 2 ** 30;

/**
 * The age of the oldest of some things, found by counting: a visibility store that cannot sort can still count.
 *
 * Asks once for each doubling of the age, and then about five times more.
 *
 * @param countOlderThan how many are older than so many seconds; at least one is older than zero
 * @returns whole seconds; at most that old, and short of it by no more than 5 %, or a second
 */
export async function ageOfOldest(countOlderThan: (seconds: number) => Promise<number>): Promise<number> {
  let [known, limit] = [0, 1];
  while (limit < LONGEST && (await countOlderThan(limit)) > 0) [known, limit] = [limit, limit * 2];
  while (limit - known > Math.max(known * TOLERANCE, 1)) {
    const middle = Math.floor((known + limit) / 2);
    if ((await countOlderThan(middle)) > 0) known = middle;
    else limit = middle;
  }
  return known;
}
