import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND, type Instant } from '../../../domain/time.js';
import {
  after,
  andThen,
  ANYTIME,
  cancelFailed,
  cancels,
  confirmingRefused,
  failed,
  NOON,
  notified,
  refrains,
  REQUEST,
  requested,
  retry,
  sees,
  timer,
  type Shown,
} from '../../support/service-orders.js';

const at = (seconds: number): Instant => NOON + seconds * SECOND;
const waits = (seconds: number): object => ({ do: 'wait', until: at(seconds) });
const SETTLED = 300;
const PERSON = { do: 'askPerson', reason: 'cancel-without-effect' };

const OPEN: readonly Shown[] = ['created', 'inService', 'completed', 'otherDoing', 'paid'];
const accepted = after(REQUEST, [NOON, cancels('created', 'accepted', 'created')]);
const lost = after(REQUEST, [NOON, cancelFailed('unknown', 'maybe')]);

describe('an accepted cancel', () => {
  it('is confirmed with queries for five minutes, with pauses that grow', () => {
    let decision = accepted;
    const asked: number[] = [];
    while (decision.step.do === 'wait') {
      const { until } = decision.step;
      asked.push((until - NOON) / SECOND);
      decision = andThen(decision, [until, timer]);
      expect(decision.step).toEqual({ do: 'query' });
      decision = andThen(decision, sees('created', until));
    }
    expect(asked).toEqual([2, 6, 14, 30, 62, 122, 182, 242, 302]);
    expect(decision.step).toEqual({ do: 'cancel', isSuperseded: false });
  });

  it.each(OPEN)('still settles whatever the query shows: %s', (shown) => {
    const request = { ...ANYTIME, giveUp: null };
    const open = after(request, [NOON, cancels('created', 'accepted', 'created')], sees(shown, at(299)));
    expect(open.state.phase).toBe('confirming');
    expect(open.step).toEqual(waits(303));
  });

  it('counts as settling in a check, too', () => {
    const checking = andThen(accepted, [NOON, failed('retry')], [NOON, notified('USER_CONFIRM')]);
    expect(checking.state.phase).toBe('checking');
    const settling = andThen(checking, sees('inService'));
    expect(settling.state.phase).toBe('confirming');
    expect(settling.step.do).toBe('wait');
  });

  it('is not followed by another while it settles, though the query that confirms it fails', () => {
    const unclear = andThen(accepted, [at(2), failed('retry')]);
    expect(unclear.state.phase).toBe('unsettled');
    expect(andThen(unclear, [at(SETTLED - 1), timer]).step).toEqual({ do: 'query' });
    expect(andThen(unclear, [at(SETTLED - 1), requested()]).step).toEqual(unclear.step);
    expect(andThen(unclear, [at(SETTLED), timer]).step.do).toBe('cancel');
  });

  it.each(['created', 'inService', 'completed'] as const)(
    'is tried anew after them, if that is allowed: %s',
    (shown) => {
      const open = after(ANYTIME, [NOON, cancels('created', 'accepted', 'created')], sees(shown, at(SETTLED)));
      expect(open.step).toEqual({ do: 'cancel', isSuperseded: false });
      expect(open.state.pauses).toEqual({});
    },
  );

  it.each(['inService', 'completed', 'otherDoing', 'paid'] as const)(
    'asks a person after them, if it is not: nothing is kept (%s)',
    (shown) => expect(andThen(accepted, sees(shown, at(SETTLED))).step).toMatchObject(PERSON),
  );

  it('is followed by a pause if a later one was lost', () => {
    const again = andThen(accepted, sees('created', at(SETTLED)), [at(SETTLED), cancelFailed('retry', 'yes')]);
    expect(again.step).toEqual({ do: 'query' });
    const paused = andThen(again, sees('created', at(SETTLED)));
    expect(paused.state.phase).toBe('unsettled');
    expect(paused.step).toEqual(waits(SETTLED + 1));
  });

  it('that is refused as a duplicate counts as one', () => {
    const already = after(REQUEST, [NOON, cancels('created', 'alreadyCancelled', 'created')]);
    expect(already.state).toMatchObject({ phase: 'confirming', acceptedCancels: 1 });
    expect(andThen(already, sees('created', at(SETTLED))).step.do).toBe('cancel');
  });

  it('settles for as long as the timing says', () => {
    const { state } = accepted;
    const timing = { ...state.timing, cancelSettlesWithin: MINUTE };
    const sooner = { ...accepted, state: { ...state, timing } };
    expect(andThen(sooner, sees('created', at(59))).step.do).toBe('wait');
    expect(andThen(sooner, sees('created', at(60))).step.do).toBe('cancel');
  });
});

describe('five accepted cancels without effect', () => {
  const five = (): ReturnType<typeof after> => {
    let decision = after(ANYTIME);
    for (let round = 0; round < 5; round += 1) {
      const now = at(round * SETTLED);
      expect(decision.step.do).toBe('cancel');
      decision = andThen(
        decision,
        [now, cancels('created', 'accepted', 'created')],
        sees('created', now + 300 * SECOND),
      );
    }
    return decision;
  };

  it('ask a person', () => expect(five().step).toMatchObject(PERSON));

  it.each(OPEN)('whatever the query shows: %s', (shown) => {
    const fifth = andThen(five(), [at(5 * SETTLED), timer], sees(shown, at(5 * SETTLED)));
    expect(fifth.step).toMatchObject(PERSON);
    const again = andThen(five(), [at(5 * SETTLED), requested()], [at(5 * SETTLED), refrains(shown)]);
    expect(again.step).toMatchObject(PERSON);
  });

  it('are forgotten when a person sends a retry', () => {
    const again = andThen(five(), [at(5 * SETTLED), retry]);
    expect(again.step).toEqual({ do: 'query' });
    expect(andThen(again, sees('created', at(5 * SETTLED))).step.do).toBe('cancel');
  });

  it('are five that were accepted: a failed call is none', () => {
    let decision = after(REQUEST);
    for (let now = NOON; now < at(20 * SETTLED); now += 300 * SECOND) {
      decision = andThen(decision, [now, cancelFailed('retry', 'yes')], sees('created', now), [
        now + 299 * SECOND,
        timer,
      ]);
      expect(decision.step.do).toBe('cancel');
    }
    expect(decision.state.acceptedCancels).toBe(0);
  });
});

