import { log, setHandler } from '@temporalio/workflow';
import { checkNotification } from '../domain/orders/check-notification.js';
import { checkCloseRequest, checkExtension, checkResolution, checkRetry } from '../domain/orders/check-requests.js';
import { checkNowSummary, visibleState } from '../domain/describe/order.js';
import { dueAt } from '../domain/orders/facts.js';
import type { Decision, OrderEvent, OrderState } from '../domain/orders/state.js';
import { roundUp, toRfc3339 } from '../domain/time.js';
import { CHECK_ANSWERED_WITHIN } from '../domain/timing.js';
import {
  checkNow,
  closeNow,
  extend,
  orderState,
  paymentNotification,
  placedAgain,
  resolve,
  retry,
  type ClosesAt,
  type OrderView,
  type ResolveReply,
} from './messages.js';
import { handOn } from './further-payment.js';
import { waitAtMost, waitUntil } from './owner.js';
import { demandOpen, good } from './refusals.js';
import { hearRetry } from './retry-handler.js';

/** The owner of an order, as far as those who speak to it see it. */
interface OrderOwner {
  readonly decision: Decision;
  readonly state: OrderState;
  readonly apply: (event: OrderEvent) => void;
}

/** What an order hears. A signal is a fact and always taken; an update is a request, and refused where it cannot be met. */
export function hearMessages(owner: OrderOwner): void {
  const view = (): OrderView => viewOf(owner.decision);
  const closesAt = (): ClosesAt => ({ closesAt: toRfc3339(roundUp(Math.max(dueAt(owner.state), Date.now()))) });

  setHandler(orderState, view);

  setHandler(
    paymentNotification,
    (notification) => {
      const checked = checkNotification(notification);
      if (!checked.ok) return log.warn('a notification that has not the form of one was not heard');
      if (owner.state.phase === 'ended') return handOn(owner.state, checked.value);
      return owner.apply({ type: 'paymentNotification', notification: checked.value });
    },
    { description: 'A verified notification of WeChat Pay: the order was paid.' },
  );

  setHandler(
    closeNow,
    (request) => {
      owner.apply({ type: 'closeRequested', ...good(checkCloseRequest(request, owner.state)) });
      return closesAt();
    },
    {
      description: 'Close the order at the first allowed instant, without waiting for its deadline.',
      validator: (request) => {
        demandOpen(owner.state);
        good(checkCloseRequest(request, owner.state));
      },
    },
  );

  setHandler(
    checkNow,
    async () => {
      owner.apply({ type: 'checkRequested' });
      const isAnswered = (): boolean => owner.decision.step.do !== 'query';
      await waitAtMost(CHECK_ANSWERED_WITHIN, checkNowSummary(owner.state), isAnswered);
      return view();
    },
    {
      description: 'Ask WeChat Pay now. Finds an order paid; never closes one.',
      validator: () => demandOpen(owner.state),
    },
  );

  setHandler(
    extend,
    (request) => {
      owner.apply({ type: 'extended', ...good(checkExtension(request, owner.state)) });
      return closesAt();
    },
    {
      description: 'Close the order later: { "payBefore": "2026-01-31T09:00:00+08:00" }.',
      validator: (request) => {
        demandOpen(owner.state);
        good(checkExtension(request, owner.state));
      },
    },
  );

  setHandler(
    placedAgain,
    () => {
      owner.apply({ type: 'placedAgain' });
      return closesAt();
    },
    {
      description: 'WeChat Pay accepted a placement under the same number once more: the 5 minutes begin anew.',
      validator: () => demandOpen(owner.state),
    },
  );

  hearRetry(retry, owner, checkRetry, view);

  setHandler(
    resolve,
    async (request) => {
      owner.apply({ type: 'resolveRequested', resolution: good(checkResolution(request, owner.state)) });
      await waitUntil(() => owner.state.resolution === null || owner.state.phase === 'ended');
      return resolveReply(owner.state);
    },
    {
      description:
        'Say how the order ended: { "as": "closed", "note": "…", "by": "…" }. WeChat Pay is asked once more.',
      validator: (request) => {
        demandOpen(owner.state);
        good(checkResolution(request, owner.state));
      },
    },
  );
}

function resolveReply(state: OrderState): ResolveReply {
  return { ended: state.phase === 'ended' ? state.outcome.ended : null, said: state.last?.said ?? 'nothing' };
}

function viewOf({ state, step }: Decision): OrderView {
  return {
    order: state.order.ref,
    phase: state.phase,
    visible: visibleState(state) ?? null,
    closesAt: toRfc3339(roundUp(dueAt(state))),
    until: 'until' in step ? toRfc3339(step.until) : null,
    paidClaimed: state.paidClaimed,
    last: state.last,
    outcome: state.phase === 'ended' ? state.outcome : null,
  };
}
