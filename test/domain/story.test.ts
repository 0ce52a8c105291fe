import { describe, expect, it } from 'vitest';
import { ORDER_FLOW } from '../../domain/orders/decide.js';
import type { OrderDecision } from '../../domain/orders/state.js';
import { resume } from '../../domain/flow.js';
import { currentDetailsOf } from '../../domain/page/order.js';
import { describeStep, lengthInUrl } from '../../domain/page/story.js';
import { STEPS_KEPT } from '../../domain/story.js';
import { HOUR, MINUTE, SECOND } from '../../domain/time.js';
import {
  after,
  answered,
  checkRequested,
  closeAnswered,
  closeLost,
  DEADLINE,
  extended,
  notAllowed,
  notification,
  ORDER,
  placementFailed,
  play,
  queryFailed,
  releaseRequested,
  resolveAs,
  START,
  timer,
  toClosing,
  tooEarly,
} from '../support/orders.js';
import { sectionsOf } from '../support/story.js';

const HONG_KONG = 'Asia/Hong_Kong';

function told({ state }: OrderDecision, locale: 'en' | 'zh' = 'en'): string[] {
  return state.story.entries.map((entry) => describeStep(entry, { locale, timeZone: HONG_KONG }));
}

const closed = after(...toClosing, [DEADLINE + SECOND, closeAnswered('accepted', { after: 'CLOSED' })]);

describe('the story of an order', () => {
  it('tells what WeChat Pay said to each question of a close, and what a list shows since', () => {
    expect(told(closed)).toEqual([
      '2026-03-02 20:15:01 close: `NOTPAY` → `accepted` → `CLOSED`, Request-ID `request-2` — now `closed`',
    ]);
    expect(told(closed, 'zh')).toEqual([
      '2026-03-02 20:15:01 关单：`NOTPAY` → `accepted` → `CLOSED`，Request-ID `request-2` — 现为 `closed`',
    ]);
  });

  it('says of a close that it was not sent, or that nobody knows', () => {
    expect(told(after(...toClosing, [DEADLINE, notAllowed('USERPAYING')]))).toEqual([
      '2026-03-02 20:15:00 close: `USERPAYING`, nothing was sent, Request-ID `request-1` — now `user-is-paying`',
    ]);
    expect(told(after(...toClosing, [DEADLINE, tooEarly]))).toEqual([
      '2026-03-02 20:15:00 close, nothing was sent — now `unsettled`',
    ]);
    expect(told(after(...toClosing, [DEADLINE, closeLost()]))).toEqual([
      '2026-03-02 20:15:00 close: `LOCAL_LOST`, maybe sent — now `closing`',
    ]);
  });

  it('names a message as it is sent, and a person by name', () => {
    const asked = after(
      [START, extended(DEADLINE + HOUR)],
      [START + SECOND, placementFailed],
      [START + MINUTE, checkRequested],
      [START + MINUTE, queryFailed('fatal', 'NO_AUTH')],
      [START + 2 * MINUTE, resolveAs('closed')],
      [START + 3 * MINUTE, releaseRequested],
    );
    expect(told(asked)).toEqual([
      '2026-03-02 20:00:00 `extend`, `2026-03-02T13:15:00Z`',
      '2026-03-02 20:00:01 `placementFailed`, `PARAM_ERROR`',
      '2026-03-02 20:01:00 query: `NO_AUTH`, by `checkNow` — now `needs-attention` (`fatal-answer`)',
      '2026-03-02 20:02:00 `resolve`, `closed`, by `Mei`',
      '2026-03-02 20:03:00 *Request Cancellation*',
    ]);
  });

  it('counts what is the same each time, also a check with its answer', () => {
    const unsettled = Array.from(
      { length: 14 },
      (_, index) =>
        [
          [DEADLINE + index * HOUR, timer],
          [DEADLINE + index * HOUR, queryFailed('unknown')],
        ] as const,
    );
    expect(told(after(...toClosing, [DEADLINE, notAllowed('USERPAYING')], ...unsettled.flat()))).toEqual([
      '2026-03-02 20:15:00 close: `USERPAYING`, nothing was sent, Request-ID `request-1` — now `user-is-paying`',
      '2026-03-03 09:15:00 query: `SYSTEM_ERROR`, 14 times since 2026-03-02 20:15:00, the same each time — now `unsettled`',
    ]);
    const checks = [0, 1, 2].flatMap(
      (minute) =>
        [
          [START + minute * MINUTE, checkRequested],
          [START + minute * MINUTE, answered('NOTPAY')],
        ] as const,
    );
    expect(told(after(...checks))).toEqual([
      '2026-03-02 20:02:00 query: `NOTPAY`, by `checkNow`, 3 times since 2026-03-02 20:00:00, the same each time, Request-ID `request-1`',
    ]);
  });

  it('has no step of another order, and none after the end', () => {
    const foreign = notification({ order: { mchid: ORDER.ref.mchid, outTradeNo: 'ANOTHER' } });
    expect(told(after([START, foreign]))).toEqual([]);
    expect(told(play(closed, [DEADLINE + HOUR, notification()]))).toEqual(told(closed));
  });

  it('keeps the last ten steps', () => {
    const checks = Array.from(
      { length: 30 },
      (_, index) => [START + index * SECOND, index % 2 ? checkRequested : placementFailed] as const,
    );
    const { state } = after(...checks);
    expect(state.story.entries).toHaveLength(STEPS_KEPT);
    expect(state.story.entries.at(-1)?.at).toBe(START + 29 * SECOND);
  });

  it('begins anew in a run that goes on for one of a version that kept none', () => {
    const { story: _, ...before } = after([START, placementFailed]).state;
    const { state } = resume(ORDER_FLOW, before as OrderDecision['state'], START);
    expect(state.story.entries).toEqual([]);
    expect(told(play({ state, step: { do: 'query' } }, [START, extended(DEADLINE + HOUR)]))).toHaveLength(1);
  });
});

