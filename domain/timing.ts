import { bad, collect, isRecord, ok, unknownFields, type Checked, type Fault } from './validation.js';
import { DAY, HOUR, MINUTE, parseDuration, SECOND, type Duration, type Instant, type Milliseconds } from './time.js';
import { PAUSES, type Pause, type PauseName, type WaitingTiming } from './waiting.js';

/** Lengths of time that a caller may give instead of a flow's defaults. Every pause lasts at least a second. */
export type TimingInput<Timing extends WaitingTiming = WaitingTiming> = Partial<
  Record<Exclude<keyof Timing, 'pauses'>, Duration>
> & {
  readonly pauses?: Readonly<Partial<Record<PauseName, { readonly first?: Duration; readonly max?: Duration }>>>;
};

/** The bounds of a length of time, both allowed, and the same in words. */
export interface Bounds {
  readonly min: Milliseconds;
  readonly max: Milliseconds;
  readonly inWords: string;
}

/** An instant in an input that lies further back than this is taken for a slip, unless the caller vouches for it. */
export const LONG_PAST: Milliseconds = HOUR;

/** The same in a workflow, whose clock may differ from that of the client that checked the input first. */
export const LONG_PAST_IN_WORKFLOW: Milliseconds = 2 * LONG_PAST;

/** WeChat Pay began in 2013, so an earlier instant is a mistake. */
export const EARLIEST_INSTANT: Instant = Date.UTC(2013, 0);

export const INSTANT_FORM = 'must be an RFC 3339 instant with an offset, as in 2026-01-31T09:00:00+08:00';

/** The likely mistake behind an instant that lies long ago or far ahead, for the end of a rule. */
export function slipOfInstant(instant: Instant, now: Instant): string {
  if (instant < EARLIEST_INSTANT) return 'it is before 2013: were seconds taken for milliseconds?';
  const hours = Math.round(Math.abs(now - instant) / HOUR);
  const where = instant > now ? `${hours} h ahead` : `${hours} h ago`;
  return `it is ${where}: is its offset right (Beijing time is +08:00, not Z), and the day?`;
}

/** The likely mistake behind a number that is too small for a length of time, for the end of a rule. A text names its unit. */
function slipOfUnit(length: unknown): string {
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length <= 0 || length >= MINUTE) return '';
  return `; ${length} means ${length} milliseconds: did you mean '${length}m' or '${length}s'?`;
}

/**
 * The likely mistake behind a text that is no duration, for the end of a rule: `15 minutes`, `1 h 30 min` and `PT15M` with our
 * units.
 */
function slipOfForm(written: unknown): string {
  if (typeof written !== 'string' || written.length > MAX_MISTAKEN) return '';
  const plain = written
    .toLowerCase()
    .replace(/^p(?=t?\d)|[\s,]|and/g, '')
    .replace(/milliseconds?|millis|msecs?/g, 'ms')
    .replace(/seconds?|secs?/g, 's')
    .replace(/minutes?|mins?/g, 'm')
    .replace(/hours?|hrs?/g, 'h')
    .replace(/days?/g, 'd')
    .replace(/t(?=\d)/g, '');
  if (/^\d+$/.test(plain)) return `; did you mean '${plain}m' or '${plain}s'?`;
  return parseDuration(plain) === undefined ? '' : `; did you mean '${plain}'?`;
}

/** A longer text is no slip in writing a duration. */
const MAX_MISTAKEN = 40;

export const bounds = (min: Milliseconds, max: Milliseconds, inWords: string): Bounds => ({ min, max, inWords });

const DURATION_FORM =
  "whole numbers with the units ms, s, m, h and d, as in '15m' or '1h30m', or a number of milliseconds";

/** Checks a length of time. What is none is told the form, and a length out of bounds only its bounds. */
export function checkDuration(field: string, value: unknown, { min, max, inWords }: Bounds): Checked<Milliseconds> {
  const length = typeof value === 'string' || typeof value === 'number' ? parseDuration(value) : undefined;
  if (length === undefined) {
    return bad(field, value, `must be a duration of ${inWords}: ${DURATION_FORM}${slipOfForm(value)}`, 'duration');
  }
  if (length >= min && length <= max) return ok(length);
  return bad(field, value, `must be ${inWords}, and is ${length < min ? 'shorter' : 'longer'}${slipOfUnit(value)}`);
}

export const PATIENCE_BOUNDS = bounds(MINUTE, 7 * DAY, '1 minute to 7 days');

const PAUSE = bounds(SECOND, DAY, '1 second to 1 day');
const PAUSE_NAMES = Object.keys(PAUSES) as PauseName[];

const RULES = {
  object: 'must be an object',
  pause: 'must be { first, max }, either of them or both',
  growing: 'must not be shorter than first',
} as const;

/**
 * Checks the lengths of time that a caller changes. The others keep their defaults.
 *
 * @param limits the bounds of each length besides the pauses
 */
export function checkTiming<Timing extends WaitingTiming>(
  timing: unknown,
  defaults: Timing,
  limits: Readonly<Record<Exclude<keyof Timing, 'pauses'>, Bounds>>,
): Checked<Timing> {
  if (timing === undefined) return ok(defaults);
  if (!isRecord(timing)) return bad('timing', timing, RULES.object);
  const names = Object.keys(limits) as (keyof typeof limits & string)[];
  const faults = unknownFields(timing, [...names, 'pauses']).map(inside('timing'));
  const lengths = names.flatMap((name): [string, Milliseconds][] => {
    if (timing[name] === undefined) return [];
    const length = collect(faults, checkDuration(`timing.${name}`, timing[name], limits[name]));
    return length === undefined ? [] : [[name, length]];
  });
  const pauses = collect(faults, pausesOf(timing['pauses'], defaults.pauses));
  if (faults.length > 0 || pauses === undefined) return { ok: false, faults };
  return ok({ ...defaults, ...Object.fromEntries(lengths), pauses });
}

function pausesOf(pauses: unknown, defaults: WaitingTiming['pauses']): Checked<WaitingTiming['pauses']> {
  if (pauses === undefined) return ok(defaults);
  if (!isRecord(pauses)) return bad('timing.pauses', pauses, RULES.object);
  const faults = unknownFields(pauses, PAUSE_NAMES).map(inside('timing.pauses'));
  const changed = PAUSE_NAMES.flatMap((name): [string, Pause][] => {
    if (pauses[name] === undefined) return [];
    const pause = collect(faults, pauseOf(name, pauses[name], defaults[name]));
    return pause === undefined ? [] : [[name, pause]];
  });
  if (faults.length > 0) return { ok: false, faults };
  return ok({ ...defaults, ...Object.fromEntries(changed) });
}

/** A pause with only a `first` grows to the default `max`, or not at all if it is longer than that already. */
function pauseOf(name: PauseName, pause: unknown, defaults: Pause): Checked<Pause> {
  const field = `timing.pauses.${name}`;
  if (!isRecord(pause)) return bad(field, pause, RULES.pause);
  const faults = unknownFields(pause, ['first', 'max']).map(inside(field));
  const first = collect(faults, checkDuration(`${field}.first`, pause['first'] ?? defaults.first, PAUSE));
  const max = collect(faults, checkDuration(`${field}.max`, pause['max'] ?? Math.max(defaults.max, first ?? 0), PAUSE));
  if (first === undefined || max === undefined || faults.length > 0) return { ok: false, faults };
  return max < first ? bad(`${field}.max`, pause['max'], RULES.growing) : ok({ first, max });
}

function inside(field: string): (each: Fault) => Fault {
  return (each) => ({ ...each, field: `${field}.${each.field}` });
}
