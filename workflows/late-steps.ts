import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import { CALL_POLICIES, type OrderActivities } from '../domain/activities.js';
import { lateStepSummary } from '../domain/describe/late.js';
import type { LateDecision, LateEvent } from '../domain/late/state.js';
import { toCallFailure } from './call-failure.js';
import { rest } from './owner.js';

const { queryOrder } = proxyActivities<Pick<OrderActivities, 'queryOrder'>>({
  ...CALL_POLICIES.queryOrder,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** Does one step of a late payment, and says what came of it. */
export async function performLateStep({ state, step }: LateDecision): Promise<LateEvent> {
  switch (step.do) {
    case 'wait':
    case 'askPerson':
      return rest(step.until, lateStepSummary(state));
    case 'query':
      return queryOrder.executeWithOptions({ summary: lateStepSummary(state) }, [{ order: state.order.ref }]).then(
        (answer): LateEvent => ({ type: 'queryAnswered', answer }),
        (error: unknown): LateEvent => ({ type: 'queryFailed', failure: toCallFailure(error) }),
      );
    case 'finish':
      throw new Error('nothing is left to do for a late payment that has ended');
  }
}
