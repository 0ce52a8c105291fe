import type { Text } from './locale.js';
import type { EventContent } from './outcome/event.js';
import { tellAfter, type News, type TellingFacts } from './outcome/telling.js';
import { withStory, type StoryRules } from './story.js';
import type { Instant } from './time.js';

/** A line of a state table: from a phase in `from`, on a trigger in `on`, if the guard `when` holds, the flow goes `to`. */
export interface Row<Phase extends string, Trigger extends string, Guard extends string> {
  readonly from: readonly Phase[];
  readonly on: readonly Trigger[];
  /** The name of a guard, which sees what is known after the event. Absent: always. */
  readonly when?: Guard;
}

/** A phase of a flow, as people meet it. */
export interface PhaseWords {
  /** What happens in it, for the documents. */
  readonly means: Text;
  /** The first line of the page of an order in it. */
  readonly title: Text;
  /** What lists show, as `WxpayState`. Absent: it usually takes a moment, so they go on showing the state before. */
  readonly visible?: string;
}

/** What lists can show for the phases of a flow. */
export type VisibleIn<Phases> = Extract<Phases[keyof Phases], { readonly visible: string }>['visible'];

/** A condition of a state table. */
export interface Guard<State, Trigger extends string> {
  readonly means: Text;
  readonly holds: (state: State, now: Instant, trigger: Trigger) => boolean;
}

/**
 * The life of one kind of order: its table, what its events mean and teach, and what it does in each phase. A flow is
 * data and pure functions. All flows share the engine below.
 */
export interface Flow<
  State extends { readonly phase: string },
  Event,
  Trigger extends string,
  R extends Row<State['phase'], Trigger, string>,
  Step,
> {
  readonly rows: readonly R[];
  readonly guards: Readonly<Record<string, Guard<State, Trigger>>>;
  /** What an event means in this state, as rows name it. */
  readonly triggerOf: (state: State, event: Event) => Trigger;
  /** Adds what an event teaches. It does not depend on which row is taken. */
  readonly learn: (state: State, event: Event, trigger: Trigger, now: Instant) => State;
  /** The state that a row leads to. */
  readonly follow: (state: State, row: R, event: Event, now: Instant) => State;
  /** What a state needs next. */
  readonly stepOf: (state: State, now: Instant) => Step;
  /**
   * What the checkout is to be told in a state. `null`: nothing, and what it was told no longer holds; `undefined`: as
   * before, because the phase lasts for a moment only. Absent: the flow tells nothing.
   */
  readonly eventOf?: (state: State) => EventContent | null | undefined;
  /** How its story is told. Absent: it keeps none. */
  readonly story?: StoryRules<State, Event, Trigger>;
  /** Fills in the facts that an earlier version did not have, when a new run takes over its state. */
  readonly restore: (soFar: State) => State;
}

export interface Decision<State, Step> {
  readonly state: State;
  readonly step: Step;
  /** Which row of the table was taken, counted from 1. Absent: none fitted, and the phase stays as it is. */
  readonly row?: number;
  /** What it tells the checkout. */
  readonly news?: News;
}

/** The state of any flow, as far as the engine knows it. */
type AnyState = { readonly phase: string } & Partial<TellingFacts>;

/**
 * What an event does to a state, and what is to be done next. Pure: the same arguments give the same decision.
 *
 * A state that has ended changes only if its flow learns after the end, or its table has a row for that.
 *
 * @param now the server's clock when the event is handled
 */
export function decide<
  State extends AnyState,
  Event extends object,
  Trigger extends string,
  R extends Row<State['phase'], Trigger, string>,
  Step,
>(flow: Flow<State, Event, Trigger, R, Step>, state: State, event: Event, now: Instant): Decision<State, Step> {
  const trigger = flow.triggerOf(state, event);
  const learned = flow.learn(state, event, trigger, now);
  const row = rowFor(flow, learned, trigger, now);
  const followed = row === undefined ? learned : flow.follow(learned, row, event, now);
  const next = withStory(flow.story, state, followed, { event, trigger, now });
  const step = flow.stepOf(next, now);
  return { ...tell(flow, next, event, now), step, ...(row && { row: flow.rows.indexOf(row) + 1 }) };
}

/** Adds what a state tells the checkout, and that it was told. */
function tell<State extends AnyState>(
  { eventOf }: Pick<Flow<State, never, never, never, unknown>, 'eventOf'>,
  state: State,
  event: object,
  now: Instant,
): Pick<Decision<State, unknown>, 'state' | 'news'> {
  if (eventOf === undefined || state.telling === undefined) return { state };
  const { telling, news } = tellAfter(state.telling, event, eventOf(state), now);
  return { state: { ...state, telling }, ...(news && { news }) };
}

/** The row that a trigger takes in a state: the first that fits. `undefined`: none does. */
export function rowFor<
  State extends { readonly phase: string },
  Trigger extends string,
  R extends Row<State['phase'], Trigger, string>,
>(
  { rows, guards }: Pick<Flow<State, never, Trigger, R, unknown>, 'rows' | 'guards'>,
  state: State,
  trigger: Trigger,
  now: Instant,
): R | undefined {
  return rows.find(
    ({ from, on, when }) =>
      from.includes(state.phase) &&
      on.includes(trigger) &&
      (when === undefined || guards[when]?.holds(state, now, trigger) === true),
  );
}

/** The decision that a flow begins with. */
export function open<State extends { readonly phase: string }, Step>(
  { stepOf }: Pick<Flow<State, never, never, never, Step>, 'stepOf'>,
  state: State,
  now: Instant,
): Decision<State, Step> {
  return { state, step: stepOf(state, now) };
}

/** The decision that a new run begins with, from the state of the run before it. */
export function resume<State extends { readonly phase: string }, Step>(
  flow: Pick<Flow<State, never, never, never, Step>, 'restore' | 'stepOf'>,
  soFar: State,
  now: Instant,
): Decision<State, Step> {
  return open(flow, flow.restore(soFar), now);
}

/** A fact that the table promises. If it is missing, the table is wrong, and the workflow task fails until it is fixed. */
export function required<T>(fact: T | null | undefined, what: string): T {
  if (fact === null || fact === undefined) throw new Error(`a row of the table needs ${what}, and there is none`);
  return fact;
}
