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
  /** What it tells of the state at WeChat Pay; absent where it has not ended. */
  readonly claim?: string;
}

/** What one of the cast does. It returns when that is done, or when the story is over. */
export type Act = (scene: Scene) => Promise<void>;

export interface Play {
  /** How it ends, however long that takes. */
  readonly outcome: (scene: Scene) => Promise<Ending>;
  /** What it is at. */
  readonly state: () => Promise<string>;
  readonly acts: readonly Act[];
}

/** The time of one story. */
export class Scene {
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

/** Lets everybody act, and returns how the story ended; or, after the longest wait, what it is still at. */
export async function playOut({ outcome, state, acts }: Play, longestWaitMs = LONGEST_WAIT_MS): Promise<Ending> {
  const scene = new Scene();
  const ended = outcome(scene).finally(() => scene.end());
  const all = Promise.all([ended, ...acts.map((act) => act(scene))]).then(([ending]) => ending);
  const tooLong = scene.rest(longestWaitMs).then(async (isOpen) => (isOpen ? stillAt(state) : all));
  try {
    return await Promise.race([all, tooLong]);
  } finally {
    scene.end();
  }
}

async function stillAt(state: Play['state']): Promise<Ending> {
  const got = await state().catch(() => 'open');
  return { got: `still ${got}` };
}
