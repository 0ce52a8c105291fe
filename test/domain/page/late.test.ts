import { describe, expect, it } from 'vitest';
import {
  INITIAL_LATE_STATE,
  lateDetailsOf,
  lateStepSummary,
  lateSummaryOf,
  visibleLateState,
} from '../../../domain/page/late.js';
import { ADVICE } from '../../../domain/errors/advice.js';
import { LATE_REASONS_TEXT } from '../../../domain/page/texts-late.js';
import { checkLateRetry, checkRecord } from '../../../domain/late/input.js';
import { isFinding } from '../../../domain/late/facts.js';
import { LATE_REASONS, type LateInput, type LatePhase } from '../../../domain/late/state.js';
import { LOCALES } from '../../../domain/locale.js';
import type { Outcome } from '../../../domain/orders/state.js';
import { CLOSED, NOTIFICATION, OTHER, PAID, RESOLVED, THIRD, UNNAMED } from '../../support/late-payments.js';
import { ORDER, PAYMENT, START } from '../../support/orders.js';
import { AT, ENDED, HONG_KONG, inBoth, OPEN, pageOf, stateOf } from './late-states.js';
import { brokenBold, MAX_PAGE_IN_URL, updatesIn, wordsIn } from './updates.js';
import { sectionsOf } from '../../support/story.js';

const FOUND: LatePhase = { phase: 'needsAttention', reason: 'paid-after-close', until: AT };

