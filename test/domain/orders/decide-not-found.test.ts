import { describe, expect, it } from 'vitest';
import type { Order } from '../../../domain/orders/order.js';
import type { OrderDecision } from '../../../domain/orders/state.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  answered,
  checkRequested,
  closeAnswered,
  closeFailed,
  closeLost,
  closeRequested,
  DEADLINE,
  leadsTo,
  notAllowed,
  ORDER,
  placedAgain,
  play,
  queryFailed,
  retryRequested,
  START,
  timer,
  toClosing,
  UNASKED,
} from '../../support/orders.js';

const due = DEADLINE;
const again = due + 5 * MINUTE;
const notFound = answered('NOT_FOUND');
const refused = closeAnswered('notFound', { before: 'NOT_FOUND' });

/** Not found by the first query of the close; and by a query of its own, 5 minutes later. */
const once = after(...toClosing, [due, notAllowed('NOT_FOUND')]);
const twice = play(once, [again, timer], [again, notFound]);
const tried = play(twice, [again, refused]);

describe('an order that is not found', () => {
  it('is asked about after 5 minutes, and after the close again, growing to 30', () => {
    let decision = once;
    const pauses: string[] = [];
    for (let now = due; pauses.length < 6;) {
      pauses.push(leadsTo(decision, now));
      now = 'until' in decision.step ? decision.step.until : now;
      decision = play(decision, [now, timer], [now, notFound]);
      if (decision.step.do === 'close') decision = play(decision, [now, refused]);
    }
    expect(pauses.map((each) => each.split(' ')[1])).toEqual(['300', '300', '600', '1200', '1800', '1800']);
  });

  it('is closed once after two not-founds, on purpose also while it is not found', () => {
    expect(twice.step).toEqual({ do: 'close', allows: ['unpaid', 'notFound'], isSuperseded: false });
    expect(leadsTo(tried, again)).toBe('notFoundYet 300');
    const third = again + 10 * MINUTE;
    expect(play(tried, [third, timer], [third, notFound]).step.do).toBe('wait');
  });

  it('has its not-founds 5 minutes apart', () => {
    const sooner = play(once, [again - 1, timer]);
    expect(play(sooner, [again - 1, notFound]).step.do).toBe('wait');
    expect(play(sooner, [again, notFound]).step.do).toBe('close');
  });

  it('has them closer to each other if its pauses are shorter', () => {
    const pauses = { ...ORDER.timing.pauses, notFound: { first: MINUTE, max: MINUTE } };
    const order = { ...ORDER, timing: { ...ORDER.timing, pauses } };
    const soon = { ...once, state: { ...once.state, order } };
    const early = play(soon, [due + MINUTE - 1, timer], [due + MINUTE - 1, notFound]);
    expect(early.state.phase).toBe('notFoundYet');
    expect(play(soon, [due + MINUTE, timer], [due + MINUTE, notFound]).step.do).toBe('close');
  });

  it('counts one not-found for a close, however many queries it makes', () => {
    const sent = closeAnswered('notFound', { before: 'NOTPAY', after: 'NOT_FOUND' });
    const { state } = after(...toClosing, [due, sent]);
    expect(state).toMatchObject({ notFoundSince: due, closedUnseen: false });
    expect(once.state).toMatchObject({ notFoundSince: due, closedUnseen: false });
  });

  it('counts them anew after another answer', () => {
    const seen = play(once, [again, timer], [again, answered('USERPAYING')]);
    expect(seen.state).toMatchObject({ notFoundSince: null, seen: true });
  });

  it('is closed at once by a close that was due for other reasons, and found nothing again', () => {
    const unasked = play(once, [again, timer], [again, queryFailed('unknown')], [again + SECOND, timer]);
    expect(leadsTo(unasked, again)).toBe('close if unpaid');
    const found = play(unasked, [again + SECOND, notAllowed('NOT_FOUND')]);
    expect(leadsTo(found, again)).toBe('close if unpaid or notFound');
  });

  it('is not closed if a query has ever shown it', () => {
    const seen = after([START, checkRequested], [START, answered('NOTPAY')], ...toClosing);
    const lost = play(seen, [due, notAllowed('NOT_FOUND')], [again, timer], [again, notFound]);
    expect(leadsTo(lost, again)).toBe('notFoundYet 600');
  });

  it('is not closed before it is due', () => {
    const moved = play(once, [again, placedAgain], [again, timer], [again, notFound]);
    const floor = again + 5.5 * MINUTE;
    const early = play(moved, [floor - 1, timer], [floor - 1, notFound]);
    expect(early.state.phase).toBe('notFoundYet');
    expect(play(moved, [floor, timer], [floor, notFound]).step.do).toBe('close');
  });

  it('is closed while a close before it is confirmed, if it was placed again since', () => {
    const accepted = play(twice, [again, closeAnswered('accepted', { before: 'NOT_FOUND' })]);
    const anew = play(accepted, [again + SECOND, placedAgain], [again + 2 * SECOND, timer]);
    expect(anew.step).toEqual({ do: 'query' });
    const checked = play(accepted, [again + SECOND, placedAgain], [again + SECOND, retryRequested]);
    expect(checked.state).toMatchObject({ phase: 'confirming', notFoundSince: null });
    // A query that Temporal retries can take its five minutes.
    const since = { ...checked, state: { ...checked.state, notFoundSince: again + 30 * SECOND } };
    const late = again + 6 * MINUTE;
    expect(leadsTo(play(since, [late, notFound]), late)).toBe('close if unpaid or notFound');
  });

  it('is tried to be closed again if the close was not sent, and no more if it may have been', () => {
    const failed = play(twice, [again, closeFailed('retry')]);
    expect(failed.state.closedUnseen).toBe(false);
    const lost = play(twice, [again, closeLost()]);
    expect(lost.state.closedUnseen).toBe(true);
    expect(leadsTo(play(lost, [again, notFound]), again)).toBe('notFoundYet 300');
    const unheard = play(twice, [again, closeAnswered('notFound', { before: 'NOT_FOUND', after: UNASKED })]);
    expect(unheard.state.closedUnseen).toBe(true);
  });
});

