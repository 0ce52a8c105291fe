import { describe, expect, it } from 'vitest';
import {
  DAY,
  HOUR,
  MINUTE,
  parseDuration,
  parseInstant,
  roundUp,
  SECOND,
  toBeijingDigits,
  toRfc3339,
} from '../../domain/time.js';

describe('durations', () => {
  it.each([
    [1500, 1500],
    ['250ms', 250],
    ['90s', 90 * SECOND],
    ['15m', 15 * MINUTE],
    ['1h30m', HOUR + 30 * MINUTE],
    ['7d', 7 * DAY],
    [0, 0],
  ])('reads %j as %i ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([[''], ['15'], ['15 m'], ['m15'], ['1.5h'], ['15M'], ['-1s'], [1.5], [-1], [NaN], [Infinity]])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe('instants', () => {
  it('reads an offset', () => {
    expect(parseInstant('2018-06-08T10:34:56+08:00')).toBe(Date.parse('2018-06-08T02:34:56Z'));
  });

  it.each([
    ['2018-06-08'],
    ['2018-06-08T10:34:56'],
    ['2018-13-08T10:34:56Z'],
    ['2018-00-08T10:34:56Z'],
    ['2018-06-00T10:34:56Z'],
    ['2018-02-30T10:34:56Z'],
    ['2018-04-31T10:34:56+08:00'],
    ['2018-02-29T10:34:56Z'],
    ['1900-02-29T10:34:56Z'],
    ['2018-06-31T23:59:59.9-11:00'],
    ['2018-06-08T24:00:00Z'],
    ['2018-06-08T10:60:00Z'],
    ['2018-06-08T10:34:60Z'],
    ['2018-06-08T10:34:56+24:00'],
    ['2018-06-08T10:34:56+08:60'],
    ['yesterday'],
    [''],
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it.each([
    ['2020-02-29T00:00:00Z', Date.UTC(2020, 1, 29)],
    ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
    ['2018-01-01T00:00:00+14:00', Date.UTC(2017, 11, 31, 10)],
    ['2018-12-31T23:59:59.999-12:00', Date.UTC(2019, 0, 1, 11, 59, 59, 999)],
  ])('reads %s', (text, instant) => {
    expect(parseInstant(text)).toBe(instant);
  });

  it('writes whole seconds in UTC, cutting off what is more', () => {
    expect(toRfc3339(Date.parse('2018-06-08T10:34:56.999+08:00'))).toBe('2018-06-08T02:34:56Z');
  });
});

it('an instant is written in Beijing time as v2 takes it, in whole seconds, also over midnight and the year', () => {
  expect(toBeijingDigits(Date.parse('2026-12-31T16:00:00.999Z'))).toBe('20270101000000');
  expect(toBeijingDigits(Date.parse('2026-03-02T12:04:05+08:00'))).toBe('20260302120405');
});

describe('an instant that is promised', () => {
  it.each([
    [0, 0],
    [1, SECOND],
    [SECOND, SECOND],
    [SECOND + 1, 2 * SECOND],
  ])('of %i ms is told as %i ms: in whole seconds, and never too early', (instant, told) => {
    expect(roundUp(instant)).toBe(told);
  });
});
