import { lateStepSummary } from '../domain/describe/late.js';
import type { LateDecision, LateEvent } from '../domain/late/state.js';
import { rest } from './owner.js';
import { query } from './query-order.js';

/** Does one step of a late payment, and says what came of it. */
export async function performLateStep({ state, step }: LateDecision): Promise<LateEvent> {
  switch (step.do) {
    case 'wait':
    case 'askPerson':
      return rest(step.until, lateStepSummary(state));
    case 'query':
      return query(state.order.ref, lateStepSummary(state));
    case 'finish':
      throw new Error('nothing is left to do for a late payment that has ended');
  }
}
