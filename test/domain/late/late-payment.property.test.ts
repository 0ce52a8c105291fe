import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openLate } from '../../../domain/late/decide.js';
import { transactionIdsOf } from '../../../domain/late/facts.js';
import type { LateDecision, LateEvent } from '../../../domain/late/state.js';
import type { Outcome } from '../../../domain/orders/state.js';
import { DAY, SECOND } from '../../../domain/time.js';
import {
  andThen,
  CENT,
  CLOSED,
  fatal,
  hint,
  notified,
  OTHER,
  PAID,
  PAID_UNNAMED,
  recorded,
  release,
  RESOLVED,
  retry,
  said,
  startOf,
  THIRD,
  timer,
  unclear,
  UNNAMED,
} from '../../support/late-payments.js';
import { PAYMENT, START } from '../../support/orders.js';
import { holds } from '../../support/property.js';

const ENDED: readonly Outcome[] = [
  CLOSED,
  PAID,
  PAID_UNNAMED,
  RESOLVED,
  { ended: 'never-existed' },
  { ended: 'released' },
];
const payment = fc.constantFrom(PAYMENT, OTHER, THIRD, UNNAMED, CENT);

const answer = fc.oneof(
  payment.chain((paid) => fc.constantFrom(said('SUCCESS', paid), said('REFUND', paid))),
  fc.constantFrom(said('CLOSED'), said('REVOKED'), said('NOTPAY'), said('NOT_FOUND'), unclear, hint, fatal),
);

const message = fc.oneof(
  { weight: 4, arbitrary: payment.map(notified) },
  { weight: 2, arbitrary: fc.constant(retry) },
  { weight: 1, arbitrary: fc.constantFrom(recorded, release) },
);

interface Moment {
  readonly now: number;
  readonly event: LateEvent;
  readonly before: LateDecision;
  readonly after: LateDecision;
}

/** The events of a workflow: answers of queries, ends of waits, and messages in between. */
const happenings = fc.array(
  fc.record({
    after: fc.oneof(fc.integer({ min: 0, max: SECOND }), fc.integer({ min: 0, max: 2 * DAY })),
    message: fc.option(message, { nil: null, freq: 3 }),
    answer,
  }),
  { maxLength: 30 },
);

const life = fc
  .record({ ended: fc.constantFrom(...ENDED), first: payment, happenings })
  .map(({ ended, first, happenings }) => {
    const moments: Moment[] = [];
    let now = START;
    const opened = openLate(startOf(ended, first), START);
    let decision = opened;
    for (const each of happenings) {
      const { step } = decision;
      const own = step.do === 'query' ? each.answer : timer;
      // A late payment that has ended gets only the messages that came together with its end.
      const event = each.message ?? own;
      if (step.do === 'finish' && event.type !== 'paymentNotification') continue;
      const isRestOver = event === timer && 'until' in step;
      now = isRestOver ? Math.max(now, step.until) : now + (step.do === 'finish' ? 0 : each.after);
      const before = decision;
      decision = andThen(before, [now, event]);
      moments.push({ now, event, before, after: decision });
    }
    return { ended, opened, moments, last: decision };
  });

/** WeChat Pay's numbers of the payments that were reported, also after the end. */
function reportedIn({ opened, moments }: { opened: LateDecision; moments: readonly Moment[] }): Set<string> {
  const further = moments.flatMap(({ event }) => (event.type === 'paymentNotification' ? [event.notification] : []));
  return new Set([...opened.state.told, ...further].flatMap(({ transactionId }) => transactionId ?? []));
}

describe('whatever happens to a late payment', () => {
  it('one with two reported payments ends by a person only', () => {
    holds(
      fc.property(life, (lived) => {
        const { step, state } = lived.last;
        const paid = new Set([...reportedIn(lived), ...[state.known?.transactionId ?? []].flat()]);
        if (paid.size < 2 || step.do !== 'finish') return;
        expect(['recorded', 'released']).toContain(step.outcome.ended);
      }),
    );
  });

  it('every payment that a notification named is in the result', () => {
    holds(
      fc.property(life, (lived) => {
        const ids = transactionIdsOf(lived.last.state);
        expect(new Set(ids)).toEqual(reportedIn(lived));
        expect(ids).toHaveLength(new Set(ids).size);
      }),
    );
  });

  it('a person who is asked about a second payment stays asked until it is recorded, or released', () => {
    holds(
      fc.property(life, ({ moments }) => {
        for (const { event, before, after } of moments) {
          if (!before.state.isSecond || before.state.asked !== 'paid-twice') continue;
          if (before.step.do === 'finish') continue;
          if (event.type === 'recorded') expect(after.step).toMatchObject({ outcome: { ended: 'recorded' } });
          else if (after.step.do === 'finish') expect(after.step.outcome.ended).toBe('released');
          else expect(after.state.asked).toBe('paid-twice');
        }
      }),
    );
  });
});
