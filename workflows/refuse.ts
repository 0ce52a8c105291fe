import { log, setDefaultSignalHandler, setHandler, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import { descriptionOf } from '../domain/page/descriptions.js';
import { DAY, type Milliseconds } from '../domain/time.js';
import { bad, describeFaults, fault, isRecord, listedFaults, type Checked, type Fault } from '../domain/validation.js';
import { merchantAttribute, REFUSALS } from './messages/orders.js';
import type { RunningFlow } from './runner.js';

const RULES = {
  oneArgument: 'must be one, the input: a start takes no other',
  oneRequest: 'must be one, the request: an update takes no other',
  noInput: 'must be none: this update takes no input',
  timeout:
    'must not be set, or be at least 30 days: the server would end the workflow, and nobody would watch the order',
} as const;

type Refusal = (typeof REFUSALS)[keyof typeof REFUSALS];

/**
 * Returns the value of an input that is valid.
 *
 * @throws ApplicationFailure of the given type, with the first faults and how many more there are
 */
export function orRefuse<T>(checked: Checked<T>, type: Refusal = REFUSALS.invalidRequest): T {
  if (checked.ok) return checked.value;
  if (type === REFUSALS.invalidOrder) showRefusedStart();
  throw refused(type, describeFaults(checked.faults), checked.faults);
}

/**
 * A start with a fault fails the workflow, and whoever made it with an SDK of another language may not look. So the log says it,
 * and the merchant finds it in lists and in the feed of outcomes.
 */
function showRefusedStart(): void {
  log.warn('a start was refused', { whatToDo: 'Temporal UI has the faults: start it again with a right input.' });
  const { workflowId, typedSearchAttributes: shown } = workflowInfo();
  const [, mchid] = MERCHANT_IN_ID.exec(workflowId) ?? [];
  if (mchid === undefined || shown.get(merchantAttribute) !== undefined) return;
  upsertSearchAttributes([{ key: merchantAttribute, value: mchid }]);
}

const MERCHANT_IN_ID = /^(?:order|payscore)\/(\d{1,32})\//;

/** A shorter timeout could end a workflow before its order has ended: a person may have to look at it first. */
const SHORTEST_TIMEOUT: Milliseconds = 30 * DAY;

/**
 * Whoever starts a workflow, it can only own an order if its id is made of the order's number, and if the server does not end
 * it before the order has ended.
 *
 * @throws ApplicationFailure if this workflow was started with another id, or with a short timeout
 */
export function requireOwner(id: string): void {
  const { workflowId, executionTimeoutMs, runTimeoutMs } = workflowInfo();
  // A child workflow has 0 if it has none.
  const faults = Object.entries({ executionTimeout: executionTimeoutMs ?? 0, runTimeout: runTimeoutMs ?? 0 })
    .filter(([, timeout]) => timeout > 0 && timeout < SHORTEST_TIMEOUT)
    .map(([field, timeout]) => fault(field, `${timeout} ms`, RULES.timeout));
  if (workflowId !== id) faults.push(fault('workflowId', workflowId, `must be ${id}, for this order`));
  if (faults.length > 0) orRefuse({ ok: false, faults }, REFUSALS.invalidOrder);
}

/**
 * The state that an earlier run of this workflow handed over; `undefined`: this is the first run. Only continue-as-new may
 * bring it: whoever starts a workflow could make up any state, and so get around every rule.
 *
 * @throws ApplicationFailure if a start brought it
 */
export function stateOfEarlierRun<State>(soFar: State | undefined): State | undefined {
  if (soFar === undefined) return undefined;
  const { continuedFromExecutionRunId, cronSchedule } = workflowInfo();
  // The runs of a schedule are all started with the same arguments.
  const isContinued = continuedFromExecutionRunId !== undefined && !cronSchedule;
  return isContinued ? soFar : orRefuse(bad('arguments', [soFar], RULES.oneArgument), REFUSALS.invalidOrder);
}

/** A state, as far as it says whether the order has ended. */
interface MaybeEnded {
  readonly phase: string;
  readonly outcome?: { readonly ended: string };
}

/**
 * The validator of an update that takes one request.
 *
 * @param more further arguments, which would be ignored
 * @throws ApplicationFailure if there are any, after the end, and if the check finds faults
 */
export function validateRequest(state: MaybeEnded, more: readonly unknown[], check: () => Checked<unknown>): void {
  if (more.length > 0) orRefuse(bad('arguments', more, RULES.oneRequest));
  requireOpen(state);
  orRefuse(check());
}

/**
 * The validator of an update that takes no input. Temporal UI sends `{}`.
 *
 * @throws ApplicationFailure if there is any input, and after the end
 */
export function validateNoInput(state: MaybeEnded, input: readonly unknown[]): void {
  if (input.length > 1 || !input.every(isEmpty)) orRefuse(bad('arguments', input, RULES.noInput));
  requireOpen(state);
}

function isEmpty(input: unknown): boolean {
  return input === null || (isRecord(input) && Object.keys(input).length === 0);
}

/**
 * Drops signals that this workflow has no handler for; the SDK would keep them until the end. Call it after all handlers
 * are set: it also takes the signals that came before their handler was set.
 */
export function ignoreUnknownSignals(): void {
  setDefaultSignalHandler(() => log.warn('a signal of an unknown name was ignored'));
}

/** @throws ApplicationFailure if the order has ended */
export function requireOpen({ outcome }: MaybeEnded): void {
  if (outcome !== undefined) throw refused(REFUSALS.alreadyEnded, `the order has ended: ${outcome.ended}`, []);
}

function refused(type: Refusal, message: string, faults: readonly Fault[]): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: [listedFaults(faults)] });
}

/** Handles `retry`, and answers with the view of the order then. Refused after the end, and if `check` finds faults. */
export function handleRetry<View, State extends MaybeEnded>(
  update: UpdateDefinition<View>,
  runner: Pick<RunningFlow<State, unknown, { readonly type: 'retryRequested' }>, 'state' | 'apply'>,
  check: (state: State) => Checked<unknown>,
  view: () => View,
  description = descriptionOf('retry'),
): void {
  setHandler(
    update,
    () => {
      runner.apply({ type: 'retryRequested' });
      return view();
    },
    {
      description,
      validator: (...input: readonly unknown[]) => {
        validateNoInput(runner.state, input);
        orRefuse(check(runner.state));
      },
    },
  );
}
