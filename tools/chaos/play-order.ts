import type { OrderHandle, OrderInput } from '../../client/index.js';
import { claimKey } from '../../testing/sandbox/ledger.js';
import type { OrderKey } from '../../testing/sandbox/orders.js';
import { notify, SHORT_PAUSES, type StormContext, untilEnded } from './context.js';
import type { Evidence, RequestEvidence } from './evidence.js';
import type { LateAction, OnWrite, OrderAction, Plan, PlannedOrder } from './plan.js';
import { isWrite } from './recording-proxy.js';

const TIMING: NonNullable<OrderInput['timing']> = {
  pauses: { ...SHORT_PAUSES, userIsPaying: { first: '1s', max: '3s' } },
};

export function orderKeyOf({ mchid, subMchid, number }: PlannedOrder): OrderKey & { readonly subMchid?: string } {
  return { mchid, ...(subMchid !== undefined && { subMchid }), outTradeNo: number };
}

/** What the actions of one order need. */
interface OrderContext {
  readonly planned: PlannedOrder;
  readonly storm: StormContext;
  readonly key: ReturnType<typeof orderKeyOf>;
  readonly handle: OrderHandle;
}

/** Plays the checkout, the shopper and WeChat Pay for one order. Returns after its end and its last action. */
export async function playOrder(planned: PlannedOrder, storm: StormContext): Promise<void> {
  const { clock, clientCalls, orders } = storm;
  const key = orderKeyOf(planned);
  const order: OrderContext = { planned, storm, key, handle: orders.order(key) };
  const beforeStart = planned.actions.filter(({ after }) => after < 0);
  await clock.at(planned.startAt + Math.min(0, ...beforeStart.map(({ after }) => after)));
  if (clock.isOver) return;
  const createdAt = clock.begunAt + planned.startAt - (planned.ageMs ?? 0);
  await place(order, createdAt);
  for (const action of beforeStart) await doAction(order, action);
  await clock.at(planned.startAt);
  const input = inputOf(order, createdAt);
  const starts = Array.from({ length: planned.starts }, () =>
    clientCalls.untilDone('start', () => orders.start(input)),
  );
  await Promise.all(starts);
  const startedAt = Date.now();
  const actions = planned.actions.filter(({ after }) => after >= 0);
  await Promise.all([
    ...actions.map(async (action) => {
      await clock.rest(startedAt + action.after - Date.now());
      if (!clock.isOver) await doAction(order, action);
    }),
    untilEnded(order.handle, storm),
  ]);
  for (const action of planned.afterEnd) if (!clock.isOver) await doLateAction(order, action);
}

async function place({ planned, storm: { sandbox }, key }: OrderContext, createdAt: number): Promise<void> {
  const { api, signType, amount, isPlaced, faults } = planned;
  if (!isPlaced) return;
  await sandbox.place({ ...key, api, amount, createdAt, ...(signType !== undefined && { signType }) });
  for (const fault of faults) sandbox.misbehave(key, fault);
}

function inputOf({ planned, key }: OrderContext, createdAt: number): OrderInput {
  const { api, expected, ageMs, dueAfterMs } = planned;
  const payBefore = new Date(createdAt + (ageMs ?? 0) + dueAfterMs).toISOString();
  const common = { ...key, api, amount: expected, payBefore, timing: TIMING };
  return ageMs === null ? common : { ...common, createdAt: new Date(createdAt).toISOString(), trustCreatedAt: true };
}

async function doAction(order: OrderContext, action: OrderAction): Promise<void> {
  const { planned, storm, key, handle } = order;
  switch (action.does) {
    case 'pay':
      if ((await storm.sandbox.pay(key)) === undefined) return;
      return notifyOfPayment(order, action.notified);
    case 'close-now':
      return request(order, { does: action.does, payBefore: null }, () =>
        handle.closeNow({ replacedBy: `${planned.number}-B` }),
      );
    case 'check-now':
      return storm.clientCalls.untilDoneOrRefused('checkNow', () => handle.checkNow());
    case 'placement-failed':
      return request(order, { does: action.does, payBefore: null }, () =>
        handle.placementFailed({ code: 'PARAM_ERROR' }),
      );
    case 'extend': {
      const payBefore = storm.clock.begunAt + planned.startAt + planned.dueAfterMs + action.byMs;
      return request(order, { does: action.does, payBefore }, () =>
        handle.extend({ payBefore: new Date(payBefore).toISOString() }),
      );
    }
  }
}

