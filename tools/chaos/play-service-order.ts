import type { CancelRequestInput, ServiceOrderHandle } from '../../client/index.js';
import type { SandboxServiceOrder } from '../../testing/sandbox/service-orders.js';
import type { CancelAsked, PlannedServiceOrder, ServiceAct } from './plan.js';
import { notify, type World } from './context.js';

/** Our own pauses are short, so that faults are over soon. */
const TIMING = {
  cancelSettlesWithin: '10s',
  pauses: {
    settling: { first: '1s', max: '3s' },
    paidClaimed: { first: '1s', max: '3s' },
    notFound: { first: '2s', max: '4s' },
    unclear: { first: '1s', max: '4s' },
    hint: { first: '1s', max: '1s' },
    inProgress: { first: '1s', max: '3s' },
    tooOften: { first: '1s', max: '4s' },
    refused: { first: '1s', max: '3s' },
    unclearWrite: { first: '1s', max: '4s' },
  },
} as const;

/** Plays the service, its user and WeChat Pay of one service order. Returns when it has ended. */
export async function playServiceOrder(planned: PlannedServiceOrder, world: World): Promise<void> {
  const { clock, sandbox, serviceOrders, insisting } = world;
  const key = { mchid: planned.mchid, outOrderNo: planned.number };
  const beforeStart = planned.acts.filter(({ after }) => after < 0);
  await clock.at(planned.startAt + Math.min(0, ...beforeStart.map(({ after }) => after)));
  if (clock.isOver) return;
  const { serviceId, appid } = await sandbox.createServiceOrder(key);
  for (const fault of planned.faults) sandbox.misbehave(key, fault);
  for (const act of beforeStart) await perform(act, key, world);
  const startedAt = world.clock.begunAt + planned.startAt;
  const request = async (asked: CancelAsked): Promise<void> => {
    await clock.rest(startedAt + asked.after - Date.now());
    if (clock.isOver) return;
    const order = { ...key, serviceId, appid, timing: TIMING };
    await insisting.offer('requestCancel', () => serviceOrders.requestCancel(order, requestOf(asked)));
  };
  const [first, ...others] = planned.requests;
  const atOnce = others.filter(({ after }) => after === 0);
  await Promise.all([...(first === undefined ? [] : [first]), ...atOnce].map(request));
  const handle = serviceOrders.serviceOrder(key);
  await Promise.all([
    ...others.filter(({ after }) => after > 0).map((each) => later(each, handle, startedAt, world)),
    ...planned.acts
      .filter(({ after }) => after >= 0)
      .map(async (act) => {
        await clock.rest(startedAt + act.after - Date.now());
        if (!clock.isOver) await perform(act, key, world);
      }),
    ended(handle, world),
  ]);
}

/** A further request joins the workflow that runs: one that has ended is not begun anew for it. */
async function later(
  asked: CancelAsked,
  handle: ServiceOrderHandle,
  startedAt: number,
  { clock, insisting }: World,
): Promise<void> {
  await clock.rest(startedAt + asked.after - Date.now());
  if (!clock.isOver) await insisting.offer('requestCancel', () => handle.requestCancel(requestOf(asked)));
}

async function ended(handle: ServiceOrderHandle, { clock, insisting }: World): Promise<void> {
  const over = new Promise<void>((resolve) => clock.signal.addEventListener('abort', () => resolve(), { once: true }));
  await Promise.race([insisting.insist('outcome', () => handle.outcome()), over]);
}

function requestOf({ requestId, reason, ifNotConfirmedWithinMs, mayCancel, giveUp }: CancelAsked): CancelRequestInput {
  return {
    requestId,
    reason,
    mayCancel,
    ...(ifNotConfirmedWithinMs !== undefined && { when: { ifNotConfirmedWithin: `${ifNotConfirmedWithinMs}ms` } }),
    ...(giveUp !== undefined && { giveUp: { total: giveUp } }),
  };
}

async function perform(
  act: ServiceAct,
  key: Pick<SandboxServiceOrder, 'mchid' | 'outOrderNo'>,
  world: World,
): Promise<void> {
  const { serviceOrders } = world.sandbox;
  switch (act.does) {
    case 'confirm':
      if (serviceOrders.confirm(key) === undefined) return;
      break;
    case 'complete':
      serviceOrders.complete(key, act.total);
      return;
    case 'pay':
      if (serviceOrders.pay(key, Date.now()) === undefined) return;
      break;
  }
  // Nobody waits for it: of a service order that nobody watches yet, it changes nothing.
  if (act.isNotified) await notify(world, key);
}
