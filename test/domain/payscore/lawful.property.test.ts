import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideServiceOrder, openServiceOrder } from '../../../domain/payscore/decide.js';
import { cancelInput } from '../../../domain/payscore/due.js';
import type { ServiceDecision, ServiceOrderEvent, ServiceOutcome } from '../../../domain/payscore/state.js';
import type { CancelRequest } from '../../../domain/payscore/write.js';
import { HOUR, MINUTE, type Instant } from '../../../domain/time.js';
import { LawfulPayscore } from '../../support/lawful-payscore.js';
import { holds } from '../../support/property.js';
import {
  ANYTIME,
  NOON,
  release,
  REQUEST,
  requested,
  resolve,
  retry,
  START,
  timer,
} from '../../support/service-orders.js';

/** Far more steps than any life needs that still ends. */
const MANY_STEPS = 400;

const REQUESTS: readonly (CancelRequest | null)[] = [
  null,
  REQUEST,
  ANYTIME,
  { ...REQUEST, dueAt: NOON + 30 * MINUTE },
  { ...ANYTIME, dueAt: NOON + HOUR },
  { ...REQUEST, mayCancel: ['in-service'] },
  { ...REQUEST, mayCancel: [], giveUp: { total: 70 } },
];

interface Life {
  readonly payscore: LawfulPayscore;
  readonly decisions: readonly Moment[];
  readonly last: ServiceDecision;
}

interface Moment {
  readonly now: Instant;
  readonly event: ServiceOrderEvent;
  readonly before: ServiceDecision;
  readonly after: ServiceDecision;
}

/** Plays WeChat Pay against the steps, as the workflow would take them. */
function play(first: CancelRequest | null, isPlaced: boolean, tape: readonly number[]): Life {
  let used = 0;
  const chance = (): number => tape[used++] ?? 99;
  const payscore = new LawfulPayscore(chance, isPlaced);
  const decisions: Moment[] = [];
  let now = NOON;
  let current = openServiceOrder({ ...START, request: first }, now);
  const tell = (event: ServiceOrderEvent): void => {
    const before = current;
    current = decideServiceOrder(before.state, event, now);
    decisions.push({ now, event, before, after: current });
  };

  /** Something may happen at any moment: the user, the merchant, a caller, a person. `true`: the step is overtaken. */
  const meanwhile = (): boolean => {
    const { step } = current;
    const notification = payscore.live(now);
    if (notification !== undefined) tell(notification);
    const does = chance();
    if (does < 4) tell(requested({ requestId: `r${does}`, reason: 'other', dueAt: now, mayCancel: ANYTIME.mayCancel }));
    else if (does < 5) tell(release);
    else if (does < 12 && current.step.do === 'askPerson') tell(does < 8 ? retry : resolve({ as: 'kept' }));
    return JSON.stringify(step) !== JSON.stringify(current.step);
  };

  for (let steps = 0; steps < MANY_STEPS && current.step.do !== 'finish'; steps += 1) {
    if (meanwhile()) continue;
    const { step } = current;
    switch (step.do) {
      case 'wait':
      case 'askPerson':
        now = Math.max(now, step.until);
        tell(timer);
        break;
      case 'query': {
        const { event, at } = payscore.query(now);
        const isOvertaken = meanwhile();
        now = at;
        if (!isOvertaken) tell(event);
        break;
      }
      case 'cancel': {
        const { event, at } = payscore.cancel(now, cancelInput(current.state, now), (instant) => {
          now = instant;
          return meanwhile();
        });
        now = at;
        tell(event);
        break;
      }
    }
  }
  return { payscore, decisions, last: current };
}

// Not the few of a test's usual size: after the last chance, WeChat Pay does as it should.
const tape = fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 250, size: 'max' });
const every = (check: (life: Life) => void): void =>
  holds(
    fc.property(fc.constantFrom(...REQUESTS), fc.boolean(), tape, (first, isPlaced, chances) =>
      check(play(first, isPlaced, chances)),
    ),
    1_500,
  );

/** Whether an outcome is what WeChat Pay shows, now and for good. */
function isTrue(outcome: ServiceOutcome, { state, totalDue }: LawfulPayscore): boolean {
  switch (outcome.ended) {
    case 'cancelled':
      return state === 'REVOKED' && (outcome.raced === undefined || totalDue !== null);
    case 'done':
      return state === 'DONE';
    case 'expired':
      return state === 'EXPIRED';
    case 'kept':
      return state === 'CREATED' || state === 'DOING' || state === 'DONE' || state === 'EXPIRED';
    case 'never-existed':
      return state === 'UNPLACED';
    case 'resolved':
    case 'released':
      return true;
  }
}

describe('against a lawful and unreliable WeChat Pay', () => {
  it('it ends, or a person is asked; or it is watched because no cancel was requested', () => {
    every(({ last, decisions, payscore }) => {
      if (last.step.do === 'finish') return;
      const lately = decisions.slice(-8);
      const isWatched = last.state.requests.length === 0 && payscore.state === 'CREATED';
      expect(isWatched || lately.some(({ after }) => after.step.do === 'askPerson')).toBe(true);
    });
  });

  it('no outcome is wrong, also when a cancel takes effect late', () => {
    every(({ last, payscore }) => {
      if (last.step.do !== 'finish') return;
      payscore.live(Number.MAX_SAFE_INTEGER);
      expect([last.step.outcome, payscore.state, isTrue(last.step.outcome, payscore)]).toContain(true);
    });
  });

  it('money that no request gave up is never lost unreported', () => {
    every(({ last, payscore }) => {
      if (last.step.do !== 'finish' || last.step.outcome.ended !== 'cancelled') return;
      const { requests, allowedFor } = last.state;
      const isGivenUp = requests.some(({ giveUp }) => giveUp?.total === payscore.totalDue);
      const isSilent = last.step.outcome.raced === undefined && payscore.totalDue !== null;
      if (isSilent) expect([isGivenUp, allowedFor?.stage]).toEqual([true, 'completed']);
    });
  });

  it('every cancel names one reason', () => {
    every(({ payscore }) => {
      expect(new Set(payscore.arrived.map(({ reason }) => reason)).size).toBeLessThanOrEqual(1);
    });
  });

  it('an outcome says whether a cancel was sent', () => {
    every(({ last, payscore }) => {
      if (last.step.do !== 'finish' || last.step.outcome.ended !== 'cancelled') return;
      const { cancelSent } = last.step.outcome;
      if (payscore.arrived.length > 0) expect(cancelSent).not.toBe('no');
      if (cancelSent === 'yes') expect(payscore.arrived).not.toEqual([]);
    });
  });

  it('none is sent in the five minutes after one was accepted', () => {
    every(({ decisions, payscore }) => {
      for (const { now, event } of decisions) {
        if (event.type !== 'cancelAnswered' || event.result.write === null || 'failure' in event.result.write) continue;
        if (!['accepted', 'alreadyCancelled'].includes(event.result.write.answer.answer)) continue;
        expect(payscore.arrived.filter(({ at }) => at > now && at < now + 5 * MINUTE)).toEqual([]);
      }
    });
  });

  it('none is sent after an answer or notification that it is paid', () => {
    every(({ decisions, payscore }) => {
      const told = decisions.find(({ after }) => after.state.paidClaimed)?.now ?? Infinity;
      expect(payscore.arrived.filter(({ at }) => at > told)).toEqual([]);
    });
  });
});