describe('a cancel that may have been carried out', () => {
  const shownBy: readonly (readonly [string, (shown: Shown, seconds: number) => ReturnType<typeof after>])[] = [
    ['its confirmation', (shown, seconds) => andThen(lost, sees(shown, at(seconds)))],
    [
      'a check',
      (shown, seconds) =>
        andThen(lost, [NOON, failed('retry')], [NOON, notified('USER_CONFIRM')], sees(shown, at(seconds))),
    ],
    [
      'the next guarded cancel',
      (shown, seconds) => andThen(lost, [NOON, failed('retry')], [at(1), timer], [at(seconds), refrains(shown)]),
    ],
  ];
  const kept: readonly Shown[] = ['inService', 'completed', 'otherDoing', 'paid'];

  it.each(shownBy)('leaves open for five minutes whether the order is kept: %s', (_, show) => {
    for (const shown of kept) {
      const open = show(shown, 299);
      expect(open.state).toMatchObject({ phase: 'unsettled', pauses: { settling: 1 } });
      expect(open.step).toEqual(waits(301));
      expect(show(shown, SETTLED).step).toMatchObject(PERSON);
    }
  });

  it('leaves it open also if only the attempt that was lost saw how far the order is', () => {
    const inServiceOnly = { ...REQUEST, mayCancel: ['in-service'] as const };
    const unseen = after(inServiceOnly, [NOON, cancelFailed('unknown', 'maybe')]);
    expect(andThen(unseen, sees('created', at(299))).step).toEqual(waits(301));
    expect(andThen(unseen, sees('created', at(SETTLED))).step).toMatchObject(PERSON);
  });

  it.each(['created', 'inService', 'completed'] as const)(
    'is tried anew after a pause if that is allowed: %s',
    (shown) => {
      const open = andThen(after(ANYTIME, [NOON, cancelFailed('unknown', 'maybe')]), sees(shown));
      expect(open.state).toMatchObject({ phase: 'unsettled', pauses: { unclearWrite: 1 } });
      expect(andThen(open, [at(1), timer]).step.do).toBe('cancel');
    },
  );

  it('is settled before a later request is waited for', () => {
    const later = requested({ dueAt: at(3_000), mayCancel: ['in-service'] });
    const open = andThen(lost, [NOON, later], sees('inService'));
    expect(open.step).toEqual(waits(2));
    expect(andThen(open, [at(SETTLED), timer], [at(SETTLED), refrains('inService')]).step).toMatchObject(PERSON);
  });

  it('leaves it open if only a later attempt of the same activity was refused', () => {
    const earlier = { sent: 'yes' } as const;
    for (const write of ['tooOften', 'inProgress', 'fatal'] as const) {
      const refused = after(REQUEST, [NOON, cancels('created', write, 'inService', { earlier })]);
      expect(refused.state.cancelLandedAt).toBe(NOON);
      const raced = after(REQUEST, [NOON, cancels('created', write, 'revokedDue', { earlier })]);
      expect(raced.step).toMatchObject({ do: 'askPerson', reason: 'raced' });
      const unsent = after(REQUEST, [NOON, cancels('created', write, 'inService', { earlier: { sent: 'no' } })]);
      expect(unsent.state.cancelLandedAt).toBeNull();
    }
  });

  it('leaves nothing open if it was refused', () => {
    const refused = after(REQUEST, [NOON, cancels('created', 'refusedState', 'inService')], [at(2), timer]);
    expect(andThen(refused, [at(2), refrains('inService')]).step.do).toBe('finish');
  });
});

describe('a confirming query', () => {
  it.each(['USER_PAID', 'USER_CONFIRM'] as const)('is made at once when a notification ends its pause: %s', (said) => {
    const { state, step } = andThen(accepted, [at(1), notified(said)]);
    expect(step).toEqual({ do: 'query' });
    expect(state.phase).toBe('confirming');
  });

  it('ends as done or expired even after an accepted cancel', () => {
    for (const ended of ['done', 'expired'] as const) {
      expect(andThen(accepted, sees(ended)).step).toEqual({ do: 'finish', outcome: { ended } });
    }
  });

  it('ends as cancelled on REVOKED, with the reason that was sent', () => {
    const outcome = { ended: 'cancelled', cancelSent: 'yes', reason: REQUEST.reason };
    expect(andThen(accepted, sees('revoked')).step).toEqual({ do: 'finish', outcome });
  });

  it.each([
    ['hint', 60],
    ['unknown', 1],
  ] as const)('that decides nothing is made again: %s', (kind, seconds) => {
    const { state, step } = andThen(accepted, [NOON, failed(kind)]);
    expect(step).toEqual(waits(seconds));
    expect(state).toMatchObject({ phase: 'unsettled', cancelUnconfirmed: false });
    expect(andThen(lost, [NOON, failed(kind)]).state.cancelUnconfirmed).toBe(true);
  });

  it('that is refused for good asks a person', () => {
    expect(andThen(accepted, [NOON, failed('fatal')]).step).toMatchObject({ reason: 'fatal-answer' });
    expect(andThen(confirmingRefused(REQUEST, 'created'), [NOON, failed('fatal')]).step.do).toBe('askPerson');
  });
});
