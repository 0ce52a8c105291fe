import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideServiceOrder, openServiceOrder } from '../../../domain/payscore/decide.js';
import type {
  CancelRequest,
  ServiceDecision,
  ServiceOrderEvent,
  ServiceOutcome,
} from '../../../domain/payscore/state.js';
import { HOUR, MINUTE, SECOND, type Instant } from '../../../domain/time.js';
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
  SERVICE_ORDER,
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
  readonly decisions: readonly Told[];
  readonly last: ServiceDecision;
}

interface Told {
  readonly now: Instant;
  readonly event: ServiceOrderEvent;
  readonly after: ServiceDecision;
}

/** Plays WeChat Pay against the steps, as the workflow would take them. */
function play(first: CancelRequest | null, isPlaced: boolean, tape: readonly number[]): Life {
  let used = 0;
  const chance = (): number => tape[used++] ?? 99;
  const payscore = new LawfulPayscore(chance, isPlaced);
  const decisions: Told[] = [];
  let now = NOON;
  let current = openServiceOrder({ order: SERVICE_ORDER, request: first, locale: 'en' }, now);
  const tell = (event: ServiceOrderEvent): void => {
    current = decideServiceOrder(current.state, event, now);
    decisions.push({ now, event, after: current });
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
        const { event, took } = payscore.query(now);
        // What happens while the answer is on its way makes it late.
        const overtaken = meanwhile();
        now += took;
        if (!overtaken) tell(event);
        break;
      }
      case 'cancel': {
        now += SECOND / 2;
        payscore.live(now);
        const event = payscore.cancel(now, step.reason);
        meanwhile();
        now += SECOND / 2;
        tell(event);
        break;
      }
    }
  }
  return { payscore, decisions, last: current };
}

const tape = fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 250 });
const every = (check: (life: Life) => void): void =>
  holds(
    fc.property(fc.constantFrom(...REQUESTS), fc.boolean(), tape, (first, isPlaced, chances) =>
      check(play(first, isPlaced, chances)),
    ),
    4_000,
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
  it('it ends, or a person is asked; or it is watched because nobody asked for anything', () => {
    every(({ last, decisions, payscore }) => {
      if (last.step.do === 'finish') return;
      const lately = decisions.slice(-8);
      const isWatched = last.state.requests.length === 0 && payscore.state === 'CREATED';
      expect(isWatched || lately.some(({ after }) => after.step.do === 'askPerson')).toBe(true);
    });
  });

  it('no outcome is wrong, also when a lost cancel takes effect late', () => {
    every(({ last, payscore }) => {
      if (last.step.do !== 'finish') return;
      payscore.live(Number.MAX_SAFE_INTEGER);
      expect([last.step.outcome, payscore.state, isTrue(last.step.outcome, payscore)]).toContain(true);
    });
  });

  it('money that nobody gave up is never lost in silence', () => {
    every(({ last, payscore }) => {
      if (last.step.do !== 'finish' || last.step.outcome.ended !== 'cancelled') return;
      const { requests, attempt } = last.state;
      const givenUp = requests.some(({ giveUp }) => giveUp?.total === payscore.totalDue);
      const isSilent = last.step.outcome.raced === undefined && payscore.totalDue !== null;
      if (isSilent) expect([givenUp, attempt?.stage]).toEqual([true, 'completed']);
    });
  });

  it('every cancel that arrives was allowed by a query at most five seconds before, and names one reason', () => {
    every(({ decisions, payscore }) => {
      expect(new Set(payscore.sent.map(({ reason }) => reason)).size).toBeLessThanOrEqual(1);
      for (const { at } of payscore.sent) {
        const cancelling = decisions.findLast(({ now, after }) => now <= at && after.step.do === 'cancel');
        const step = cancelling?.after.step;
        expect(step?.do === 'cancel' ? at - step.queriedAt : Infinity).toBeLessThanOrEqual(5.5 * SECOND);
      }
    });
  });
});
