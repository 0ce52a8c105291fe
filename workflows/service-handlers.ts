import { log, setHandler } from '@temporalio/workflow';
import {
  checkCancelRequest,
  checkNeedsAttention,
  checkResolution,
  checkServiceNotification,
} from '../domain/payscore/check.js';
import { visibleServiceState } from '../domain/describe/service-order.js';
import { asksTheSame, isCancelling, nextDueAt, requestAnswer } from '../domain/payscore/requests.js';
import type { CancelRequest, ServiceDecision, ServiceOrderEvent, ServiceOrderState } from '../domain/payscore/state.js';
import { roundUp, toRfc3339 } from '../domain/time.js';
import {
  requestCancel,
  resolveService,
  retryService,
  serviceNotification,
  serviceOrderState,
  type CancelTaken,
  type ResolveServiceReply,
  type ServiceOrderView,
} from './payscore-messages.js';
import { waitUntil } from './owner.js';
import { demandOpen, good } from './refusals.js';
import { hearRetry } from './retry-handler.js';

/** The owner of a service order, as far as those who speak to it see it. */
interface ServiceOwner {
  readonly decision: ServiceDecision;
  readonly state: ServiceOrderState;
  readonly apply: (event: ServiceOrderEvent) => void;
}

/** What a service order hears. */
export function hearServiceMessages(owner: ServiceOwner): void {
  const view = (): ServiceOrderView => viewOf(owner.decision);

  setHandler(serviceOrderState, view);

  setHandler(
    serviceNotification,
    (notification) => {
      const checked = checkServiceNotification(notification);
      if (checked.ok) owner.apply({ type: 'notificationReceived', notification: checked.value });
      else log.warn('a notification that has not the form of one was not heard');
    },
    { description: 'A verified notification of WeChat Pay: the user confirmed the service order, or paid it.' },
  );

  setHandler(
    requestCancel,
    (request) => {
      const checked = good(checkCancelRequest(request, Date.now()));
      owner.apply({ type: 'cancelRequested', request: checked });
      return taken(owner.state, checked);
    },
    {
      description: 'Cancel the service order: { "requestId": "…", "reason": "…" }. The same requestId is one request.',
      validator: (request) => {
        demandOpen(owner.state);
        good(checkCancelRequest(request, Date.now()));
      },
    },
  );

  hearRetry(retryService, owner, checkNeedsAttention, view);

  setHandler(
    resolveService,
    async (request) => {
      owner.apply({ type: 'resolveRequested', resolution: good(checkResolution(request)) });
      await waitUntil(() => owner.state.resolution === null || owner.state.phase === 'ended');
      return resolveReply(owner.state);
    },
    {
      description:
        'Say how the service order ended: { "as": "cancelled", "note": "…", "by": "…" }. WeChat Pay is asked once more.',
      validator: (request) => {
        demandOpen(owner.state);
        good(checkNeedsAttention(owner.state));
        good(checkResolution(request));
      },
    },
  );
}

function taken(state: ServiceOrderState, request: CancelRequest): CancelTaken {
  const { requestId } = request;
  const answer = requestAnswer(state, requestId);
  const standing = state.requests.find((each) => each.requestId === requestId);
  if (answer === undefined || standing === undefined) throw new Error(`the request ${requestId} was not taken`);
  return { ...answer, dueAt: toRfc3339(roundUp(answer.dueAt)), requestDiffers: !asksTheSame(standing, request) };
}

function resolveReply(state: ServiceOrderState): ResolveServiceReply {
  return { ended: state.phase === 'ended' ? state.outcome.ended : null, said: state.last?.said ?? 'nothing' };
}

function viewOf({ state, step }: ServiceDecision): ServiceOrderView {
  const next = nextDueAt(state, Date.now());
  return {
    order: state.order,
    phase: state.phase,
    visible: visibleServiceState(state) ?? null,
    isCancelling: isCancelling(state, Date.now()),
    cancelsAt: next === null ? null : toRfc3339(roundUp(next)),
    until: 'until' in step ? toRfc3339(step.until) : null,
    last: state.last,
    outcome: state.phase === 'ended' ? state.outcome : null,
  };
}
