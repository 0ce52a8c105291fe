import type { Evidence, Loss } from './evidence.js';

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
 * Work is done again: after the death or the freeze of a worker, when any worker completes a task or an activity for the first time;
 * after that of Temporal, likewise; after WeChat Pay was away, when it answers a call.
 */
export function recoveries({ losses, runs, calls }: Evidence): Recovery[] {
  const completions = runs
    .flatMap(({ completions: each }) => each.map(({ at }) => at))
    .sort((one, other) => one - other);
  const answers = calls.flatMap(({ answeredAt }) => (answeredAt === null ? [] : [answeredAt]));
  const next = (instants: readonly number[], after: number): number[] => {
    const found = instants.find((each) => each > after);
    return found === undefined ? [] : [found];
  };
  const workAfter = ({ what, from, until }: Loss): number[] => {
    switch (what) {
      case 'worker-killed':
      case 'worker-frozen':
        return next(completions, from);
      case 'temporal-killed':
        return next(completions, until ?? from);
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

export function median(lengths: readonly number[]): number {
  const sorted = [...lengths].sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
