import {
  CancelledFailure,
  log,
  makeContinueAsNewFunc,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { descriptionOf } from '../domain/page/descriptions.js';
import { resolveReply } from '../domain/page/resolved.js';
import {
  serviceCurrentDetailsOf,
  serviceDetailsOf,
  serviceStepSummary,
  visibleServiceState,
} from '../domain/page/service-order.js';
import { required, resume } from '../domain/flow.js';
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
  checkCancelRequest,
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
  ServiceStep,
} from '../domain/payscore/state.js';
import type { CancelRequest } from '../domain/payscore/write.js';
import { roundUp, toRfc3339 } from '../domain/time.js';
import { LONG_PAST_IN_WORKFLOW } from '../domain/timing.js';
import type { Checked } from '../domain/validation.js';
import { callFailure, callOptions, executeOptions, write } from './calls.js';
import { REFUSALS } from './messages/orders.js';
import { newPage, type Page } from './page.js';
import {
  acceptedCancel,
  requestCancel,
  resolveService,
  retryService,
  serviceOrderNotification,
  serviceOrderState,
  type CancelTaken,
  type ServiceOrderView,
} from './messages/payscore.js';
import {
  handleRetry,
  ignoreUnknownSignals,
  orRefuse,
  requireOwner,
  stateOfEarlierRun,
  validateRequest,
} from './refuse.js';
import { tell } from './tell.js';
import { Runner, waitUntil, type CallOf, type RunningFlow } from './runner.js';

const { queryServiceOrder } = proxyActivities<Pick<ServiceOrderActivities, 'queryServiceOrder'>>(
  callOptions('queryServiceOrder'),
);
const { cancelServiceOrder } = proxyActivities<Pick<ServiceOrderActivities, 'cancelServiceOrder'>>(
  callOptions('cancelServiceOrder'),
);

/**
 * Owns a PayScore service order until it is cancelled, or it is certain that it must not be cancelled.
 *
 * `domain/` decides what happens; this file only does it.
 *
 * @param soFar the state that an earlier run handed over (continue-as-new); a start never has it
 * @throws ApplicationFailure of type `INVALID_ORDER` if the input has faults, all of which are listed, or if this
 *   workflow was started so that it cannot own the service order: see {@link requireOwner}
 */
export function cancelPayscore(input: ServiceOrderInput, soFar?: ServiceOrderState): Promise<ServiceOutcome> {
  const earlier = stateOfEarlierRun(soFar);
  const runner = new Runner(earlier === undefined ? begin(input) : resume(SERVICE_ORDER_FLOW, earlier, Date.now()), {
    decide: decideServiceOrder,
    call,
    summaryOf: ({ state, step }) => serviceStepSummary(state, 'until' in step ? step.until : undefined),
    mustAwaitResult: (step) => step.do === 'cancel',
    show: newPage(pageOf),
    tell: (news, { order, locale }) => tell(news, order.mchid, locale),
    continueAsNew: (state) => makeContinueAsNewFunc<typeof cancelPayscore>({})(input, state),
  });
  handleMessages(runner);
  return runner.untilFinished(resultOf);
}

function resultOf(outcome: ServiceOutcome): ServiceOutcome {
  // A person asked Temporal to cancel the workflow, so it ends as cancelled.
  if (outcome.ended !== 'released') return outcome;
  throw new CancelledFailure('the service order is no longer watched, as a person asked');
}

function begin(input: ServiceOrderInput): ServiceDecision {
  const start = orRefuse(
    checkServiceOrder(input, workflowInfo().startTime.getTime(), LONG_PAST_IN_WORKFLOW),
    REFUSALS.invalidOrder,
  );
  requireOwner(serviceOrderWorkflowId(start.order));
  return openServiceOrder(start, Date.now());
}

/** Makes the call of a step, and returns the event that it ends with. */
function call(step: CallOf<ServiceStep>, state: ServiceOrderState): Promise<ServiceOrderEvent> {
  return step.do === 'query' ? query(state) : cancel(step.isSuperseded, state);
}

