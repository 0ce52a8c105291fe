import { describe, expect, it } from 'vitest';
import { checkDeliveryRetry, checkGiveUp } from '../../../domain/outcome/input.js';
import { EVENT_TYPES, type EventType } from '../../../domain/outcome/event.js';
import {
  DELIVERY_REASONS,
  MAX_EVENTS_KEPT,
  type DeliveryInput,
  type DeliveryPhase,
} from '../../../domain/outcome/state.js';
import { LOCALES } from '../../../domain/locale.js';
import {
  deliveryDetailsOf,
  deliveryStepSummary,
  deliverySummaryOf,
  INITIAL_DELIVERY_STATE,
  tellSummary,
  visibleDeliveryState,
} from '../../../domain/page/outcome.js';
import { DELIVERY_REASONS_TEXT, SAID_BY_WORKER } from '../../../domain/page/texts-outcome.js';
import { FAILURE, GONE, TELLER, undelivered } from '../../support/deliveries.js';
import { START } from '../../support/orders.js';
import { AT, ENDED, OPEN, pageOf, stateOf } from './delivery-states.js';
import { inBoth } from './late-states.js';
import { brokenBold, MAX_PAGE_IN_URL, updatesIn, wordsIn } from './updates.js';
import { sectionsOf } from '../../support/story.js';

const ASKED: DeliveryPhase = { phase: 'needsAttention', reason: 'not-delivered', until: AT };
const MANY = Array.from({ length: 50 }, (_, index) => undelivered(index + 1));

describe('what operators see of a delivery', () => {
  it('reads from what is wrong to what can be done', () => {
    expect(sectionsOf(pageOf(stateOf(ASKED)))[0]).toBe(
      [
        '**Request Cancellation** stops the delivery. The order is not changed by that.',
        '**A person is needed**; the events are posted again at 2026-03-02 21:00:00 (Asia/Shanghai)',
        'This delivers what `order/1900000109/SHOP-1` tells the checkout of merchant `1900000109`, since a URL of the merchants file did not take it at once. The order itself does not wait for that.',
        '- `order.closed`: the order ended as closed; 2026-01-31 17:00:00 (Asia/Shanghai), `evt_00000000000000000000000000000000`',
        'Last try that was not taken: `HTTP_500` from `shop.example` (2026-03-02 20:00:00 (Asia/Shanghai)).',
        `**Why**: ${DELIVERY_REASONS_TEXT['not-delivered'].en}`,
        '**What can be done** (in Temporal UI: *Send an Update*, with this name and this JSON as its input):',
        '- `retry`: post the events again now, and for three more days. Send it when what was wrong is fixed.',
        '  ```json\n  {}\n  ```\n- `giveUp`: post the events no more. The order is not changed by that. `ids` are the events that you looked at: the update is refused if another has come. `note` and `by` are yours to write.',
        '  ```json\n  {"ids":["evt_00000000000000000000000000000000"],"note":"why the checkout need not be told","by":"your name"}\n  ```',
      ].join('\n\n'),
    );
  });

  it.each(inBoth([...OPEN, ...ENDED]))(
    'is of one language, or of both while a person is needed, and fits into Temporal UI: %s %j',
    (locale, phase) => {
      const page = pageOf(stateOf(phase, locale, { events: MANY.slice(0, MAX_EVENTS_KEPT), notKept: 3 }));
      const [main, other] = sectionsOf(page);
      const foreign = locale === 'en' ? /\p{Script=Han}/u : /[A-Za-z]/;
      expect(wordsIn(main)).not.toMatch(foreign);
      expect(other !== undefined).toBe(phase.phase === 'needsAttention');
      if (other !== undefined) expect(wordsIn(other)).not.toMatch(locale === 'en' ? /[A-Za-z]/ : /\p{Script=Han}/u);
      expect(brokenBold(page)).toEqual([]);
      expect(page).not.toMatch(/\{\w+\}|undefined|null|NaN/);
      expect(encodeURIComponent(page).length).toBeLessThan(MAX_PAGE_IN_URL);
    },
  );

  it('differs from state to state, in both languages', () => {
    const pages = inBoth([...OPEN, ...ENDED]).map(([locale, phase]) => pageOf(stateOf(phase, locale)));
    expect(new Set(pages).size).toBe(pages.length);
  });

  it.each(inBoth(DELIVERY_REASONS))('says why a person is needed: %s %s', (locale, reason) => {
    const page = pageOf(stateOf({ phase: 'needsAttention', reason, until: AT }, locale));
    expect(page).toContain(DELIVERY_REASONS_TEXT[reason][locale]);
  });

  it.each(inBoth(Object.keys(EVENT_TYPES) as EventType[]))('says what each event is: %s %s', (locale, type) => {
    const event = { ...undelivered(0).event, type } as ReturnType<typeof undelivered>['event'];
    const page = pageOf(stateOf(ASKED, locale, { events: [{ event, delivered: [] }] }));
    expect(page).toContain(`\`${type}\``);
    expect(page).toContain(EVENT_TYPES[type][locale]);
  });

  it('shows five events, and how many more there are and were not kept', () => {
    const page = pageOf(stateOf(ASKED, 'en', { events: MANY, notKept: 3 }));
    expect(page.match(/`order\.needs-attention`/g)).toHaveLength(5);
    expect(page).toContain('- And 45 more events after these.');
    expect(page).toContain('- And 3 more events, which are too many to be kept');
  });

  it('lists no events once all are delivered, and says nothing of a try if none has failed', () => {
    const page = pageOf(stateOf({ phase: 'ended', outcome: { ended: 'delivered' } }, 'en', { events: [], last: null }));
    expect(page).toBe(
      ['**Delivered**: the checkout has taken every event.', deliveryDetailsOf(stateOf(ASKED).input)].join('\n\n'),
    );
  });

  it('names who gave up and why', () => {
    const outcome = { ended: 'given-up', note: 'they *know*', by: 'Mei' } as const;
    expect(pageOf(stateOf({ phase: 'ended', outcome }))).toContain('**Given up** by `Mei`: `they *know*`.');
  });

  it.each(inBoth(Object.keys(SAID_BY_WORKER) as (keyof typeof SAID_BY_WORKER)[]))(
    'says what it means that nothing was posted: %s %s',
    (locale, said) => {
      const last = { said, host: null, isGone: false, at: START };
      const page = pageOf(stateOf(ASKED, locale, { last }));
      expect(page).toContain(`\`${said}\``);
      expect(page).toContain(SAID_BY_WORKER[said][locale]);
      expect(page).not.toContain(locale === 'en' ? ' from `' : '来自');
    },
  );

  it('tells that a person asked to stop, during the try that is awaited', () => {
    const page = pageOf(stateOf({ phase: 'delivering' }, 'en', { releaseRequested: true }));
    expect(page).toContain('A person asked to stop: the try in flight is awaited first.');
  });

  it('takes nothing from outside for Markdown', () => {
    const last = { said: '**taken**', host: 'a`b', isGone: false, at: START };
    expect(pageOf(stateOf(ASKED, 'en', { last }))).toContain('`**taken**` from `` a`b ``');
  });
});

