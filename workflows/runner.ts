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

interface Finish<Outcome> {
  readonly do: 'finish';
  readonly outcome: Outcome;
}

/** The rules of a flow, and how its steps are done. */
export interface Rules<State, Step, Event> {
  readonly decide: (state: State, event: Event, now: Instant) => Decision<State, Step>;
  /** Does one step, and says what came of it. */
  readonly perform: (decision: Decision<State, Step>) => Promise<Event>;
  /** Whether to wait for a step's result after another event superseded it. True for writes: we must learn what was sent. */
  readonly mustAwaitResult: (step: Step) => boolean;
  /** Shows people where the order is, each time that something happened to it. */
  readonly show: (decision: Decision<State, Step>) => void;
  /** A person asked to stop watching. */
  readonly releaseRequested: Event;
  /** Goes on in a new run, when the history of this one has grown long. */
  readonly continueAsNew: (state: State) => Promise<never>;
}

/** A step that is being done. */
interface Running<Step> {
  readonly step: Step;
  readonly scope: CancellationScope;
  /** Waits for it no longer. */
  readonly leave: () => void;
}

/** Runs one flow: hears events, and does step after step until the one that finishes. */
export class Runner<State, Step extends { readonly do: string }, Event extends { readonly type: string }, Outcome> {
  private running: Running<Step> | undefined;
  private isReleasing = false;
  /** Who asks to stop watching cancels no step: what is decided stays decided. */
  private readonly shielded = new CancellationScope({ cancellable: false });

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
  readonly apply = (event: Event): void => {
    this.current = this.rules.decide(this.current.state, event, Date.now());
    log.debug('decided', { event: event.type, row: this.current.row ?? null });
    this.rules.show(this.current);
    this.cancelIfSuperseded(event);
  };

  /** Of a call in flight, no further attempt begins; the result of a write is awaited. */
  private cancelIfSuperseded(event: Event): void {
    if (this.running === undefined) return;
    const { step, scope, leave } = this.running;
    const isSuperseded = !isSame(step, this.current.step) || (isRest(step) && this.isLong());
    if (isSuperseded || event === this.rules.releaseRequested) scope.cancel();
    if (isSuperseded && !this.rules.mustAwaitResult(step)) leave();
  }

  /**
   * Does what is to be done until the order has ended.
   *
   * A person may stop the watching at any time. A call in flight is awaited, and what is decided stays decided: so
   * nothing in here is cancelled but by the order's own events.
   *
   * An order waits here for days, and the SDK keeps a stack trace of each promise that is open: so there are few.
   */
  async untilFinished(): Promise<Outcome> {
    void CancellationScope.current().cancelRequested.catch(() => {
      this.isReleasing = true;
      this.apply(this.rules.releaseRequested);
    });
    this.rules.show(this.current);
    for (;;) {
      const { step } = this.current;
      if (isFinish(step)) {
        await this.handlersFinished();
        // A message may have reopened it meanwhile.
        if (isSame(step, this.current.step)) return step.outcome;
      } else if (this.isLong() && isRest(step)) {
        await this.handlersFinished();
        if (isSame(step, this.current.step)) await this.rules.continueAsNew(this.current.state);
      } else {
        const event = await this.perform(step);
        this.running = undefined;
        if (event !== undefined) this.apply(event);
      }
    }
  }

  private handlersFinished(): Promise<void> {
    return this.shielded.run(() => condition(allHandlersFinished));
  }

  /** The history has grown long enough for a new run. One that is asked to end needs none. */
  private isLong(): boolean {
    return workflowInfo().continueAsNewSuggested && !this.isReleasing;
  }

  /** @returns what came of a step; `undefined`: nothing, because another event superseded it */
  private perform(step: Step): Promise<Event | undefined> {
    const scope = new CancellationScope({ parent: this.shielded, cancellable: true });
    return new Promise((resolve, reject) => {
      const leave = (): void => resolve(undefined);
      this.running = { step, scope, leave };
      scope
        .run(() => this.rules.perform(this.current))
        .then(resolve, (error: unknown) => (isCancellation(error) ? leave() : reject(error as Error)));
    });
  }
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

/** Waits until an instant of the server's clock. */
export function rest(until: Instant, summary: string): Promise<{ readonly type: 'timerFired' }> {
  return sleep(Math.max(until - Date.now(), 1), { summary }).then(() => ({ type: 'timerFired' }));
}

/** Between two questions to WeChat Pay, a new run takes up what the old one leaves. */
function isRest(step: { readonly do: string }): boolean {
  return step.do === 'wait' || step.do === 'askPerson';
}

function isFinish<Outcome>(step: { readonly do: string } | Finish<Outcome>): step is Finish<Outcome> {
  return step.do === 'finish';
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