describe('the page of an order', () => {
  const step = { do: 'wait', until: DEADLINE } as const;

  it('ends with the last steps, in its language and time zone', () => {
    const state = { ...closed.state, timeZone: HONG_KONG };
    expect(currentDetailsOf(state, closed.step).split('\n\n').slice(-2)).toEqual([
      `**Last steps** (${HONG_KONG}):`,
      `- ${told(closed)[0] ?? ''}`,
    ]);
    const chinese = { ...state, order: { ...ORDER, locale: 'zh' as const } };
    expect(currentDetailsOf(chinese, closed.step)).toContain(
      '**最近的步骤**（Asia/Hong_Kong）：\n\n- 2026-03-02 20:15:01 关单',
    );
  });

  it('shows fewer of them if it is long, and the latest first of all', () => {
    const entries = Array.from({ length: 10 }, (_, index) => ({
      at: START + index * MINUTE,
      what: 'resolve' as const,
      about: '认'.repeat(60),
      by: '定'.repeat(60),
    }));
    const page = currentDetailsOf({ ...after().state, story: { entries, shows: null } }, step);
    expect(page).not.toContain('2026-03-02 20:00:00 `resolve`');
    expect(page).toContain('2026-03-02 20:09:00 `resolve`');
    expect(encodeURIComponent(page).length).toBeLessThan(7_500);
  });

  it('is in both languages, one under the other, if the order is read in both', () => {
    const both = { ...after().state, order: { ...ORDER, locale: 'both' as const } };
    const [english, chinese] = sectionsOf(currentDetailsOf(both, step));
    expect(english).toContain('**Waiting for the payment**');
    expect(chinese).toContain('**等待付款**');
    expect(chinese).toContain('- `checkNow`：');
  });

  it('says of an order that was never placed what it is, and when it ends', () => {
    const unknown = after(...toClosing, [DEADLINE, notAllowed('NOT_FOUND')]);
    const page = currentDetailsOf({ ...unknown.state, timeZone: HONG_KONG }, unknown.step);
    expect(page).toContain('WeChat Pay has never shown this number');
    expect(page).toContain('as never existed, from 2026-03-02 22:00:00 (Asia/Hong_Kong) on');
  });
});

describe('the length of a text in a URL', () => {
  it.each(['abc DEF 019', '{"a":1}\n`x`', '微信支付', '😀é'])('is that of its encoding: %j', (text) => {
    expect(lengthInUrl(text)).toBe(encodeURIComponent(text).length);
  });

  it('is never too short', () => {
    const ascii = Array.from({ length: 0x80 }, (_, point) => String.fromCharCode(point)).join('');
    expect(lengthInUrl(ascii)).toBeGreaterThanOrEqual(encodeURIComponent(ascii).length);
    expect(lengthInUrl('\ud83d')).toBe(9);
  });
});
