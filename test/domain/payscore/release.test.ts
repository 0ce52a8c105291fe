import { describe, expect, it } from 'vitest';
import type { CancelAnswer } from '../../../domain/payscore/order.js';
import { decideServiceOrder } from '../../../domain/payscore/decide.js';
import { MINUTE } from '../../../domain/time.js';
import {
  after,
  andThen,
  ANYTIME,
  CALLING,
  cancelFailed,
  cancels,
  failed,
  FAILURE_KINDS,
  NOON,
  notified,
  refrains,
  release,
  REQUEST,
  requested,
  resolve,
  retry,
  sees,
  superseded,
  timer,
  withoutRow,
  type FailureKind,
  type Shown,
} from '../../support/service-orders.js';

const released = { do: 'finish', outcome: { ended: 'released' } };
const OPEN: readonly Shown[] = ['created', 'inService', 'completed', 'otherDoing', 'paid', 'notFound'];

/** Answers and failures of a cancel that end nothing. */
const WRITES: readonly (CancelAnswer | FailureKind)[] = [
  'accepted',
  'alreadyCancelled',
  'done',
  'inProgress',
  'tooOften',
  'notFound',
  'refusedState',
  'refusedRequest',
  ...FAILURE_KINDS,
];

const asked = after(REQUEST, [NOON, cancelFailed('fatal')]);

describe('a person who stops the watching', () => {
  it.each([
    ['waiting', after(null)],
    ['unsettled', after(REQUEST, [NOON, cancelFailed('unknown')])],
    ['needsAttention', asked],
  ])('is heard at once while nothing is in flight: %s', (phase, decision) => {
    expect(decision.state.phase).toBe(phase);
    expect(andThen(decision, [NOON, release]).step).toEqual(released);
  });

  it('is asked no question any more, also in the pause before a confirmation', () => {
    const paused = after(REQUEST, [NOON, cancels('created', 'accepted', 'created')]);
    expect(paused.step.do).toBe('wait');
    const asking = andThen(paused, [NOON, release]);
    expect(asking.state.phase).toBe('confirming');
    expect(asking.step).toEqual({ do: 'query' });
  });
});

describe.each(CALLING)('a person who stops the watching, while $phase', ({ from, shows, fails }) => {
  const releasing = andThen(from(ANYTIME), [NOON, release]);

  it('waits for the call in flight', () => {
    expect(['query', 'cancel']).toContain(releasing.step.do);
    for (const shown of OPEN) expect(andThen(releasing, [NOON, shows(shown)]).step).toEqual(released);
    for (const kind of FAILURE_KINDS) expect(andThen(releasing, [NOON, fails(kind)]).step).toEqual(released);
  });

  it('gets the end that it shows', () => {
    for (const ended of ['done', 'expired'] as const) {
      expect(andThen(releasing, [NOON, shows(ended)]).step).toEqual({ do: 'finish', outcome: { ended } });
    }
    expect(andThen(releasing, [NOON, shows('revoked')]).step).toMatchObject({ outcome: { ended: 'cancelled' } });
    const unseen = { ...releasing, state: { ...releasing.state, notFoundSince: NOON } };
    const { step } = andThen(unseen, [NOON + 5 * MINUTE, shows('notFound')]);
    expect(step).toMatchObject({ outcome: { ended: 'never-existed' } });
  });

  it('is asked about no contradiction', () => {
    const paid = andThen(releasing, [NOON, notified('USER_PAID')]);
    expect(andThen(paid, [NOON, shows('revoked')]).step).toMatchObject({ outcome: { ended: 'cancelled' } });
    expect(andThen(paid, [NOON, shows('expired')]).step).toMatchObject({ outcome: { ended: 'expired' } });
  });
});

