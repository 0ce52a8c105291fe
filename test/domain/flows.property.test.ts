import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, resume, type Decision, type Row } from '../../domain/flow.js';
import { STEPS_KEPT, type StoryEntry, type StoryFacts } from '../../domain/story.js';
import { MINUTE, SECOND, type Instant } from '../../domain/time.js';
import { CALL_RETRIED_FOR, PATIENCE } from '../../domain/waiting.js';
import { DELIVERIES } from '../support/delivery-subject.js';
import { choice, choices, isCall, LONGEST_PAUSE, pick, Story, type Choice } from '../support/flow-lives.js';
import {
  BEGINNING,
  LATE_PAYMENTS,
  ORDERS,
  SERVICE_ORDERS,
  type AnyStep,
  type Subject,
  withoutNumbers,
} from '../support/flow-subjects.js';
import { holds } from '../support/property.js';

/** The most calls that may follow each other before a rest of a second, or the end. */
const CALLS_IN_A_ROW = 3;

/** Of the calls that fail without end. */
const SHORT_PATIENCE = 10 * MINUTE;

/** How many calls and waits fit into that patience if each wait is a second. */
const MOST_TURNS = 10_000;

/** Each example is a whole life of many decisions, so there are fewer examples than elsewhere. */
const EXAMPLES = 1_000;

/** The fields of a phase, besides the facts. */
const OF_PHASE = ['phase', 'until', 'reason', 'outcome', 'allows', 'isSuperseded', 'extension'];

/** Every flow keeps one. */
function storyIn(state: object): readonly StoryEntry[] {
  return (state as StoryFacts).story.entries;
}

function suite<
  State extends { readonly phase: string },
  Event extends object,
  T extends string,
  R extends Row<State['phase'], T, string>,
  S extends AnyStep,
