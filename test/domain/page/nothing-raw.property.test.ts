import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepSummary, summaryOf } from '../../../domain/page/order.js';
import { lateDetailsOf, lateStepSummary, lateSummaryOf } from '../../../domain/page/late.js';
import { summary } from '../../../domain/page/markdown.js';
import { deliveryDetailsOf, deliveryStepSummary, deliverySummaryOf } from '../../../domain/page/outcome.js';
import { describeAllReported } from '../../../domain/page/payments.js';
import { serviceDetailsOf, serviceStepSummary, serviceSummaryOf } from '../../../domain/page/service-order.js';
import { checkLateInput } from '../../../domain/late/input.js';
import { checkOrder } from '../../../domain/orders/input.js';
import { checkNotification } from '../../../domain/orders/notification.js';
import { checkServiceOrder } from '../../../domain/payscore/input.js';
import { event } from '../../support/deliveries.js';
import { CLOSED, NOTIFICATION, PAID } from '../../support/late-payments.js';
import { ORDER, PAYMENT, START } from '../../support/orders.js';
import { holds } from '../../support/property.js';
import { START as SERVICE_START } from '../../support/service-orders.js';
import * as deliveries from './delivery-states.js';
import * as late from './late-states.js';
import * as orders from './order-states.js';
import * as services from './service-order-states.js';

/** A marker in every text from outside. It must not be in the rest of a page once its code spans are removed. */
const MARK = 'EVIL';

const MARKUP = [
  '![x](http://evil/x.png)',
  '<img src=x onerror=alert(1)>',
  '[pay here](http://evil)',
  '\n\n# Paid\n\n',
  '`` ` ``',
  '`',
  '```json\n{}\n```\n',
  '|a|b|\n|-|-|',
  '**bold**',
  '\u202E',
  '&lt;b&gt;',
  '{number}',
];

/** A text that means something in Markdown or HTML, with random ones around it, and long at times. */
const evil = fc
  .tuple(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...MARKUP),
    fc.string(),
    fc.constantFrom('', '`'.repeat(7), 'x'.repeat(600)),
  )
  .map(([before, markup, after, filler]) => `${MARK}<${before}${markup}${after}${filler}${markup}${MARK}`);

const texts = fc.infiniteStream(evil);

function next(stream: fc.Stream<string>): string {
  const { value } = stream.next() as IteratorYieldResult<string>;
  return value;
}

/** Fields with one of a few values, or with a checked form (see below): these are no texts from outside. */
const CLOSED_SETS: readonly string[] = [
  ...['phase', 'reason', 'ended', 'as', 'call', 'locale', 'timeZone', 'toldBy', 'closeSent', 'cancelSent', 'stage'],
  ...['allows', 'mayCancel', 'furthest', 'tradeState', 'api', 'asked', 'mchid', 'subMchid', 'pauses', 'timing'],
];

/** The same with another text for each one that came from outside. */
function poisoned<T>(value: T, text: () => string, key = ''): T {
  if (CLOSED_SETS.includes(key) && !(key === 'reason' && typeof value === 'string' && !/^[a-z-]+$/.test(value)))
    return value;
  if (typeof value === 'string') return text() as T;
  if (Array.isArray(value)) return value.map((each: unknown) => poisoned(each, text)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, poisoned(each, text, name)])) as T;
}

