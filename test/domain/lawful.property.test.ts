import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, open } from '../../domain/decide.js';
import type { Decision, OrderEvent } from '../../domain/order-state.js';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../../domain/time.js';
import { answered, closeAnswered, failed, notice, ORDER, START } from '../support/orders.js';
import { holds } from '../support/property.js';

/** What happens to an answer on its way, or instead of it. */
type Trouble = 'none' | 'lost' | 'system-error' | 'late';

interface Course {
  /** When the shopper begins to enter a password, and when the payment is made; `null`: never. */
  readonly payment: { readonly begins: Instant; readonly made: Instant } | null;
  /** When the notice of it arrives, after the payment; `null`: never. */
  readonly noticeAfter: number | null;
  readonly troubles: readonly Trouble[];
  readonly takes: readonly number[];
}

type State = 'NOTPAY' | 'USERPAYING' | 'SUCCESS' | 'CLOSED';

/** A WeChat Pay that keeps its own rules, on a clock of its own, with a bad line to it. */
class LawfulWechatPay {
  closedAt: Instant | undefined;
  private calls = 0;

  constructor(private readonly course: Course) {}

  stateAt(now: Instant): State {
    const { payment } = this.course;
    const isPaid = payment !== null && now >= payment.made && (this.closedAt ?? Infinity) > payment.made;
    if (isPaid) return 'SUCCESS';
    if (this.closedAt !== undefined) return 'CLOSED';
    return payment !== null && now >= payment.begins && now < payment.made ? 'USERPAYING' : 'NOTPAY';
  }

  query(askedAt: Instant): { readonly event: OrderEvent; readonly at: Instant } {
    const { trouble, at } = this.nextTrouble(askedAt);
    const event =
      trouble === 'lost' || trouble === 'system-error'
        ? failed('query', 'retry')
        : answered(this.stateAt(askedAt), askedAt);
    return { event, at };
  }

  close(askedAt: Instant): { readonly event: OrderEvent; readonly at: Instant } {
    const { trouble, at } = this.nextTrouble(askedAt);
    if (trouble === 'system-error') return { event: failed('close', 'retry'), at };
    const answer = this.takeClose(askedAt);
    return { event: trouble === 'lost' ? failed('close', 'unknown', 'LOCAL_NO_ANSWER') : answer, at };
  }

  private takeClose(now: Instant): OrderEvent {
    switch (this.stateAt(now)) {
      case 'SUCCESS':
        return closeAnswered('paid');
      case 'USERPAYING':
        return closeAnswered('inProgress');
      case 'CLOSED':
        return closeAnswered('alreadyClosed');
      case 'NOTPAY':
        this.closedAt = now;
        return closeAnswered('accepted');
    }
  }

  private nextTrouble(askedAt: Instant): { readonly trouble: Trouble; readonly at: Instant } {
    const { troubles, takes } = this.course;
    const trouble = troubles[this.calls] ?? 'none';
    const took = takes[this.calls] ?? 0;
    this.calls += 1;
    return { trouble, at: askedAt + (trouble === 'late' ? took : Math.min(took, SECOND)) };
  }
}

const course: fc.Arbitrary<Course> = fc.record({
  payment: fc.option(
    fc
      .tuple(fc.integer({ min: 0, max: 40 * MINUTE }), fc.integer({ min: 0, max: 30 * MINUTE }))
      .map(([after, takes]) => ({ begins: START + after, made: START + after + takes })),
    { nil: null },
  ),
  noticeAfter: fc.option(fc.integer({ min: 0, max: 2 * HOUR }), { nil: null }),
  troubles: fc.array(fc.constantFrom<Trouble>('none', 'lost', 'system-error', 'late'), { maxLength: 30 }),
  takes: fc.array(fc.integer({ min: 1, max: 40 * SECOND }), { maxLength: 30 }),
});

interface Lived {
  readonly last: Decision;
  readonly at: Instant;
  readonly wechatPay: LawfulWechatPay;
  readonly closes: readonly Instant[];
}

/** Does what `decide` says until the order has ended, or two days are over. */
function live(course: Course): Lived {
  const wechatPay = new LawfulWechatPay(course);
  const closes: Instant[] = [];
  const noticeAt =
    course.payment === null || course.noticeAfter === null ? Infinity : course.payment.made + course.noticeAfter;
  let isNoticed = false;
  let now = START;
  let decision = open(ORDER, now);
  while (decision.step.do !== 'finish' && now < START + 2 * DAY) {
    const { step } = decision;
    const begun = now;
    if (step.do === 'close') closes.push(now);
    const next =
      step.do === 'query'
        ? wechatPay.query(now)
        : step.do === 'close'
          ? wechatPay.close(now)
          : { event: { type: 'timerFired' } as const, at: Math.max(step.until, now) };
    // A notice that arrives meanwhile is heard first.
    if (!isNoticed && noticeAt <= next.at && wechatPay.stateAt(noticeAt) === 'SUCCESS') {
      isNoticed = true;
      now = Math.max(now, noticeAt);
      decision = decide(decision.state, notice(), now);
      if (decision.step.do === 'finish' || step.do === 'wait') continue;
    }
    now = next.at;
    decision = decide(decision.state, next.event, now);
    if (now === begun && step.do === decision.step.do) throw new Error(`turns on the spot: ${step.do}`);
  }
  return { last: decision, at: now, wechatPay, closes };
}

describe('with a WeChat Pay that keeps its rules, over a bad line', () => {
  it('every order ends as WeChat Pay has it', () => {
    holds(
      fc.property(course, (course) => {
        const { last, at, wechatPay } = live(course);
        if (last.step.do !== 'finish') throw new Error(`still ${last.state.phase} after two days`);
        const state = wechatPay.stateAt(at);
        expect([last.step.outcome.ended, state]).toEqual([state === 'SUCCESS' ? 'paid' : 'closed', state]);
      }),
    );
  });

  it('no close is sent within five minutes of creation', () => {
    holds(
      fc.property(course, (course) => {
        for (const at of live(course).closes) expect(at - START).toBeGreaterThan(5 * MINUTE);
      }),
    );
  });
});
