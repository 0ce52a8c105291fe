import { describe, expect, it } from 'vitest';
import { afterPage, checkLimit, checkPosition, cursorOf, passOf, type FeedState } from '../../client/feed-cursor.js';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../../domain/time.js';

const NOON: Instant = Date.parse('2026-03-02T12:00:00Z');
const SINCE = NOON - DAY;

const begun = (from = SINCE): FeedState => ({ mchid: null, from, until: from, pass: null });

/** Where to read on after a pass that began at noon. @param newest what it saw last */
function afterPass(newest: Instant | null, state = begun()): FeedState {
  const pass = passOf(state, NOON);
  const open = afterPage(state, { ...pass, newest });
  return afterPage(open, { ...passOf(open, NOON + HOUR), newest });
}

describe('the next window begins', () => {
  it('some minutes before the end of the last one, since what has just ended is listed later', () => {
    expect(afterPass(NOON - SECOND)).toEqual({
      mchid: null,
      from: NOON - 5 * MINUTE,
      until: NOON - 5 * MINUTE,
      pass: null,
    });
  });

  it('with the newest that was seen, if that is older: the clock of this machine may be ahead', () => {
    expect(afterPass(NOON - HOUR)).toMatchObject({ from: NOON - HOUR, until: NOON - 5 * MINUTE });
  });

  it('where the last one began, if nothing was seen', () => {
    expect(afterPass(null)).toMatchObject({ from: SINCE, until: NOON - 5 * MINUTE });
  });

  it('never before the instant that was asked for', () => {
    expect(afterPass(NOON, begun(NOON - SECOND))).toMatchObject({ from: NOON - SECOND });
  });
});

it('a pass lists what has ended, page by page, and then what is open', () => {
  const pass = passOf(begun(), NOON);
  expect(pass).toEqual({ begunAt: NOON, part: 'ended', token: '', newest: null });
  const second = afterPage(begun(), { ...pass, token: 'dG9rZW4' });
  expect(second.pass).toMatchObject({ part: 'ended', token: 'dG9rZW4', begunAt: NOON });
  // The pass stays the one that began at noon.
  expect(passOf(second, NOON + HOUR)).toEqual(second.pass);
  expect(afterPage(second, { ...pass, token: '' }).pass).toMatchObject({ part: 'open', token: '' });
});

describe('a cursor', () => {
  const states: FeedState[] = [begun(), { ...begun(), mchid: '1900000109', pass: passOf(begun(), NOON) }];

  it.each(states)('is read as it was written', (state) => {
    expect(checkPosition({ cursor: cursorOf(state) }, state.mchid)).toEqual({ ok: true, value: state });
  });

  it('of another merchant is refused', () => {
    expect(checkPosition({ cursor: cursorOf(begun()) }, '1900000109')).toMatchObject({ ok: false });
  });

  it.each([
    ['', 'x', 'W10', Buffer.from('[null,-1,1]').toString('base64url')],
    [Buffer.from('["\' OR",1,1]').toString('base64url')],
    [Buffer.from('[null,1,1,1,"all","",null]').toString('base64url'), 'A'.repeat(5_000)],
  ])('that was not given by a feed is refused', (...cursors) => {
    for (const cursor of cursors) expect(checkPosition({ cursor }, null)).toMatchObject({ ok: false });
  });
});

it('a position is an instant with an offset or a cursor, one of them', () => {
  expect(checkPosition({ since: '2026-03-01T20:00:00+08:00' }, null)).toEqual({ ok: true, value: begun() });
  const wrong = [{}, null, { since: '2026-03-01' }, { since: 5 }, { since: '2026-03-01T12:00:00Z', cursor: 'x' }];
  for (const each of wrong) expect(checkPosition(each, null)).toMatchObject({ ok: false });
  for (const limit of [0, 1.5, 1001, '5', null]) expect(checkLimit(limit)).toMatchObject({ ok: false });
  expect(checkLimit()).toEqual({ ok: true, value: 100 });
});
