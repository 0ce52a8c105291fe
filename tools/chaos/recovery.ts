import type { Evidence, Loss, Work } from './evidence.js';

/** How soon what was lost was back. Lengths are milliseconds, from the beginning of the loss. */
export interface Recovery {
  readonly what: Loss['what'];
  readonly count: number;
  /** Until it was there again: the process in its place was ready, the server took calls. */
  readonly restart: readonly number[];
  /** Until work was done again: see {@link recoveries}. */
  readonly work: readonly number[];
}

/**
 * Work is done again: for each workflow that the lost worker was working on, when a task or an activity of it is completed for the
 * first time; after the death of Temporal, when any is, once it is back; after WeChat Pay was away, when it answers a call.
 */
export function recoveries({ losses, runs, calls }: Evidence): Recovery[] {
  const done = runs.flatMap(({ work }) => completions(work)).sort(byTime);
  const answers = calls.flatMap(({ answeredAt }) => (answeredAt === null ? [] : [answeredAt])).sort(byTime);
  const workAfter = (loss: Loss): number[] => {
    const { what, from, until } = loss;
    switch (what) {
      case 'worker-killed':
      case 'worker-frozen':
        return runs
          .filter(({ work }) => work.some((each) => wasInFlight(each, loss)))
          .flatMap(({ work }) => next(completions(work).sort(byTime), from));
      case 'temporal-killed':
        return next(done, until ?? from);
      case 'wechatpay-away':
        return next(answers, until ?? from);
      case 'receiver-killed':
        return [];
    }
  };
  const kinds = [...new Set(losses.map(({ what }) => what))];
  return kinds.map((what) => {
    const own = losses.filter((loss) => loss.what === what);
    return {
      what,
      count: own.length,
      restart: own.flatMap(({ from, until }) => (until === null ? [] : [until - from])),
      work: own.flatMap((loss) => workAfter(loss).map((at) => at - loss.from)),
    };
  });
}

/** By the histories. They do not have an attempt that Temporal made again by itself: only the last of its kind. */
function wasInFlight({ pid, startedAt, endedAt }: Work, loss: Loss): boolean {
  return pid === loss.pid && startedAt <= loss.from && (endedAt ?? Infinity) > loss.from;
}

function completions(work: readonly Work[]): number[] {
  return work.flatMap(({ endedAt, isDone }) => (isDone && endedAt !== null ? [endedAt] : []));
}

function next(instants: readonly number[], after: number): number[] {
  const found = instants.find((each) => each > after);
  return found === undefined ? [] : [found];
}

function byTime(one: number, other: number): number {
  return one - other;
}
