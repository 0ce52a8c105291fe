import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  andThen,
  ANYTIME,
  cancelAnswered,
  NOON,
  REQUEST,
  requested,
  sees,
  timer,
  type Shown,
} from '../../support/service-orders.js';

/** A request that allows every stage that can be named, and gives nothing up. */
const NO_MONEY = { ...ANYTIME, giveUp: null };

/** Everything but the description says that money is due. */
const due: readonly Shown[] = ['confirmedPaying', 'confirmedDue', 'otherPaying', 'otherDue', 'createdPaying'];

describe('money that an answer says is due', () => {
  it.each(due)('is not cancelled where nobody gave it up: %s', (shown) => {
    const outcome = { ended: 'kept', reason: 'amount-due', totalDue: 100 };
    expect(after(NO_MONEY, sees(shown)).step).toEqual({ do: 'finish', outcome });
  });

  it('is not cancelled where its amount is not said', () => {
    const outcome = { ended: 'kept', reason: 'amount-due' };
    expect(after(ANYTIME, sees('confirmedPayingUnsaid')).step).toEqual({ do: 'finish', outcome });
  });

  it.each(due)('is cancelled where exactly that amount was given up: %s', (shown) => {
    expect(after(ANYTIME, sees(shown)).step.do).toBe('cancel');
    expect(after({ ...ANYTIME, giveUp: { total: 70 } }, sees(shown)).step.do).toBe('finish');
  });

  it('is none where the amount is nothing', () => {
    expect(after(NO_MONEY, sees('confirmedNothingDue')).step.do).toBe('cancel');
  });

  it('that is paid ends the watch, whatever the description says', () => {
    const { state, step } = after(ANYTIME, sees('confirmedPaid'));
    expect(step).toEqual({ do: 'finish', outcome: { ended: 'kept', reason: 'paid' } });
    expect(state).toMatchObject({ stage: 'completed', furthest: 'completed', paidClaimed: true });
  });

  it.each(due)('counts as a race where it became due before the cancel took effect: %s', (shown) => {
    const raced = after(REQUEST, sees('created'), [NOON, cancelAnswered('accepted')], sees(shown));
    const later = NOON + 2 * SECOND;
    expect(andThen(raced, [later, timer], sees('revoked', later)).step).toMatchObject({ reason: 'raced' });
  });

  it('makes a later answer that shows none late', () => {
    const waiting = { ...ANYTIME, dueAt: NOON + MINUTE };
    const seen = after(waiting, [NOON, requested({ mayCancel: [], dueAt: NOON + MINUTE })], sees('confirmedDue'));
    expect(seen.step).toEqual({ do: 'wait', until: NOON + MINUTE });
    const later = NOON + MINUTE;
    expect(andThen(seen, [later, timer], sees('inService', later)).step).toEqual({
      do: 'wait',
      until: later + 2 * SECOND,
    });
  });
});
