import {
  CancelledFailure,
  log,
  makeContinueAsNewFunc,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  serviceCurrentDetailsOf,
  serviceDetailsOf,
  serviceStepSummary,
  visibleServiceState,
} from '../domain/page/service-order.js';
import { resume } from '../domain/flow.js';
import { decideServiceOrder, openServiceOrder, SERVICE_ORDER_FLOW } from '../domain/payscore/decide.js';
import {
  asksTheSame,
  cancelInput,
  isCancelling,
  nextDueAt,
  requestAnswer,
  shownDueAt,
} from '../domain/payscore/due.js';
import { checkServiceOrder, type ServiceOrderInput } from '../domain/payscore/input.js';
import { serviceOrderWorkflowId, type ServiceOrderActivities } from '../domain/payscore/order.js';
import {
  checkFurtherRequest,
  checkNeedsAttention,
  checkResolution,
  checkServiceOrderNotification,
} from '../domain/payscore/requests.js';
import type {
  ServiceDecision,
  ServiceOrderEvent,
  ServiceOrderState,
  ServiceOutcome,
} from '../domain/payscore/state.js';
import type { CancelRequest } from '../domain/payscore/write.js';
import { roundUp, toRfc3339, type Instant } from '../domain/time.js';
import { LONG_PAST_IN_WORKFLOW } from '../domain/timing.js';
import { retriedFor } from '../domain/waiting.js';
import type { Checked } from '../domain/validation.js';
import { callFailure, callOptions, oneAttempt, write } from './calls.js';
import { REFUSALS } from './messages/orders.js';
import { show } from './page.js';
import {
  requestCancel,
  resolveService,
  retryService,
  serviceOrderNotification,
  serviceOrderState,
  type CancelTaken,
  type ResolveServiceReply,
  type ServiceOrderView,
} from './messages/payscore.js';
import { demandOwnId, hearRetry, ignoreUnknownSignals, leftByEarlierRun, demandRequest, orRefuse } from './refuse.js';
import { Runner, waitUntil } from './runner.js';

const { queryServiceOrder } = proxyActivities<Pick<ServiceOrderActivities, 'queryServiceOrder'>>(
  callOptions('queryServiceOrder'),
);
const { cancelServiceOrder } = proxyActivities<Pick<ServiceOrderActivities, 'cancelServiceOrder'>>(
  callOptions('cancelServiceOrder'),
);

/**
 * Owns a PayScore service order until it is cancelled, or it is certain that it is not to be.
 *
 * What happens is decided in `domain/`; here it is only done.
 *
 * @param soFar what an earlier run of this workflow knew, whose history had grown long; no start has it
 * @throws ApplicationFailure of type `INVALID_ORDER` if the input has faults, all of which are listed, or if this
 *   workflow's id is not that of the service order
 */
export function cancelPayscore(input: ServiceOrderInput, soFar?: ServiceOrderState): Promise<ServiceOutcome> {
  const left = leftByEarlierRun(soFar);
  const runner = new Runner(left === undefined ? begin(input) : resume(SERVICE_ORDER_FLOW, left, Date.now()), {
    decide: decideServiceOrder,
    call,
    summaryOf,
    mustAwaitResult,
    show: showServiceOrder,
    continueAsNew: (state) => makeContinueAsNewFunc<typeof cancelPayscore>({})(input, state),
  });
  hearMessages(runner);
  return runner.untilFinished(resultOf);
}

function resultOf(outcome: ServiceOutcome): ServiceOutcome {
  // A service order that is released ends as its workflow was asked to.
  if (outcome.ended !== 'released') return outcome;
  throw new CancelledFailure('the service order is no longer watched, as a person asked');
}

function begin(input: ServiceOrderInput): ServiceDecision {
  const start = orRefuse(
    checkServiceOrder(input, workflowInfo().startTime.getTime(), LONG_PAST_IN_WORKFLOW),
    REFUSALS.invalidOrder,
  );
  demandOwnId(serviceOrderWorkflowId(start.order));
  return openServiceOrder(start, Date.now());
}

function summaryOf({ state, step }: ServiceDecision): string {
  return serviceStepSummary(state, 'until' in step ? step.until : undefined);
}