describe('an order that never existed', () => {
  const end = START + 2 * HOUR;
  const atTheEnd = (decision: OrderDecision, now: number) => play(decision, [now, timer], [now, notFound]);

  it('ends two hours after its creation, once a close was tried', () => {
    expect(atTheEnd(tried, end - 1).step.do).toBe('wait');
    expect(atTheEnd(tried, end).step).toEqual({ do: 'finish', outcome: { ended: 'never-existed' } });
  });

  it('ends with the close itself, if that comes so late', () => {
    const late = play(once, [end, timer], [end, notFound]);
    expect(late.step.do).toBe('close');
    expect(leadsTo(play(late, [end, refused]), end)).toBe('never-existed');
  });

  it('ends with the query after a close that was lost', () => {
    const lost = play(once, [end, timer], [end, notFound], [end, closeLost()]);
    expect(lost.state.phase).toBe('confirming');
    expect(leadsTo(play(lost, [end, notFound]), end)).toBe('never-existed');
  });

  it('does not end before a close was tried', () => {
    const unclosed = play(once, [end, timer], [end, queryFailed('unknown')]);
    expect(leadsTo(play(unclosed, [end + SECOND, retryRequested], [end + SECOND, notAllowed('NOT_FOUND')]), end)).toBe(
      'close if unpaid or notFound',
    );
  });

  it('does not end if something else was ever seen', () => {
    const seen = after(...toClosing, [due, closeAnswered('notFound', { after: 'NOT_FOUND' })], [end, timer]);
    expect(seen.state).toMatchObject({ seen: true, closedUnseen: false });
    expect(play(seen, [end, notFound]).state.phase).toBe('notFoundYet');
    const shown = play(tried, [again + MINUTE, checkRequested], [again + MINUTE, answered('NOTPAY')]);
    expect(atTheEnd(shown, end).state.phase).toBe('notFoundYet');
  });

  it.each<[string, Partial<Order>, number]>([
    ['its deadline', { payBefore: START + DAY }, START + DAY],
    ['its floor', { floor: START + DAY }, START + DAY],
    ['two hours after creation', {}, START + 2 * HOUR],
  ])('does not end before %s', (_, times, last) => {
    const state = { ...tried.state, order: { ...ORDER, ...times }, closeRequested: { at: START } };
    expect(atTheEnd({ ...tried, state }, last - 1).step.do).not.toBe('finish');
    expect(atTheEnd({ ...tried, state }, last).step).toMatchObject({ outcome: { ended: 'never-existed' } });
  });

  it('begins a new life when it is placed again: two not-founds, a close, and two hours', () => {
    const placed = play(tried, [end - MINUTE, placedAgain]);
    expect(placed.state).toMatchObject({ notFoundSince: null, closedUnseen: false, placedAt: end - MINUTE });
    const first = atTheEnd(placed, end + 5 * MINUTE);
    expect(first.state.phase).toBe('notFoundYet');
    const second = atTheEnd(first, end + 10 * MINUTE);
    expect(second.step.do).toBe('close');
    const closed = play(second, [end + 10 * MINUTE, refused]);
    expect(atTheEnd(closed, end + 2 * HOUR - MINUTE - 1).step.do).toBe('wait');
    expect(atTheEnd(closed, end + 2 * HOUR - MINUTE).step.do).toBe('finish');
  });

  it('names the number under which the order was placed anew', () => {
    const anew = play(tried, [again, { type: 'closeRequested', replacedBy: 'anew' }]);
    expect(atTheEnd(anew, end).step).toMatchObject({ outcome: { ended: 'never-existed', replacedBy: 'anew' } });
  });

  it('is closed at its floor when a close is requested for it', () => {
    const requested = after([START, closeRequested], [ORDER.floor, timer], [ORDER.floor, notAllowed('NOT_FOUND')]);
    expect(requested.step).toEqual({ do: 'wait', until: ORDER.floor + 5 * MINUTE });
  });
});
