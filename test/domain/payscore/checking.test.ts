import { describe, expect, it } from 'vitest';
import type { ServiceOutcome } from '../../../domain/payscore/state.js';
import type { CancelRequest } from '../../../domain/payscore/write.js';
import { MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  andThen,
  ANYTIME,
  CALLING,
  cancelFailed,
  confirmingRefused,
  failed,
  NOON,
  notified,
  refrains,
  REQUEST,
  requested,
  sees,
  timer,
  type Shown,
} from '../../support/service-orders.js';

const CREATED_ONLY = REQUEST;
const IN_SERVICE_ONLY: CancelRequest = { ...REQUEST, mayCancel: ['in-service'] };
const GIVES_UP_ONLY: CancelRequest = { ...REQUEST, mayCancel: [], giveUp: { total: 100 } };
const LATER = NOON + 30 * MINUTE;

const KEPT: readonly (readonly [string, CancelRequest, Shown, ServiceOutcome])[] = [
  ['nobody allows it', IN_SERVICE_ONLY, 'created', { ended: 'kept', reason: 'not-allowed' }],
  ['the user confirmed it', CREATED_ONLY, 'inService', { ended: 'kept', reason: 'confirmed' }],
  ['the user confirmed it', GIVES_UP_ONLY, 'inService', { ended: 'kept', reason: 'confirmed' }],
  ['money is due', IN_SERVICE_ONLY, 'completed', { ended: 'kept', reason: 'amount-due', totalDue: 100 }],
  ['another amount is due', ANYTIME, 'completed70', { ended: 'kept', reason: 'amount-due', totalDue: 70 }],
  ['an amount is due that is not said', ANYTIME, 'completedUnsaid', { ended: 'kept', reason: 'amount-due' }],
  ['it is paid', ANYTIME, 'paid', { ended: 'kept', reason: 'paid' }],
  ['it is paid', ANYTIME, 'createdPaid', { ended: 'kept', reason: 'paid' }],
  ['it is in service in an unknown way', ANYTIME, 'otherDoing', { ended: 'kept', reason: 'stage-unknown' }],
];

/** Two calls about which nothing else is known: after a cancel, more counts. */
describe.each(CALLING.filter(({ phase }) => phase !== 'confirming'))(
  'an answer while $phase',
  ({ from, shows, fails }) => {
    it.each(KEPT)('ends the watch if %s: the service order is kept', (_, request, shown, outcome) => {
      expect(andThen(from(request), [NOON, shows(shown)]).step).toEqual({ do: 'finish', outcome });
    });

    it.each<[Shown, ServiceOutcome]>([
      ['done', { ended: 'done' }],
      ['expired', { ended: 'expired' }],
      ['revoked', { ended: 'cancelled', cancelSent: 'no' }],
      // Somebody else cancelled it, so it is no race.
      ['revokedDue', { ended: 'cancelled', cancelSent: 'no', totalDue: 100 }],
    ])('ends the watch on %s', (shown, outcome) => {
      expect(andThen(from(ANYTIME), [NOON, shows(shown)]).step).toEqual({ do: 'finish', outcome });
    });

    it.each<[string, CancelRequest, Shown]>([
      ['the same stage', IN_SERVICE_ONLY, 'inService'],
      ['a later stage', IN_SERVICE_ONLY, 'created'],
      ['what may become due', GIVES_UP_ONLY, 'created'],
      ['what may become due', GIVES_UP_ONLY, 'inService'],
      ['what is due', GIVES_UP_ONLY, 'completed'],
    ])('is followed by a wait if a later request is for %s', (_, request, shown) => {
      const none = from({ ...REQUEST, mayCancel: [], giveUp: { total: 1 } });
      const joined = andThen(none, [NOON, requested({ ...request, requestId: 'later', dueAt: LATER })]);
      const waiting = andThen(joined, [NOON, shows(shown)]);
      expect(waiting.step).toEqual({ do: 'wait', until: LATER });
      expect(waiting.state.phase).toBe('waiting');
    });

    it.each<[string, CancelRequest, Shown]>([
      ['an earlier stage', CREATED_ONLY, 'inService'],
      ['earlier stages', { ...ANYTIME, giveUp: null }, 'completed'],
      ['another amount', GIVES_UP_ONLY, 'completed70'],
    ])('is followed by none if a later request is for %s', (_, request, shown) => {
      const none = from({ ...REQUEST, mayCancel: [], giveUp: { total: 1 } });
      const joined = andThen(none, [NOON, requested({ ...request, requestId: 'later', dueAt: LATER })]);
      expect(andThen(joined, [NOON, shows(shown)]).step).toMatchObject({ outcome: { ended: 'kept' } });
    });

    it.each(['retry', 'slowDown', 'unknown'] as const)('that decides nothing teaches nothing: %s', (kind) => {
      const { state } = andThen(from(ANYTIME), [NOON, fails(kind)]);
      expect(state).toMatchObject({ phase: 'unsettled', stage: null, furthest: null, paidClaimed: false });
    });
  },
);

