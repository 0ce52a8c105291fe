import type { Incident, Random, Scale } from './plan.js';
import type { Evidence, Loss, Work } from './evidence.js';

/** Nothing happens before the first orders have begun. */
const CALM_MS = 3_000;

/** When each step of the move of WeChat Pay's keys is, as a share of the length. */
const KEY_STEPS = [
  { step: 'rotate', share: 0.2 },
  { step: 'prepare', share: 0.4 },
  { step: 'begin', share: 0.5 },
  { step: 'end', share: 0.75 },
] as const;

/** What happens to processes, networks and keys, and when. */
export function drawIncidents(random: Random, scale: Scale): Incident[] {
  const { lengthMs, workers, receivers, frozenMs, wechatpayAwayMs } = scale;
  const anyTime = (): number => random.int(CALM_MS, lengthMs);
  const times = (count: number): number[] => Array.from({ length: count }, anyTime);
  const incidents: Incident[] = [
    ...times(scale.workerKills).map((at): Incident => ({ at, what: 'worker-killed', slot: random.int(1, workers) })),
    ...times(scale.receiverKills).map((at): Incident => ({
      at,
      what: 'receiver-killed',
      slot: random.int(1, receivers),
    })),
    ...temporalKills(random, scale),
    ...KEY_STEPS.map(({ step, share }): Incident => ({ at: Math.round(share * lengthMs), what: 'keys', step })),
  ];
  // A worker that was killed could not come back, so the frozen one has a slot that is killed before or later.
  if (frozenMs > 0) {
    const at = Math.round(lengthMs * 0.3);
    const slot = random.int(1, workers);
    const isClear = (each: Incident): boolean =>
      each.what !== 'worker-killed' || each.slot !== slot || each.at < at || each.at > at + frozenMs;
    const moved = incidents.map((each) => (isClear(each) ? each : { ...each, at: at + frozenMs + 1_000 }));
    incidents.splice(0, incidents.length, ...moved, { at, what: 'worker-frozen', slot, forMs: frozenMs });
  }
  if (wechatpayAwayMs > 0) {
    const latest = Math.max(CALM_MS, lengthMs - wechatpayAwayMs);
    incidents.push({ at: random.int(CALM_MS, latest), what: 'wechatpay-away', forMs: wechatpayAwayMs });
  }
  return incidents.sort((one, other) => one.at - other.at);
}

/** Evenly apart, so that the server is back before it is killed again. */
function temporalKills(random: Random, { temporalKills: count, temporalAwayMs, lengthMs }: Scale): Incident[] {
  const span = (lengthMs - CALM_MS) / count;
  return Array.from({ length: count }, (_, place) => {
    const at = Math.round(CALM_MS + span * (place + 0.2 + 0.6 * random.next()));
    return { at, what: 'temporal-killed', forMs: temporalAwayMs };
  });
}

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
