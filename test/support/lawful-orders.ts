import type { OrderEvent } from '../../domain/orders/state.js';
import { MINUTE, SECOND, type Instant, type Milliseconds } from '../../domain/time.js';
import { answered, closeAnswered, failed } from './orders.js';

/** What happens to a call, or to its answer on the way. */
export type Trouble =
  | 'none'
  /** Carried out, and never heard of. */
  | 'lost'
  /** Not carried out. */
  | 'system-error'
  | 'slow'
  /** A query that is answered by a replica which lags behind. */
  | 'stale'
  | 'too-often'
  /** PARAM_ERROR on a close; on a query, where it is fatal, an answer that decides nothing. */
  | 'faulty'
  | 'hint'
  | 'fatal';

export const TROUBLES: readonly Trouble[] = [
  'none',
  'lost',
  'system-error',
  'slow',
  'stale',
  'too-often',
  'faulty',
  'hint',
  'fatal',
];

/** What the shopper and the checkout do, and what becomes of each call. */
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

/** What comes of a call, and when. */
export interface Answer {
  readonly event: OrderEvent;
  readonly at: Instant;
}

/** A WeChat Pay that keeps its own rules, on a clock of its own, with a bad line to it. */
export class LawfulWechatPay {
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

  query(askedAt: Instant): Answer {
    const { trouble, at } = this.nextTrouble(askedAt);
    switch (trouble) {
      case 'lost':
      case 'system-error':
        return { event: failed('query', 'retry'), at };
      case 'too-often':
        return { event: failed('query', 'slowDown'), at };
      case 'faulty':
        return { event: failed('query', 'unknown'), at };
      case 'hint':
      case 'fatal':
        return { event: failed('query', trouble), at };
      case 'none':
      case 'slow':
      case 'stale': {
        const seenAt = trouble === 'stale' ? askedAt - this.course.lag : askedAt;
        return { event: answered(this.stateAt(seenAt), askedAt), at };
      }
    }
  }

  close(askedAt: Instant): Answer {
    const { trouble, at } = this.nextTrouble(askedAt);
    switch (trouble) {
      case 'system-error':
        return { event: failed('close', 'retry'), at };
      case 'too-often':
        return { event: closeAnswered('tooOften'), at };
      case 'faulty':
        return { event: closeAnswered('refusedRequest'), at };
      case 'hint':
      case 'fatal':
        return { event: failed('close', trouble), at };
      case 'lost':
        this.takeClose(askedAt);
        return { event: failed('close', 'unknown', 'LOCAL_NO_ANSWER'), at };
      case 'none':
      case 'slow':
      case 'stale':
        return { event: this.takeClose(askedAt), at };
    }
  }

  private takeClose(now: Instant): OrderEvent {
    switch (this.stateAt(now)) {
      case 'NOT_FOUND':
        return closeAnswered('notFound');
      case 'SUCCESS':
        return closeAnswered('paid');
      case 'USERPAYING':
        return closeAnswered('inProgress');
      case 'CLOSED':
        return closeAnswered('alreadyClosed');
      case 'NOTPAY':
      case 'PAYERROR':
        this.closedAt = now;
        return closeAnswered('accepted');
    }
  }

  private nextTrouble(askedAt: Instant): { readonly trouble: Trouble; readonly at: Instant } {
    const trouble = this.course.troubles[this.calls] ?? 'none';
    const took = this.course.takes[this.calls] ?? 0;
    this.calls += 1;
    return { trouble, at: askedAt + (trouble === 'slow' ? took : Math.min(took, SECOND)) };
  }
}

/** The longest that a replica lags: shorter than an accepted close is given to show. */
export const MAX_LAG: Milliseconds = 2 * MINUTE;