describe('a query’s answer', () => {
  it.each<[string, CancelRequest, Shown]>([
    ['created', CREATED_ONLY, 'created'],
    ['in service', IN_SERVICE_ONLY, 'inService'],
    ['completed with exactly the amount due that is given up', GIVES_UP_ONLY, 'completed'],
  ])('leads to a guarded cancel if a due request allows it: %s', (_, request, shown) => {
    const { step, state } = after(null, [NOON, timer], [NOON, requested(request)], sees(shown));
    expect(step).toEqual({ do: 'cancel', isSuperseded: false });
    expect(state.phase).toBe('cancelling');
  });

  it('ends the watch of a confirmed service order for which nothing was requested', () => {
    const { step } = after(null, [NOON, notified('USER_CONFIRM')], sees('inService'));
    expect(step).toEqual({ do: 'finish', outcome: { ended: 'kept', reason: 'confirmed' } });
  });
});

describe('an answer after a cancel that was refused, and so cannot take effect', () => {
  it.each<[Shown, CancelRequest, Shown, ServiceOutcome]>([
    ['completed', IN_SERVICE_ONLY, 'inService', { ended: 'kept', reason: 'amount-due', totalDue: 100 }],
    ['inService', CREATED_ONLY, 'created', { ended: 'kept', reason: 'confirmed' }],
    ['otherDoing', CREATED_ONLY, 'created', { ended: 'kept', reason: 'stage-unknown' }],
    ['paid', ANYTIME, 'created', { ended: 'kept', reason: 'paid' }],
  ])('ends the watch at once: %s', (shown, request, before, outcome) => {
    const confirming = confirmingRefused(request, before);
    expect(confirming.state.phase).toBe('confirming');
    expect(andThen(confirming, sees(shown)).step).toEqual({ do: 'finish', outcome });
  });

  it('is followed by the wait for a later request', () => {
    const later = { dueAt: LATER, mayCancel: ['in-service'] as const, giveUp: { total: 100 } };
    const confirming = andThen(confirmingRefused(CREATED_ONLY, 'created'), [NOON, requested(later)]);
    for (const shown of ['inService', 'completed'] as const) {
      expect(andThen(confirming, sees(shown)).step).toEqual({ do: 'wait', until: LATER });
    }
  });

  it('is checked again if a due request still allows a cancel', () => {
    const paused = andThen(confirmingRefused(ANYTIME, 'created'), sees('created'));
    expect(paused.state.phase).toBe('unsettled');
    expect(paused.step).toEqual({ do: 'wait', until: NOON + SECOND });
    expect(andThen(paused, [NOON + SECOND, timer]).step.do).toBe('cancel');
  });
});

