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
import type { News } from '../domain/outcome/telling.js';
import type { Instant, Milliseconds } from '../domain/time.js';
import { isSame } from '../domain/validation.js';

interface Finish<Outcome> {
  readonly do: 'finish';
  readonly outcome: Outcome;
}

/** A step that waits until an instant, unless another event comes first. A new run can only begin at such a step. */
interface Rest {
  readonly do: 'wait' | 'askPerson';
  readonly until: Instant;
}

/** The event that ends a wait. */
const TIMER_FIRED = { type: 'timerFired' } as const;

/** A person pressed _Request Cancellation_. */
const RELEASE_REQUESTED = { type: 'releaseRequested' } as const;

/** The events that the runner gives to every flow. */
type RunnerEvent = typeof TIMER_FIRED | typeof RELEASE_REQUESTED;

/** The steps that call WeChat Pay. */
export type CallOf<Step> = Exclude<Step, { readonly do: 'wait' | 'askPerson' | 'finish' }>;

/** The rules of a flow, and how its calls are made. */
export interface Rules<State, Step, Event> {
  readonly decide: (state: State, event: Event | RunnerEvent, now: Instant) => Decision<State, Step>;
  /** Makes the call of a step, and returns the event that it ends with. */
  readonly call: (step: CallOf<Step>, state: State) => Promise<Event | RunnerEvent>;
  /** What a step waits for: people see it beside the timer. */
  readonly summaryOf: (decision: Decision<State, Step>) => string;
  /** Whether to wait for a step's result after another event superseded it. True for writes: we must learn what was sent. */
  readonly mustAwaitResult: (step: Step) => boolean;
  /** Shows people where the order is, after each event. */
  readonly show: (decision: Decision<State, Step>) => void;
  /** Tells the checkout what a decision has brought. Absent: the flow tells nothing. */
  readonly tell?: (news: News, state: State) => Promise<void>;
  /** Goes on in a new run when the history of this one has grown long. */
  readonly continueAsNew: (state: State) => Promise<never>;
}

/** What the handlers of messages need of a runner. */
export interface RunningFlow<State, Step, Event> {
  readonly decision: Decision<State, Step>;
  readonly state: State;
  readonly apply: (event: Event) => void;
  /** Waits until the checkout was told everything. */
  readonly untilTold: () => Promise<void>;
}

/** The step in progress. */
interface Running<Step, Event> {
  readonly step: Step;
  /** Ends the step with an event; `undefined`: with none, because another event superseded it. */
  readonly end: (event: Event | RunnerEvent | undefined) => void;
  /** Calls only: a wait needs no scope. */
  readonly scope?: CancellationScope;
}

/** Runs one flow: takes events, and does step after step until the one that finishes. */
export class Runner<
  State extends { readonly releaseRequested: boolean },
  Step extends { readonly do: string },
  Event extends { readonly type: string },
  Outcome,
