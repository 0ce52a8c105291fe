import { describe, expect, it } from 'vitest';
import { decideServiceOrder } from '../../../domain/payscore/decide.js';
import type { CancelRequest, ServiceOutcome } from '../../../domain/payscore/state.js';
import { MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  ANYTIME,
  failed,
  notified,
  NOON,
  REQUEST,
  requested,
  sees,
  shows,
  andThen,
  timer,
  type Shown,
} from '../../support/service-orders.js';

const CREATED_ONLY = REQUEST;
const IN_SERVICE_ONLY: CancelRequest = { ...REQUEST, mayCancel: ['in-service'] };
const GIVES_UP_ONLY: CancelRequest = { ...REQUEST, mayCancel: [], giveUp: { total: 100 } };
const LATER = NOON + 30 * MINUTE;

describe('a query’s answer', () => {
  it.each<[string, CancelRequest, Shown]>([
    ['created', CREATED_ONLY, 'created'],
    ['in service', IN_SERVICE_ONLY, 'inService'],
    ['completed with exactly the amount due that is given up', GIVES_UP_ONLY, 'completed'],
  ])('leads to a cancel, with the time of that query, where a request allows it: %s', (_, request, shown) => {
    const { step } = after(request, [NOON + SECOND, shows(shown, NOON + 300)]);
    expect(step).toEqual({ do: 'cancel', queriedAt: NOON + 300, reason: '用户投诉' });
  });

  it('allows a cancel for five seconds, and is asked again when it is older', () => {
    const checking = after(REQUEST);
    const answer = shows('created', NOON);
    expect(decideServiceOrder(checking.state, answer, NOON + 5 * SECOND).step.do).toBe('cancel');
    const late = NOON + 5 * SECOND + 1;
    const { step, state } = decideServiceOrder(checking.state, answer, late);
    expect(step).toEqual({ do: 'wait', until: late + SECOND });
    expect(state.phase).toBe('unsettled');
    for (const shown of ['inService', 'completed'] as const) {
      expect(after(ANYTIME, [late, shows(shown, NOON)]).step).toEqual({ do: 'wait', until: late + SECOND });
    }
  });

  it.each<[string, CancelRequest, Shown, ServiceOutcome]>([
    ['nobody allows it', IN_SERVICE_ONLY, 'created', { ended: 'kept', reason: 'not-allowed' }],
    ['the user confirmed it', CREATED_ONLY, 'inService', { ended: 'kept', reason: 'confirmed' }],
    ['the user confirmed it', GIVES_UP_ONLY, 'inService', { ended: 'kept', reason: 'confirmed' }],
    ['money is due', IN_SERVICE_ONLY, 'completed', { ended: 'kept', reason: 'amount-due', totalDue: 100 }],
    ['another amount is due', ANYTIME, 'completed70', { ended: 'kept', reason: 'amount-due', totalDue: 70 }],
    ['an amount is due that is not said', ANYTIME, 'completedUnsaid', { ended: 'kept', reason: 'amount-due' }],
    ['it is paid', ANYTIME, 'paid', { ended: 'kept', reason: 'paid' }],
    ['it is in service in an unknown way', ANYTIME, 'otherDoing', { ended: 'kept', reason: 'stage-unknown' }],
  ])('ends the watch where %s: the service order is kept', (_, request, shown, outcome) => {
    expect(after(request, sees(shown)).step).toEqual({ do: 'finish', outcome });
  });

  it.each<[Shown, ServiceOutcome]>([
    ['done', { ended: 'done' }],
    ['expired', { ended: 'expired' }],
    ['revoked', { ended: 'cancelled', by: 'elsewhere' }],
  ])('ends the watch on %s', (shown, outcome) => {
    expect(after(ANYTIME, sees(shown)).step).toEqual({ do: 'finish', outcome });
  });

  it('does not call it a race where somebody else cancelled an order with money due', () => {
    const outcome = { ended: 'cancelled', by: 'elsewhere', totalDue: 100 };
    expect(after(REQUEST, sees('revokedDue')).step).toEqual({ do: 'finish', outcome });
  });

  it.each<[string, CancelRequest, Shown, boolean]>([
    ['one for the same stage', IN_SERVICE_ONLY, 'inService', true],
    ['one for a later stage', IN_SERVICE_ONLY, 'created', true],
    ['one that gives up what may become due', GIVES_UP_ONLY, 'created', true],
    ['one that gives up what may become due', GIVES_UP_ONLY, 'inService', true],
    ['one that gives up what is due', GIVES_UP_ONLY, 'completed', true],
    ['one for an earlier stage', CREATED_ONLY, 'inService', false],
    ['one for earlier stages', { ...IN_SERVICE_ONLY, mayCancel: ['created', 'in-service'] }, 'completed', false],
    ['one that gives up another amount', GIVES_UP_ONLY, 'completed70', false],
  ])('waits for %s only if it can still allow a cancel: on %j, %s', (_, request, shown, waits) => {
    const { step } = after({ ...request, dueAt: LATER }, [NOON, notified('USER_CONFIRM')], sees(shown));
    // What the notification told is ahead of CREATED, so a created order is asked about again first.
    if (shown === 'created') expect(step).toEqual({ do: 'wait', until: NOON + 2 * SECOND });
    else expect(step.do).toBe(waits ? 'wait' : 'finish');
    const unnotificationd = after(
      { ...request, dueAt: LATER },
      [NOON, requested({ ...request, requestId: 'other', dueAt: LATER })],
      sees(shown),
    );
    expect(unnotificationd.step).toEqual(
      waits ? { do: 'wait', until: LATER } : expect.objectContaining({ do: 'finish' }),
    );
  });

  it('ends the watch of a confirmed service order for which nothing was requested', () => {
    const { step } = after(null, [NOON, notified('USER_CONFIRM')], sees('inService'));
    expect(step).toEqual({ do: 'finish', outcome: { ended: 'kept', reason: 'confirmed' } });
  });
});

