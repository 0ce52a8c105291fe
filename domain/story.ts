import type { Call } from './call-policies.js';
import type { CallFailure, GuardedResult, Sent } from './calls.js';
import type { OutcomeActivities } from './outcome/state.js';
import type { Instant } from './time.js';

/** What a step of a story is about: a call or a post, a message, a button, or what befell the workflow. */
export type Happening =
  | Call
  | keyof OutcomeActivities
  | 'notification'
  | 'timer'
  | 'closeNow'
  | 'checkNow'
  | 'extend'
  | 'placedAgain'
  | 'placementFailed'
  | 'requestCancel'
  | 'retry'
  | 'resolve'
  | 'record'
  | 'giveUp'
  | 'requestCancellation'
  | 'event'
  // Only a history tells these.
  | 'started'
  | 'newRun'
  | 'latePayment'
  | 'taskFailed'
  | 'reset'
  | 'ended';

/** What happened, without its time. */
export interface Happened {
  readonly what: Happening;
  /** What WeChat Pay or a checkout said, in this order: states, answers and codes. Absent: nothing. */
  readonly said?: readonly string[];
  /** Of the answer. */
  readonly requestId?: string | null;
  /** Of a guarded write: whether it was sent. */
  readonly sent?: Sent;
  /** What a request asked for, or where an answer came from. */
  readonly about?: string;
  /** The person's name. */
  readonly by?: string;
}

/** What a list shows, as `WxpayState` and `WxpayReason`. */
export interface Shows {
  readonly state: string;
  /** Why a person is needed. `null`: none is. */
  readonly reason: string | null;
}

/** A step of the story of an order, for people. */
export interface StoryEntry extends Happened {
  readonly at: Instant;
  /** What a list shows from then on. Absent: the same as before. */
  readonly shows?: Shows;
  /** The step happened so often, the same each time. Absent: once. */
  readonly times?: number;
  /** When it happened first, if it happened more than once. */
  readonly since?: Instant;
}

/** How many steps a state keeps: its page shows no more, and it must stay small. */
export const STEPS_KEPT = 10;

export interface Story {
  /** The last steps. */
  readonly entries: readonly StoryEntry[];
  /** What a list shows. `null`: what it showed at the start. */
  readonly shows: Shows | null;
}

/** Part of the facts of every flow. */
export interface StoryFacts {
  readonly story: Story;
}

export const INITIAL_STORY: StoryFacts = { story: { entries: [], shows: null } };

/** How a flow tells its story. */
export interface StoryRules<State, Event, Trigger extends string> {
  /** What happened, by an event. `null`: nothing that people need to read. */
  readonly happened: (event: Event, trigger: Trigger) => Happened | null;
  /** What a list shows of a state. `undefined`: the same as before. */
  readonly visible: (state: State) => string | undefined;
}

/** A state, as far as a list shows it. */
interface Listed {
  readonly phase: string;
  readonly reason?: string;
}

/** Adds to the story of a state what led to it. What comes after the end, and reopens nothing, is no part of it. */
export function withStory<State extends Listed, Event, Trigger extends string>(
  rules: StoryRules<State, Event, Trigger> | undefined,
  before: State,
  after: State & Partial<StoryFacts>,
  { event, trigger, now }: { readonly event: Event; readonly trigger: Trigger; readonly now: Instant },
): State {
  const { story } = after;
  if (rules === undefined || story === undefined || (before.phase === 'ended' && after.phase === 'ended')) return after;
  const happened = rules.happened(event, trigger);
  if (happened === null) return after;
  const shown = story.shows ?? showsOf(rules, before);
  const shows = showsOf(rules, after) ?? shown;
  const hasChanged = shows !== null && !isSameShown(shows, shown);
  const entries = withEntry(story.entries, { ...happened, at: now, ...(hasChanged && { shows }) }, STEPS_KEPT);
  return { ...after, story: { entries, shows } };
}

function showsOf<State extends Listed>(
  { visible }: Pick<StoryRules<State, never, never>, 'visible'>,
  state: State,
): Shows | null {
  const shown = visible(state);
  if (shown === undefined) return null;
  // A state keeps fields of the phases before.
  return { state: shown, reason: state.phase === 'needsAttention' ? (state.reason ?? null) : null };
}

function isSameShown(one: Shows, other: Shows | null): boolean {
  return one.state === other?.state && one.reason === other.reason;
}

/**
 * Adds a step to others. A wait that was over counts only if a list shows something else then. A step that only repeats the
 * one before it is counted with it, and the answer to a check takes the place of the check.
 *
 * @param kept how many of the last steps are kept
 */
export function withEntry(
  entries: readonly StoryEntry[],
  entry: StoryEntry,
  kept = Number.POSITIVE_INFINITY,
): readonly StoryEntry[] {
  if (entry.what === 'timer' && entry.shows === undefined) return entries;
  const last = entries.at(-1);
  if (last === undefined) return [entry];
  if (isAnswerTo(last, entry)) return withEntry(entries.slice(0, -1), { ...entry, about: 'checkNow' }, kept);
  if (!repeats(last, entry)) return [...entries, entry].slice(-kept);
  const folded = { times: (last.times ?? 1) + 1, since: last.since ?? last.at };
  return [...entries.slice(0, -1), { ...last, ...entry, ...(last.shows && { shows: last.shows }), ...folded }];
}

function isAnswerTo(check: StoryEntry, { what }: StoryEntry): boolean {
  return check.what === 'checkNow' && check.shows === undefined && what === 'queryOrder';
}

function repeats(last: StoryEntry, next: StoryEntry): boolean {
  return (
    next.shows === undefined &&
    last.what === next.what &&
    last.sent === next.sent &&
    last.about === next.about &&
    last.by === next.by &&
    (last.said ?? []).join() === (next.said ?? []).join()
  );
}

/** A call without a usable answer, as a step. */
export function failed({ call, code, requestId, sent }: CallFailure & { readonly sent?: Sent }): Happened {
  return { what: call, said: [code], requestId, ...(sent !== undefined && { sent }) };
}

interface Reply {
  readonly answer: string;
  readonly code?: string;
  readonly requestId: string | null;
}

/** A guarded write as a step: what its first query said, the answer to the write, and what the second query said. */
export function written<Answer extends { readonly requestId: string | null }>(
  call: Call,
  { before, sent, write, after }: GuardedResult<Answer, Reply>,
  saidBy: (answer: Answer) => string,
): Happened {
  const said = before === null ? [] : [saidBy(before)];
  let requestId = before?.requestId ?? null;
  if (write !== null && 'answer' in write) said.push(write.answer.code ?? write.answer.answer);
  else if (write !== null) said.push(write.failure.code);
  if (write !== null) ({ requestId } = 'answer' in write ? write.answer : write.failure);
  if (after !== null) said.push('answer' in after ? saidBy(after.answer) : after.failure.code);
  return { what: call, said, requestId, sent };
}
