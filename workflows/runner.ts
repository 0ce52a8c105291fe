import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  log,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Decision } from '../domain/flow.js';
import type { Instant, Milliseconds } from '../domain/time.js';
import { isSame } from '../domain/validation.js';

interface Finish<Outcome> {
  readonly do: 'finish';
  readonly outcome: Outcome;
}

/** A step that waits: for an instant, unless something happens before. Between two questions to WeChat Pay, a new run takes up what the old one leaves. */
interface Rest {
  readonly do: 'wait' | 'askPerson';
  readonly until: Instant;
}

/** The event that ends a wait. */
const TIMER_FIRED = { type: 'timerFired' } as const;

/** A person asked to stop watching. */
const RELEASE_REQUESTED = { type: 'releaseRequested' } as const;

/** The events that the runner gives to every flow. */
type RunnerEvent = typeof TIMER_FIRED | typeof RELEASE_REQUESTED;

/** The rules of a flow, and how its calls are made. */
export interface Rules<State, Step, Event> {
  readonly decide: (state: State, event: Event | RunnerEvent, now: Instant) => Decision<State, Step>;
  /** Makes the call of a step, and returns the event that it ended with. */
  readonly call: (decision: Decision<State, Step>) => Promise<Event | RunnerEvent>;
  /** What a step waits for, for the timer that people see. */
  readonly summaryOf: (decision: Decision<State, Step>) => string;
  /** Whether to wait for a step's result after another event superseded it. True for writes: we must learn what was sent. */
  readonly mustAwaitResult: (step: Step) => boolean;
  /** Shows people where the order is, each time that something happened to it. */
  readonly show: (decision: Decision<State, Step>) => void;
  /** Goes on in a new run, when the history of this one has grown long. */
  readonly continueAsNew: (state: State) => Promise<never>;
}

/** A step that is being done. */
interface Running<Step, Event> {
  readonly step: Step;
  /** Ends it with what came of it; `undefined`: nothing, because another event superseded it. */
  readonly end: (event: Event | RunnerEvent | undefined) => void;
  /** Only of a call. */
  readonly scope?: CancellationScope;
}

/** Runs one flow: hears events, and does step after step until the one that finishes. */
export class Runner<State, Step extends { readonly do: string }, Event extends { readonly type: string }, Outcome> {
  private running: Running<Step, Event> | undefined;
  /** When the timer fires that was started last; `undefined`: it has. */
  private timer: Instant | undefined;
  private isReleasing = false;

  constructor(
    private current: Decision<State, Step | Finish<Outcome>>,
    private readonly rules: Rules<State, Step | Finish<Outcome>, Event>,
  ) {}

  get decision(): Decision<State, Step | Finish<Outcome>> {
    return this.current;
  }

  get state(): State {
    return this.current.state;
  }

  /** Decides at once on what happened. A step that is running is cancelled if it is no longer the one to do. */
  apply(event: Event | RunnerEvent): void {
    this.current = this.rules.decide(this.current.state, event, Date.now());
    log.debug('decided', { event: event.type, row: this.current.row ?? null });
    this.rules.show(this.current);
    this.cancelIfSuperseded(event);
  }

  /** Of a call in flight, no further attempt begins; the result of a write is awaited. */
  private cancelIfSuperseded(event: Event | RunnerEvent): void {
    if (this.running === undefined) return;
    const { step, scope, end } = this.running;
    const isSuperseded = !isSame(step, this.current.step) || (isRest(step) && this.isLong());
    if (isSuperseded || event === RELEASE_REQUESTED) scope?.cancel();
    if (isSuperseded && !this.rules.mustAwaitResult(step)) end(undefined);
  }