/** Makes the call of a step, and says what came of it. */
function call({ state, step }: ServiceDecision): Promise<ServiceOrderEvent> {
  const { order, timing } = state;
  const now = Date.now();
  switch (step.do) {
    case 'query': {
      const options = {
        summary: serviceStepSummary(state),
        scheduleToCloseTimeout: retriedFor(state, timing, oneAttempt('queryServiceOrder'), now),
      };
      return queryServiceOrder.executeWithOptions(options, [{ order }]).then(
        (answer): ServiceOrderEvent => ({ type: 'queryAnswered', answer }),
        (error: unknown): ServiceOrderEvent => ({
          type: 'queryFailed',
          failure: callFailure(error, 'queryServiceOrder'),
        }),
      );
    }
    case 'cancel':
      return cancel(state, step.isSuperseded, now);
    case 'wait':
    case 'askPerson':
    case 'finish':
      throw new Error(`the step ${step.do} is no call`);
  }
}

function mustAwaitResult(step: ServiceDecision['step']): boolean {
  return step.do === 'cancel';
}

async function cancel(state: ServiceOrderState, isSuperseded: boolean, now: Instant): Promise<ServiceOrderEvent> {
  const options = {
    summary: serviceStepSummary(state),
    scheduleToCloseTimeout: retriedFor(state, state.timing, oneAttempt('cancelServiceOrder'), now),
  };
  const written = await write('cancelServiceOrder', isSuperseded, () =>
    cancelServiceOrder.executeWithOptions(options, [cancelInput(state, now)]),
  );
  if ('failure' in written) return { type: 'cancelFailed', failure: written.failure };
  return { type: 'cancelAnswered', result: written.result };
}

function showServiceOrder({ state, step }: ServiceDecision): void {
  const { order, requests, locale, timing } = state;
  show({
    identity: () => serviceDetailsOf({ order, request: requests[0] ?? null, locale, timing }),
    details: serviceCurrentDetailsOf(state, step),
    visible: visibleServiceState(state),
    reason: state.phase === 'needsAttention' ? state.reason : null,
    last: state.last,
    dueAt: shownDueAt(state, Date.now()),
  });
}

/** The runner of a service order, as far as its messages need it. */
interface ServiceOrderRunner {
  readonly decision: ServiceDecision;
  readonly state: ServiceOrderState;
  readonly apply: (event: ServiceOrderEvent) => void;
}

/** What a service order hears. */
function hearMessages(runner: ServiceOrderRunner): void {
  const view = (): ServiceOrderView => viewOf(runner.decision);
  const check = (request: unknown): Checked<CancelRequest> =>
    checkFurtherRequest(request, runner.state, Date.now(), LONG_PAST_IN_WORKFLOW);

  setHandler(serviceOrderState, view);

  setHandler(
    serviceOrderNotification,
    (notification) => {
      const checked = checkServiceOrderNotification(notification);
      if (checked.ok) runner.apply({ type: 'notificationReceived', notification: checked.value });
      else log.warn('a notification of the wrong form was ignored');
    },
    { description: 'A verified notification of WeChat Pay: the user confirmed the service order, or paid it.' },
  );

  setHandler(
    requestCancel,
    (request) => {
      const checked = orRefuse(check(request));
      runner.apply({ type: 'cancelRequested', request: checked });
      return accepted(runner.state, checked);
    },
    {
      description: 'Cancel the service order: { "requestId": "…", "reason": "…" }. The same requestId is one request.',
      validator: (request, ...more) => demandRequest(runner, more, () => check(request)),
    },
  );

  hearRetry(retryService, runner, checkNeedsAttention, view);

  setHandler(
    resolveService,
    async (request) => {
      runner.apply({ type: 'resolveRequested', resolution: orRefuse(checkResolution(request)) });
      await waitUntil(() => runner.state.resolution === null || runner.state.phase === 'ended');
      return resolveReply(runner.state);
    },
    {
      description:
        'Say how the service order ended: { "as": "cancelled", "note": "…", "by": "…" }. WeChat Pay is asked once more.',
      validator: (request, ...more) =>
        demandRequest(runner, more, () => {
          const asked = checkNeedsAttention(runner.state);
          return asked.ok ? checkResolution(request) : asked;
        }),
    },
  );

  ignoreUnknownSignals();
}

function accepted(state: ServiceOrderState, request: CancelRequest): CancelTaken {
  const { requestId } = request;
  const answer = requestAnswer(state, requestId);
  const standing = state.requests.find((each) => each.requestId === requestId);
  if (answer === undefined || standing === undefined) throw new Error(`the request ${requestId} was not accepted`);
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
