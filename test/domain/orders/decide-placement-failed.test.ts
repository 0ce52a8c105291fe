import { describe, expect, it } from 'vitest';
import { decideOrder } from '../../../domain/orders/decide.js';
import { shownDeadline } from '../../../domain/orders/facts.js';
import type { OrderDecision, OrderEvent } from '../../../domain/orders/state.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  answered,
  checkRequested,
  closeAnswered,
  closeFailed,
  closeRequested,
  DEADLINE,
  extended,
  leadsTo,
  NO_ANSWER,
  notAllowed,
  notification,
  ORDER,
  placedAgain,
  placementFailed,
  play,
  queryFailed,
  START,
  superseded,
  timer,
  toChecking,
  toClosing,
  toPaying,
  toSettling,
  UNASKED,
} from '../../support/orders.js';
import { withoutStory } from '../../support/story.js';

const { floor } = ORDER;
const notFound = answered('NOT_FOUND');

/** The checkout says at once that the placement failed, and WeChat Pay does not know the number. */
const failed = after([START, placementFailed]);
const once = play(failed, [START, notFound]);
const toClose = play(once, [floor, timer], [floor, notFound]);

describe('a placement that failed', () => {
  it('is asked about at once, and then at the floor', () => {
    expect(failed.step).toEqual({ do: 'query' });
    expect(once.step).toEqual({ do: 'wait', until: floor });
    expect(once.state.phase).toBe('notFoundYet');
    expect(play(once, [floor, timer]).step).toEqual({ do: 'query' });
  });

  it('is closed once after two not-founds, on purpose and only while it is not found', () => {
    expect(toClose.step).toEqual({ do: 'close', allows: ['notFound'], isSuperseded: false });
  });

  it('ends as never existed at its floor, once that close has found nothing', () => {
    expect(play(toClose, [floor, closeAnswered('notFound', { before: 'NOT_FOUND' })]).step).toEqual({
      do: 'finish',
      outcome: { ended: 'never-existed' },
    });
  });

  it('does not end as never existed before that close: two not-founds are not enough', () => {
    const end = START + 2 * HOUR;
    const unclosed = play(toClose, [floor, closeFailed('retry')], [end, timer]);
    expect(unclosed.step).toEqual({ do: 'query' });
    expect(leadsTo(play(unclosed, [end, notFound]), end)).toBe('close if notFound');
  });

  it('has two not-founds 5 minutes apart, if the report comes late', () => {
    const at = START + 8 * MINUTE;
    const late = after([at, placementFailed], [at, notFound]);
    expect(late.step).toEqual({ do: 'wait', until: at + 5 * MINUTE });
    const early = play(late, [at + 5 * MINUTE - 1, timer], [at + 5 * MINUTE - 1, notFound]);
    expect(early.state.phase).toBe('notFoundYet');
    expect(play(late, [at + 5 * MINUTE, timer], [at + 5 * MINUTE, notFound]).step.do).toBe('close');
  });

  it('is asked about again after a close that no query has followed', () => {
    const unheard = closeAnswered('notFound', { before: 'NOT_FOUND', after: UNASKED });
    const refused = play(toClose, [floor, unheard]);
    expect(leadsTo(refused, floor)).toBe('unsettled 300');
    const asked = play(refused, [floor + 5 * MINUTE, timer]);
    expect(asked.step).toEqual({ do: 'query' });
    expect(leadsTo(play(asked, [floor + 5 * MINUTE, notFound]), floor)).toBe('never-existed');
  });

  it('is asked about, and not closed, in every wait: its floor, and a pause', () => {
    const unasked = play(failed, [START, queryFailed('unknown')]);
    expect(unasked.state.phase).toBe('unsettled');
    expect(play(unasked, [floor, timer]).step).toEqual({ do: 'query' });
    const checked = after([START, checkRequested], [START, placementFailed], [START, notFound]);
    expect(checked.step).toEqual({ do: 'wait', until: floor });
    expect(checked.state.phase).toBe('awaitingPayment');
    expect(play(checked, [floor, timer]).step).toEqual({ do: 'query' });
  });

  it.each<[string, OrderDecision]>([
    ['the wait for the payment', after()],
    ['a pause of an order that is not found', after(...toClosing, [DEADLINE, notAllowed('NOT_FOUND')])],
    ['a pause after an unclear answer', after(...toClosing, [DEADLINE, closeFailed('unknown')])],
  ])('is asked about at once in %s', (_, decision) => {
    const asked = play(decision, [DEADLINE, placementFailed]);
    expect(asked.step).toEqual({ do: 'query' });
    expect(asked.state).toMatchObject({ placementFailed: { code: 'PARAM_ERROR' }, patienceFrom: null });
  });

  it('supersedes a close in flight, and ends as never existed after another', () => {
    const back = after(...toClosing, [DEADLINE, placementFailed], [DEADLINE, superseded()]);
    expect(back.step).toEqual({ do: 'wait', until: floor });
    const asked = play(back, [DEADLINE, timer]);
    expect(asked.step).toEqual({ do: 'query' });
    expect(leadsTo(play(asked, [DEADLINE, notFound]), DEADLINE)).toBe('notFoundYet 300');
  });

  it('does not keep a request to close waiting: that closes what WeChat Pay shows as unpaid', () => {
    const requested = play(once, [floor, closeRequested]);
    expect(requested.step).toEqual({ do: 'close', allows: ['unpaid'], isSuperseded: false });
  });
});

