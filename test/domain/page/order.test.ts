import { describe, expect, it } from 'vitest';
import { decideOrder } from '../../../domain/orders/decide.js';
import { detailsOf, stepSummary, summaryOf, visibleState } from '../../../domain/page/order.js';
import type { Sent } from '../../../domain/calls.js';
import { LOCALES } from '../../../domain/locale.js';
import { ATTENTION_REASONS, type Phase } from '../../../domain/orders/state.js';
import type { Order } from '../../../domain/orders/order.js';
import { REASONS } from '../../../domain/page/texts-order.js';
import { MINUTE } from '../../../domain/time.js';
import { DEADLINE, ORDER, PAYMENT, START, timer } from '../../support/orders.js';
import {
  AT,
  ENDED,
  HONG_KONG,
  inBoth,
  numbered,
  OPEN,
  pageOf,
  PAID,
  REFUSED,
  replacedBy,
  RESOLVED,
  stateOf,
} from './order-states.js';
import { brokenBold, MAX_PAGE_IN_URL, wordsIn } from './updates.js';
import { sectionsOf } from '../../support/story.js';

describe('what operators see of an order', () => {
  it('reads like the order, from its state to what can be done', () => {
    const state = stateOf({ phase: 'awaitingPayment' }, 'en', { last: { ...REFUSED, said: 'NOTPAY' } });
    expect(pageOf(state, START)).toBe(
      [
        '**Request Cancellation** only stops the watching. It does not close the order at WeChat Pay, where it may still be paid.',
        '**Waiting for the payment** until 2026-03-02 20:15:00 (Asia/Hong_Kong)',
        'If unpaid, it is closed from 2026-03-02 20:15:00 (Asia/Hong_Kong) on.',
        'Last answer: `NOTPAY` (query, 2026-03-02 20:15:00 (Asia/Hong_Kong), Request-ID `request-9`).',
        '**What can be done** (in Temporal UI: *Send an Update*, with this name and this JSON as its input):',
        '- `checkNow`: ask WeChat Pay now whether it is paid; it never closes it.',
        '  ```json\n  {}\n  ```\n- `closeNow`: close it at the first allowed instant, 2026-03-02 20:05:30 (Asia/Hong_Kong) at the soonest, without waiting for the deadline. This cannot be taken back.',
        "  ```json\n  {}\n  ```\n- `extend`: close it later. The placement's own `time_expire` at WeChat Pay does not move with it.",
        '  ```json\n  {"payBefore":"2026-03-02T21:15:00+08:00"}\n  ```\n- `placedAgain`: only if WeChat Pay accepted this same number once more: the 5 minutes before a close begin anew.',
        '  ```json\n  {}\n  ```',
      ].join('\n\n'),
    );
  });

  it('reads the same in Chinese', () => {
    const state = stateOf({ phase: 'needsAttention', reason: 'fatal-answer', until: AT }, 'zh');
    expect(pageOf(state)).toBe(
      [
        '按钮 **Request Cancellation** 只是停止跟踪，并不会在微信支付关单，订单可能仍会被支付。',
        '**需要人工处理**；将于 2026-03-02 20:16:00 (Asia/Hong_Kong) 再次查询微信支付',
        '若仍未支付，将自 2026-03-02 20:15:00 (Asia/Hong_Kong) 起关单。',
        '最近一次应答：`NO_AUTH`（查单，2026-03-02 20:15:00 (Asia/Hong_Kong)，Request-ID `request-9`）。',
        '**原因**：最近一次应答指出的问题，重复查询无法解决。请先排除问题再重试。在此之前订单可能仍可支付。',
        '**建议**：请在商户平台核对商户状态及该产品的权限。',
        '**可以执行的操作**（在 Temporal UI 中选择 *Send an Update*，填入名称，并以下方 JSON 为输入）：',
        '- `retry`：立即再次查询微信支付，并重新计算等待期限；若未支付且已到期，则会关单。',
        '  ```json\n  {}\n  ```\n- `resolve`：认定订单的结果。会再查询一次微信支付，得到证实才会生效。`closed` 可改为 `paid`、`never-existed`；`note` 与 `by` 请如实填写。',
        '  ```json\n  {"as":"closed","note":"请写明核实的结果与依据","by":"经办人姓名"}\n  ```',
        '---',
        '**Request Cancellation** only stops the watching. It does not close the order at WeChat Pay, where it may still be paid.',
        '**A person is needed**; WeChat Pay is asked again at 2026-03-02 20:16:00 (Asia/Hong_Kong)',
        '**Why**: Asking again does not fix the problem that the last answer reports. Fix it, then retry. Until then the order may still be payable.',
        "**Advice**: Check on the merchant platform that the merchant is in good standing and has this product's permission.",
        '**What can be done** (the JSON is above):',
        '- `retry`: ask WeChat Pay again now, with new patience. If it is unpaid and due, it is closed then.\n' +
          '- `resolve`: say how it ended. WeChat Pay is asked once more, and the order ends so only if the answer confirms it. Instead of `closed`, it can be `paid`, `never-existed`; `note` and `by` are yours to write.',
      ].join('\n\n'),
    );
  });

  it('names the payments that were reported, with what they cost', () => {
    const told = { ...PAYMENT, order: ORDER.ref, amount: { total: 887, currency: 'HKD' } };
    const phase = { phase: 'needsAttention', reason: 'amount-differs', until: AT } as const;
    expect(pageOf(stateOf(phase, 'en', { told: [told, { ...told, transactionId: null }] }))).toContain(
      `\n\nWeChat Pay reported a payment, verified: HKD 8.87, transaction \`${PAYMENT.transactionId}\`, paid 2026-03-02 20:01:00 (Asia/Hong_Kong). ` +
        'WeChat Pay reported a payment, verified: HKD 8.87, transaction not named, paid 2026-03-02 20:01:00 (Asia/Hong_Kong).\n\n',
    );
    const many = pageOf(stateOf(phase, 'zh', { told: [told, told, told, told, told] }));
    expect(many.match(/微信支付告知收到付款/g)).toHaveLength(3);
    expect(many).toContain('另有 2 笔');
  });

  it.each(inBoth([...OPEN, ...ENDED]))(
    'is of one language, or of both while a person is needed, and in the time zone: %s %j',
    (locale, phase) => {
      const page = pageOf(stateOf(phase, locale));
      const [main, other] = sectionsOf(page);
      const foreign = locale === 'en' ? /\p{Script=Han}/u : /[A-Za-z]/;
      expect(wordsIn(main)).not.toMatch(foreign);
      expect(other !== undefined).toBe(phase.phase === 'needsAttention');
      if (other !== undefined) expect(wordsIn(other)).not.toMatch(locale === 'en' ? /[A-Za-z]/ : /\p{Script=Han}/u);
      expect(page).toContain(`(${HONG_KONG})`);
      expect(brokenBold(page)).toEqual([]);
      expect(page).not.toMatch(/\{\w+\}|undefined|null|NaN/);
    },
  );

  it('differs from state to state, in both languages', () => {
    const pages = inBoth([...OPEN, ...ENDED]).map(([locale, phase]) => pageOf(stateOf(phase, locale)));
    expect(new Set(pages).size).toBe(pages.length);
  });

  it.each(inBoth(ATTENTION_REASONS))('says why a person is needed: %s %s', (locale, reason) => {
    const page = pageOf(stateOf({ phase: 'needsAttention', reason, until: AT }, locale));
    expect(page).toContain(REASONS[reason][locale].replace('{amount}', 'HKD 8.88'));
  });

  it('tells a person of the code’s advice, but never that there is nothing to do', () => {
    const last = { ...REFUSED, said: 'SYSTEM_ERROR' };
    const person = stateOf({ phase: 'needsAttention', reason: 'patience-over', until: AT }, 'en', { last });
    expect(pageOf(person)).not.toContain('Advice');
    expect(pageOf(stateOf({ phase: 'unsettled', until: AT }, 'en', { last }))).toContain('Advice**: Nothing');
    const unknown = stateOf({ phase: 'needsAttention', reason: 'fatal-answer', until: AT }, 'en', {
      last: { ...REFUSED, said: 'SOME_NEW_CODE' },
    });
    expect(pageOf(unknown)).toContain('Advice**: Compare what the order was started with');
  });

  it('shows a close that was requested, and the new number', () => {
    const page = pageOf(
      stateOf({ phase: 'awaitingPayment' }, 'en', { closeRequested: { at: START + MINUTE, replacedBy } }),
    );
    expect(page).toContain('requested at 2026-03-02 20:01:00 (Asia/Hong_Kong)');
    expect(page).toContain('placed anew as `NEW|1`');
    expect(page).toContain('closed from 2026-03-02 20:05:30');
  });

  it('shows a placement that failed, and promises no close', () => {
    const facts = { placementFailed: { code: 'PARAM_ERROR' } };
    const page = pageOf(stateOf({ phase: 'notFoundYet', until: AT }, 'en', facts));
    expect(page).toContain('refused the placement (`PARAM_ERROR`)');
    expect(page).not.toContain('it is closed from');
    expect(pageOf(stateOf({ phase: 'notFoundYet', until: AT }, 'zh', facts))).toContain('（`PARAM_ERROR`）');
  });

  it('tells whether this worker sent a close, if the order was closed', () => {
    const pageOfClosed = (closeSent: Sent) =>
      pageOf(stateOf({ phase: 'ended', outcome: { ended: 'closed', closeSent } }));
    expect(pageOfClosed('yes')).toContain('This worker sent a close.');
    expect(pageOfClosed('maybe')).toContain('This worker may have sent a close');
    expect(pageOfClosed('no')).toContain('This worker sent no close.');
  });

  it('promises no close any more once WeChat Pay calls it paid', () => {
    const page = pageOf(stateOf({ phase: 'confirming', until: AT }, 'en', { paidClaimed: true }));
    expect(page).toContain('no close is sent any more');
    expect(page).not.toContain('it is closed from');
  });

  it.each(LOCALES)('tells all of a payment at the end: %s', (locale) => {
    const page = pageOf(stateOf({ phase: 'ended', outcome: { ...PAID, replacedBy } }, locale));
    for (const fact of ['HKD 8.88', `\`${PAYMENT.transactionId ?? ''}\``, '2026-03-02 20:01:00', '`NEW|1`']) {
      expect(page).toContain(fact);
    }
    expect(page).toContain(locale === 'en' ? 'one of the two payments must be refunded' : '两笔付款须退一笔');
    expect(page).toContain(locale === 'en' ? 'shown by a query' : '依据查单结果');
  });

  it('takes nothing from outside for Markdown', () => {
    const evil = '`**x**\n\n# y <img src=x>';
    const page = pageOf(stateOf({ phase: 'ended', outcome: { ...RESOLVED, note: evil, by: evil, said: evil } }));
    expect(page.split('\n').filter((line) => line.startsWith('#'))).toEqual([]);
    expect(page).toContain('`` `**x** # y <img src=x> ``');
  });

  it.each(inBoth(OPEN))('fits into a URL: %s %j', (locale, phase) => {
    const order = { ...ORDER, locale, ref: numbered('|'.repeat(32)) };
    const told = { ...PAYMENT, order: order.ref, transactionId: '9'.repeat(32), amount: ORDER.amount };
    const facts = { order, closeRequested: { at: START, replacedBy: '*'.repeat(32) }, told: Array(9).fill(told) };
    expect(encodeURIComponent(pageOf(stateOf(phase, locale, facts))).length).toBeLessThan(MAX_PAGE_IN_URL);
    expect(encodeURIComponent(pageOf(stateOf(phase, locale))).length).toBeLessThan(MAX_PAGE_IN_URL);
  });
});

