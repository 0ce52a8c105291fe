import { describe, expect, it } from 'vitest';
import { decideOrder } from '../../../domain/orders/decide.js';
import type { OrderDecision } from '../../../domain/orders/state.js';
import type { News } from '../../../domain/outcome/telling.js';
import { HOUR, MINUTE } from '../../../domain/time.js';
import * as late from '../../support/late-payments.js';
import { decideLate } from '../../../domain/late/decide.js';
import {
  after,
  answered,
  CHECKED_AT,
  checkRequested,
  closeAnswered,
  notification,
  ORDER,
  PAYMENT,
  queryFailed,
  releaseRequested,
  resolveAs,
  retryRequested,
  timer,
  toChecking,
  toClosing,
  WRONG_PAYMENT,
} from '../../support/orders.js';

const NOW = CHECKED_AT + MINUTE;
const RECORDED = JSON.stringify({ ended: 'recorded', as: 'refunded', note: 'refund R1', by: 'Mei' });
const NUMBER = { mchid: ORDER.ref.mchid, outTradeNo: ORDER.ref.outTradeNo };

/** What each event of a story tells. */
function newsOf(
  begun: OrderDecision,
  ...story: readonly (readonly [number, Parameters<typeof decideOrder>[1]])[]
): News[] {
  let decision = begun;
  const news: News[] = [];
  for (const [now, event] of story) {
    decision = decideOrder(decision.state, event, now);
    if (decision.news !== undefined) news.push(decision.news);
  }
  return news;
}

describe('an order tells', () => {
  it('its end, with its number and outcome, and the time of the server', () => {
    const [news, ...more] = newsOf(after(...toClosing), [NOW, closeAnswered('accepted', { after: 'CLOSED' })]);
    expect(more).toEqual([]);
    expect(news).toEqual({
      type: 'order.closed',
      data: { order: NUMBER, outcome: { ended: 'closed', closeSent: 'yes' } },
      sequence: NOW,
      occurredAt: NOW,
      mark: '0',
    });
  });

  it('the payment that it ended with, by which one end is told from another', () => {
    const [news] = newsOf(after(), [NOW, notification()]);
    expect(news).toMatchObject({
      type: 'order.paid',
      data: { outcome: PAYMENT },
      mark: `payment ${PAYMENT.transactionId}`,
    });
    expect(newsOf(after(), [NOW, notification({ transactionId: null })])[0]?.mark).toBe('0');
  });

  it('that a person stopped the watching', () => {
    expect(newsOf(after(), [NOW, releaseRequested])[0]).toMatchObject({ type: 'order.released' });
  });

  it('nothing of waits and checks', () => {
    expect(newsOf(after(), [NOW, checkRequested], [NOW, answered('NOTPAY')])).toEqual([]);
  });

  it('that a person is needed: once for a reason, again once the reason has gone and come back', () => {
    const fatal = queryFailed('fatal', 'NO_AUTH');
    const asked = newsOf(
      after(...toChecking),
      [NOW, fatal],
      // Hourly, and at a person's retry, it is asked again: the phase lasts for a moment.
      [NOW + HOUR, timer],
      [NOW + HOUR, fatal],
      [NOW + 2 * HOUR, retryRequested],
      [NOW + 2 * HOUR, queryFailed('unknown')],
      [NOW + 3 * HOUR, checkRequested],
      [NOW + 3 * HOUR, fatal],
    );
    expect(asked).toEqual([
      {
        type: 'order.needs-attention',
        data: { order: NUMBER, reason: 'fatal-answer' },
        sequence: NOW,
        occurredAt: NOW,
        mark: '1 fatal-answer',
      },
      expect.objectContaining({ sequence: NOW + 3 * HOUR, mark: '2 fatal-answer' }),
    ]);
  });

  it('each event with a number that is greater than the last, also within a millisecond', () => {
    const news = newsOf(after(...toChecking), [NOW, queryFailed('fatal')], [NOW, notification()]);
    expect(news.map(({ type, sequence, occurredAt }) => [type, sequence, occurredAt])).toEqual([
      ['order.needs-attention', NOW, NOW],
      ['order.paid', NOW + 1, NOW],
    ]);
  });
});

describe('nobody is told', () => {
  const unwanted = {
    ...answered('NOTPAY'),
    answer: { tradeState: 'NOTPAY', requestId: null, hasWebhook: false },
  } as const;

  it('if the last answer or notification said that there is no URL', () => {
    expect(newsOf(after(), [NOW, notification({ hasWebhook: false })])).toEqual([]);
    expect(newsOf(after(), [NOW, checkRequested], [NOW, unwanted], [NOW, releaseRequested])).toEqual([]);
  });

  it('unless a later answer does not say so, because the URL was added', () => {
    const news = newsOf(after(), [NOW, checkRequested], [NOW, unwanted], [NOW + MINUTE, notification()]);
    expect(news.map(({ type }) => type)).toEqual(['order.paid']);
  });
});

describe('a reason that came while nobody listened', () => {
  it('is told once there is a URL, as of when it came', () => {
    const unheard = notification({ amount: { total: 1, currency: 'HKD' }, hasWebhook: false });
    const asked = after([NOW, unheard]);
    expect(asked.news).toBeUndefined();
    const news = newsOf(asked, [NOW + HOUR, timer], [NOW + HOUR, answered('SUCCESS', WRONG_PAYMENT)]);
    expect(news).toMatchObject([
      { type: 'order.needs-attention', sequence: NOW, occurredAt: NOW, mark: '1 amount-differs' },
    ]);
  });
});

describe('a workflow that is reset', () => {
  it('tells another end of a person as another event, and the same end as the same', () => {
    const markOf = (as: 'paid' | 'closed'): string | undefined =>
      newsOf(
        after(...toChecking, [NOW, queryFailed('fatal')]),
        [NOW, resolveAs(as, true)],
        [NOW, answered('NOTPAY')],
      )[0]?.mark;
    expect(markOf('paid')).toBe(markOf('paid'));
    expect(markOf('paid')).not.toBe(markOf('closed'));
    expect(markOf('paid')).toBeDefined();
  });
});

describe('a late payment tells', () => {
  const story = (...events: Parameters<typeof decideLate>[1][]): string[] => {
    let decision = late.after(late.CLOSED, PAYMENT);
    return events.flatMap((event) => {
      decision = decideLate(decision.state, event, NOW);
      return decision.news === undefined ? [] : [`${decision.news.type} ${decision.news.mark}`];
    });
  };

  it('that it was found, and then how it was settled', () => {
    expect(story(late.said('SUCCESS'), late.recorded)).toEqual([
      'late-payment.found 1 paid-after-close',
      `late-payment.settled 1 ${RECORDED}`,
    ]);
  });

  it('nothing if nobody was needed', () => {
    expect(story(late.said('REFUND'))).toEqual([]);
  });

  it('a further payment after it was settled, and how that was settled', () => {
    expect(story(late.said('SUCCESS'), late.recorded, late.notified(late.OTHER), late.recorded)).toEqual([
      'late-payment.found 1 paid-after-close',
      `late-payment.settled 1 ${RECORDED}`,
      'late-payment.found 2 paid-twice',
      `late-payment.settled 2 ${RECORDED}`,
    ]);
  });
});
