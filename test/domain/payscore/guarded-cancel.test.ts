import { describe, expect, it } from 'vitest';
import type { CancelAnswer } from '../../../domain/payscore/order.js';
import { HOUR, SECOND, type Instant } from '../../../domain/time.js';
import {
  after,
  andThen,
  ANYTIME,
  cancelFailed,
  cancels,
  FAILURE_KINDS,
  inTimeZone,
  NOON,
  notified,
  refrains,
  REQUEST,
  requested,
  sees,
  shows,
  superseded,
  timer,
  UNCLEAR_KINDS,
  type FailureKind,
  type Shown,
} from '../../support/service-orders.js';

const at = (seconds: number): Instant => NOON + seconds * SECOND;
const waits = (seconds: number): object => ({ do: 'wait', until: at(seconds) });
const BODY = { requestId: REQUEST.requestId, reason: REQUEST.reason };

/** Answers to a cancel that end nothing, and the pause that follows each. */
const ANSWERS: readonly (readonly [CancelAnswer, 'confirming' | 'unsettled', number])[] = [
  ['accepted', 'confirming', 2],
  ['alreadyCancelled', 'confirming', 2],
  ['inProgress', 'unsettled', 180],
  ['tooOften', 'unsettled', 10],
  ['notFound', 'unsettled', 2],
  ['refusedState', 'unsettled', 2],
];

describe('a guarded cancel that was answered, while the query after it shows no end', () => {
  it.each(ANSWERS)('%s: %s, for %d s', (answer, phase, seconds) => {
    // Whatever that query shows, or if it fails.
    for (const shown of ['created', 'inService', 'notFound', ...FAILURE_KINDS] as const) {
      const { state, step } = after(REQUEST, [NOON, cancels('created', answer, shown)]);
      expect(step).toEqual(waits(seconds));
      expect(state.phase).toBe(phase);
      expect(state.cancelUnconfirmed).toBe(FAILURE_KINDS.some((kind) => kind === shown));
    }
  });

  it.each(ANSWERS)(
    '%s counts as a cancel that was sent, and as one that landed only if it was carried out',
    (answer) => {
      const isAccepted = answer === 'accepted' || answer === 'alreadyCancelled';
      const { state } = after(REQUEST, [NOON, cancels('created', answer, 'created')]);
      expect(state).toMatchObject({
        cancelSent: 'yes',
        frozen: BODY,
        allowedFor: { stage: 'created', totalDue: null },
        cancelLandedAt: isAccepted ? NOON : null,
        cancelAcceptedAt: isAccepted ? NOON : null,
        acceptedCancels: isAccepted ? 1 : 0,
      });
    },
  );

  it('ORDER_DONE is confirmed at once, and forbids every further cancel', () => {
    const done = after(ANYTIME, [NOON, cancels('created', 'done', 'created')]);
    expect(done.step).toEqual({ do: 'query' });
    expect(done.state).toMatchObject({ phase: 'confirming', paidClaimed: true, cancelLandedAt: null });
    expect(andThen(done, sees('created')).step).toEqual(waits(2));
    expect(andThen(done, sees('done')).step).toEqual({ do: 'finish', outcome: { ended: 'done' } });
    expect(andThen(done, sees('paid')).step).toMatchObject({ outcome: { ended: 'kept', reason: 'paid' } });
  });

  it.each<[Shown, Shown]>([
    ['created', 'created'],
    ['inService', 'inService'],
    ['completed', 'completed'],
  ])('a refusal as a faulty request asks a person at once, if the order is as it was: %s', (before, now) => {
    const { step } = after(ANYTIME, [NOON, cancels(before, 'refusedRequest', now)]);
    expect(step).toEqual({ do: 'askPerson', reason: 'request-refused', until: NOON + HOUR });
  });

  it.each<[Shown, Shown | FailureKind]>([
    ['created', 'inService'],
    ['completed', 'completed70'],
    ['created', 'notFound'],
    ['created', 'retry'],
  ])('such a refusal is one for its state, if the order changed, or that is not known: %s, %s', (before, now) => {
    const { state, step } = after(ANYTIME, [NOON, cancels(before, 'refusedRequest', now)]);
    expect(step).toEqual(waits(2));
    expect(state.phase).toBe('unsettled');
  });

  it('is tried anew after the pause, from its query on', () => {
    for (const answer of ['inProgress', 'tooOften', 'notFound', 'refusedState', 'unknown'] as const) {
      const paused = after(REQUEST, [NOON, cancels('created', answer, 'created')]);
      expect(andThen(paused, [at(300), timer]).step).toEqual({ do: 'cancel', isSuperseded: false });
    }
  });
});

describe('a guarded cancel after which a query shows an end', () => {
  it.each<CancelAnswer | FailureKind>(['accepted', 'done', 'tooOften', 'refusedRequest', 'fatal', 'hint', 'unknown'])(
    'ends so, whatever the cancel was answered: %s',
    (write) => {
      const revoked = after(REQUEST, [NOON, cancels('created', write, 'revoked')]);
      const cancelled = { ended: 'cancelled', cancelSent: 'yes', reason: REQUEST.reason };
      expect(revoked.step).toEqual({ do: 'finish', outcome: cancelled });
      for (const ended of ['done', 'expired'] as const) {
        const { step } = after(REQUEST, [NOON, cancels('created', write, ended)]);
        expect(step).toEqual({ do: 'finish', outcome: { ended } });
      }
    },
  );
});

