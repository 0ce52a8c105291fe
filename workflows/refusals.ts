import { ApplicationFailure } from '@temporalio/common';
import { describeFaults, type Checked, type Fault } from '../domain/check.js';
import { REFUSALS } from './messages.js';

type Refusal = (typeof REFUSALS)[keyof typeof REFUSALS];

/** What was checked. @throws ApplicationFailure of the given type with every fault, where there are some */
export function good<T>(checked: Checked<T>, type: Refusal = REFUSALS.invalidRequest): T {
  if (checked.ok) return checked.value;
  throw refused(type, describeFaults(checked.faults), checked.faults);
}

/** @throws ApplicationFailure where the order has ended */
export function demandOpen(state: { readonly phase: string; readonly outcome?: { readonly ended: string } }): void {
  if (state.outcome === undefined) return;
  throw refused(REFUSALS.alreadyEnded, `the order has ended: ${state.outcome.ended}`, []);
}

function refused(type: Refusal, message: string, faults: readonly Fault[]): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: [faults] });
}