describe('what operators see of a late payment', () => {
  it('reads like the payment, from what is wrong to what can be done', () => {
    const last = { call: 'queryOrder', said: 'SUCCESS', requestId: 'request-9', at: START } as const;
    expect(sectionsOf(pageOf(stateOf(FOUND, 'en', { shown: PAYMENT, last })))[0]).toBe(
      [
        '**Request Cancellation** only stops the watching. The money stays where it is.',
        '**A person is needed**; WeChat Pay is asked again at 2026-03-02 21:00:00 (Asia/Hong_Kong)',
        'Order `order/1900000109/1217752501201407033233368018` (v3-global), HKD 8.88. It had ended: closed, after a close of this worker.',
        '- WeChat Pay reported a payment, verified: HKD 8.88, transaction `4200752501201407033233368018`, paid 2026-03-02 20:01:00 (Asia/Hong_Kong).\n' +
          '- The query shows: HKD 8.88, transaction `4200752501201407033233368018`, paid 2026-03-02 20:01:00 (Asia/Hong_Kong).',
        'Last answer: `SUCCESS` (query, 2026-03-02 20:00:00 (Asia/Hong_Kong), Request-ID `request-9`).',
        `**Why**: ${LATE_REASONS_TEXT['paid-after-close'].en}`,
        '**What can be done** (in Temporal UI: *Send an Update*, with this name and this JSON as its input):',
        '- `record`: say what was done about the payment. This ends the watch, and WeChat Pay is not asked to confirm it. Instead of `refunded`, it can be `reopened`; `note` and `by` are yours to write. `transactionIds` are the payments that you looked at: the update is refused if a notification has reported another.',
        '  ```json\n  {"as":"refunded","note":"which refund, or which order","by":"your name","transactionIds":["4200752501201407033233368018"]}\n  ```\n- `retry`: ask WeChat Pay again now, with new patience.',
        '  ```json\n  {}\n  ```',
      ].join('\n\n'),
    );
  });

  it.each(inBoth([...OPEN, ...ENDED]))(
    'is of one language, or of both while a person is needed, and in the time zone: %s %j',
    (locale, phase) => {
      const page = pageOf(stateOf(phase, locale, { told: [NOTIFICATION, OTHER, THIRD, OTHER], shown: UNNAMED }));
      const [main, other] = sectionsOf(page);
      const foreign = locale === 'en' ? /\p{Script=Han}/u : /[A-Za-z]/;
      expect(wordsIn(main)).not.toMatch(foreign);
      expect(other !== undefined).toBe(phase.phase === 'needsAttention');
      if (other !== undefined) expect(wordsIn(other)).not.toMatch(locale === 'en' ? /[A-Za-z]/ : /\p{Script=Han}/u);
      expect(page).toContain(`(${HONG_KONG})`);
      expect(brokenBold(page)).toEqual([]);
      expect(page).not.toMatch(/\{\w+\}|undefined|null|NaN/);
      expect(encodeURIComponent(page).length).toBeLessThan(MAX_PAGE_IN_URL);
    },
  );

  it('differs from state to state, in both languages', () => {
    const pages = inBoth([...OPEN, ...ENDED]).map(([locale, phase]) => pageOf(stateOf(phase, locale)));
    expect(new Set(pages).size).toBe(pages.length);
  });

  it.each(inBoth(LATE_REASONS))('says why a person is needed: %s %s', (locale, reason) => {
    const page = pageOf(stateOf({ phase: 'needsAttention', reason, until: AT }, locale));
    expect(page).toContain(LATE_REASONS_TEXT[reason][locale]);
  });

  it('names every payment that it is about', () => {
    const page = pageOf(stateOf(FOUND, 'en', { told: [NOTIFICATION, OTHER], shown: { ...UNNAMED, amount: null } }));
    expect(page).toContain('transaction `4200752501201407033233368018`');
    expect(page).toContain('transaction `another`');
    expect(page).toContain('The query shows: amount unknown, transaction not named');
  });

  it('shows three payments, and how many more were reported', () => {
    const told = [NOTIFICATION, OTHER, THIRD, UNNAMED, UNNAMED] as const;
    const page = pageOf(stateOf(FOUND, 'en', { told }));
    expect(page.match(/WeChat Pay reported a payment/g)).toHaveLength(3);
    expect(page).toContain('And 2 more payments');
    expect(updatesIn(page)).toMatchObject({
      record: { transactionIds: ['4200752501201407033233368018', 'another', 'a third'] },
    });
  });

  it('shows the number under which the order was placed anew', () => {
    const ended = { ...CLOSED, replacedBy: 'ANEW-1' };
    expect(pageOf(stateOf(FOUND, 'en', { ended }))).toContain('It was placed anew as `ANEW-1`.');
  });

  const ends: readonly (readonly [Outcome, string, string])[] = [
    [CLOSED, 'closed, after a close of this worker', '已关闭，本程序曾发送关单'],
    [{ ended: 'closed', closeSent: 'maybe' }, 'closed, maybe after a close of this worker', '本程序可能曾发送关单'],
    [{ ended: 'closed', closeSent: 'no' }, 'closed, without a close of this worker', '本程序未发送关单'],
    [{ ended: 'never-existed' }, 'never existed', '从未存在'],
    [{ ended: 'released' }, 'no longer watched', '停止跟踪'],
    [RESOLVED, 'resolved as `paid` by `Mei`: `in the bill`', '人工认定为 `paid`，经办人 `Mei`：`in the bill`'],
    [PAID, 'paid, HKD 8.88, transaction `4200752501201407033233368018`', '已支付，HKD 8.88'],
  ];

  it.each(ends)('tells how the order had ended: %j', (ended, en, zh) => {
    expect(pageOf(stateOf(FOUND, 'en', { ended }))).toContain(en);
    expect(pageOf(stateOf(FOUND, 'zh', { ended }))).toContain(zh);
  });

  it('shows the advice of the error table, if the last answer was a code of it', () => {
    expect(pageOf(stateOf(FOUND))).toContain(`**Advice**: ${ADVICE.permission.en}`);
    expect(pageOf(stateOf({ phase: 'unsettled', until: AT }, 'zh'))).toContain(ADVICE.permission.zh);
  });

  it('tells that a person asked to stop, while the query is in flight', () => {
    expect(pageOf(stateOf({ phase: 'checking' }, 'en', { releaseRequested: true }))).toContain(
      'asked to stop watching',
    );
  });

  it('takes nothing from outside for Markdown', () => {
    const named = { ...NOTIFICATION, transactionId: '`**x** <b>' };
    expect(pageOf(stateOf(FOUND, 'en', { told: [named] }))).toContain('`` `**x** <b> ``');
  });
});

