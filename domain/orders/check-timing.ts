import { bad, collect, fault, good, isRecord, unknownFields, type Checked, type Fault } from '../check.js';
import type { Order } from './order.js';
import { DAY, HOUR, MINUTE, parseDuration, SECOND, type Milliseconds } from '../time.js';
import { DEFAULT_TIMING, type Pause, type PauseName, type Timing } from '../timing.js';

interface Bounds {
  readonly min: Milliseconds;
  readonly max: Milliseconds;
  readonly rule: string;
}

const bounds = (min: Milliseconds, max: Milliseconds, inWords: string): Bounds => ({
  min,
  max,
  rule: `must be a duration such as '90s' or milliseconds, ${inWords}`,
});

const BOUNDS: Record<Exclude<keyof Timing, 'pauses'>, Bounds> = {
  payingTooLong: bounds(MINUTE, DAY, '1 minute to 1 day'),
  closeSettlesWithin: bounds(SECOND, HOUR, '1 second to 1 hour'),
  paymentLife: bounds(5 * MINUTE, 7 * DAY, '5 minutes to 7 days'),
  patience: bounds(MINUTE, 7 * DAY, '1 minute to 7 days'),
  checkInterval: bounds(SECOND, HOUR, '1 second to 1 hour'),
};

const PAUSE = bounds(SECOND, DAY, '1 second to 1 day');
const LENGTHS = Object.keys(BOUNDS) as (keyof typeof BOUNDS)[];
const PAUSE_NAMES = Object.keys(DEFAULT_TIMING.pauses) as PauseName[];

const RULES = {
  object: 'must be an object',
  pause: 'must be { first, max }, either of them or both',
  growing: 'must not be shorter than first',
} as const;

/** Checks the lengths of time that a caller changes; what is not named keeps its default. */
export function checkTiming(timing: unknown): Checked<Order['timing']> {
  if (timing === undefined) return good(DEFAULT_TIMING);
  if (!isRecord(timing)) return bad('timing', timing, RULES.object);
  const faults = unknownFields(timing, [...LENGTHS, 'pauses']).map(inside('timing'));
  const lengths = LENGTHS.flatMap((name): [string, Milliseconds][] => {
    if (timing[name] === undefined) return [];
    const length = collect(faults, lengthOf(`timing.${name}`, timing[name], BOUNDS[name]));
    return length === undefined ? [] : [[name, length]];
  });
  const pauses = collect(faults, pausesOf(timing['pauses']));
  if (faults.length > 0 || pauses === undefined) return { ok: false, faults };
  return good({ ...DEFAULT_TIMING, ...Object.fromEntries(lengths), pauses });
}

function pausesOf(pauses: unknown): Checked<Timing['pauses']> {
  if (pauses === undefined) return good(DEFAULT_TIMING.pauses);
  if (!isRecord(pauses)) return bad('timing.pauses', pauses, RULES.object);
  const faults = unknownFields(pauses, PAUSE_NAMES).map(inside('timing.pauses'));
  const changed = PAUSE_NAMES.flatMap((name): [string, Pause][] => {
    if (pauses[name] === undefined) return [];
    const pause = collect(faults, pauseOf(name, pauses[name]));
    return pause === undefined ? [] : [[name, pause]];
  });
  if (faults.length > 0) return { ok: false, faults };
  return good({ ...DEFAULT_TIMING.pauses, ...Object.fromEntries(changed) });
}

/** One that names only its first length grows to the default, or not at all where it is longer than that already. */
function pauseOf(name: PauseName, pause: unknown): Checked<Pause> {
  const field = `timing.pauses.${name}`;
  if (!isRecord(pause)) return bad(field, pause, RULES.pause);
  const defaults = DEFAULT_TIMING.pauses[name];
  const faults = unknownFields(pause, ['first', 'max']).map(inside(field));
  const first = collect(faults, lengthOf(`${field}.first`, pause['first'] ?? defaults.first, PAUSE));
  const max = collect(faults, lengthOf(`${field}.max`, pause['max'] ?? Math.max(defaults.max, first ?? 0), PAUSE));
  if (first === undefined || max === undefined || faults.length > 0) return { ok: false, faults };
  return max < first ? bad(`${field}.max`, pause['max'], RULES.growing) : good({ first, max });
}

function lengthOf(field: string, value: unknown, { min, max, rule }: Bounds): Checked<Milliseconds> {
  const length = typeof value === 'string' || typeof value === 'number' ? parseDuration(value) : undefined;
  return length !== undefined && length >= min && length <= max
    ? good(length)
    : { ok: false, faults: [fault(field, value, rule)] };
}

function inside(field: string): (each: Fault) => Fault {
  return (each) => ({ ...each, field: `${field}.${each.field}` });
}
