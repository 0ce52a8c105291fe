import { describe, expect, it } from 'vitest';
import { SERVICE_ORDER_FLOW } from '../../../domain/payscore/decide.js';
import { resume } from '../../../domain/flow.js';
import { initialServiceFacts } from '../../../domain/payscore/facts.js';
import type { ServiceOrderEvent, ServiceOrderState } from '../../../domain/payscore/state.js';
import { DEFAULT_SERVICE_ORDER_TIMING } from '../../../domain/payscore/order.js';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../../../domain/time.js';
import {
  after,
  andThen,
  CALLING,
  cancelFailed,
  cancels,
  failed,
  NOON,
  notified,
  refrains,
  REQUEST,
  requested,
  sees,
  START,
  timer,
} from '../../support/service-orders.js';

const LATER = NOON + 2 * DAY;
const later = { ...REQUEST, dueAt: LATER };
const at = (minutes: number): Instant => NOON + minutes * MINUTE;
const OVER = { do: 'askPerson', reason: 'patience-over' };

/** The pauses, in seconds, if the same comes each time that one is over. */
function pausesOf(count: number, ...events: readonly ServiceOrderEvent[]): number[] {
  let decision = after(REQUEST);
  const pauses: number[] = [];
  for (let now = NOON; pauses.length < count;) {
    decision = andThen(decision, ...events.map((event) => [now, event] as const));
    if (decision.step.do !== 'wait') throw new Error(`a pause was expected, not ${decision.step.do}`);
    pauses.push((decision.step.until - now) / SECOND);
    now = decision.step.until;
    decision = andThen(decision, [now, timer]);
  }
  return pauses;
}

describe('pauses', () => {
  it('double in a row, up to their longest', () => {
    expect(pausesOf(10, cancelFailed('retry'))).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
    expect(pausesOf(7, cancels('created', 'tooOften', 'created'))).toEqual([10, 20, 40, 80, 160, 300, 300]);
    expect(pausesOf(7, cancels('created', 'refusedState', 'created'))).toEqual([2, 4, 8, 16, 32, 60, 60]);
    expect(pausesOf(3, cancels('created', 'inProgress', 'created'))).toEqual([180, 180, 180]);
  });

  it('grow also if the query between two cancels is answered', () => {
    expect(pausesOf(4, cancels('created', 'unknown', 'created'))).toEqual([1, 2, 4, 8]);
    expect(pausesOf(4, cancelFailed('retry', 'yes'), sees('created')[1])).toEqual([1, 2, 4, 8]);
  });

  it('begin anew after an answer of another kind: of a query, or of a cancel', () => {
    const refused = after(REQUEST, [NOON, cancelFailed('retry')], [at(1), timer], [at(1), cancelFailed('retry')]);
    expect(refused.state.pauses).toEqual({ unclear: 2 });
    const answered = andThen(refused, [at(2), timer], [at(2), cancels('created', 'tooOften', 'created')]);
    expect(answered.state.pauses).toEqual({ tooOften: 1 });
    const lost = andThen(answered, [at(3), timer], [at(3), cancels('created', 'unknown', 'created')]);
    expect(lost.state.pauses).toEqual({ tooOften: 1, unclearWrite: 1 });
    const accepted = andThen(lost, [at(4), timer], [at(4), cancels('created', 'accepted', 'created')]);
    expect(accepted.state.pauses).toEqual({ settling: 1 });
  });

  it('of queries that decide nothing are in a row only if none between decides', () => {
    const watched = after(null, [NOON, timer], [NOON, failed('retry')], [at(1), timer], [at(1), failed('retry')]);
    expect(watched.state.pauses).toEqual({ unclear: 2 });
    const shown = andThen(watched, [at(2), notified('USER_CONFIRM')], sees('created', at(2)));
    expect(shown.state.pauses).toEqual({ settling: 1 });
    expect(andThen(shown, [at(3), timer], [at(3), failed('retry')]).state.pauses).toEqual({ settling: 1, unclear: 1 });
    const found = andThen(shown, [at(3), timer], sees('notFound', at(3)));
    expect(found.state.pauses).toEqual({ notFound: 1 });
  });

  it('last as long as the timing says', () => {
    const pauses = { ...DEFAULT_SERVICE_ORDER_TIMING.pauses, unclear: { first: MINUTE, max: MINUTE } };
    const state = { ...after(REQUEST).state, timing: { ...DEFAULT_SERVICE_ORDER_TIMING, pauses } };
    const { step } = andThen({ ...after(REQUEST), state }, [NOON, cancelFailed('retry')]);
    expect(step).toEqual({ do: 'wait', until: at(1) });
  });
});

