import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import { cancelStartsWithin, SERVICE_CALL_POLICIES, type ServiceOrderActivities } from '../domain/activities.js';
import { serviceStepSummary } from '../domain/describe/service-order.js';
import type { ServiceDecision, ServiceOrderEvent } from '../domain/payscore/state.js';
import { toCallFailure } from './call-failure.js';
import { rest } from './owner.js';

const { queryServiceOrder } = proxyActivities<Pick<ServiceOrderActivities, 'queryServiceOrder'>>({
  ...SERVICE_CALL_POLICIES.queryServiceOrder,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

const { cancelServiceOrder } = proxyActivities<Pick<ServiceOrderActivities, 'cancelServiceOrder'>>({
  ...SERVICE_CALL_POLICIES.cancelServiceOrder,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** Does one step of a service order, and says what came of it. */
export async function performServiceStep({ state, step }: ServiceDecision): Promise<ServiceOrderEvent> {
  const { order } = state;
  switch (step.do) {
    case 'wait':
    case 'askPerson':
      return rest(step.until, serviceStepSummary(state, step.until));
    case 'query':
      return queryServiceOrder.executeWithOptions({ summary: serviceStepSummary(state) }, [{ order }]).then(
        (answer): ServiceOrderEvent => ({ type: 'queryAnswered', answer }),
        (error: unknown): ServiceOrderEvent => ({ type: 'queryFailed', failure: toCallFailure(error) }),
      );
    case 'cancel': {
      const { reason, queriedAt } = step;
      return cancelServiceOrder
        .executeWithOptions(
          { summary: serviceStepSummary(state), scheduleToStartTimeout: cancelStartsWithin(queriedAt, Date.now()) },
          [{ order, reason, queriedAt }],
        )
        .then(
          (answer): ServiceOrderEvent => ({ type: 'cancelAnswered', answer }),
          (error: unknown): ServiceOrderEvent => ({ type: 'cancelFailed', failure: toCallFailure(error, true) }),
        );
    }
    case 'finish':
      throw new Error('nothing is left to do for a service order that has ended');
  }
}