describe('a guarded cancel that was sent, and that got no usable answer', () => {
  it.each(UNCLEAR_KINDS)('%s: it is asked about again after a pause, and may have been carried out', (kind) => {
    const { state, step } = after(REQUEST, [NOON, cancels('created', kind, 'created')]);
    expect(step).toEqual(waits(1));
    expect(state).toMatchObject({
      phase: 'unsettled',
      cancelSent: 'yes',
      frozen: BODY,
      cancelLandedAt: NOON,
      cancelAcceptedAt: null,
      acceptedCancels: 0,
      pauses: { unclearWrite: 1 },
    });
  });

  it('hint: another worker may do better', () => {
    const { state, step } = after(REQUEST, [NOON, cancels('created', 'hint', 'created')]);
    expect(step).toEqual(waits(60));
    expect(state).toMatchObject({ phase: 'unsettled', cancelLandedAt: NOON });
  });

  it('fatal: a person is asked at once, and nothing was done', () => {
    const { state, step } = after(REQUEST, [NOON, cancels('created', 'fatal', 'created', { code: 'NO_AUTH' })]);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'fatal-answer' });
    expect(state).toMatchObject({ cancelSent: 'yes', cancelLandedAt: null });
    expect(state.last).toMatchObject({ call: 'cancelServiceOrder', said: 'NO_AUTH' });
  });
});

describe('a guarded cancel that its query did not allow', () => {
  it('decides as that query says, and nothing was sent', () => {
    const { state, step } = after(REQUEST, [NOON, refrains('inService')]);
    expect(step).toEqual({ do: 'finish', outcome: { ended: 'kept', reason: 'confirmed' } });
    expect(state).toMatchObject({ cancelSent: 'no', cancelLandedAt: null, allowedFor: null });
  });

  it('begins anew if a request that came meanwhile allows it', () => {
    const joined = after(REQUEST, [NOON, requested({ mayCancel: ['in-service'], giveUp: { total: 100 } })]);
    expect(joined.step).toEqual({ do: 'cancel', isSuperseded: true });
    for (const shown of ['inService', 'completed'] as const) {
      expect(andThen(joined, [NOON, refrains(shown)]).step).toEqual({ do: 'cancel', isSuperseded: false });
    }
  });

  it.each(['maybe', 'yes'] as const)('leaves open what an attempt before it did: sent %s', (sent) => {
    const { state, step } = after(REQUEST, [NOON, refrains('inService', sent)]);
    expect(step).toEqual(waits(2));
    expect(state).toMatchObject({ cancelSent: sent, cancelLandedAt: NOON, cancelUnconfirmed: false, frozen: BODY });
    const raced = after(REQUEST, [NOON, refrains('revokedDue', sent)]);
    expect(raced.step).toMatchObject({ do: 'askPerson', reason: 'raced' });
  });

  it('was not asked for at all: nothing is known', () => {
    const { state, step } = after(REQUEST, [NOON, refrains(null)]);
    expect(step).toEqual(waits(1));
    expect(state.phase).toBe('unsettled');
  });
});

describe('a guarded cancel that failed before it was sent', () => {
  it.each(UNCLEAR_KINDS)('is tried anew after a pause, and leaves nothing behind: %s', (kind) => {
    const unsent = after(REQUEST, [NOON, cancelFailed(kind)]);
    expect(unsent.step).toEqual(waits(1));
    expect(unsent.state).toMatchObject({ phase: 'unsettled', cancelSent: 'no', cancelLandedAt: null, frozen: null });
    const again = andThen(unsent, [at(1), timer]);
    expect(again.step.do).toBe('cancel');
    expect(andThen(again, [at(1), refrains('inService')]).step).toMatchObject({ outcome: { reason: 'confirmed' } });
    const outcome = { ended: 'cancelled', cancelSent: 'no', totalDue: 100 };
    expect(andThen(again, [at(1), refrains('revokedDue')]).step).toEqual({ do: 'finish', outcome });
  });

  it('fatal: a person is asked; hint: another worker may do better', () => {
    expect(after(REQUEST, [NOON, cancelFailed('fatal')]).step).toMatchObject({ reason: 'fatal-answer' });
    expect(after(REQUEST, [NOON, cancelFailed('hint')]).step).toEqual(waits(60));
  });
});

