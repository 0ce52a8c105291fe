import { WAYS_TO_BE_AWAY } from './checkout.js';
import type { Incident, Random, Scale } from './plan.js';
import type { Evidence, Loss, Work } from './evidence.js';

/** There are no incidents before the first orders have started. */
const CALM_MS = 3_000;

/** When WeChat Pay's keys move, step by step, as a share of the storm's length. */
const KEY_STEPS = [
  { step: 'rotate', share: 0.2 },
  { step: 'prepare', share: 0.4 },
  { step: 'begin', share: 0.5 },
  { step: 'end', share: 0.75 },
] as const;

/** Draws the incidents of a storm. */
export function drawIncidents(random: Random, scale: Scale): Incident[] {
  const { lengthMs, workers, receivers, frozenMs, wechatpayAwayMs } = scale;
  const anyTime = (): number => random.int(CALM_MS, lengthMs);
  const times = (count: number): number[] => Array.from({ length: count }, anyTime);
  const incidents: Incident[] = [
    ...times(scale.workerKills).map((at): Incident => ({ at, what: 'worker-killed', number: random.int(1, workers) })),
    ...times(scale.receiverKills).map((at): Incident => ({
      at,
      what: 'receiver-killed',
      number: random.int(1, receivers),
    })),
    ...temporalKills(random, scale),
    ...KEY_STEPS.map(({ step, share }): Incident => ({ at: Math.round(share * lengthMs), what: 'keys', step })),
  ];
  incidents.push(...checkoutTurns(scale));
  // A frozen worker must continue, so it is not killed meanwhile: such a kill is moved behind the freeze.
  if (frozenMs > 0) {
    const at = Math.round(lengthMs * 0.3);
    const number = random.int(1, workers);
    const isClear = (each: Incident): boolean =>
      each.what !== 'worker-killed' || each.number !== number || each.at < at || each.at > at + frozenMs;
    const moved = incidents.map((each) => (isClear(each) ? each : { ...each, at: at + frozenMs + 1_000 }));
    incidents.splice(0, incidents.length, ...moved, { at, what: 'worker-frozen', number, forMs: frozenMs });
  }
  if (wechatpayAwayMs > 0) {
    const latest = Math.max(CALM_MS, lengthMs - wechatpayAwayMs);
    incidents.push({ at: random.int(CALM_MS, latest), what: 'wechatpay-away', forMs: wechatpayAwayMs });
  }
  return incidents.sort((one, other) => one.at - other.at);
}

/** Spread evenly, so that the server is back before it is killed again. */
function temporalKills(random: Random, { temporalKills: count, temporalAwayMs, lengthMs }: Scale): Incident[] {
  const span = (lengthMs - CALM_MS) / count;
  return Array.from({ length: count }, (_, index) => {
    const at = Math.round(CALM_MS + span * (index + 0.2 + 0.6 * random.next()));
    return { at, what: 'temporal-killed', forMs: temporalAwayMs };
  });
}

/** The checkout is there for a turn and away for a turn, and so on. It is away in each way by turns. */
export function checkoutTurns({
  lengthMs,
  checkoutTurnMs,
}: Pick<Scale, 'lengthMs' | 'checkoutTurnMs'>): CheckoutAway[] {
  const count = Math.floor(lengthMs / (2 * checkoutTurnMs));
  return Array.from({ length: count }, (_, index) => ({
    at: (2 * index + 1) * checkoutTurnMs,
    what: 'checkout-away',
    how: WAYS_TO_BE_AWAY[index % WAYS_TO_BE_AWAY.length] ?? 'failing',
    forMs: checkoutTurnMs,
  }));
}

type CheckoutAway = Extract<Incident, { readonly what: 'checkout-away' }>;

/** How soon one kind of loss was over. Milliseconds from the beginning of each loss. */
export interface Recovery {
  readonly what: Loss['what'];
  readonly count: number;
  /** Until it was available again: the new process was ready, or the server accepted calls. */
  readonly restart: readonly number[];
  /** Until work went on: see {@link recoveries}. */
  readonly work: readonly number[];
}

/**
 * When work went on after a loss. After the loss of a worker: for each workflow that it was working on, when the next task or
 * activity of that workflow is completed. After Temporal was killed: when any is completed, once Temporal is back. After WeChat
 * Pay was unreachable: when it answers a call. After the checkout was away: when it takes a post.
 */
export function recoveries({ losses, runs, calls, posts }: Evidence): Recovery[] {
  const done = runs.flatMap(({ work }) => completions(work)).sort(byTime);
  const answers = calls.flatMap(({ answeredAt }) => (answeredAt === null ? [] : [answeredAt])).sort(byTime);
  const taken = posts.flatMap(({ at, isTaken }) => (isTaken ? [at] : []));
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
      case 'checkout-away':
        return next(taken, until ?? from);
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

/** By the histories, which have only the last attempt of an activity. */
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
