import fc from 'fast-check';
import { expect } from 'vitest';
import { DAY, HOUR, SECOND, type Instant, type Milliseconds } from '../../domain/time.js';
import { CALL_RETRIED_FOR, PAUSES } from '../../domain/waiting.js';
import type { AnyStep } from './flow-subjects.js';

export const LONGEST_PAUSE = Math.max(...Object.values(PAUSES).map(({ max }) => max));

/** The next thing that happens. The number picks one of the events that are possible then. */
export interface Choice {
  readonly after: Milliseconds;
  /** Something that others say. */
  readonly message: number | null;
  readonly answer: number;
  /** The answer is one that ends nothing. */
  readonly isFailure: boolean;
}

export const choice: fc.Arbitrary<Choice> = fc.record({
  after: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 10 * SECOND }),
    fc.integer({ min: 0, max: CALL_RETRIED_FOR }),
    fc.integer({ min: 0, max: 2 * DAY }),
  ),
  message: fc.option(fc.nat(), { nil: null, freq: 4 }),
  answer: fc.nat(),
  isFailure: fc.boolean(),
});

export const choices = fc.array(choice, { maxLength: 40 });

const CALLS: readonly string[] = ['query', 'close', 'cancel', 'deliver'];

export const isCall = ({ do: what }: AnyStep): boolean => CALLS.includes(what);

export function pick<T>(from: readonly T[], number: number): T {
  const picked = from[number % from.length];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

/** A story in which every call fails: when it became due, when a person was asked, and when the last call was made. */
export class Story {
  private dueSince: Instant | null = null;
  private personAskedAt: Instant | null = null;
  private calledAt: Instant | null = null;

  constructor(private readonly patience: Milliseconds) {}

  tell(step: AnyStep, dueSince: Instant | null, now: Instant): void {
    this.dueSince ??= dueSince;
    if (this.dueSince === null) return;
    if (step.do === 'askPerson') this.personAskedAt ??= now;
    const askedBy = this.personAskedAt ?? now;
    expect(askedBy).toBeLessThanOrEqual(this.dueSince + this.patience + LONGEST_PAUSE + CALL_RETRIED_FOR);
    if (!isCall(step)) return;
    if (this.calledAt !== null) expect(now - this.calledAt).toBeLessThanOrEqual(HOUR + CALL_RETRIED_FOR);
    this.calledAt = now;
  }

  /** Some hours after a person was asked. */
  isOver(now: Instant): boolean {
    return this.personAskedAt !== null && now > this.personAskedAt + 6 * HOUR;
  }
}
