import type { Misbehaviour } from '../../testing/sandbox/misbehaviour.js';
import type { Random } from './plan.js';

/** Faults of WeChat Pay, and of proxies before it. Each affects so few requests that every order can end. */
const ON_ORDERS: readonly Misbehaviour[] = [
  { what: 'systemError', on: 'query', times: 2 },
  { what: 'systemError', on: 'close', times: 2 },
  { what: 'loseAnswer', on: 'query', times: 2 },
  { what: 'loseAnswer', on: 'close' },
  { what: 'reset', on: 'query', times: 2 },
  { what: 'reset', on: 'close' },
  { what: 'slow', on: 'query', delayMs: 3_000 },
  { what: 'slow', on: 'query', delayMs: 9_000 },
  { what: 'slow', on: 'close', delayMs: 4_000 },
  { what: 'slow', on: 'close', delayMs: 9_000 },
  { what: 'tooOften', on: 'query' },
  { what: 'tooOften', on: 'close' },
  { what: 'tooOften', on: 'close', code: 'RULE_LIMIT' },
  { what: 'inProgress', on: 'close' },
  { what: 'inProgress', on: 'query' },
  { what: 'notFound', on: 'query' },
  { what: 'notFound', on: 'close' },
  { what: 'invalidState', on: 'close' },
  { what: 'paramError', on: 'close' },
  { what: 'html', on: 'query', times: 2 },
  { what: 'html', on: 'close' },
  { what: 'bare404', on: 'query' },
  { what: 'bare404', on: 'close' },
  { what: 'unsigned', on: 'query', times: 2 },
  { what: 'unsigned', on: 'close' },
  { what: 'signWrongly', on: 'query' },
  { what: 'signWrongly', on: 'close' },
  { what: 'otherOrder', on: 'query' },
  { what: 'oversize', on: 'query' },
  { what: 'signError', on: 'query' },
  { what: 'signError', on: 'close' },
  { what: 'noAuth', on: 'query' },
  { what: 'refuse', on: 'close', code: 'ACCOUNT_ERROR' },
];

/** v2 has no time in its signature, no probes, and no 202. */
const ON_V3_ORDERS: readonly Misbehaviour[] = [
  ...ON_ORDERS,
  { what: 'stale', on: 'query' },
  { what: 'stale', on: 'close' },
  { what: 'probe', on: 'query' },
  { what: 'accepted', on: 'close' },
  { what: 'accepted', on: 'query' },
];

const ON_SERVICE_ORDERS: readonly Misbehaviour[] = [
  ...ON_V3_ORDERS.filter(({ on }) => on === 'query'),
  { what: 'systemError', on: 'cancel', times: 2 },
  { what: 'loseAnswer', on: 'cancel' },
  { what: 'reset', on: 'cancel' },
  { what: 'slow', on: 'cancel', delayMs: 4_000 },
  { what: 'tooOften', on: 'cancel' },
  { what: 'inProgress', on: 'cancel' },
  { what: 'invalidState', on: 'cancel' },
  { what: 'html', on: 'cancel' },
  { what: 'unsigned', on: 'cancel' },
  { what: 'stale', on: 'cancel' },
  { what: 'noContent', on: 'cancel' },
  { what: 'accepted', on: 'cancel' },
];

/** The share of orders with a fault besides those of their kind, and the share of these with a second fault. */
const WITH_FAULT = 0.55;
const WITH_SECOND_FAULT = 0.35;

/** Draws the faults of one order. */
export function drawFaults(random: Random, of: 'v2' | 'v3' | 'payscore'): Misbehaviour[] {
  const mix = { v2: ON_ORDERS, v3: ON_V3_ORDERS, payscore: ON_SERVICE_ORDERS }[of];
  if (!random.chance(WITH_FAULT)) return [];
  const first = random.pick(mix);
  return random.chance(WITH_SECOND_FAULT) ? [first, { ...random.pick(mix), after: random.int(0, 1) }] : [first];
}