describe('an answer behind what is known', () => {
  it.each<[Shown, 'USER_CONFIRM']>([['created', 'USER_CONFIRM']])('%s after %s cancels nothing', (shown, said) => {
    const { state, step } = after(REQUEST, [NOON, notified(said)], sees(shown));
    expect(step).toEqual({ do: 'wait', until: NOON + 2 * SECOND });
    expect(state.phase).toBe('unsettled');
  });

  it('in service after completed cancels nothing', () => {
    const at = NOON + SECOND;
    const both = { ...REQUEST, dueAt: LATER, mayCancel: ['in-service'] as const, giveUp: { total: 100 } };
    const seen = after(both, [NOON, requested({ mayCancel: ['in-service'] })], sees('completed'));
    const again = andThen(seen, [at, requested({ requestId: 'request-3' })], sees('inService', at));
    expect(seen.step.do).toBe('wait');
    expect(again.step).toEqual({ do: 'wait', until: at + 2 * SECOND });
  });

  it.each(['created', 'inService', 'completed', 'otherDoing'] as const)(
    '%s after USER_PAID cancels nothing, and is asked again in 5 s, doubling',
    (shown) => {
      const paid = after(ANYTIME, [NOON, notified('USER_PAID')], sees(shown));
      expect(paid.step).toEqual({ do: 'wait', until: NOON + 5 * SECOND });
      const at = NOON + 5 * SECOND;
      expect(andThen(paid, sees(shown, at)).step).toEqual({ do: 'wait', until: at + 10 * SECOND });
      expect(andThen(paid, sees('done', at)).step).toEqual({ do: 'finish', outcome: { ended: 'done' } });
    },
  );

  it('forgets an amount due that the next answer does not say', () => {
    const refusesNow = { ...ANYTIME, dueAt: LATER };
    const seen = after(refusesNow, [NOON, requested({ mayCancel: ['created'] })], sees('completed'), [LATER, timer]);
    expect(andThen(seen, sees('completedUnsaid', LATER)).step).toMatchObject({ outcome: { reason: 'amount-due' } });
  });
});

describe('a service order that is not found', () => {
  it('is asked for again in five minutes', () => {
    expect(after(REQUEST, sees('notFound')).step).toEqual({ do: 'wait', until: NOON + 5 * MINUTE });
  });

  it('never existed, when it is not found twice, five minutes apart', () => {
    const at = NOON + 5 * MINUTE;
    const first = after(REQUEST, sees('notFound'), [at, timer]);
    expect(andThen(first, sees('notFound', at)).step).toEqual({ do: 'finish', outcome: { ended: 'never-existed' } });
    expect(andThen(first, [at, shows('notFound', at - 1)]).step).toEqual({ do: 'wait', until: at + 10 * MINUTE });
  });

  it('may still exist when it was seen in between', () => {
    const at = NOON + 5 * MINUTE;
    const waiting = after({ ...REQUEST, dueAt: at }, [NOON, requested({ dueAt: at })], sees('created'));
    const lost = andThen(waiting, [at, timer], sees('notFound', at));
    expect(lost.step).toEqual({ do: 'wait', until: at + 5 * MINUTE });
    const again = andThen(lost, [at + 5 * MINUTE, timer], sees('notFound', at + 5 * MINUTE));
    expect(again.step).toEqual({ do: 'wait', until: at + 15 * MINUTE });
  });

  it('exists, if a notification told of it', () => {
    const at = NOON + 5 * MINUTE;
    const told = after(REQUEST, sees('notFound'), [NOON, notified('USER_CONFIRM')], sees('notFound', at));
    expect(told.step.do).toBe('wait');
  });
});

describe('a query that decides nothing', () => {
  it('is asked again after 1 s, doubling to 5 min', () => {
    let decision = after(REQUEST);
    const rests: number[] = [];
    for (let at = NOON; rests.length < 10;) {
      decision = decideServiceOrder(decision.state, failed('query', 'unknown'), at);
      const until = decision.step.do === 'wait' ? decision.step.until : at;
      rests.push((until - at) / SECOND);
      at = until;
      decision = decideServiceOrder(decision.state, timer, at);
    }
    expect(rests).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
  });

  it('tells nothing of an amount, a stage or a payment', () => {
    const { state } = after(REQUEST, [NOON, failed('query', 'retry')]);
    expect(state).toMatchObject({ phase: 'unsettled', stage: null, furthest: null, paidClaimed: false });
  });
});
