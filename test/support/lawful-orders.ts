import type { CallFailure, CloseAnswer, CloseReply, OrderAnswer, WriteReply } from '../../domain/calls.js';
import { CLOSE_LIMITS, isTriedAgain } from '../../domain/guarded-write.js';
import type { OrderEvent } from '../../domain/orders/state.js';
import { closeRules, type Allowed } from '../../domain/orders/write.js';
import { MINUTE, SECOND, type Instant, type Milliseconds } from '../../domain/time.js';
import {
  answered,
  closeAnswered,
  closeFailed,
  closeLost,
  failure,
  notAllowed,
  queryFailed,
  superseded,
  tooEarly,
} from './orders.js';

/** What happens to a call, or to its answer on the way. */
export type Trouble =
  | 'none'
  /** Carried out, and never answered. */
  | 'no-answer'
  /** Carried out, if it is a write; and then the worker is lost, with all that it knew. */
  | 'lost'
  /** Not carried out. */
  | 'system-error'
  | 'slow'
  /** A query that is answered by a replica which lags behind. */
  | 'stale'
  | 'too-often'
  /** PARAM_ERROR on a close. On a query, where that would be fatal, an inconclusive answer. */
  | 'faulty'
  | 'hint'
  | 'fatal';

export const TROUBLES: readonly Trouble[] = [
  'none',
  'no-answer',
  'lost',
  'system-error',
  'slow',
  'stale',
  'too-often',
  'faulty',
  'hint',
  'fatal',
];

/** The actions of the shopper and the checkout, and the fate of each call. */
export interface Course {
  /** When WeChat Pay first knows the order, and from when on it may be paid; `null`: never. */
  readonly placed: Instant | null;
  /** When the shopper begins to enter a password, and when it is accepted, or refused; `null`: never. */
  readonly payment: { readonly begins: Instant; readonly ends: Instant; readonly fails: boolean } | null;
  /** When the notification of the payment arrives, after it; `null`: never. */
  readonly notificationAfter: Milliseconds | null;
  /** One for each call; then there is no more trouble. */
  readonly troubles: readonly Trouble[];
  readonly takes: readonly Milliseconds[];
  /** By how much a replica lags. */
  readonly lag: Milliseconds;
}

export type State = 'NOT_FOUND' | 'NOTPAY' | 'USERPAYING' | 'PAYERROR' | 'SUCCESS' | 'CLOSED';

/** A step that goes on until an instant, and its result then: an event, or its next part. */
export interface Running {
  readonly at: Instant;
  /** It can still be cancelled without having done anything. */
  readonly isUnsent: boolean;
  readonly then: () => OrderEvent | Running;
}

/** A close as it arrived at WeChat Pay. */
export interface Write {
  readonly at: Instant;
  readonly state: State;
  /** The answer, if it reached the worker. */
  readonly answer: CloseAnswer | null;
}

/** A WeChat Pay that keeps its own rules, on a clock of its own, with a bad line to it. */
export class LawfulWechatPay {
  readonly writes: Write[] = [];
  private closedAt = Infinity;
  private placedAt: Instant;
  private calls = 0;

  constructor(private readonly course: Course) {
    this.placedAt = course.placed ?? Infinity;
  }

  stateAt(now: Instant): State {
    const { payment } = this.course;
    if (now < this.placedAt) return 'NOT_FOUND';
    const begins = Math.max(payment?.begins ?? Infinity, this.placedAt);
    const ends = Math.max(payment?.ends ?? Infinity, this.placedAt);
    const isPaid = payment?.fails === false && now >= ends && this.closedAt > ends;
    if (isPaid) return 'SUCCESS';
    if (now >= this.closedAt) return 'CLOSED';
    if (now >= ends) return 'PAYERROR';
    return now >= begins ? 'USERPAYING' : 'NOTPAY';
  }

  /** The checkout places the order, or places it again. */
  place(now: Instant): void {
    this.placedAt = Math.min(this.placedAt, now);
  }

  /** Whether a placement is on its way that will not be refused. */
  willBePlaced(now: Instant): boolean {
    return this.placedAt > now && this.placedAt !== Infinity;
  }

  query(askedAt: Instant): Running {
    const { at, event } = this.ask(askedAt);
    return { at, isUnsent: true, then: () => event };
  }

