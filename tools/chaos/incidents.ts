import type { Incident, Scale } from './plan.js';
import type { Random } from './random.js';

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