/** Makes a request that an order may refuse, and records the answer. */
function request(
  { storm: { clientCalls, requests }, key }: OrderContext,
  what: Pick<RequestEvidence, 'does' | 'payBefore'>,
  call: () => Promise<{ readonly accepted: boolean }>,
): Promise<void> {
  return clientCalls.untilDoneOrRefused(what.does, requests.add(key, what, call));
}

async function doLateAction(order: OrderContext, action: LateAction): Promise<void> {
  const { storm, key } = order;
  const { sandbox } = storm;
  const state = sandbox.orders.find(key)?.state;
  // The sandbox is about to forget the first payment.
  storm.payments.record(sandbox, key);
  switch (action) {
    case 'notify':
      return state === 'SUCCESS' ? notifyOfPayment(order, 1) : undefined;
    case 'pay-closed':
      if (state !== 'CLOSED') return;
      await sandbox.become(key, 'SUCCESS');
      return notifyOfPayment(order, 1);
    case 'pay-again':
      if (state !== 'SUCCESS') return;
      await sandbox.become(key, 'NOTPAY');
      await sandbox.pay(key);
      return notifyOfPayment(order, 1);
  }
}

/** Records the payment, and sends its notification this many times. */
async function notifyOfPayment({ storm, key }: OrderContext, times: number): Promise<void> {
  const { sandbox, payments } = storm;
  payments.record(sandbox, key);
  const accepted = await Promise.all(Array.from({ length: times }, () => notify(storm, key)));
  if (accepted.includes(true)) payments.recordNotified(sandbox, key);
}

/** What a mutant's plan meant to happen and did not. The product as it is was then not tested, and neither was the mutant. */
export function notPlayed(plan: Plan, evidence: Evidence): string[] {
  const planned = [
    ...plan.orders.map((each) => ({ key: claimKey(orderKeyOf(each)), onWrite: each.onWrite })),
    ...plan.serviceOrders.map(({ mchid, number, onWrite }) => ({
      key: claimKey({ mchid, outOrderNo: number }),
      onWrite,
    })),
  ];
  return [
    ...missingFreezes(plan, evidence),
    ...missingRefusals(plan, evidence),
    ...planned.flatMap(({ key, onWrite }) =>
      onWrite === undefined || hasHappened(key, onWrite, evidence) ? [] : [`${key}: nothing happened in its write`],
    ),
  ];
}

/** A worker freezes itself once for each order. */
function missingFreezes({ freezeAt, orders, serviceOrders }: Plan, { losses }: Evidence): string[] {
  const frozen = losses.filter(({ what }) => what === 'worker-frozen').length;
  const wanted = orders.length + serviceOrders.length;
  return freezeAt !== undefined && frozen < wanted ? [`a worker was frozen ${frozen} times, and not ${wanted}`] : [];
}

/** A checkout that is away must have been posted to. */
function missingRefusals({ incidents }: Plan, { posts }: Evidence): string[] {
  const isAway = incidents.some(({ what }) => what === 'checkout-away');
  return isAway && posts.every(({ isTaken }) => isTaken) ? ['the checkout was not posted to while it was away'] : [];
}

function hasHappened(key: string, onWrite: OnWrite, { calls, losses, orders }: Evidence): boolean {
  switch (onWrite) {
    case 'pay':
      return orders.some((each) => each.key === key && each.payments.length > 0);
    case 'kill':
      return calls.some(
        (call) =>
          call.order === key &&
          isWrite(call) &&
          losses.some(({ what, pid, from }) => what === 'worker-killed' && pid === call.pid && from >= call.arrivedAt),
      );
  }
}