describe('the summaries of an order', () => {
  const longest: Order = {
    ...ORDER,
    ref: numbered('*'.repeat(32), { mchid: '1'.repeat(32), subMchid: '2'.repeat(32) }),
    amount: { total: Number.MAX_SAFE_INTEGER, currency: 'XTS' },
  };
  const long = { note: '"'.repeat(500), by: '😀'.repeat(50) };

  it('name the order, its merchant and its amount', () => {
    expect(summaryOf(ORDER)).toBe('WeChat Pay order 1217752501201407033233368018 of merchant 1900000109, HKD 8.88');
    expect(summaryOf({ ...ORDER, locale: 'zh', amount: null })).toBe(
      '微信支付订单 1217752501201407033233368018，商户 1900000109，金额未知',
    );
  });

  it.each(LOCALES)('are one line of at most 200 bytes: %s', (locale) => {
    const order = { ...longest, locale };
    const phases: Phase[] = [...OPEN, ...ENDED, { phase: 'ended', outcome: { ...RESOLVED, ...long } }];
    const steps = phases.flatMap((phase) => {
      const state = stateOf(phase, locale, { order, timeZone: 'America/Argentina/ComodRivadavia' });
      return [stepSummary(state), stepSummary(state, AT)];
    });
    for (const summary of [summaryOf(order), ...steps]) {
      expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(200);
      expect(summary).toMatch(/^[^\n]+$/);
    }
    expect(summaryOf(order)).toContain('2'.repeat(32));
  });

  it('of a timer say until when, in the merchant’s time zone', () => {
    expect(stepSummary(stateOf({ phase: 'awaitingPayment' }), DEADLINE)).toBe(
      'Close if still unpaid at 2026-03-02 20:15:00 (Asia/Hong_Kong)',
    );
    expect(stepSummary(stateOf({ phase: 'awaitingPayment' }, 'zh'))).toBe(
      '到 2026-03-02 20:15:00 (Asia/Hong_Kong) 若仍未支付则关单',
    );
  });

  it('tell a query after a close from the pause before it', () => {
    const state = stateOf({ phase: 'confirming', until: AT });
    expect(stepSummary(state)).not.toBe(stepSummary(state, AT));
  });
});

describe('the details of an order', () => {
  it('name its id as code, and its times in Beijing time as long as no other is known', () => {
    expect(detailsOf({ ...ORDER, ref: numbered('a*b*') })).toBe(
      'Order `order/1900000109/a*b*` (v3-global), HKD 8.88.\n\n' +
        'Created 2026-03-02 20:00:00 (Asia/Shanghai), to be paid before 2026-03-02 20:15:00 (Asia/Shanghai); never closed before 2026-03-02 20:05:30 (Asia/Shanghai).',
    );
    expect(wordsIn(detailsOf({ ...ORDER, locale: 'zh' }))).not.toMatch(/[A-Za-z]/);
  });
});

describe('the visible state', () => {
  it('goes on showing what it did while WeChat Pay is asked', () => {
    expect(visibleState(stateOf({ phase: 'checking' }))).toBeUndefined();
    expect(visibleState(decideOrder(stateOf({ phase: 'unsettled', until: AT }), timer, AT).state)).toBeUndefined();
    expect(visibleState(stateOf({ phase: 'confirming', until: AT }))).toBe('closing');
    expect(visibleState(stateOf({ phase: 'ended', outcome: PAID }))).toBe('paid');
  });
});