/** A page without its code blocks and code spans, as CommonMark finds them. */
function withoutCode(page: string): string {
  let rest = page.replace(/^ *```json\n.*\n *```$/gm, '');
  let text = '';
  for (let open = /`+/.exec(rest); open !== null; open = /`+/.exec(rest)) {
    const inside = rest.slice(open.index + open[0].length);
    const close = [...inside.matchAll(/`+/g)].find((run) => run[0] === open?.[0]);
    text += rest.slice(0, open.index);
    rest = close === undefined ? inside : inside.slice(close.index + close[0].length);
  }
  return text + rest;
}

const expectClean = (page: string) => expect(withoutCode(page)).not.toContain(MARK);

const facts = {
  told: [
    { ...PAYMENT, order: ORDER.ref },
    { ...PAYMENT, order: ORDER.ref, transactionId: 'B' },
  ],
  notKept: 3,
  story: {
    entries: [
      { at: START, what: 'resolve', said: ['CODE', 'OTHER'], requestId: 'r-1', about: 'paid', by: 'Mei' },
      { at: START, what: 'closeOrder', said: ['CODE'], sent: 'no', shows: { state: 'unsettled', reason: 'why' } },
    ],
    shows: null,
  },
} as const;
const resolution = { as: 'paid', note: 'seen', by: 'Mei', force: false } as const;
const asked = {
  closeRequested: { at: START, replacedBy: 'ANEW' },
  placementFailed: { code: 'PARAM_ERROR' },
  resolution,
};

describe('no text from outside is read as Markdown', () => {
  it.each(orders.inBoth([...orders.OPEN, ...orders.ENDED]))('on the page of an order: %s, %j', (locale, phase) => {
    holds(
      fc.property(texts, (stream) => {
        const text = () => next(stream);
        const state = poisoned(orders.stateOf(phase, locale, { ...facts, ...asked }), text);
        expectClean(orders.pageOf(state));
        expectClean(stepSummary(state));
        expectClean(summaryOf(state.order));
        expectClean(describeAllReported(state.told, { locale, timeZone: 'UTC' }, state.notKept).join('\n'));
      }),
      20,
    );
  });

  it.each(late.inBoth([...late.OPEN, ...late.ENDED]))('on the page of a late payment: %s, %j', (locale, phase) => {
    holds(
      fc.property(texts, (stream) => {
        const text = () => next(stream);
        for (const ended of [PAID, CLOSED, { ...orders.RESOLVED, replacedBy: 'ANEW' }]) {
          const state = poisoned(late.stateOf(phase, locale, { ended, shown: PAYMENT, notKept: 2 }), text);
          expectClean(late.pageOf(state));
          expectClean(lateStepSummary(state));
          const { order, amount } = { order: state.order.ref, amount: state.order.amount };
          const input = { order, amount, locale, ended: state.ended, notification: state.told[0] };
          expectClean(lateDetailsOf(input) + lateSummaryOf(input));
        }
      }),
      10,
    );
  });

  it.each(services.inBoth([...services.OPEN, ...services.ENDED]))(
    'on the page of a service order: %s, %j',
    (locale, phase) => {
      holds(
        fc.property(texts, (stream) => {
          const text = () => next(stream);
          const word = { ...resolution, as: 'done' } as const;
          const frozen = { requestId: 'r-1', reason: '用户投诉' };
          const contradicted = { resolution: word, said: 'DOING' };
          const state = poisoned(services.stateOf(phase, locale, { frozen, resolution: word, contradicted }), text);
          expectClean(services.pageOf(state));
          expectClean(serviceStepSummary(state));
          const start = poisoned({ ...SERVICE_START, locale }, text);
          expectClean(serviceDetailsOf(start) + serviceSummaryOf(start));
        }),
        20,
      );
    },
  );

  it.each(late.inBoth([...deliveries.OPEN, ...deliveries.ENDED]))(
    'on the page of a delivery: %s, %j',
    (locale, phase) => {
      holds(
        fc.property(texts, (stream) => {
          const text = () => next(stream);
          const { events, ...others } = deliveries.stateOf(phase, locale, { notKept: 3 });
          const { type } = event(0);
          // The type of an event is one of a few.
          const kept = poisoned(events, text).map((each) => ({ ...each, event: { ...each.event, type } }));
          const state = { ...poisoned(others, text), events: kept } as typeof others & { events: typeof events };
          expectClean(deliveries.pageOf(state));
          expectClean(deliveryStepSummary(state));
          expectClean(deliveryDetailsOf(state.input) + deliverySummaryOf(state.input));
        }),
        20,
      );
    },
  );

  it('in a summary that is cut', () => {
    holds(
      fc.property(evil, fc.nat(200), (text, length) => {
        expectClean(
          summary(
            `${'x'.repeat(length)} \`${text.replaceAll('`', '')}\` and more \`\` ${text.replaceAll('`', '')} \`\``,
          ),
        );
      }),
    );
  });
});

describe('what has a form does not take such a text', () => {
  const order = { ...ORDER.ref, amount: ORDER.amount, payWithin: '15m' };
  const { order: service } = SERVICE_START;
  it.each<[string, (changes: object) => boolean, readonly string[]]>([
    [
      'an order',
      (change) => checkOrder({ ...order, ...change }, START).ok,
      ['api', 'mchid', 'subMchid', 'outTradeNo', 'appid', 'locale'],
    ],
    [
      'a service order',
      (change) => checkServiceOrder({ ...service, ...change }, START).ok,
      ['mchid', 'outOrderNo', 'serviceId', 'appid'],
    ],
    ['a notification', (change) => checkNotification({ ...NOTIFICATION, ...change }).ok, ['transactionId', 'paidAt']],
    [
      'an amount',
      (amount) => checkNotification({ ...NOTIFICATION, amount: { total: 1, currency: 'HKD', ...amount } }).ok,
      ['currency', 'total'],
    ],
    [
      'an end',
      (end) =>
        checkLateInput({ order: ORDER.ref, amount: null, ended: { ...PAID, ...end }, notification: NOTIFICATION }).ok,
      ['ended', 'toldBy', 'transactionId', 'paidAt', 'replacedBy'],
    ],
  ])('%s', (_, isTaken, fields) => {
    expect(isTaken({})).toBe(true);
    holds(fc.property(evil, fc.constantFrom(...fields), (text, field) => !isTaken({ [field]: text })));
  });
});