describe('an update that is offered for a delivery', () => {
  it.each(inBoth(OPEN))('is taken as it stands: %s %j', (locale, phase) => {
    const state = stateOf(phase, locale);
    const { retry, giveUp, ...others } = updatesIn(pageOf(state));
    expect(others).toEqual({});
    if (phase.phase === 'delivering') return expect([retry, giveUp]).toEqual([undefined, undefined]);
    expect(retry).toEqual({});
    expect(checkDeliveryRetry(state).ok).toBe(true);
    expect(checkGiveUp(giveUp, state).ok).toBe(true);
  });

  it.each(ENDED)('is none for one that has ended: %j', (phase) => {
    expect(pageOf(stateOf(phase))).not.toMatch(/```|Request Cancellation/);
  });
});

describe('the summary and details of a delivery', () => {
  const input: DeliveryInput = { workflowId: TELLER, mchid: '1900000109' };

  it('name the workflow that tells, and the merchant', () => {
    expect(deliverySummaryOf(input)).toBe('What the checkout is told of `order/1900000109/SHOP-1`');
    expect(deliverySummaryOf({ ...input, locale: 'zh' })).toBe('通知商户系统：`order/1900000109/SHOP-1`');
    expect(deliveryDetailsOf(input)).toContain('`order/1900000109/SHOP-1` tells the checkout of merchant `1900000109`');
    expect(wordsIn(deliveryDetailsOf({ ...input, locale: 'zh' }))).not.toMatch(/[A-Za-z]/);
  });

  it.each(LOCALES)('are one line of at most 200 bytes for each step: %s', (locale) => {
    const long = { ended: 'given-up', note: '"'.repeat(500), by: '😀'.repeat(50) } as const;
    const phases: DeliveryPhase[] = [...OPEN, ...ENDED, { phase: 'ended', outcome: long }];
    const summaries = [
      deliverySummaryOf({ workflowId: `late/payscore/${'x'.repeat(120)}`, mchid: '1'.repeat(32), locale }),
      ...phases.map((phase) => deliveryStepSummary(stateOf(phase, locale))),
      ...(Object.keys(EVENT_TYPES) as EventType[]).map((type) => tellSummary(type, locale)),
    ];
    for (const summary of summaries) {
      expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(200);
      expect(summary).toMatch(/^[^\n]+$/);
    }
  });

  it('of a timer say until when, and of the activity of an order what is told', () => {
    expect(deliveryStepSummary(stateOf({ phase: 'retrying', until: AT }))).toBe(
      'The checkout did not take an event; the events are posted again at 2026-03-02 21:00:00 (Asia/Shanghai)',
    );
    expect(tellSummary('order.closed', 'en')).toBe('Tell the checkout: order.closed');
    expect(tellSummary('order.closed', 'zh')).toBe('通知商户系统：order.closed');
  });
});

describe('the visible state of a delivery', () => {
  it('is there from the first try on, and goes on during a further one', () => {
    expect(visibleDeliveryState(stateOf({ phase: 'delivering' }, 'en', { last: null }))).toBe(INITIAL_DELIVERY_STATE);
    for (const failure of [FAILURE, GONE]) {
      const last = { ...failure, at: START };
      expect(visibleDeliveryState(stateOf({ phase: 'delivering' }, 'en', { last }))).toBeUndefined();
    }
    expect([...OPEN.slice(1), ...ENDED].map((phase) => visibleDeliveryState(stateOf(phase)))).toEqual([
      'not-delivered',
      'needs-attention',
      'needs-attention',
      'delivered',
      'given-up',
      'released',
    ]);
  });
});