describe('the report that a placement failed', () => {
  /** Whatever WeChat Pay shows of an order, it exists. */
  it.each<[string, OrderEvent, string]>([
    ['NOTPAY', answered('NOTPAY'), 'awaitingPayment'],
    ['PAYERROR', answered('PAYERROR'), 'awaitingPayment'],
    ['USERPAYING', answered('USERPAYING'), 'userIsPaying 5'],
    ['SUCCESS', answered('SUCCESS'), 'paid'],
    ['CLOSED', answered('CLOSED'), 'closed'],
    ['a notification', notification(), 'paid'],
  ])('is taken back by %s', (_, event, leads) => {
    const shown = play(failed, [START, event]);
    expect(shown.state).toMatchObject({ placementFailed: null, seen: true });
    expect(leadsTo(shown, START)).toBe(leads);
  });

  it('is not taken back by a not-found, nor by an answer that decides nothing', () => {
    for (const event of [notFound, queryFailed('unknown')]) {
      expect(play(failed, [START, event]).state.placementFailed).not.toBeNull();
    }
  });

  it('is taken back by the close, too: an order that it shows as unpaid is not closed for it', () => {
    const shown = play(toClose, [floor, notAllowed('NOTPAY')]);
    expect(shown.step).toEqual({ do: 'wait', until: DEADLINE });
    expect(shown.state).toMatchObject({ placementFailed: null, closeSent: 'no' });
    expect(leadsTo(play(toClose, [floor, notAllowed('USERPAYING')]), floor)).toBe('userIsPaying 5');
  });

  it('is taken back at the deadline as well, and the order closed then', () => {
    const at = DEADLINE + MINUTE;
    const late = play(after([at - 6 * MINUTE, placementFailed], [at - 6 * MINUTE, notFound]), [at, timer]);
    const close = play(late, [at, notFound]);
    expect(leadsTo(close, at)).toBe('close if notFound');
    const shown = play(close, [at, notAllowed('NOTPAY')]);
    expect(shown.step).toEqual({ do: 'wait', until: DEADLINE });
    expect(leadsTo(play(shown, [at, timer]), at)).toBe('close if unpaid');
  });

  it('is taken back by another placement, and by nothing that merely waits', () => {
    expect(play(once, [START + MINUTE, placedAgain]).state).toMatchObject({
      placementFailed: null,
      notFoundSince: null,
      order: { floor: START + 6.5 * MINUTE },
    });
    for (const event of [closeRequested, extended(DEADLINE + HOUR), timer, checkRequested]) {
      expect(play(once, [START + MINUTE, event]).state.placementFailed).not.toBeNull();
    }
  });

  it('is ignored once WeChat Pay has shown the order, or called it paid', () => {
    const claimed = after(...toClosing, [DEADLINE, closeAnswered('paid', { before: 'NOT_FOUND', after: UNASKED })]);
    const seen = after(...toChecking, [DEADLINE + MINUTE, queryFailed('unknown')]);
    for (const decision of [claimed, seen, after(...toPaying), after(...toSettling)]) {
      const told = decideOrder(decision.state, placementFailed, DEADLINE + MINUTE);
      expect(withoutStory(told.state)).toEqual(withoutStory(decision.state));
    }
  });
});

describe('while a placement has failed', () => {
  it('no person is asked: patience does not begin, however long no answer comes', () => {
    let decision = failed;
    let now = START;
    const begun = new Set<number | null>();
    for (let count = 0; count < 400; count += 1) {
      decision = play(decision, [now, queryFailed('unknown')]);
      begun.add(decision.state.patienceFrom);
      now = 'until' in decision.step ? decision.step.until : now;
      decision = play(decision, [now, timer]);
    }
    expect([...begun]).toEqual([null]);
    expect(now - START).toBeGreaterThan(DAY);
  });

  it('patience that had begun ends, and begins anew when the order is shown after all', () => {
    const at = DEADLINE + 23 * HOUR;
    const waiting = after(...toClosing, [DEADLINE, closeFailed('unknown')], [at, placementFailed]);
    const asked = play(waiting, [at, queryFailed('unknown')], [at + 2 * HOUR, timer]);
    expect(asked.state.patienceFrom).toBeNull();
    const shown = play(asked, [at + 2 * HOUR, answered('USERPAYING')]);
    expect(leadsTo(shown, at + 2 * HOUR)).toBe('userIsPaying 5');
    expect(shown.state.patienceFrom).toBe(at + 2 * HOUR);
  });

  it('nothing is overdue: a list shows the deadline that the order has', () => {
    expect(shownDeadline(once.state)).toBe(DEADLINE);
    expect(shownDeadline(after([START, closeRequested]).state)).toBe(floor);
  });

  it('a fatal answer still asks a person', () => {
    expect(leadsTo(play(failed, [START, queryFailed('fatal')]), START)).toBe('fatal-answer');
  });

  it('a close of which nothing is known is confirmed as ever', () => {
    const unknown = closeAnswered(NO_ANSWER, { before: 'NOT_FOUND', after: UNASKED });
    const sent = play(toClose, [floor, unknown], [floor + SECOND, timer]);
    expect(sent.step).toEqual({ do: 'query' });
    expect(play(sent, [floor + SECOND, answered('CLOSED')]).step).toMatchObject({
      outcome: { ended: 'closed', closeSent: 'yes' },
    });
  });
});
