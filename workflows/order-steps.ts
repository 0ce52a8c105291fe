import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import { CALL_POLICIES, closeWithin, type OrderActivities } from '../domain/activities.js';
import { stepSummary } from '../domain/describe/order.js';
import type { Decision, OrderEvent } from '../domain/orders/state.js';
import type { Instant } from '../domain/time.js';
import { toCallFailure } from './call-failure.js';
import { rest } from './owner.js';
import { query } from './query-order.js';

const { closeOrder } = proxyActivities<Pick<OrderActivities, 'closeOrder'>>({
  ...CALL_POLICIES.closeOrder,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** Does one step of an order, and says what came of it. */
export async function performOrderStep({ state, step }: Decision): Promise<OrderEvent> {
  const { ref, floor } = state.order;
  switch (step.do) {
    case 'wait':
    case 'askPerson':
      return rest(step.until, stepSummary(state, step.until));
    case 'query':
      return query(ref, stepSummary(state));
    case 'close': {
      const givenOutAt = Date.now();
      return closeOrder
        .executeWithOptions(
          { summary: stepSummary(state), scheduleToCloseTimeout: closeWithin(step.queriedAt, Date.now()) },
          [{ order: ref, floor, queriedAt: step.queriedAt }],
        )
        .then(
          (answer): OrderEvent => ({ type: 'closeAnswered', answer }),
          (error: unknown): OrderEvent => ({
            type: 'closeFailed',
            failure: toCallFailure(error, isFirstWait(givenOutAt)),
          }),
        );
    }
    case 'finish':
      throw new Error('nothing is left to do for an order that has ended');
  }
}

/**
 * Whether a close that no worker took in time can only be a first attempt: a second one waits after the back-off, and
 * after the attempt before it.
 */
function isFirstWait(givenOutAt: Instant): boolean {
  const { retry, scheduleToStartTimeout } = CALL_POLICIES.closeOrder;
  return Date.now() - givenOutAt < retry.initialInterval + scheduleToStartTimeout;
}
