import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  log,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Instant, Milliseconds } from '../domain/time.js';

interface Finish<Outcome> {
  readonly do: 'finish';
  readonly outcome: Outcome;
}

/** What `domain/` decided: what is known, and what is to be done next. */
interface Decided<State, Step> {
  readonly state: State;
  readonly step: Step;
  readonly row?: number;
}

/** The rules by which an order of some kind is owned, and how its steps are done. */
export interface Rules<State, Step, Event> {
  readonly decide: (state: State, event: Event, now: Instant) => Decided<State, Step>;
  /** Does one step, and says what came of it. */
  readonly perform: (decision: Decided<State, Step>) => Promise<Event>;
  /** Whether what comes of a step is waited for even when another event has overtaken it: what was sent must be known. */
  readonly isHeardOut: (step: Step) => boolean;
  /** Shows people where the order is, each time that something happened to it. */
  readonly show: (decision: Decided<State, Step>) => void;
  /** A person asked for the watching to stop. */
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

/** Owns an order: hears events, and does step after step until the one that finishes. */
export class Owner<State, Step extends { readonly do: string }, Event extends { readonly type: string }, Outcome> {
  private running: Running<Step> | undefined;
  private isReleasing = false;

  constructor(
    private current: Decided<State, Step | Finish<Outcome>>,
    private readonly rules: Rules<State, Step | Finish<Outcome>, Event>,
  ) {}

  get decision(): Decided<State, Step | Finish<Outcome>> {
    return this.current;
  }

  get state(): State {
    return this.current.state;
  }

  /** Decides at once on what happened. A step that is running is ended if it is no longer the one to do. */
  readonly apply = (event: Event): void => {
    this.current = this.rules.decide(this.current.state, event, Date.now());
    log.debug('decided', { event: event.type, row: this.current.row ?? null });
    this.rules.show(this.current);
    this.endWhatIsOver(event);
  };

  /** Of a call in flight, the attempt that runs is heard out where that matters, and no retry follows it. */
  private endWhatIsOver(event: Event): void {
    if (this.running === undefined) return;
    const { step, scope, leave } = this.running;
    const isOvertaken = !isSame(step, this.current.step) || (isRest(step) && this.isLong());
    if (isOvertaken || event === this.rules.releaseRequested) scope.cancel();
    if (isOvertaken && !this.rules.isHeardOut(step)) leave();
  }

  /**
   * Does what is to be done until the order has ended.
   *
   * A person may stop the watching at any time. What is in flight is heard out, and what is decided stays decided: so
   * nothing in here is cancelled but by the order's own events.
   */
  untilFinished(): Promise<Outcome> {
    void CancellationScope.current().cancelRequested.catch(() => {
      this.isReleasing = true;
      this.apply(this.rules.releaseRequested);
    });
    this.rules.show(this.current);
    return CancellationScope.nonCancellable(async () => {
      for (;;) {
        const { step } = this.current;
        if (isFinish(step)) {
          await condition(allHandlersFinished);
          return step.outcome;
        }
        if (this.isLong() && isRest(step)) {
          await condition(allHandlersFinished);
          // A message may have been heard meanwhile.
          if (isSame(step, this.current.step)) await this.rules.continueAsNew(this.current.state);
        } else {
          await this.perform(step);
        }
      }
    });
  }

  /** The history has grown long enough for a new run. One that is asked to end needs none. */
  private isLong(): boolean {
    return workflowInfo().continueAsNewSuggested && !this.isReleasing;
  }

  private async perform(step: Step): Promise<void> {
    const scope = new CancellationScope();
    const left = new Promise<undefined>((resolve) => {
      this.running = { step, scope, leave: () => resolve(undefined) };
    });
    const done = scope.run(() => this.rules.perform(this.current)).catch(ignoreCancellation);
    const event = await Promise.race([done, left]);
    this.running = undefined;
    if (event !== undefined) this.apply(event);
  }
}

/** Waits until something is so. A request that waits is answered even when a person stops the watching meanwhile. */
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
export async function rest(until: Instant, summary: string): Promise<{ readonly type: 'timerFired' }> {
  await sleep(Math.max(until - Date.now(), 1), { summary });
  return { type: 'timerFired' };
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

/** A wait that another event overtook has no result of its own. */
function ignoreCancellation(error: unknown): undefined {
  if (!isCancellation(error)) throw error;
  return undefined;
}
