import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import pLimit from 'p-limit';
import { SECOND } from '../../domain/time.js';
import { INTERRUPTED, untilInterrupted } from '../../process/command-line.js';
import { note } from './desk.js';

/** How many are under way at a time. */
const AT_ONCE = 20;

/** Between two lines about the progress where no bar can be drawn. */
const LINE_EVERY_MS = 5 * SECOND;

/** How much of the work is done: a bar on a terminal, a line every few seconds elsewhere. Both go to stderr. */
export class Progress {
  private readonly bar: SingleBar | undefined;
  private saidAt = Date.now();

  /** @param words how it is said without a bar */
  constructor(
    private readonly total: number,
    private readonly words: (done: number) => string,
    done = 0,
  ) {
    if (!process.stderr.isTTY) return;
    const format = '{bar} {percentage}% {value}/{total} {eta_formatted}';
    this.bar = new SingleBar({ format, barCompleteChar: '#', barIncompleteChar: '-', stream: process.stderr });
    this.bar.start(total, done);
  }

  done(count: number): void {
    this.bar?.update(Math.min(count, this.total));
    if (this.bar !== undefined || Date.now() - this.saidAt < LINE_EVERY_MS) return;
    this.saidAt = Date.now();
    note(this.words(count));
  }

  end(): void {
    this.bar?.stop();
  }
}

/** Lets no more than so many begin in a second. */
export function paced(perSecond: number, { signal }: AbortController): () => Promise<void> {
  let next = Date.now();
  return async () => {
    const now = Date.now();
    const mine = Math.max(next, now);
    next = mine + SECOND / perSecond;
    if (mine > now) await sleep(mine - now, undefined, { signal }).catch(() => undefined);
  };
}

/** Does the same with each item, some at a time. Once it is stopped, no other begins. @returns how many did not begin */
export async function withEach<T>(
  items: readonly T[],
  turn: () => Promise<void>,
  stopped: AbortSignal,
  work: (item: T, index: number) => Promise<void>,
): Promise<number> {
  const limit = pLimit(AT_ONCE);
  let left = 0;
  const all = items.map((item, index) =>
    limit(async () => {
      if (!stopped.aborted) await turn();
      if (stopped.aborted) left += 1;
      else await work(item, index);
    }),
  );
  // Each is heard out, also if one of them fails.
  const failed = (await Promise.allSettled(all)).find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return left;
}

/** Stops the work in order when the process is asked to end; asked once more, the process ends at once. */
export function stoppable(words: string): AbortController {
  const stop = new AbortController();
  // Each that waits for its turn listens.
  setMaxListeners(0, stop.signal);
  void untilInterrupted().then(() => {
    note(words);
    stop.abort();
    void untilInterrupted().then(() => process.exit(INTERRUPTED));
  });
  return stop;
}
