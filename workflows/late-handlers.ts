import { log, setHandler } from '@temporalio/workflow';
import { visibleLateState } from '../domain/describe/late.js';
import { checkLateRetry, checkRecord } from '../domain/late/check-record.js';
import { transactionIdsOf } from '../domain/late/facts.js';
import type { LateDecision, LateEvent, LateState } from '../domain/late/state.js';
import { checkNotification } from '../domain/orders/check-notification.js';
import { notificationIsOurs } from '../domain/orders/facts.js';
import { toRfc3339 } from '../domain/time.js';
import { lateState, record, retryLate, type LateView } from './late-messages.js';
import { paymentNotification } from './messages.js';
import { demandOpen, good } from './refusals.js';
import { hearRetry } from './retry-handler.js';

/** The owner of a late payment, as far as those who speak to it see it. */
interface LateOwner {
  readonly decision: LateDecision;
  readonly state: LateState;
  readonly apply: (event: LateEvent) => void;
}

/** What a late payment hears. A signal is a fact and always taken; an update is refused where it cannot be met. */
export function hearLateMessages(owner: LateOwner): void {
  const view = (): LateView => viewOf(owner.decision);

  setHandler(lateState, view);

  setHandler(
    paymentNotification,
    (notification) => {
      const checked = checkNotification(notification);
      if (!checked.ok) log.warn('a notification that has not the form of one was not heard');
      else if (!notificationIsOurs(owner.state, checked.value))
        log.warn('a notification of another order was not heard');
      else owner.apply({ type: 'paymentNotification', notification: checked.value });
    },
    { description: 'A further verified notification of WeChat Pay: the order was paid.' },
  );

  hearRetry(retryLate, owner, checkLateRetry, view);

  setHandler(
    record,
    // It was checked before it was taken, and is taken again as it was: one of 0.1.0 need not name the payments.
    ({ as, note, by }) => {
      owner.apply({ type: 'recorded', as, note, by });
      return view();
    },
    {
      description:
        'What was done about the payments that you looked at: { "as": "refunded", "note": "…", "by": "…", "transactionIds": ["…"] }. It ends the watch.',
      validator: (request) => {
        demandOpen(owner.state);
        good(checkRecord(request, owner.state));
      },
    },
  );
}

function viewOf({ state, step }: LateDecision): LateView {
  return {
    order: state.order.ref,
    phase: state.phase,
    visible: visibleLateState(state) ?? null,
    reason: state.phase === 'needsAttention' ? state.reason : null,
    until: 'until' in step ? toRfc3339(step.until) : null,
    transactionIds: transactionIdsOf(state),
    last: state.last,
    outcome: state.phase === 'ended' ? state.outcome : null,
  };
}