describe('patience', () => {
  it('is for orders and service orders alike: a day of SYSTEM_ERROR, then a person', () => {
    let decision = after(REQUEST);
    for (const minutes of [5, 60, 600, 1439]) {
      decision = andThen(decision, [at(minutes), cancelFailed('retry', 'yes')], sees('created', at(minutes)));
      expect(decision.step.do).toBe('wait');
      decision = andThen(decision, [at(minutes), timer]);
    }
    const over = andThen(decision, [NOON + DAY, cancelFailed('retry', 'yes')], sees('created', NOON + DAY));
    expect(over.step).toEqual({ ...OVER, until: NOON + DAY + HOUR });
    const hourly = andThen(over, [NOON + DAY + HOUR, timer]);
    expect(andThen(hourly, sees('done', NOON + DAY + HOUR)).step.do).toBe('finish');
    expect(andThen(hourly, [NOON + DAY + HOUR, failed('retry')]).step).toMatchObject(OVER);
  });

  it('lasts as long as the timing says', () => {
    const opened = after(REQUEST);
    const timing = { ...DEFAULT_SERVICE_ORDER_TIMING, patience: HOUR };
    const impatient = { ...opened, state: { ...opened.state, timing } };
    expect(andThen(impatient, [NOON + HOUR - 1, cancelFailed('retry')]).step.do).toBe('wait');
    expect(andThen(impatient, [NOON + HOUR, cancelFailed('retry')]).step).toMatchObject(OVER);
  });

  it('does not count before a request is due, and then from there', () => {
    const early = after(later, [NOON, notified('USER_CONFIRM')], [NOON, failed('retry')]);
    expect(early.state.patienceFrom).toBeNull();
    expect(andThen(early, [NOON + DAY, timer], [NOON + DAY, failed('retry')]).step.do).toBe('wait');
    const due = andThen(early, [LATER, timer], [LATER, cancelFailed('retry')]);
    expect(due.state.patienceFrom).toBe(LATER);
  });

  it('counts from the first check if nothing was requested', () => {
    const watched = after(null, [NOON, timer], [NOON, failed('retry')]);
    expect(watched.state.patienceFrom).toBe(NOON);
    expect(andThen(watched, [NOON + DAY, timer], [NOON + DAY, failed('retry')]).step).toMatchObject(OVER);
    const joined = andThen(watched, [NOON + HOUR, requested()]);
    expect(joined.state.patienceFrom).toBe(NOON + HOUR);
    expect(andThen(watched, [NOON + HOUR, requested({ dueAt: LATER })]).state.patienceFrom).toBeNull();
    const second = andThen(joined, [NOON + 2 * HOUR, requested({ requestId: 'third' })]);
    expect(second.state.patienceFrom).toBe(NOON + HOUR);
  });

  it('ends no watch that a message or an answer ends', () => {
    const unclear = after(REQUEST, [NOON, cancelFailed('retry')], [NOON + 2 * DAY, timer]);
    expect(andThen(unclear, [NOON + 2 * DAY, refrains('done')]).step.do).toBe('finish');
  });
});

describe.each(CALLING)('refused signatures while $phase', ({ from, fails }) => {
  it('ask a person the third time, two minutes after the first', () => {
    const first = andThen(from(REQUEST), [NOON, fails('hint')]);
    expect(first.step).toEqual({ do: 'wait', until: at(1) });
    const call = first.state.refusedSignatures.query === null ? 'write' : 'query';
    const before = from(REQUEST);
    const twice = (since: Instant) => {
      const refusedSignatures = { ...before.state.refusedSignatures, [call]: { count: 2, since } };
      return { ...before, state: { ...before.state, refusedSignatures } };
    };
    const person = { do: 'askPerson', reason: 'signature-refused' };
    expect(andThen(twice(NOON), [at(2), fails('hint')]).step).toMatchObject(person);
    expect(andThen(twice(NOON), [at(2) - 1, fails('hint')]).step.do).toBe('wait');
  });
});

describe('refused signatures', () => {
  const hint = cancels('created', 'hint', 'created');

  it('of a cancel ask a person, though the queries around it are answered', () => {
    const second = after(REQUEST, [NOON, hint], [at(1), timer], [at(1), hint]);
    expect(second.state.refusedSignatures).toEqual({ query: null, write: { count: 2, since: NOON } });
    const third = andThen(second, [at(2), timer], [at(2), hint]);
    expect(third.step).toMatchObject({ do: 'askPerson', reason: 'signature-refused' });
  });

  it('of two over an hour ask no person', () => {
    expect(after(REQUEST, [NOON, hint], [at(60), timer], [at(60), hint]).step.do).toBe('wait');
  });

  it('of the query after a cancel count for the query', () => {
    const { state } = after(REQUEST, [NOON, cancels('created', 'tooOften', 'hint')]);
    expect(state.refusedSignatures).toEqual({ query: { count: 1, since: NOON }, write: null });
  });

  it('begin anew once that call is answered', () => {
    const write = after(REQUEST, [NOON, hint], [at(1), timer], [at(1), cancels('created', 'tooOften', 'created')]);
    expect(write.state.refusedSignatures.write).toBeNull();
    const query = after(REQUEST, [NOON, cancelFailed('hint')]);
    expect(query.state.refusedSignatures.query).toEqual({ count: 1, since: NOON });
    expect(andThen(query, [at(1), timer], [at(1), refrains('notFound')]).state.refusedSignatures.query).toBeNull();
  });

  it('do not begin anew after an inconclusive answer', () => {
    const unclear = after(REQUEST, [NOON, hint], [at(1), timer], [at(1), cancels('created', 'unknown', 'created')]);
    expect(unclear.state.refusedSignatures.write).toEqual({ count: 1, since: NOON });
  });
});

describe('a run that goes on in a new version', () => {
  it('knows what the old one could not know', () => {
    const { state } = after(later);
    const { acceptedCancels, raceKnown, pauses, ...older } = state;
    expect([acceptedCancels, raceKnown, pauses]).toEqual([0, false, {}]);
    const restored = resume(SERVICE_ORDER_FLOW, older as ServiceOrderState, NOON);
    expect(restored).toEqual({ state, step: { do: 'wait', until: LATER } });
  });

  it('keeps what it knew', () => {
    const { state, step } = after(REQUEST, [NOON, cancels('created', 'accepted', 'created')]);
    expect(resume(SERVICE_ORDER_FLOW, state, NOON)).toEqual({ state, step });
    expect(Object.keys(initialServiceFacts(START))).toEqual(expect.arrayContaining(['frozen', 'cancelSent']));
  });
});
