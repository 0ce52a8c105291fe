/**
 * A point in time: milliseconds since 1970-01-01T00:00:00Z, on the clock of the Temporal server unless a field says
 * otherwise.
 */
export type Instant = number;

/** A length of time in milliseconds. */
export type Milliseconds = number;

export const SECOND: Milliseconds = 1_000;
export const MINUTE: Milliseconds = 60 * SECOND;
export const HOUR: Milliseconds = 60 * MINUTE;
export const DAY: Milliseconds = 24 * HOUR;

/**
 * A length of time as callers write it: a number of milliseconds, or whole numbers with units, as in `'90s'`, `'15m'`,
 * `'1h30m'`, `'7d'`.
 */
export type Duration = number | string;

const UNITS = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY } as const;
const DURATION = /^(?:\d+(?:ms|s|m|h|d))+$/;

/** A longer text cannot be a duration or an instant, and is not read. */
const MAX_WRITTEN = 64;

/** The milliseconds of a {@link Duration}, or `undefined` if it is not one. */
export function parseDuration(duration: Duration): Milliseconds | undefined {
  if (typeof duration === 'number') {
    return Number.isSafeInteger(duration) && duration >= 0 ? duration : undefined;
  }
  if (duration.length > MAX_WRITTEN || !DURATION.test(duration)) return undefined;
  let total = 0;
  for (const [, count, unit] of duration.matchAll(/(\d+)(ms|s|m|h|d)/g)) {
    total += Number(count) * UNITS[unit as keyof typeof UNITS];
  }
  return Number.isSafeInteger(total) ? total : undefined;
}

/** The form of an instant: RFC 3339, with an offset. */
export const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** The instant of an RFC 3339 date-time with an offset, or `undefined` if the text is not one. */
export function parseInstant(text: string): Instant | undefined {
  if (text.length > MAX_WRITTEN || !RFC3339.test(text)) return undefined;
  const wall = text.slice(0, 'yyyy-MM-ddThh:mm:ss'.length);
  const asUtc = Date.parse(`${wall}Z`);
  const instant = Date.parse(text);
  if (Number.isNaN(asUtc) || Number.isNaN(instant)) return undefined;
  // `Date.parse` takes 30 February for a day in March, and 24:00 for the next day.
  return new Date(asUtc).toISOString().startsWith(wall) ? instant : undefined;
}

/** RFC 3339 in UTC, to the second: the form that WeChat Pay takes as `time_expire`. Fractions are cut off. */
export function toRfc3339(instant: Instant): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** Beijing time has no summer time. */
const BEIJING_OFFSET: Milliseconds = 8 * HOUR;

/** `yyyyMMddHHmmss` in Beijing time: the form that v2 takes as `time_expire`. Fractions are cut off. */
export function toBeijingDigits(instant: Instant): string {
  return toRfc3339(instant + BEIJING_OFFSET).replace(/\D/g, '');
}

/** The next whole second, so that an instant for people is not too early. */
export function roundUp(instant: Instant): Instant {
  return Math.ceil(instant / SECOND) * SECOND;
}