function query(state: ServiceOrderState): Promise<ServiceOrderEvent> {
  const name = 'queryServiceOrder';
  const options = executeOptions(name, serviceStepSummary(state), state, state.timing);
  return queryServiceOrder.executeWithOptions(options, [{ order: state.order }]).then(
    (answer): ServiceOrderEvent => ({ type: 'queryAnswered', answer }),
    (error: unknown): ServiceOrderEvent => ({ type: 'queryFailed', failure: callFailure(error, name) }),
  );
}

async function cancel(isSuperseded: boolean, state: ServiceOrderState): Promise<ServiceOrderEvent> {
  const name = 'cancelServiceOrder';
  const options = executeOptions(name, serviceStepSummary(state), state, state.timing);
  const written = await write(name, isSuperseded, () =>
    cancelServiceOrder.executeWithOptions(options, [cancelInput(state, Date.now())]),
  );
  if ('failure' in written) return { type: 'cancelFailed', failure: written.failure };
  return { type: 'cancelAnswered', result: written.result };
}

function pageOf({ state, step }: ServiceDecision): Page {
  const { order, requests, locale, timing } = state;
  return {
    mchid: order.mchid,
    identity: () => serviceDetailsOf({ order, request: requests[0] ?? null, locale, timing }),
    details: serviceCurrentDetailsOf(state, step),
    visible: visibleServiceState(state),
    reason: state.phase === 'needsAttention' ? state.reason : null,
    last: state.last,
    dueAt: shownDueAt(state, Date.now()),
  };
}

function handleMessages(runner: RunningFlow<ServiceOrderState, ServiceStep, ServiceOrderEvent>): void {
  const view = (): ServiceOrderView => viewOf(runner.decision);
  const check = (request: unknown): Checked<CancelRequest> => checkFurtherRequest(request, runner.state, Date.now());

  setHandler(serviceOrderState, view);

  setHandler(acceptedCancel, (request) => {
    const checked = checkCancelRequest(request, Date.now(), Infinity);
    return checked.ok ? answerTo(checked.value, runner.state) : null;
  });

  setHandler(
    serviceOrderNotification,
    (notification) => {
      const checked = checkServiceOrderNotification(notification);
      if (checked.ok) runner.apply({ type: 'notificationReceived', notification: checked.value });
      else log.warn('a notification of the wrong form was ignored');
    },
    { description: descriptionOf('serviceOrderNotification') },
  );

  setHandler(
    requestCancel,
    (request) => {
      const checked = orRefuse(check(request));
      runner.apply({ type: 'cancelRequested', request: checked });
      return required(answerTo(checked, runner.state), 'the request');
    },
    {
      description: descriptionOf('requestCancel'),
      validator: (request, ...more) => validateRequest(runner.state, more, () => check(request)),
    },
  );

  handleRetry(retryService, runner, checkNeedsAttention, view);

  setHandler(
    resolveService,
    async (request) => {
      runner.apply({ type: 'resolveRequested', resolution: orRefuse(checkResolution(request)) });
      await waitUntil(() => runner.state.resolution === null || runner.state.phase === 'ended');
      return resolveReply(runner.state, request.as);
    },
    {
      description: descriptionOf('resolveService'),
      validator: (request, ...more) =>
        validateRequest(runner.state, more, () => {
          const asked = checkNeedsAttention(runner.state);
          return asked.ok ? checkResolution(request) : asked;
        }),
    },
  );

  ignoreUnknownSignals();
}

/** The answer to a request; `null`: none of its id was accepted. */
function answerTo(request: CancelRequest, state: ServiceOrderState): CancelTaken | null {
  const answer = requestAnswer(state, request.requestId);
  const standing = state.requests.find(({ requestId }) => requestId === request.requestId);
  if (answer === undefined || standing === undefined) return null;
  return { ...answer, dueAt: toRfc3339(roundUp(answer.dueAt)), requestDiffers: !asksTheSame(standing, request) };
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
