import { describe, expect, it } from 'vitest';
import type { ServiceCallFailure } from '../../../domain/payscore/service-order.js';
import { MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  andThen,
  ANYTIME,
  cancelAnswered,
  failed,
  NOON,
  release,
  REQUEST,
  sees,
  timer,
  type Happening,
} from '../../support/service-orders.js';

const KINDS: readonly ServiceCallFailure['kind'][] = ['retry', 'slowDown', 'unknown', 'hint', 'fatal'];

const failedCancel = (kind: ServiceCallFailure['kind'], mayHaveTakenEffect: boolean, at = NOON): Happening => [
  at,
  failed('cancel', kind, 'LOCAL_NO_ANSWER', mayHaveTakenEffect),
];

describe('a cancel that failed', () => {
  it.each(KINDS)('and cannot have taken effect counts as none: %s', (kind) => {
    const { state } = after(REQUEST, sees('created'), failedCancel(kind, false));
    expect(state).toMatchObject({ cancelSent: false, cancelledByUs: false, cancelLandedAt: null, frozen: null });
  });

  it.each(KINDS)('and may have taken effect counts as one: %s', (kind) => {
    const { state } = after(REQUEST, sees('created'), failedCancel(kind, true));
    const frozen = { requestId: REQUEST.requestId, reason: REQUEST.reason };
    expect(state).toMatchObject({ cancelSent: true, cancelledByUs: true, cancelLandedAt: NOON, frozen });
  });

  it('and was not sent leaves the reason of one that was sent', () => {
    const later = NOON + 2 * SECOND;
    const sent = after(REQUEST, sees('created'), [NOON, cancelAnswered('accepted')], sees('created'), [later, timer]);
    const { state } = andThen(sent, sees('created', later), failedCancel('unknown', false, later));
    expect(state).toMatchObject({ cancelSent: true, cancelledByUs: true, cancelLandedAt: NOON });
    expect(state.frozen).toEqual({ requestId: REQUEST.requestId, reason: REQUEST.reason });
  });

  it.each(['retry', 'slowDown', 'unknown'] as const)('and was not sent is decided anew after a pause: %s', (kind) => {
    const unsent = after(REQUEST, sees('created'), failedCancel(kind, false));
    expect(unsent.state).toMatchObject({ phase: 'unsettled', rounds: 0 });
    expect(unsent.step).toEqual({ do: 'wait', until: NOON + SECOND });
    const later = NOON + SECOND;
    expect(andThen(unsent, [later, timer], sees('created', later)).step.do).toBe('cancel');
  });

  it.each(['retry', 'slowDown', 'unknown'] as const)(
    'and may have taken effect is confirmed after a pause: %s',
    (kind) => {
      const lost = after(REQUEST, sees('created'), failedCancel(kind, true));
      expect(lost.state.phase).toBe('confirming');
      expect(lost.step).toEqual({ do: 'wait', until: NOON + SECOND });
    },
  );

  it('and was not sent leaves nothing open when the user confirms', () => {
    const unsent = after(REQUEST, sees('created'), failedCancel('unknown', false), [NOON + SECOND, timer]);
    const { step } = andThen(unsent, sees('inService', NOON + SECOND));
    expect(step).toEqual({ do: 'finish', outcome: { ended: 'kept', reason: 'confirmed' } });
  });

  it('and was not sent is not what cancelled the service order, nor a race', () => {
    const unsent = after(REQUEST, sees('created'), failedCancel('unknown', false), [NOON + SECOND, timer]);
    const outcome = { ended: 'cancelled', by: 'elsewhere', totalDue: 100 };
    expect(andThen(unsent, sees('revokedDue', NOON + SECOND)).step).toEqual({ do: 'finish', outcome });
  });

  it('and was refused for good, but may have taken effect, is what cancelled it', () => {
    const fatal = after(REQUEST, sees('created'), failedCancel('fatal', true), [NOON + 60 * MINUTE, timer]);
    expect(fatal.step.do).toBe('query');
    expect(andThen(fatal, sees('revoked', NOON + 60 * MINUTE)).step).toMatchObject({ outcome: { by: 'us' } });
  });

  it('and was not sent is followed by one query where a person said to stop watching', () => {
    const releasing = after(ANYTIME, sees('created'), [NOON, release], failedCancel('unknown', false));
    expect(releasing.step).toEqual({ do: 'query' });
    expect(releasing.state.phase).toBe('confirming');
  });
});