  /** A guarded close, part by part, as the worker makes it. */
  close(begunAt: Instant, allows: readonly Allowed[], floor: Instant): Running {
    if (begunAt < floor) return { at: begunAt, isUnsent: true, then: () => tooEarly };
    const { at, event } = this.ask(begunAt);
    return {
      at,
      isUnsent: true,
      then: () => {
        if (event.type === 'queryFailed')
          return closeFailed(event.failure.kind, 'no', 'queryOrder', event.failure.code);
        if (event.type !== 'queryAnswered') return event;
        const { answer } = event;
        if (!closeRules(allows).allows(answer)) return notAllowed(answer);
        if (at - begunAt > CLOSE_LIMITS.queryValidFor) {
          return closeFailed('retry', 'no', 'closeOrder', 'LOCAL_GUARD_EXPIRED');
        }
        return this.send(at, (write, after) => settled(answer, write, after));
      },
    };
  }

  private send(
    sentAt: Instant,
    result: (write: CloseAnswer | CallFailure, after: OrderEvent) => OrderEvent,
  ): OrderEvent | Running {
    const { trouble, at } = this.nextTrouble(sentAt);
    const write = this.writeIn(trouble, sentAt);
    if (trouble === 'lost') return { at, isUnsent: false, then: () => closeLost() };
    return {
      at,
      isUnsent: false,
      then: () => {
        const { at: told, event } = this.ask(at);
        return { at: told, isUnsent: false, then: () => result(write, event) };
      },
    };
  }

  private writeIn(trouble: Trouble, sentAt: Instant): CloseAnswer | CallFailure {
    const refused = (answer: CloseAnswer): CloseAnswer => {
      this.writes.push({ at: sentAt, state: this.stateAt(sentAt), answer });
      return answer;
    };
    switch (trouble) {
      case 'system-error':
        return failure('retry', 'closeOrder');
      case 'too-often':
        return refused('tooOften');
      case 'faulty':
        return refused('refusedRequest');
      case 'hint':
      case 'fatal':
        return failure(trouble, 'closeOrder', 'SIGN_ERROR');
      case 'no-answer':
      case 'lost':
        this.takeClose(sentAt, false);
        return failure('unknown', 'closeOrder', 'LOCAL_NO_ANSWER');
      case 'none':
      case 'slow':
      case 'stale':
        return this.takeClose(sentAt, true);
    }
  }

  private takeClose(at: Instant, isAnswered: boolean): CloseAnswer {
    const state = this.stateAt(at);
    const answer = ANSWERS[state];
    this.writes.push({ at, state, answer: isAnswered ? answer : null });
    if (answer === 'accepted') this.closedAt = at;
    return answer;
  }

  private ask(askedAt: Instant): { readonly event: OrderEvent; readonly at: Instant } {
    const { trouble, at } = this.nextTrouble(askedAt);
    switch (trouble) {
      case 'no-answer':
      case 'lost':
      case 'system-error':
        return { event: queryFailed('retry'), at };
      case 'too-often':
        return { event: queryFailed('slowDown'), at };
      case 'faulty':
        return { event: queryFailed('unknown'), at };
      case 'hint':
      case 'fatal':
        return { event: queryFailed(trouble), at };
      case 'none':
      case 'slow':
      case 'stale': {
        const seenAt = trouble === 'stale' ? askedAt - this.course.lag : askedAt;
        return { event: answered(this.stateAt(seenAt), undefined, askedAt), at };
      }
    }
  }

  private nextTrouble(askedAt: Instant): { readonly trouble: Trouble; readonly at: Instant } {
    const trouble = this.course.troubles[this.calls] ?? 'none';
    const took = this.course.takes[this.calls] ?? 0;
    this.calls += 1;
    return { trouble, at: askedAt + (trouble === 'slow' ? took : Math.min(took, SECOND)) };
  }
}

const ANSWERS = {
  NOT_FOUND: 'notFound',
  SUCCESS: 'paid',
  USERPAYING: 'inProgress',
  CLOSED: 'alreadyClosed',
  NOTPAY: 'accepted',
  PAYERROR: 'accepted',
} as const satisfies Record<State, CloseAnswer>;

/** The result of a close that was sent. If it is retried, it is retried in vain for as long as Temporal may. */
function settled(before: OrderAnswer, write: CloseAnswer | CallFailure, event: OrderEvent): OrderEvent {
  if (event.type !== 'queryAnswered' && event.type !== 'queryFailed') return event;
  const after = event.type === 'queryAnswered' ? event.answer : { failure: event.failure };
  const reply: WriteReply<CloseReply> =
    typeof write === 'string' ? { answer: { answer: write, requestId: null } } : { failure: write };
  const told = 'failure' in after ? after : { answer: after };
  if (isTriedAgain(closeRules([]), reply, told)) return closeFailed('retry', 'yes', 'closeOrder');
  return closeAnswered(write, { before, after });
}

/** The result of a close that was cancelled before it had done anything. */
export const cancelled: OrderEvent = superseded();

/** The longest that a replica lags: shorter than an accepted close is given to show. */
export const MAX_LAG: Milliseconds = 2 * MINUTE;
