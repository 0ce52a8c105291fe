import { setTimeout as sleep } from 'node:timers/promises';
import type { Milliseconds } from '../../domain/time.js';
import { lengthOf } from './story-schema.js';

/** The longest that the demo waits for an order. */
export const LONGEST_WAIT_MS: Milliseconds = 60_000;

/** How a story ended. */
export interface Ending {
  /** `paid`, `closed`, …; or what it was still at when the demo had waited long enough. */
  readonly got: string;
  /** More of it: why it was kept, or how a person said that it ended. */
  readonly detail?: string;
  /** What went wrong in the story itself. */
  readonly fault?: string;
  /** The state at WeChat Pay that follows from it; absent if it has not ended. */
  readonly claim?: string;
}

/** What one person or program does in a story. It returns when that is done, or when the story is over. */
export type Action = (clock: StoryClock) => Promise<void>;

export interface Play {
  /** How it ends. May take as long as it needs. */
  readonly outcome: (clock: StoryClock) => Promise<Ending>;
  /** The state it is in. */
  readonly state: () => Promise<string>;
  readonly actions: readonly Action[];
}

/** Counts the time of one story, and says when the story is over. */
export class StoryClock {
  private readonly over = new AbortController();
  private readonly begunAt = Date.now();

  /** Waits until so long after the beginning, unless the story is over before. @returns whether it goes on */
  at(after: string): Promise<boolean> {
    return this.rest(Math.max(0, this.begunAt + lengthOf(after) - Date.now()));
  }

  /** Waits for a while, unless the story is over before. @returns whether it goes on */
  async rest(length: Milliseconds): Promise<boolean> {
    await sleep(length, undefined, { signal: this.over.signal }).catch(() => undefined);
    return !this.over.signal.aborted;
  }

  end(): void {
    this.over.abort();
  }
}

/** Runs all actions, and returns how the story ended; or, after the longest wait, the state it is still in. */
export async function playOut({ outcome, state, actions }: Play, longestWaitMs = LONGEST_WAIT_MS): Promise<Ending> {
  const clock = new StoryClock();
  const ended = outcome(clock).finally(() => clock.end());
  const all = Promise.all([ended, ...actions.map((action) => action(clock))]).then(([ending]) => ending);
  const tooLong = clock.rest(longestWaitMs).then(async (isOpen) => (isOpen ? stillAt(state) : all));
  try {
    return await Promise.race([all, tooLong]);
  } finally {
    clock.end();
  }
}

async function stillAt(state: Play['state']): Promise<Ending> {
  const got = await state().catch(() => 'open');
  return { got: `still ${got}` };
}
