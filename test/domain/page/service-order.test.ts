import { describe, expect, it } from 'vitest';
import {
  serviceDetailsOf,
  serviceStepSummary,
  serviceSummaryOf,
  visibleServiceState,
} from '../../../domain/page/service-order.js';
import { LOCALES } from '../../../domain/locale.js';
import { SERVICE_ATTENTION_REASONS, type ServicePhase } from '../../../domain/payscore/state.js';
import { SERVICE_REASONS } from '../../../domain/page/texts-service-order.js';
import { MINUTE } from '../../../domain/time.js';
import { ANYTIME, SERVICE_ORDER, START } from '../../support/service-orders.js';
import { AT, ENDED, HONG_KONG, inBoth, LATER, OPEN, pageOf, RESOLVED, stateOf } from './service-order-states.js';
import { brokenBold, MAX_PAGE_IN_URL, updatesIn, wordsIn } from './updates.js';
import { sectionsOf } from '../../support/story.js';

describe('what operators see of a service order', () => {
  it('reads like the service order, from its state to what can be done', () => {
    const page = pageOf(stateOf({ phase: 'waiting', until: AT }, 'en', { last: null }));
    expect(sectionsOf(page)[0]).toBe(
      [
        '**Request Cancellation** only stops the watching of this workflow. It does not cancel the service order at WeChat Pay.',
        '**Waiting to cancel** until 2026-03-02 21:00:00 (Asia/Hong_Kong)',
        'Request `request-1`: from 2026-03-02 21:00:00 (Asia/Hong_Kong) on it is cancelled, if the user has not confirmed it; the reason to be sent is `用户投诉`.',
        'WeChat Pay was not asked yet.',
        '**What can be done** (in Temporal UI: *Send an Update*, with this name and this JSON as its input):',
        '- `requestCancel`: cancel it now, if the user has not confirmed it. Choose a `requestId` of your own for every request; `reason` goes to WeChat Pay, 1 to 30 characters, the same in every attempt.',
        '  ```json\n  {"requestId":"operator-1","reason":"用户投诉"}\n  ```',
      ].join('\n\n'),
    );
  });

  it('reads the same in Chinese', () => {
    const frozen = { requestId: 'request-1', reason: '用户投诉' };
    const facts = { frozen, cancelSent: 'yes', totalDue: 100 } as const;
    const page = pageOf(stateOf({ phase: 'needsAttention', reason: 'raced', until: AT }, 'zh', facts));
    expect(sectionsOf(page)[0]).toBe(
      [
        '按钮 **Request Cancellation** 只是停止跟踪，并不会在微信支付取消服务订单。',
        '**需要人工处理**；将于 2026-03-02 21:00:00 (Asia/Hong_Kong) 再次查询微信支付',
        '请求 `request-1`：自 2026-03-02 21:00:00 (Asia/Hong_Kong) 起，若用户尚未确认，则取消；拟发送的原因为 `用户投诉`。',
        '已发送给微信支付的原因：`用户投诉`（请求 `request-1`）。之后每次重试均沿用此原因。应付金额：CNY 1.00。',
        '最近一次应答：`NO_AUTH`（查询，2026-03-02 20:00:00 (Asia/Hong_Kong)，Request-ID `request-9`）。',
        '**原因**：取消生效时已产生应付金额。微信支付不会再收取：请另行收款或核销。处理后请重试，该单将以已取消了结，并注明此情况。',
        '**建议**：请在商户平台核对商户状态及该产品的权限。',
        '**可以执行的操作**（在 Temporal UI 中选择 *Send an Update*，填入名称，并以下方 JSON 为输入）：',
        '- `retry`：金额已另行收取或核销：再查询一次微信支付，该单以已取消了结。',
        '  ```json\n  {}\n  ```\n- `resolve`：认定该单的结果。会再查询一次微信支付，得到证实才会生效。`cancelled` 可改为 `done`、`expired`、`kept`、`never-existed`；`note` 与 `by` 请如实填写。',
        '  ```json\n  {"as":"cancelled","note":"请写明核实的结果与依据","by":"经办人姓名"}\n  ```',
      ].join('\n\n'),
    );
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

  it.each(inBoth(SERVICE_ATTENTION_REASONS))('says why a person is needed: %s %s', (locale, reason) => {
    const page = pageOf(stateOf({ phase: 'needsAttention', reason, until: AT }, locale));
    expect(page).toContain(SERVICE_REASONS[reason][locale]);
  });

  it('tells a wait for a request from a wait for its time', () => {
    const page = pageOf(stateOf({ phase: 'waiting', until: AT }, 'en', { requests: [] }));
    expect(page).toContain('**Waiting for a request to cancel**; it is looked at again at 2026-03-02 21:00:00');
    expect(page).toContain('No cancel was requested yet.');
  });

  it('tells what every request allows, and how many more there are', () => {
    const many = Array.from({ length: 5 }, (_, index) => ({ ...ANYTIME, requestId: `r${index}` }));
    const page = pageOf(stateOf({ phase: 'waiting', until: AT }, 'en', { requests: many }));
    expect(page).toContain(
      'if the user has not confirmed it, or it is in service, or exactly CNY 1.00 is due, which is given up',
    );
    expect(page.match(/^Request /gm)).toHaveLength(3);
    expect(page).toContain('And 2 more requests.');
  });

  it('promises no cancel any more once WeChat Pay calls it paid', () => {
    const page = pageOf(stateOf({ phase: 'confirming', until: AT }, 'en', { paidClaimed: true }));
    expect(page).toContain('no cancel is sent any more');
    expect(page).not.toContain('it is cancelled');
  });

  it('tells a reason that was sent from one that is being sent', () => {
    const frozen = { requestId: 'request-1', reason: '用户投诉' };
    const cancelling = (cancelSent: 'no' | 'maybe' | 'yes'): string =>
      pageOf(stateOf({ phase: 'cancelling', isSuperseded: false }, 'en', { frozen, cancelSent }));
    expect(cancelling('no')).toContain('Reason being sent to WeChat Pay: `用户投诉` (request `request-1`).');
    for (const sent of ['maybe', 'yes'] as const) {
      expect(cancelling(sent)).toContain('Reason sent to WeChat Pay: `用户投诉`');
    }
  });

  it.each([
    ['no', 'This worker sent no cancel.'],
    ['maybe', 'This worker may have sent a cancel'],
    ['yes', 'This worker sent a cancel.'],
  ] as const)('tells whether a cancel was sent: %s', (cancelSent, text) => {
    expect(pageOf(stateOf({ phase: 'ended', outcome: { ended: 'cancelled', cancelSent } }))).toContain(text);
  });

  it('tells that a person asked to stop watching, while a call is in flight', () => {
    const page = pageOf(stateOf({ phase: 'checking' }, 'en', { releaseRequested: true }));
    expect(page).toContain('A person asked to stop watching: a call in flight is awaited first.');
  });

  it('shows the resolution that WeChat Pay did not confirm', () => {
    const resolution = { as: 'done', note: 'x', by: 'Mei', force: false } as const;
    const facts = { contradicted: { resolution, said: 'CREATED' } };
    const said = '`Mei` had resolved it as `done`; WeChat Pay said `CREATED`.';
    const reason = 'resolution-contradicted';
    expect(pageOf(stateOf({ phase: 'needsAttention', reason, until: AT }, 'en', facts))).toContain(said);
    expect(pageOf(stateOf({ phase: 'waiting', until: AT }, 'en', facts))).not.toContain(said);
  });

  it.each(LOCALES)('reports the money that a cancel lost: %s', (locale) => {
    const outcome = { ended: 'cancelled', cancelSent: 'yes', raced: true, totalDue: 70 } as const;
    const page = pageOf(stateOf({ phase: 'ended', outcome }, locale));
    expect(page).toContain('CNY 0.70');
    expect(page).toContain(locale === 'en' ? 'does not collect it any more' : '不会再收取');
  });

  it('takes nothing from outside for Markdown', () => {
    const reason = '`**x** <b>';
    const page = pageOf(stateOf({ phase: 'waiting', until: AT }, 'en', { requests: [{ ...LATER, reason }] }));
    expect(page).toContain('`` `**x** <b> ``');
    expect(updatesIn(page)).toEqual({ requestCancel: { requestId: 'operator-1', reason } });
  });

  it.each(inBoth(OPEN))('fits into a URL: %s %j', (locale, phase) => {
    const request = { ...ANYTIME, requestId: '!'.repeat(64), reason: '字'.repeat(30) };
    const facts = { requests: [request, { ...request, requestId: 'two' }] };
    expect(encodeURIComponent(pageOf(stateOf(phase, locale, facts))).length).toBeLessThan(MAX_PAGE_IN_URL);
  });
});

describe('the summaries of a service order', () => {
  const order = { ...SERVICE_ORDER, mchid: '1'.repeat(32), outOrderNo: '*'.repeat(32) };

  it('name the service order and its merchant', () => {
    expect(serviceSummaryOf(START)).toBe('PayScore service order 2304203423948239423 of merchant 1230000109');
    expect(serviceSummaryOf({ ...START, locale: 'zh' })).toBe(
      '微信支付分服务订单 2304203423948239423，商户 1230000109',
    );
  });

  it.each(LOCALES)('are one line of at most 200 bytes: %s', (locale) => {
    const reason = '字'.repeat(30);
    const long = { ...RESOLVED, note: '"'.repeat(500), by: '😀'.repeat(50) };
    const phases: ServicePhase[] = [...OPEN, ...ENDED, { phase: 'ended', outcome: long }];
    const steps = phases.flatMap((phase) => {
      const state = stateOf(phase, locale, { order, timeZone: 'America/Argentina/ComodRivadavia' });
      return [serviceStepSummary(state), serviceStepSummary(state, AT)];
    });
    for (const summary of [serviceSummaryOf({ ...START, order, request: LATER, locale }), ...steps]) {
      expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(200);
      expect(summary).toMatch(/^[^\n]+$/);
    }
    const frozen = { requestId: '!'.repeat(64), reason };
    const cancelling = stateOf({ phase: 'cancelling', isSuperseded: false }, locale, { frozen });
    expect(serviceStepSummary(cancelling)).toContain(reason);
    expect(Buffer.byteLength(serviceStepSummary(cancelling))).toBeLessThanOrEqual(200);
  });

  it('of a timer say until when, in the merchant’s time zone', () => {
    expect(serviceStepSummary(stateOf({ phase: 'waiting', until: AT }), AT)).toBe(
      'Cancel, if that is allowed, at 2026-03-02 21:00:00 (Asia/Hong_Kong)',
    );
    expect(serviceStepSummary(stateOf({ phase: 'confirming', until: AT }, 'zh'), AT + MINUTE)).toContain(
      '2026-03-02 21:01:00 (Asia/Hong_Kong)',
    );
  });
});

describe('the details of a service order', () => {
  it('name what it is known by and what was requested, in Beijing time as long as no other is known', () => {
    expect(serviceDetailsOf({ ...START, request: LATER })).toBe(
      'Service order `payscore/1230000109/2304203423948239423`, service id `500001`, appid `wxd678efh567hg6787`.\n\n' +
        'Request `request-1`: from 2026-03-02 21:00:00 (Asia/Shanghai) on it is cancelled, if the user has not confirmed it; the reason to be sent is `用户投诉`.',
    );
    const inChinese = serviceDetailsOf({ ...START, locale: 'zh' });
    expect(inChinese).toContain('尚无取消请求');
    expect(wordsIn(inChinese).replace('ID', '')).not.toMatch(/[A-Za-z]/);
  });
});

describe('the visible state of a service order', () => {
  it('goes on showing what it did while WeChat Pay is asked', () => {
    expect(visibleServiceState(stateOf({ phase: 'checking' }))).toBeUndefined();
    expect(visibleServiceState(stateOf({ phase: 'cancelling', isSuperseded: false }))).toBeUndefined();
    expect(visibleServiceState(stateOf({ phase: 'confirming', until: AT }))).toBe('cancelling');
    expect(visibleServiceState(stateOf({ phase: 'ended', outcome: { ended: 'done' } }))).toBe('done');
  });
});
