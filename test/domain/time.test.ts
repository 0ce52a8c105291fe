import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, parseDuration, parseInstant, SECOND, toRfc3339 } from '../../domain/time.js';

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

  it.each([['2018-06-08'], ['2018-06-08T10:34:56'], ['2018-13-08T10:34:56Z'], ['yesterday'], ['']])(
    'refuses %j',
    (text) => {
      expect(parseInstant(text)).toBeUndefined();
    },
  );

  it('writes whole seconds in UTC, cutting off what is more', () => {
    expect(toRfc3339(Date.parse('2018-06-08T10:34:56.999+08:00'))).toBe('2018-06-08T02:34:56Z');
  });
});