>(name: string, subject: Subject<State, Event, T, R, S>): void {
  const { flow, tellsEveryEnd, starts, idle, given, answers, failures, messages, timer, release } = subject;
  const { dueSince, fixedPatience = SHORT_PATIENCE } = subject;
  type Decided = Decision<State, S>;

  interface Moment {
    readonly now: Instant;
    readonly event: Event;
    readonly before: Decided;
    readonly after: Decided;
    /** The event is the result of a call. */
    readonly isAnswer: boolean;
  }

  const start = fc.constantFrom(...starts(PATIENCE), ...idle);
  const on = ({ state }: Decided, event: Event, now: Instant): Decided => decide(flow, state, event, now);

  /** A rest that is over fires at its time, or at once. */
  const fires = ({ until = 0 }: AnyStep, now: Instant): Instant => Math.max(until, now);

  /** The result of a call in flight. */
  function answerTo({ state, step }: Decided, { answer, isFailure }: Choice, now: Instant): Event {
    return pick(isFailure ? failures(state, step) : answers(state, step, now), answer);
  }

  function next(decision: Decided, chosen: Choice, now: Instant): Moment {
    const { step } = decision;
    const at = (event: Event, instant: Instant, isAnswer = false): Moment => {
      return { now: instant, event, before: decision, after: on(decision, event, instant), isAnswer };
    };
    if (chosen.message !== null || step.do === 'finish') {
      // A rest does not outlast its end.
      const latest = 'until' in step ? fires(step, now) : now + CALL_RETRIED_FOR;
      const instant = Math.min(now + chosen.after, latest);
      return at(pick(messages(instant), chosen.message ?? chosen.answer), instant);
    }
    if (!isCall(step)) return at(timer, fires(step, now));
    const instant = now + Math.min(chosen.after, CALL_RETRIED_FOR);
    return at(answerTo(decision, chosen, instant), instant, true);
  }

  function live(begun: Decided, chosen: readonly Choice[]): Moment[] {
    const moments: Moment[] = [];
    let [decision, now] = [begun, BEGINNING];
    for (const each of chosen) {
      const moment = next(decision, each, now);
      moments.push(moment);
      ({ after: decision, now } = moment);
    }
    return moments;
  }

  const life = fc.tuple(start, choices).map(([begun, chosen]) => live(begun, chosen));
  const lastOf = (moments: readonly Moment[]): Moment | undefined => moments.at(-1);

  describe(name, () => {
    it('does not change once it has ended, whatever comes, unless its table has a row for that', () => {
      holds(
        fc.property(life, (moments) => {
          for (const { before, now } of moments) {
            if (before.step.do !== 'finish') continue;
            for (const { event } of moments) {
              const after = on(before, event, now);
              const row = after.row === undefined ? undefined : flow.rows[after.row - 1];
              if (row === undefined) expect(withoutNumbers(after)).toEqual(withoutNumbers(before));
              else expect(row.from).toContain('ended');
            }
          }
        }),
        EXAMPLES,
      );
    });

    it('tells the last steps of its story, each from its event, and no more than its page has room for', () => {
      holds(
        fc.property(life, (moments) => {
          for (const { before, after, now } of moments) {
            const entries = storyIn(after.state);
            expect(entries.length).toBeLessThanOrEqual(STEPS_KEPT);
            const isNew = entries !== storyIn(before.state);
            if (isNew) expect(entries.at(-1)?.at).toBe(now);
          }
        }),
        EXAMPLES,
      );
    });

    it('decides the same after its state was written down and read again', () => {
      holds(
        fc.property(life, choice, (moments, chosen) => {
          const last = lastOf(moments);
          if (last === undefined) return;
          const { after, now } = last;
          const read = JSON.parse(JSON.stringify(after.state)) as State;
          const resumed = resume(flow, read, now);
          expect(resumed.state).toEqual(after.state);
          expect(resumed.step).toEqual(after.step);
          expect(next(resumed, chosen, now)).toEqual({ ...next(after, chosen, now), before: resumed });
        }),
        EXAMPLES,
      );
    });

    it('is given any one fact that an older version did not know', () => {
      holds(
        fc.property(life, fc.nat(), choice, (moments, number, chosen) => {
          const last = lastOf(moments);
          if (last === undefined) return;
          const { state } = last.after;
          const isFact = (key: string): boolean => !OF_PHASE.includes(key) && !given.some((each) => each === key);
          const fact = pick(Object.keys(state).filter(isFact), number);
          const without = (isLeftOut: (key: string) => boolean): State =>
            Object.fromEntries(Object.entries(state).filter(([key]) => !isLeftOut(key))) as unknown as State;
          const initial = resume(flow, without(isFact), last.now).state;
          const resumed = resume(
            flow,
            without((key) => key === fact),
            last.now,
          );
          const known = Object.entries(initial).find(([key]) => key === fact);
          expect(known?.[1]).toBeDefined();
          expect(resumed.state).toEqual({ ...state, [fact]: known?.[1] });
          expect(resumed.step.do).toBe(last.after.step.do);
          if (!isCall(resumed.step)) next(resumed, chosen, last.now);
        }),
        EXAMPLES,
      );
    });

    it('tells its end once, and numbers what it tells', () => {
      holds(
        fc.property(life, (moments) => {
          const news = moments.flatMap(({ after }) => after.news ?? []);
          const sequences = news.map(({ sequence }) => sequence);
          expect(sequences).toEqual([...new Set(sequences)].sort((one, other) => one - other));
          const marks = news.map(({ type, mark }) => `${type} ${mark}`);
          expect(marks).toEqual([...new Set(marks)]);
          for (const { after, before, now } of moments) {
            const isEnd = after.step.do === 'finish' && before.step.do !== 'finish';
            if (after.news !== undefined) expect(after.news.occurredAt).toBe(now);
            if (isEnd && tellsEveryEnd) expect(after.news?.data).toHaveProperty('outcome');
          }
        }),
        EXAMPLES,
      );
    });

    it('has a row for all that a call can come to', () => {
      holds(
        fc.property(life, (moments) => {
          for (const { isAnswer, after } of moments) if (isAnswer) expect(after.row).toBeDefined();
        }),
        EXAMPLES,
      );
    });

    it('never loops: after a few calls comes a wait of at least a second, or the end', () => {
      holds(
        fc.property(life, fc.array(choice, { minLength: CALLS_IN_A_ROW + 1, maxLength: 12 }), (moments, chosen) => {
          const last = lastOf(moments);
          if (last === undefined) return;
          const { now } = last;
          let [decision, calls] = [last.after, 0];
          for (const each of chosen) {
            const { step } = decision;
            if (step.do === 'finish' || (step.until ?? 0) >= now + SECOND) return;
            if (isCall(step)) calls += 1;
            expect(calls).toBeLessThanOrEqual(CALLS_IN_A_ROW);
            decision = on(decision, isCall(step) ? answerTo(decision, each, now) : timer, now);
          }
        }),
        EXAMPLES,
      );
    });

    it('rests for a second at least after a pause was taken, and otherwise until something is due', () => {
      holds(
        fc.property(life, (moments) => {
          for (const { now, after } of moments) {
            const { state, step, row } = after;
            if (!('until' in step)) continue;
            const { until = 0 } = step;
            const taken = row === undefined ? undefined : flow.rows[row - 1];
            if (taken !== undefined && ('pause' in taken || 'reason' in taken)) {
              expect(until).toBeGreaterThanOrEqual(now + SECOND);
              expect(until).toBeLessThanOrEqual(now + LONGEST_PAUSE);
            }
            // A wait until an instant in the past is over at once, and a call follows.
            if (until < now) expect(isCall(on({ state, step }, timer, now).step)).toBe(true);
          }
        }),
        EXAMPLES,
      );
    });

    it('asks a person when patience is over, and goes on calling each hour', () => {
      const failing = fc.array(choice, { minLength: 1, maxLength: 12 });
      holds(
        fc.property(fc.constantFrom(...starts(SHORT_PATIENCE)), failing, (begun, chosen) => {
          const story = new Story(fixedPatience);
          let [decision, now] = [begun, BEGINNING];
          for (let turn = 0; !story.isOver(now); turn += 1) {
            expect(turn).toBeLessThan(MOST_TURNS);
            const { state, step } = decision;
            if (step.do === 'finish') return;
            story.tell(step, dueSince(state), now);
            const each = { ...pick(chosen, turn), message: null, isFailure: true };
            ({ after: decision, now } = next(decision, each, now));
          }
        }),
        EXAMPLES,
      );
    });

    it('ends after a release with the call in flight, and one query at most', () => {
      holds(
        fc.property(life, fc.array(choice, { minLength: 3, maxLength: 3 }), (moments, chosen) => {
          const last = lastOf(moments);
          if (last === undefined || last.after.step.do === 'finish') return;
          // What comes at the same moment may be news that the person did not know of.
          const now = last.now + 1;
          let decision = on(last.after, release, now);
          let calls = isCall(last.after.step) ? -1 : 0;
          for (const each of chosen) {
            if (decision.step.do === 'finish') break;
            expect(isCall(decision.step)).toBe(true);
            decision = on(decision, answerTo(decision, each, now), now);
            calls += 1;
          }
          expect(decision.step.do).toBe('finish');
          expect(calls).toBeLessThanOrEqual(1);
        }),
        EXAMPLES,
      );
    });
  });
}

suite('an order', ORDERS);
suite('a service order', SERVICE_ORDERS);
suite('a late payment', LATE_PAYMENTS);
suite('a delivery', DELIVERIES);
