import { setHandler, workflowInfo } from '@temporalio/workflow';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import { bad, describeFaults, type Checked, type Fault } from '../domain/validation.js';
import { REFUSALS } from './messages.js';

type Refusal = (typeof REFUSALS)[keyof typeof REFUSALS];

/** What was checked. @throws ApplicationFailure of the given type with every fault, if there are some */
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

/** @throws ApplicationFailure if the order has ended */
export function demandOpen(state: { readonly phase: string; readonly outcome?: { readonly ended: string } }): void {
  if (state.outcome === undefined) return;
  throw refused(REFUSALS.alreadyEnded, `the order has ended: ${state.outcome.ended}`, []);
}

function refused(type: Refusal, message: string, faults: readonly Fault[]): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: [faults] });
}

/** Who is asked to ask again. */
interface Asked<State> {
  readonly state: State;
  readonly apply: (event: { readonly type: 'retryRequested' }) => void;
}

/** Hears that what was wrong is fixed, and answers with what is so now. Refused after the end, and if `check` says so. */
export function hearRetry<View, State extends Parameters<typeof demandOpen>[0]>(
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
      validator: () => {
        demandOpen(runner.state);
        orRefuse(check(runner.state));
      },
    },
  );
}
