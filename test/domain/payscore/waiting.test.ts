import { describe, expect, it } from 'vitest';
import { isCancelling, nextDueAt, shownDueAt } from '../../../domain/payscore/due.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  andThen,
  ANYTIME,
  cancelFailed,
  cancels,
  failed,
  NOON,
  notified,
  refrains,
  REQUEST,
  requested,
  sees,
  SERVICE_ORDER,
  timer,
  withoutRow,
} from '../../support/service-orders.js';

const CANCEL = { do: 'cancel', isSuperseded: false };
const LATER = NOON + 30 * MINUTE;
const later = { ...REQUEST, dueAt: LATER };

describe('a watch that begins', () => {
  it('cancels at once, under guard, if a request is due', () => {
    expect(after(REQUEST).step).toEqual(CANCEL);
    expect(after({ ...REQUEST, dueAt: NOON - HOUR }).step).toEqual(CANCEL);
  });

  it('waits until the request is due, and then cancels without another query', () => {
    expect(after(later).step).toEqual({ do: 'wait', until: LATER });
    expect(after(later, [LATER, timer]).step).toEqual(CANCEL);
  });

  it('waits for a request, and asks WeChat Pay once a day', () => {
    const first = after(null);
    expect(first.step).toEqual({ do: 'wait', until: NOON + DAY });
    const looks = andThen(first, [NOON + DAY, timer]);
    expect(looks.step).toEqual({ do: 'query' });
    expect(andThen(looks, sees('created', NOON + DAY)).step).toEqual({ do: 'wait', until: NOON + 2 * DAY });
  });

  it('waits a second at least', () => {
    expect(after({ ...REQUEST, dueAt: NOON + 1 }).step).toEqual({ do: 'wait', until: NOON + SECOND });
  });
});

describe('waiting', () => {
  it('ends with a request that is due', () => {
    expect(after(null, [NOON, requested()]).step).toEqual(CANCEL);
    expect(after(later, [NOON, requested({ mayCancel: ['in-service'] })]).step).toEqual(CANCEL);
  });

  it('goes on, without a query, for a request that is not due yet', () => {
    const sooner = after(later, [NOON, requested({ dueAt: LATER - MINUTE })]);
    expect(sooner.state.phase).toBe('waiting');
    expect(sooner.step).toEqual({ do: 'wait', until: LATER - MINUTE });
    expect(after(null, [NOON, requested({ dueAt: LATER })]).step).toEqual({ do: 'wait', until: LATER });
    expect(after(later, [NOON, requested({ dueAt: LATER + MINUTE })]).step).toEqual({ do: 'wait', until: LATER });
  });

  it.each(['USER_CONFIRM', 'USER_PAID'] as const)('asks at once on the notification %s', (said) => {
    expect(after(later, [NOON, notified(said)]).step).toEqual({ do: 'query' });
  });

  it('asks, and does not cancel, when the request comes due after a claim of payment', () => {
    const paid = after({ ...ANYTIME, dueAt: LATER }, [NOON, notified('USER_PAID')]);
    expect(andThen(paid, [NOON, failed('retry')], [LATER, timer]).step).toEqual({ do: 'query' });
  });

  it('learns nothing from a notification about another service order', () => {
    const before = after(later);
    const other = notified('USER_PAID', { ...SERVICE_ORDER, outOrderNo: 'other' });
    expect(withoutRow(andThen(before, [NOON, other]))).toEqual(withoutRow(before));
  });

  it('is gone back to for the next request, and all that was counted is forgotten', () => {
    const both = after(REQUEST, [NOON, requested({ dueAt: LATER, mayCancel: ['in-service'] })]);
    const unclear = andThen(both, [NOON, cancelFailed('retry')]);
    expect(unclear.state).toMatchObject({ patienceFrom: NOON, pauses: { unclear: 1 } });
    const at = NOON + MINUTE;
    const refused = andThen(unclear, [at, timer], [at, cancels('created', 'tooOften', 'created')]);
    expect(refused.state.pauses).toEqual({ tooOften: 1 });
    const waiting = andThen(refused, [at + MINUTE, timer], [at + MINUTE, refrains('inService')]);
    expect(waiting.step).toEqual({ do: 'wait', until: LATER });
    expect(waiting.state.patienceFrom).toBeNull();
    expect(waiting.state.pauses).toEqual({});
  });
});

describe('a request to cancel', () => {
  it('with a known id is the same request', () => {
    const before = after(later);
    expect(withoutRow(andThen(before, [NOON, requested({ ...REQUEST, reason: 'other' })]))).toEqual(withoutRow(before));
  });

  it('joins the others, each with its own conditions', () => {
    const joined = after(later, [NOON, requested({ mayCancel: ['in-service'] })]);
    expect(joined.state.requests.map(({ requestId }) => requestId)).toEqual(['request-1', 'request-2']);
  });

  it('does not lend its due time to another', () => {
    const inServiceLater = { ...later, mayCancel: ['in-service'] as const };
    const { step } = after(inServiceLater, [NOON, requested()], [NOON, refrains('inService')]);
    expect(step).toEqual({ do: 'wait', until: LATER });
  });

  it('ends a pause, and a person’s wait, if it is due', () => {
    for (const kind of ['retry', 'fatal'] as const) {
      const resting = after(null, [NOON, timer], [NOON, failed(kind)]);
      expect(andThen(resting, [NOON, requested()]).step).toEqual(CANCEL);
      const notDue = andThen(resting, [NOON, requested({ dueAt: LATER })]);
      expect(notDue.step).toEqual(resting.step);
    }
  });

  it('is in time when a pause is over', () => {
    const unsettled = after(later, [NOON, notified('USER_CONFIRM')], [NOON, failed('retry')]);
    expect(andThen(unsettled, [NOON + SECOND, timer]).step).toEqual({ do: 'query' });
    expect(andThen(unsettled, [LATER, timer]).step).toEqual(CANCEL);
  });
});

describe('when a service order is to be cancelled', () => {
  const two = after(later, [NOON, requested({ dueAt: LATER + MINUTE })]).state;

  it('is the time of the next request, in a wait', () => {
    expect(nextDueAt(two, NOON)).toBe(LATER);
    expect(nextDueAt(two, LATER)).toBe(LATER + MINUTE);
    expect(nextDueAt(two, LATER + MINUTE)).toBeNull();
    expect(shownDueAt(two, NOON)).toBe(LATER);
    expect(shownDueAt(after(null).state, NOON)).toBeNull();
  });

  it('is the time of the one that is being worked on, while it is', () => {
    const cancelling = andThen({ state: two, step: { do: 'query' } }, [LATER, timer]).state;
    expect(shownDueAt(cancelling, LATER)).toBe(LATER);
    expect(shownDueAt(cancelling, LATER + MINUTE)).toBe(LATER + MINUTE);
    const asking = after(later, [NOON, notified('USER_CONFIRM')]).state;
    expect(shownDueAt(asking, NOON)).toBe(LATER);
  });

  it('may be any moment, once one is due: the service must not complete it meanwhile', () => {
    expect(isCancelling(two, LATER - 1)).toBe(false);
    expect(isCancelling(two, LATER)).toBe(true);
    expect(isCancelling(after(REQUEST, [NOON, refrains('done')]).state, NOON)).toBe(false);
  });
});