describe.each(CALLING)('an answer behind what is known, while $phase', ({ from, shows }) => {
  it.each<[Shown, Shown | 'USER_CONFIRM']>([
    ['created', 'USER_CONFIRM'],
    ['created', 'inService'],
    ['created', 'completed'],
    ['inService', 'completed'],
  ])('%s after %s cancels nothing, and keeps nothing', (shown, known) => {
    const furthest = known === 'USER_CONFIRM' || known === 'inService' ? 'in-service' : 'completed';
    const before = from(ANYTIME);
    const late = andThen({ ...before, state: { ...before.state, furthest } }, [NOON, shows(shown)]);
    expect(late.state.phase).toBe('unsettled');
    expect(late.step).toEqual({ do: 'wait', until: NOON + 2 * SECOND });
  });

  it.each(['created', 'inService', 'completed', 'otherDoing'] as const)(
    '%s after USER_PAID cancels nothing, and is asked again in 2 s, doubling',
    (shown) => {
      const paid = andThen(from(ANYTIME), [NOON, notified('USER_PAID')], [NOON, shows(shown)]);
      expect(paid.state.phase).toBe('confirming');
      expect(paid.step).toEqual({ do: 'wait', until: NOON + 2 * SECOND });
      const at = NOON + 2 * SECOND;
      expect(andThen(paid, [at, timer]).step).toEqual({ do: 'query' });
      expect(andThen(paid, sees(shown, at)).step).toEqual({ do: 'wait', until: at + 4 * SECOND });
      expect(andThen(paid, sees('done', at)).step).toEqual({ do: 'finish', outcome: { ended: 'done' } });
    },
  );
});

describe.each(CALLING)('a service order that is not found, while $phase', ({ from, shows }) => {
  const at = NOON + 5 * MINUTE;

  it('is asked for again in five minutes', () => {
    const missing = andThen(from(REQUEST), [NOON, shows('notFound')]);
    expect(missing.state).toMatchObject({ phase: 'unsettled', stage: null });
    expect(missing.step).toEqual({ do: 'wait', until: at });
  });

  it('never existed, when it is not found twice, five minutes apart', () => {
    const before = from(REQUEST);
    const known = { ...before, state: { ...before.state, notFoundSince: NOON } };
    expect(andThen(known, [at, shows('notFound')]).step).toMatchObject({ outcome: { ended: 'never-existed' } });
    expect(andThen(known, [at - 1, shows('notFound')]).step.do).toBe('wait');
  });
});

describe('a service order that is not found', () => {
  it('is counted once for each guarded cancel', () => {
    const first = after(REQUEST, [NOON, refrains('notFound')]);
    expect(first.state.notFoundSince).toBe(NOON);
    const at = NOON + 5 * MINUTE;
    const again = andThen(first, [at, timer]);
    expect(again.step.do).toBe('cancel');
    expect(andThen(again, [at, refrains('notFound')]).step).toEqual({
      do: 'finish',
      outcome: { ended: 'never-existed' },
    });
    const failedOnce = andThen(again, [at, cancelFailed('retry')]);
    expect(failedOnce.state.notFoundSince).toBe(NOON);
  });

  it('may still exist when it was seen in between', () => {
    const at = NOON + 5 * MINUTE;
    const seen = after(null, [NOON, timer], sees('notFound'), [NOON, timer], sees('created', NOON + 1));
    const lost = andThen(seen, [at, timer], sees('notFound', at));
    expect(lost.state).toMatchObject({ notFoundSince: at, stage: null, furthest: 'created' });
    const later = at + 5 * MINUTE;
    expect(andThen(lost, [later, timer], sees('notFound', later)).step).toEqual({
      do: 'wait',
      until: later + 10 * MINUTE,
    });
  });

  it('exists, if a notification reported it', () => {
    const at = NOON + 5 * MINUTE;
    const told = after(null, [NOON, timer], sees('notFound'), [NOON, notified('USER_CONFIRM')], sees('notFound', at));
    expect(told.step.do).toBe('wait');
    expect(andThen(told, [at, timer], [at, failed('retry')]).state.notFoundSince).toBe(NOON);
  });
});