  /**
   * Does what is to be done until the order has ended.
   *
   * A person may stop the watching at any time. A call in flight is awaited, and what is decided stays decided: so
   * nothing in here is cancelled but by the order's own events.
   *
   * An order waits here for days, by the thousand: so few promises and scopes are open meanwhile.
   *
   * @param resultOf what the workflow returns
   */
  async untilFinished<Result>(resultOf: (outcome: Outcome, state: State) => Result | Promise<Result>): Promise<Result> {
    void CancellationScope.current().cancelRequested.catch(() => {
      this.isReleasing = true;
      this.apply(RELEASE_REQUESTED);
    });
    this.rules.show(this.current);
    for (;;) {
      const { step } = this.current;
      if (isFinish(step)) {
        await waitUntil(allHandlersFinished);
        // A message may have reopened it meanwhile.
        if (isSame(step, this.current.step)) return resultOf(step.outcome, this.current.state);
      } else if (this.isLong() && isRest(step)) {
        await waitUntil(allHandlersFinished);
        if (isSame(step, this.current.step)) await this.rules.continueAsNew(this.current.state);
      } else {
        const event = await this.perform(step);
        this.running = undefined;
        if (event !== undefined) this.apply(event);
      }
    }
  }

  /** The history has grown long enough for a new run. One that is asked to end needs none. */
  private isLong(): boolean {
    return workflowInfo().continueAsNewSuggested && !this.isReleasing;
  }

  /** @returns what came of a step; `undefined`: nothing, because another event superseded it */
  private perform(step: Step): Promise<Event | RunnerEvent | undefined> {
    return new Promise((resolve, reject) => {
      if (isRest(step)) {
        this.running = { step, end: resolve };
        return this.startTimer(step.until);
      }
      const parent = isCancelled() ? new CancellationScope({ cancellable: false }) : CancellationScope.current();
      const scope = new CancellationScope({ parent, cancellable: true });
      this.running = { step, end: resolve, scope };
      scope
        .run(() => this.rules.call(this.current))
        .then(resolve, (error: unknown) => (isCancellation(error) ? resolve(undefined) : reject(error as Error)));
    });
  }

  /**
   * A wait that another event supersedes leaves its timer, which fires unheard: most orders end before, and one that waits
   * for the same instant again has its timer already. So a wait needs no scope of its own.
   */
  private startTimer(until: Instant): void {
    if (this.timer === until) return;
    this.timer = until;
    const summary = this.rules.summaryOf(this.current);
    const start = (): Promise<void> => sleep(Math.max(until - Date.now(), 1), { summary });
    const timer = isCancelled() ? CancellationScope.nonCancellable(start) : start();
    void timer.then(
      () => this.endWait(until, TIMER_FIRED),
      (error: unknown) => {
        if (!isCancellation(error)) throw error;
        // Cancelled with the workflow: one that is still needed is started anew.
        this.endWait(until, undefined);
      },
    );
  }

  private endWait(until: Instant, event: RunnerEvent | undefined): void {
    if (this.timer === until) this.timer = undefined;
    const { step, end } = this.running ?? {};
    if (step !== undefined && isRest(step) && step.until === until) end?.(event);
  }
}

/**
 * Whether a person has asked to stop watching, which cancels what runs then. What is still needed after it must be
 * shielded, or would end at once.
 */
function isCancelled(): boolean {
  return CancellationScope.current().consideredCancelled;
}

/** Waits until something is so. A request that waits is answered even if a person stops the watching meanwhile. */
export function waitUntil(isSo: () => boolean): Promise<void> {
  return CancellationScope.nonCancellable(() => condition(isSo));
}

/** Waits until something is so, but not for longer than a while. */
export function waitAtMost(length: Milliseconds, summary: string, isSo: () => boolean): Promise<void> {
  return CancellationScope.nonCancellable(async () => {
    if (isSo()) return;
    const scope = new CancellationScope();
    await scope.run(() => Promise.race([condition(isSo), sleep(length, { summary })]));
    scope.cancel();
  });
}

function isRest<Step extends { readonly do: string }>(step: Step): step is Step & Rest {
  return step.do === 'wait' || step.do === 'askPerson';
}

function isFinish<Outcome>(step: { readonly do: string } | Finish<Outcome>): step is Finish<Outcome> {
  return step.do === 'finish';
}