> {
  private running: Running<Step, Event> | undefined;
  /** When the timer that was started last fires; `undefined`: it has fired. */
  private timer: Instant | undefined;
  /** What the checkout is to be told, in this order. */
  private readonly untold: News[] = [];

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

  /** Decides on an event at once. The step in progress is cancelled if it is no longer the one to do. */
  apply(event: Event | RunnerEvent): void {
    this.current = this.rules.decide(this.current.state, event, Date.now());
    log.debug('decided', { event: event.type, row: this.current.row ?? null });
    this.rules.show(this.current);
    if (this.current.news !== undefined) this.tell(this.current.news);
    this.cancelIfSuperseded(event);
  }

  /** One event at a time, so that they are numbered as they are told. */
  private tell(news: News): void {
    this.untold.push(news);
    if (this.untold.length === 1) void this.tellAll();
  }

  private async tellAll(): Promise<void> {
    for (let [news] = this.untold; news !== undefined; [news] = this.untold) {
      await this.rules.tell?.(news, this.current.state);
      this.untold.shift();
    }
    // A new run could not begin before.
    const { step, end } = this.running ?? {};
    if (step !== undefined && isRest(step) && this.needsNewRun()) end?.(undefined);
  }

  untilTold(): Promise<void> {
    return waitUntil(() => this.untold.length === 0);
  }

  /** A run may end only when no handler is at work, and the checkout was told. */
  private untilDone(): Promise<void> {
    return waitUntil(() => allHandlersFinished() && this.untold.length === 0);
  }

  /** A superseded call makes no further attempt. The result of a write is still awaited. */
  private cancelIfSuperseded(event: Event | RunnerEvent): void {
    if (this.running === undefined) return;
    const { step, scope, end } = this.running;
    const isSuperseded = !isSame(step, this.current.step) || (isRest(step) && this.needsNewRun());
    if (isSuperseded || event === RELEASE_REQUESTED) scope?.cancel();
    if (isSuperseded && !this.rules.mustAwaitResult(step)) end(undefined);
  }

  /**
   * Does step after step until the order has ended.
   *
   * When a person stops the watching, Temporal cancels the workflow. Here this is one more event: a call in flight is
   * awaited, and only the order's own events cancel a step.
   *
   * Thousands of orders wait here for days, so a wait keeps few promises and scopes open.
   *
   * @param resultOf what the workflow returns
   */
  async untilFinished<Result>(resultOf: (outcome: Outcome, state: State) => Result | Promise<Result>): Promise<Result> {
    void CancellationScope.current().cancelRequested.catch(() => this.apply(RELEASE_REQUESTED));
    this.rules.show(this.current);
    for (;;) {
      const { step } = this.current;
      if (isFinish(step)) {
        await this.untilDone();
        // A message that came meanwhile may have reopened it.
        if (isSame(step, this.current.step)) return resultOf(step.outcome, this.current.state);
      } else if (this.needsNewRun() && isRest(step) && this.untold.length === 0) {
        await this.untilDone();
        if (isSame(step, this.current.step)) await this.rules.continueAsNew(this.current.state);
      } else {
        const event = await this.perform(step);
        this.running = undefined;
        if (event !== undefined) this.apply(event);
      }
    }
  }

  /** Whether the flow is to go on in a new run. A run that is to end needs none. */
  private needsNewRun(): boolean {
    // Temporal cancels a run once, so a request that was overtaken by news can be repeated in a new run only.
    return isCancelled() ? !this.state.releaseRequested : workflowInfo().continueAsNewSuggested;
  }

  /** @returns the event that a step ended with; `undefined`: none, because another event superseded it */
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
        .run(() => this.rules.call(step as CallOf<Step>, this.current.state))
        .then(resolve, (error: unknown) => (isCancellation(error) ? resolve(undefined) : reject(error as Error)));
    });
  }

  /**
   * A superseded wait leaves its timer running, and the timer then fires without effect. Most orders end before that, and
   * an order that waits for the same instant again uses the same timer. So a wait needs no scope of its own.
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
        // It was cancelled with the workflow. If a wait is still needed, a new timer is started.
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

/** A person pressed _Request Cancellation_. What is started after that must be shielded from it, or it ends at once. */
function isCancelled(): boolean {
  return CancellationScope.current().consideredCancelled;
}

/** Waits until a condition holds. An update that waits is answered even if a person stops the watching meanwhile. */
export function waitUntil(holds: () => boolean): Promise<void> {
  return CancellationScope.nonCancellable(() => condition(holds));
}

/** Waits until a condition holds, for `length` at most. */
export function waitAtMost(length: Milliseconds, summary: string, holds: () => boolean): Promise<void> {
  return CancellationScope.nonCancellable(async () => {
    if (holds()) return;
    const scope = new CancellationScope();
    await scope.run(() => Promise.race([condition(holds), sleep(length, { summary })]));
    scope.cancel();
  });
}

function isRest<Step extends { readonly do: string }>(step: Step): step is Step & Rest {
  return step.do === 'wait' || step.do === 'askPerson';
}

function isFinish<Outcome>(step: { readonly do: string } | Finish<Outcome>): step is Finish<Outcome> {
  return step.do === 'finish';
}