describe('a guarded cancel that was lost, or given up, and may have been sent', () => {
  it.each(UNCLEAR_KINDS)('is confirmed at once, and counts as one that may have been carried out: %s', (kind) => {
    for (const sent of ['maybe', 'yes'] as const) {
      const lost = after(REQUEST, [NOON, cancelFailed(kind, sent)]);
      expect(lost.step).toEqual({ do: 'query' });
      expect(lost.state).toMatchObject({ phase: 'confirming', cancelSent: sent, cancelLandedAt: NOON, frozen: BODY });
      const outcome = { ended: 'cancelled', cancelSent: sent, reason: REQUEST.reason };
      expect(andThen(lost, sees('revoked')).step).toEqual({ do: 'finish', outcome });
      const open = andThen(lost, sees('created'));
      expect(open.state).toMatchObject({ phase: 'unsettled', pauses: { unclearWrite: 1 } });
      expect(open.step).toEqual(waits(1));
    }
  });

  it.each([
    ['fatal', 'askPerson'],
    ['hint', 'wait'],
  ] as const)('%s: %s, but it counts all the same', (kind, step) => {
    const failedLate = after(REQUEST, [NOON, cancelFailed(kind, 'yes')]);
    expect(failedLate.step.do).toBe(step);
    expect(failedLate.state).toMatchObject({ cancelSent: 'yes', cancelLandedAt: NOON, cancelUnconfirmed: true });
  });

  it('gave up what it had announced, or what the cancel before it did', () => {
    const allowedFor = { stage: 'completed', totalDue: 100 } as const;
    const announced = { sent: 'maybe', allowedFor } as const;
    const lost = after(ANYTIME, [NOON, cancelFailed('unknown', 'maybe', { announced })]);
    expect(lost.state.allowedFor).toEqual(allowedFor);
    const again = andThen(lost, sees('completed'), [at(1), timer], [at(1), cancelFailed('unknown', 'maybe')]);
    expect(again.state.allowedFor).toEqual(allowedFor);
  });

  it('is not forgotten by a cancel after it that was not sent', () => {
    const lost = after(REQUEST, [NOON, cancelFailed('unknown', 'maybe')], sees('created'), [at(1), timer]);
    const unsent = andThen(lost, [at(1), cancelFailed('retry')]);
    expect(unsent.state).toMatchObject({ cancelSent: 'maybe', cancelLandedAt: NOON, frozen: BODY });
  });
});

describe('a guarded cancel that something overtook', () => {
  const notifiedOf = (said: 'USER_CONFIRM' | 'USER_PAID') => after(ANYTIME, [NOON, notified(said)]);

  it.each(['USER_CONFIRM', 'USER_PAID'] as const)('is awaited, and then asked about: %s', (said) => {
    const waiting = notifiedOf(said);
    expect(waiting.step).toEqual({ do: 'cancel', isSuperseded: true });
    const unsent = andThen(waiting, [NOON, superseded()]);
    expect(unsent.state).toMatchObject({ phase: 'checking', cancelSent: 'no', frozen: null });
    for (const sent of ['maybe', 'yes'] as const) {
      expect(andThen(waiting, [NOON, superseded(sent)]).state).toMatchObject({
        phase: 'confirming',
        cancelSent: sent,
        cancelLandedAt: NOON,
      });
    }
  });

  it('by USER_PAID is not followed by another', () => {
    const paid = andThen(notifiedOf('USER_PAID'), [NOON, superseded()]);
    expect(paid.step).toEqual({ do: 'query' });
    expect(andThen(paid, sees('completed')).step).toEqual(waits(2));
    const refused = andThen(notifiedOf('USER_PAID'), [NOON, cancels('created', 'refusedState', 'completed')]);
    expect(andThen(refused, [at(2), timer]).step).toEqual({ do: 'query' });
  });

  it('by USER_CONFIRM is followed by another only if the query allows that', () => {
    const confirmed = andThen(notifiedOf('USER_CONFIRM'), [NOON, superseded()]);
    expect(andThen(confirmed, sees('created')).step.do).toBe('wait');
    expect(andThen(confirmed, sees('inService')).step.do).toBe('cancel');
  });

  it('by a further request is followed by one that is given both', () => {
    const joined = after(REQUEST, [NOON, requested({ mayCancel: ['in-service'] })], [NOON, superseded()]);
    expect(joined.step).toEqual({ do: 'query' });
    expect(andThen(joined, sees('inService')).step.do).toBe('cancel');
  });

  it('is overtaken by nothing that changes nothing', () => {
    const { step } = after(REQUEST);
    const other = notified('USER_PAID', { mchid: '1', outOrderNo: '2', serviceId: '3', appid: 'wx' });
    for (const event of [requested(REQUEST), other, timer]) {
      expect(after(REQUEST, [NOON, event]).step).toEqual(step);
    }
  });
});

describe('the merchant’s time zone', () => {
  it('comes with an answer, and is kept by one that does not bring it', () => {
    const known = after(REQUEST, [NOON, inTimeZone('Asia/Hong_Kong', refrains('notFound'))], [NOON, timer]);
    expect(known.state.timeZone).toBe('Asia/Hong_Kong');
    const kept = andThen(known, [NOON, refrains('notFound')], [NOON, notified('USER_CONFIRM')], sees('created'));
    expect(kept.state.timeZone).toBe('Asia/Hong_Kong');
    const asked = after(null, [NOON, timer], [NOON, inTimeZone('Asia/Macau', shows('created'))]);
    expect(asked.state.timeZone).toBe('Asia/Macau');
  });
});
