import type { Loss } from './evidence.js';
import type { Life } from './slot.js';

/** What the exit code of a worker means that found no Temporal server: see its --help. */
const NO_SERVER = '3';

/** How long after Temporal is back a process may still say so that looked for it before. Milliseconds. */
const NOTICED_WITHIN_MS = 10_000;

/**
 * The processes of one slot that ended by themselves. One that found no Temporal server when it started is excused, if Temporal was
 * away then: as its documents say, something else is to start it again.
 */
export function crashesOf(name: string, lives: readonly Life[], losses: readonly Loss[]): string[] {
  return lives.flatMap((life) =>
    life.crash === null || isExcused(life, losses) ? [] : [`${name} ended with ${life.crash}`],
  );
}

function isExcused({ crash, startedAt, readyAt, endedAt }: Life, losses: readonly Loss[]): boolean {
  if (crash !== NO_SERVER || readyAt !== null) return false;
  return losses.some(
    ({ what, from, until }) =>
      what === 'temporal-killed' &&
      (endedAt ?? Infinity) >= from &&
      startedAt <= (until ?? Infinity) &&
      (endedAt ?? Infinity) <= (until ?? Infinity) + NOTICED_WITHIN_MS,
  );
}
