import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../../domain/time.js';
import type { OrderEvent } from '../../../domain/orders/state.js';
import {
  after,
  answered,
  closeFailed,
  DEADLINE,
  notAllowed,
  placementFailed,
  play,
  superseded,
  timer,
  toClosing,
} from '../../support/orders.js';

/** A close that was answered ORDERPAID, and whose attempt was lost during the query after it. */
function lostAfterOrderPaid(): OrderEvent {
  const lost = closeFailed('unknown', 'yes', 'closeOrder', 'LOCAL_LOST');
  if (lost.type !== 'closeFailed') throw new Error('a failed close is what was asked for');
  return { ...lost, failure: { ...lost.failure, announced: { sent: 'yes', paidClaimed: true } } };
}

/** A close that was cancelled between two attempts: it is not known what it had sent. */
function cancelledInBackOff(): OrderEvent {
  const cancelled = superseded('maybe');
  if (cancelled.type !== 'closeFailed') throw new Error('a failed close is what was asked for');
  return { ...cancelled, failure: { ...cancelled.failure, announced: null } };
}

describe('a claim of payment that only a lost attempt received', () => {
  it('is kept: whatever the queries say, no further close is sent', () => {
    let decision = after(...toClosing, [DEADLINE, lostAfterOrderPaid()]);
    expect(decision.state).toMatchObject({ phase: 'confirming', paidClaimed: true, closeSent: 'yes' });
    let now = DEADLINE;
    for (let turn = 0; turn < 50; turn += 1) {
      const { step } = decision;
      if (step.do === 'query') decision = play(decision, [now, answered('NOTPAY')]);
      else if (step.do === 'wait' || step.do === 'askPerson') {
        now = step.until;
        decision = play(decision, [now, timer]);
      }
      expect(decision.step.do).not.toBe('close');
    }
  });
});

describe('a close that Temporal calls superseded though nothing came', () => {
  it('is followed by a pause, and spends patience', () => {
    const { state, step } = after(...toClosing, [DEADLINE, superseded()]);
    expect(state).toMatchObject({ phase: 'unsettled', patienceFrom: DEADLINE });
    expect(step).toEqual({ do: 'wait', until: DEADLINE + SECOND });
  });
});

describe('a close that was cancelled between two attempts', () => {
  it('is not the close that is tried for an order that is not found, unless it was that', () => {
    const notFound = after(...toClosing, [DEADLINE, notAllowed('NOT_FOUND')]);
    const now = DEADLINE + 5 * MINUTE;
    const closing = { ...notFound, state: { ...notFound.state, phase: 'closing', allows: ['unpaid'] } as const };
    const state = { ...closing.state, isSuperseded: false, extension: null };
    const ended = play(
      { ...closing, state },
      [now, placementFailed],
      [now, cancelledInBackOff()],
      [now, answered('NOT_FOUND')],
    );
    expect(ended.state.closedUnseen).toBe(false);
    expect(ended.step.do).not.toBe('finish');
  });
});
