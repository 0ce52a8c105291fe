import type { CancelRequestInput } from '../../client/index.js';
import type { ServiceOrderKey } from '../../testing/sandbox/service-orders.js';
import { notify, SHORT_PAUSES, type StormContext, untilEnded } from './context.js';
import type { PlannedCancel, PlannedServiceOrder, ServiceOrderAction } from './plan.js';

const TIMING = { cancelSettlesWithin: '10s', pauses: SHORT_PAUSES } as const;

/** Plays the service, its user and WeChat Pay for one service order. Returns after its end and its last action. */
export async function playServiceOrder(planned: PlannedServiceOrder, storm: StormContext): Promise<void> {
  const { clock, sandbox, serviceOrders, clientCalls } = storm;
  const key = { mchid: planned.mchid, outOrderNo: planned.number };
  const beforeStart = planned.actions.filter(({ after }) => after < 0);
  await clock.at(planned.startAt + Math.min(0, ...beforeStart.map(({ after }) => after)));
  if (clock.isOver) return;
  const { serviceId, appid } = await sandbox.createServiceOrder(key);
  for (const fault of planned.faults) sandbox.misbehave(key, fault);
  for (const action of beforeStart) await doAction(action, key, storm);
  const handle = serviceOrders.serviceOrder(key);
  const startedAt = clock.begunAt + planned.startAt;
  const at = async (after: number, act: () => Promise<unknown>): Promise<void> => {
    await clock.rest(startedAt + after - Date.now());
    if (!clock.isOver) await act();
  };
  const cancel = (call: () => Promise<unknown>) => clientCalls.untilDoneOrRefused('requestCancel', call);
  const order = { ...key, serviceId, appid, timing: TIMING };
  // The first request starts the workflow, and so may others of the same instant.
  const [first, ...others] = planned.requests;
  const starting = planned.requests.filter((each) => each === first || each.after === 0);
  await Promise.all(
    starting.map((each) => at(each.after, () => cancel(() => serviceOrders.requestCancel(order, requestOf(each))))),
  );
  await Promise.all([
    // A later request joins the workflow. It does not start it anew if it has ended.
    ...others
      .filter(({ after }) => after > 0)
      .map((each) => at(each.after, () => cancel(() => handle.requestCancel(requestOf(each))))),
    ...planned.actions
      .filter(({ after }) => after >= 0)
      .map((action) => at(action.after, () => doAction(action, key, storm))),
    untilEnded(handle, storm),
  ]);
}

function requestOf({
  requestId,
  reason,
  ifNotConfirmedWithinMs,
  mayCancel,
  giveUp,
}: PlannedCancel): CancelRequestInput {
  return {
    requestId,
    reason,
    mayCancel,
    ...(ifNotConfirmedWithinMs !== undefined && { when: { ifNotConfirmedWithin: `${ifNotConfirmedWithinMs}ms` } }),
    ...(giveUp !== undefined && { giveUp: { total: giveUp } }),
  };
}

async function doAction(action: ServiceOrderAction, key: ServiceOrderKey, storm: StormContext): Promise<void> {
  const { serviceOrders } = storm.sandbox;
  switch (action.does) {
    case 'confirm':
      if (serviceOrders.confirm(key) === undefined) return;
      break;
    case 'complete':
      serviceOrders.complete(key, action.total);
      return;
    case 'pay':
      if (serviceOrders.pay(key, Date.now()) === undefined) return;
      break;
  }
  if (action.isNotified) await notify(storm, key);
}
