import { log, setDefaultSignalHandler, setHandler, workflowInfo } from '@temporalio/workflow';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import { bad, describeFaults, isRecord, listedFaults, type Checked, type Fault } from '../domain/validation.js';
import { REFUSALS } from './messages/orders.js';

const RULES = {
  oneArgument: 'must be one, the input: a start takes no other',
  oneRequest: 'must be one, the request: an update takes no other',
  noInput: 'must be none: this update takes no input',
} as const;

type Refusal = (typeof REFUSALS)[keyof typeof REFUSALS];

/**
 * What was checked.
 *
 * @throws ApplicationFailure of the given type with the first faults, if there are some, and how many more there are
 */
export function orRefuse<T>(checked: Checked<T>, type: Refusal = REFUSALS.invalidRequest): T {
  if (checked.ok) return checked.value;
  throw refused(type, describeFaults(checked.faults), checked.faults);
}

/**
 * An order has one owner, whoever starts it: the workflow whose id is made of its number.
 *
 * @throws ApplicationFailure if this workflow has another id
 */
export function demandOwnId(id: string): void {
  const { workflowId } = workflowInfo();
  if (workflowId !== id)
    orRefuse(bad('workflowId', workflowId, `must be ${id}, for this order`), REFUSALS.invalidOrder);
}

/**
 * What an earlier run of this workflow has left; `undefined`: this is the first. Only the server hands it on: whoever
 * starts a workflow could make up any state, and hand a run of the past what no rule was asked about.
 *
 * @throws ApplicationFailure if a start brought it
 */
export function leftByEarlierRun<State>(soFar: State | undefined): State | undefined {
  if (soFar === undefined) return undefined;
  const { continuedFromExecutionRunId, cronSchedule } = workflowInfo();
  // The runs of a schedule are all started with the same arguments.
  const isContinued = continuedFromExecutionRunId !== undefined && !cronSchedule;
  return isContinued ? soFar : orRefuse(bad('arguments', [soFar], RULES.oneArgument), REFUSALS.invalidOrder);
}

/** An order whose messages are refused after its end. */
interface Ending<State extends Parameters<typeof demandOpen>[0] = Parameters<typeof demandOpen>[0]> {
  readonly state: State;
}

/**
 * Refuses an update of one request: after the end, if its check finds faults, and with further arguments, which would be
 * ignored. For validators.
 *
 * @throws ApplicationFailure
 */
export function demandRequest(runner: Ending, more: readonly unknown[], check: () => Checked<unknown>): void {
  if (more.length > 0) orRefuse(bad('arguments', more, RULES.oneRequest));
  demandOpen(runner.state);
  orRefuse(check());
}

/**
 * Refuses an update that takes no input (Temporal UI sends `{}`): after the end, and with any. For validators.
 *
 * @throws ApplicationFailure
 */
export function demandNoInput(runner: Ending, input: readonly unknown[]): void {
  if (input.length > 1 || !input.every(isNothing)) orRefuse(bad('arguments', input, RULES.noInput));
  demandOpen(runner.state);
}

function isNothing(input: unknown): boolean {
  return input === null || (isRecord(input) && Object.keys(input).length === 0);
}

/**
 * Drops signals of names that this workflow does not know, which would otherwise be kept until it ends. To be called when
 * all handlers are set: it takes every signal that came before and has none.
 */
export function ignoreUnknownSignals(): void {
  setDefaultSignalHandler(() => log.warn('a signal of an unknown name was ignored'));
}

/** @throws ApplicationFailure if the order has ended */
export function demandOpen(state: { readonly phase: string; readonly outcome?: { readonly ended: string } }): void {
  if (state.outcome === undefined) return;
  throw refused(REFUSALS.alreadyEnded, `the order has ended: ${state.outcome.ended}`, []);
}

function refused(type: Refusal, message: string, faults: readonly Fault[]): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: [listedFaults(faults)] });
}

/** Who is asked to ask again. */
interface Asked<State extends Ending['state']> extends Ending<State> {
  readonly apply: (event: { readonly type: 'retryRequested' }) => void;
}

/** Handles `retry`, and answers with the view of the order then. Refused after the end, and if `check` says so. */
export function hearRetry<View, State extends Ending['state']>(
  update: UpdateDefinition<View>,
  runner: Asked<State>,
  check: (state: State) => Checked<unknown>,
  view: () => View,
): void {
  setHandler(
    update,
    () => {
      runner.apply({ type: 'retryRequested' });
      return view();
    },
    {
      description: 'What was wrong is fixed: ask WeChat Pay again, with new patience.',
      validator: (...input: readonly unknown[]) => {
        demandNoInput(runner, input);
        orRefuse(check(runner.state));
      },
    },
  );
}