describe('a person who stops the watching during a guarded cancel', () => {
  const cancelling = after(ANYTIME, [NOON, release]);

  it('overtakes it', () => {
    expect(cancelling.step).toEqual({ do: 'cancel', isSuperseded: true });
    expect(andThen(cancelling, [NOON, superseded()]).step).toEqual(released);
  });

  it.each(WRITES)('needs no further query if one followed the cancel: %s', (write) => {
    for (const shown of ['created', 'inService', 'notFound'] as const) {
      expect(andThen(cancelling, [NOON, cancels('created', write, shown)]).step).toEqual(released);
    }
    const { step } = andThen(cancelling, [NOON, cancels('created', write, 'revoked')]);
    expect(step).toMatchObject({ outcome: { ended: 'cancelled', cancelSent: 'yes' } });
  });

  it.each(WRITES)('takes effect after one query if none was made: %s', (write) => {
    const unconfirmed = andThen(cancelling, [NOON, cancels('created', write, 'unknown')]);
    expect(unconfirmed.state.phase).toBe('confirming');
    expect(unconfirmed.step).toEqual({ do: 'query' });
    for (const shown of OPEN) expect(andThen(unconfirmed, sees(shown)).step).toEqual(released);
    for (const kind of FAILURE_KINDS) expect(andThen(unconfirmed, [NOON, failed(kind)]).step).toEqual(released);
    expect(andThen(unconfirmed, sees('revoked')).step).toMatchObject({ outcome: { ended: 'cancelled' } });
  });

  it.each<FailureKind>([...FAILURE_KINDS])('is heard after one query if the cancel may have been sent: %s', (kind) => {
    for (const sent of ['maybe', 'yes'] as const) {
      for (const event of [cancelFailed(kind, sent), superseded(sent)]) {
        const unconfirmed = andThen(cancelling, [NOON, event]);
        expect(unconfirmed.state.phase).toBe('confirming');
        expect(unconfirmed.step).toEqual({ do: 'query' });
      }
    }
  });

  it('takes effect after one query if a cancel was sent before', () => {
    const lost = after(ANYTIME, [NOON, cancelFailed('unknown', 'maybe')], [NOON, failed('retry')], [NOON, timer]);
    const again = andThen(lost, [NOON, release]);
    expect(again.state).toMatchObject({ phase: 'cancelling', cancelUnconfirmed: true });
    for (const event of [cancelFailed('retry'), cancelFailed('hint'), superseded()]) {
      expect(andThen(again, [NOON, event]).state.phase).toBe('confirming');
    }
    expect(andThen(again, [NOON, refrains('created')]).step).toEqual(released);
  });
});

describe('a resolution, and a request to stop watching', () => {
  const both = (as: 'kept' | 'never-existed' | 'cancelled', force = false) =>
    andThen(asked, [NOON, resolve({ as, force })], [NOON, release]);

  it('it is resolved, if WeChat Pay confirms the first', () => {
    expect(andThen(both('kept'), sees('created')).step).toMatchObject({ outcome: { ended: 'resolved', as: 'kept' } });
    expect(andThen(both('cancelled'), sees('revoked')).step).toMatchObject({ outcome: { ended: 'resolved' } });
    expect(andThen(both('never-existed'), sees('notFound')).step).toMatchObject({ outcome: { ended: 'resolved' } });
  });

  it('it is resolved by force, whatever WeChat Pay says, or nothing', () => {
    expect(andThen(both('cancelled', true), sees('created')).step).toMatchObject({ outcome: { ended: 'resolved' } });
    for (const kind of FAILURE_KINDS) {
      const { step } = andThen(both('cancelled', true), [NOON, failed(kind)]);
      expect(step).toMatchObject({ outcome: { ended: 'resolved' } });
    }
  });

  it('it is released, if WeChat Pay does not confirm the first', () => {
    for (const shown of OPEN) expect(andThen(both('cancelled'), sees(shown)).step).toEqual(released);
    for (const kind of FAILURE_KINDS) expect(andThen(both('cancelled'), [NOON, failed(kind)]).step).toEqual(released);
  });

  it('it ends as WeChat Pay shows, if that is an end', () => {
    expect(andThen(both('kept'), sees('done')).step).toEqual({ do: 'finish', outcome: { ended: 'done' } });
  });
});

describe('after the end', () => {
  it.each([
    timer,
    retry,
    requested(),
    release,
    resolve(),
    notified('USER_PAID'),
    failed('fatal'),
    cancels('created', 'accepted', 'revoked'),
    cancelFailed('unknown', 'yes'),
  ])('nothing changes it: %j', (event) => {
    const ended = after(REQUEST, [NOON, refrains('done')]);
    expect(withoutRow(decideServiceOrder(ended.state, event, NOON))).toEqual(withoutRow(ended));
  });
});