describe('an update that is offered for a late payment', () => {
  it.each(inBoth(OPEN))('is taken as it stands: %s %j', (locale, phase) => {
    const state = stateOf(phase, locale, { told: [NOTIFICATION, OTHER] });
    const { record, retry, ...others } = updatesIn(pageOf(state));
    expect(others).toEqual({});
    if (phase.phase === 'checking') return expect([record, retry]).toEqual([undefined, undefined]);
    expect(checkRecord(record, state).ok).toBe(true);
    expect(retry).toEqual({});
    expect(checkLateRetry(state).ok).toBe(true);
  });

  it.each(LATE_REASONS)('is offered first if it is the thing to do: %s', (reason) => {
    const [first] = Object.keys(updatesIn(pageOf(stateOf({ phase: 'needsAttention', reason, until: AT }))));
    expect(first).toBe(isFinding(reason) ? 'record' : 'retry');
  });

  it.each(ENDED)('is none for one that has ended: %j', (phase) => {
    expect(pageOf(stateOf(phase))).not.toMatch(/```|Request Cancellation/);
  });
});

describe('the summary and details of a late payment', () => {
  const input: LateInput = { order: ORDER.ref, amount: ORDER.amount, ended: CLOSED, notification: NOTIFICATION };

  it('name the order, its merchant and what was paid', () => {
    expect(lateSummaryOf(input)).toBe(
      'Payment after the end of WeChat Pay order 1217752501201407033233368018 of merchant 1900000109, HKD 8.88',
    );
    expect(lateSummaryOf({ ...input, locale: 'zh', order: { ...ORDER.ref, subMchid: '1900000222' } })).toBe(
      '微信支付订单 1217752501201407033233368018 了结后收到付款，商户 1900000222，HKD 8.88',
    );
    expect(lateSummaryOf({ ...input, notification: { ...NOTIFICATION, amount: null } })).toContain('amount unknown');
  });

  it('tell how the order had ended and of the payment, in Beijing time as long as no other is known', () => {
    expect(lateDetailsOf(input)).toBe(
      'Order `order/1900000109/1217752501201407033233368018` (v3-global), HKD 8.88. It had ended: closed, after a close of this worker.\n\n' +
        'WeChat Pay reported a payment, verified: HKD 8.88, transaction `4200752501201407033233368018`, paid 2026-03-02 20:01:00 (Asia/Shanghai).',
    );
    expect(wordsIn(lateDetailsOf({ ...input, locale: 'zh' }))).not.toMatch(/[A-Za-z]/);
  });

  it.each(LOCALES)('are one line of at most 200 bytes for each step: %s', (locale) => {
    const ref = { api: 'v3-global', mchid: '1'.repeat(32), outTradeNo: '*'.repeat(32) } as const;
    const long = { ended: 'recorded', as: 'refunded', note: '"'.repeat(500), by: '😀'.repeat(50) } as const;
    const phases: LatePhase[] = [...OPEN, ...ENDED, { phase: 'ended', outcome: long }];
    const steps = phases.map((phase) =>
      lateStepSummary(stateOf(phase, locale, { timeZone: 'America/Argentina/ComodRivadavia' })),
    );
    for (const summary of [lateSummaryOf({ ...input, order: ref, locale }), ...steps]) {
      expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(200);
      expect(summary).toMatch(/^[^\n]+$/);
    }
  });

  it('of a timer say until when', () => {
    expect(lateStepSummary(stateOf(FOUND))).toBe(
      'A person is needed; WeChat Pay is asked again at 2026-03-02 21:00:00 (Asia/Hong_Kong)',
    );
  });
});

describe('the visible state of a late payment', () => {
  it('is there from the first query on, and goes on while WeChat Pay is asked again', () => {
    const notification = { call: 'notification', said: 'SUCCESS', requestId: null, at: AT } as const;
    expect(visibleLateState(stateOf({ phase: 'checking' }, 'en', { last: notification }))).toBe(INITIAL_LATE_STATE);
    expect(visibleLateState(stateOf({ phase: 'checking' }))).toBeUndefined();
    const asked = { last: notification, asked: 'paid-twice' } as const;
    expect(visibleLateState(stateOf({ phase: 'checking' }, 'en', asked))).toBeUndefined();
    expect(visibleLateState(stateOf({ phase: 'unsettled', until: AT }))).toBe('unsettled');
    expect(visibleLateState(stateOf(FOUND))).toBe('needs-attention');
    expect(ENDED.map((phase) => visibleLateState(stateOf(phase)))).toEqual([
      'known',
      'refunded',
      'recorded',
      'recorded',
      'released',
    ]);
  });
});
