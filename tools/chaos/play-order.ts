import { isOrderClientError, type OrderHandle, type OrderInput } from '../../client/index.js';
import { claimKey } from '../../testing/sandbox/ledger.js';
import type { OrderKey } from '../../testing/sandbox/orders.js';
import type { Evidence, RequestEvidence } from './evidence.js';
import type { LateAct, OrderAct, Plan, PlannedOrder, WriteTrap } from './plan.js';
import { notify, type World } from './context.js';
import { isWrite } from './recording-proxy.js';

/** Our own pauses are short, so that faults are over soon. The floor is no pause. */
const TIMING: NonNullable<OrderInput['timing']> = {
  pauses: {
    userIsPaying: { first: '1s', max: '3s' },
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
};

export function orderKeyOf({ mchid, subMchid, number }: PlannedOrder): OrderKey & { readonly subMchid?: string } {
  return { mchid, ...(subMchid !== undefined && { subMchid }), outTradeNo: number };
}

/** One order in its world. */
interface Playing {
  readonly planned: PlannedOrder;
  readonly world: World;
  readonly key: ReturnType<typeof orderKeyOf>;
  readonly handle: OrderHandle;
}

/** Plays the checkout, the shopper and WeChat Pay of one order. Returns when it has ended and nothing more happens to it. */
export async function playOrder(planned: PlannedOrder, world: World): Promise<void> {
  const { clock, insisting, orders } = world;
  const key = orderKeyOf(planned);
  const playing: Playing = { planned, world, key, handle: orders.order(key) };
  const beforeStart = planned.acts.filter(({ after }) => after < 0);
  await clock.at(planned.startAt + Math.min(0, ...beforeStart.map(({ after }) => after)));
  if (clock.isOver) return;
  const createdAt = world.clock.begunAt + planned.startAt - (planned.ageMs ?? 0);
  await place(playing, createdAt);
  for (const act of beforeStart) await perform(playing, act);
  await clock.at(planned.startAt);
  const input = inputOf(playing, createdAt);
  const starts = Array.from({ length: planned.starts }, () => insisting.insist('start', () => orders.start(input)));
  await Promise.all(starts);
  const startedAt = Date.now();
  const acts = planned.acts.filter(({ after }) => after >= 0);
  await Promise.all([
    ...acts.map(async (act) => {
      await clock.rest(startedAt + act.after - Date.now());
      if (!clock.isOver) await perform(playing, act);
    }),
    ended(playing),
  ]);
  for (const act of planned.afterEnd) if (!clock.isOver) await performLate(playing, act);
}

async function ended({ handle, world: { insisting, clock } }: Playing): Promise<void> {
  const over = new Promise<void>((resolve) => clock.signal.addEventListener('abort', () => resolve(), { once: true }));
  await Promise.race([insisting.insist('outcome', () => handle.outcome()), over]);
}

async function place({ planned, world: { sandbox }, key }: Playing, createdAt: number): Promise<void> {
  const { api, signType, amount, isPlaced, faults } = planned;
  if (!isPlaced) return;
  await sandbox.place({ ...key, api, amount, createdAt, ...(signType !== undefined && { signType }) });
  for (const fault of faults) sandbox.misbehave(key, fault);
}

function inputOf({ planned, key }: Playing, createdAt: number): OrderInput {
  const { api, expected, ageMs, dueAfterMs } = planned;
  const payBefore = new Date(createdAt + (ageMs ?? 0) + dueAfterMs).toISOString();
  const common = { ...key, api, amount: expected, payBefore, timing: TIMING };
  return ageMs === null ? common : { ...common, createdAt: new Date(createdAt).toISOString(), trustCreatedAt: true };
}

async function perform(playing: Playing, act: OrderAct): Promise<void> {
  const { planned, world, key, handle } = playing;
  const { insisting } = world;
  switch (act.does) {
    case 'pay':
      if ((await world.sandbox.pay(key)) === undefined) return;
      return tell(playing, act.notified);
    case 'close-now':
      return request(playing, { does: act.does, payBefore: null }, () =>
        handle.closeNow({ replacedBy: `${planned.number}-B` }),
      );
    case 'check-now':
      return insisting.offer('checkNow', () => handle.checkNow());
    case 'placement-failed':
      return request(playing, { does: act.does, payBefore: null }, () =>
        handle.placementFailed({ code: 'PARAM_ERROR' }),
      );
    case 'extend': {
      const payBefore = world.clock.begunAt + planned.startAt + planned.dueAfterMs + act.byMs;
      return request(playing, { does: act.does, payBefore }, () =>
        handle.extend({ payBefore: new Date(payBefore).toISOString() }),
      );
    }
  }
}

/** Insists on a request that an order may refuse, and writes down what came of it. */
function request(
  { world: { insisting, requests }, key }: Playing,
  asked: Pick<RequestEvidence, 'does' | 'payBefore'>,
  call: () => Promise<{ readonly accepted: boolean }>,
): Promise<void> {
  return insisting.offer(asked.does, requests.open(claimKey(key), asked, call));
}

async function performLate(playing: Playing, act: LateAct): Promise<void> {
  const { world, key } = playing;
  const { sandbox } = world;
  const state = sandbox.orders.find(key)?.state;
  // The first payment keeps its place in the book.
  world.payments.note(sandbox, key, claimKey(key));
  switch (act) {
    case 'notify':
      return state === 'SUCCESS' ? tell(playing, 1) : undefined;
    case 'pay-closed':
      if (state !== 'CLOSED') return;
      await sandbox.become(key, 'SUCCESS');
      return tell(playing, 1);
    case 'pay-again':
      if (state !== 'SUCCESS') return;
      await sandbox.become(key, 'NOTPAY');
      await sandbox.pay(key);
      return tell(playing, 1);
  }
}

/** Writes the payment down, and notifies of it so many times. */
async function tell({ world, key }: Playing, times: number): Promise<void> {
  const { sandbox, payments } = world;
  payments.note(sandbox, key, claimKey(key));
  const sent = await Promise.all(Array.from({ length: times }, () => notify(world, key)));
  if (sent.includes(true)) payments.notified(sandbox, key, claimKey(key));
}

/** What an aimed plan meant to happen to the product as it is, and what did not: then a mutant was not put to the test either. */
export function unplayed(plan: Plan, evidence: Evidence): string[] {
  const traps = [
    ...plan.orders.map((each) => ({ key: claimKey(orderKeyOf(each)), onWrite: each.onWrite })),
    ...plan.serviceOrders.map(({ mchid, number, onWrite }) => ({
      key: claimKey({ mchid, outOrderNo: number }),
      onWrite,
    })),
  ];
  return [
    ...unfrozen(plan, evidence),
    ...traps.flatMap(({ key, onWrite }) =>
      onWrite === undefined || isSprung(key, onWrite, evidence) ? [] : [`${key}: nothing happened in its write`],
    ),
  ];
}

/** Workers freeze themselves once for each order. */
function unfrozen({ freezeAt, orders, serviceOrders }: Plan, { losses }: Evidence): string[] {
  const frozen = losses.filter(({ what }) => what === 'worker-frozen').length;
  const wanted = orders.length + serviceOrders.length;
  return freezeAt !== undefined && frozen < wanted ? [`a worker was frozen ${frozen} times, and not ${wanted}`] : [];
}

function isSprung(key: string, trap: WriteTrap, { calls, losses, orders }: Evidence): boolean {
  switch (trap) {
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

type Asked = Pick<RequestEvidence, 'does' | 'payBefore'>;

/** What checkouts asked of each order, and what the client answered. */
export class RequestBook {
  private readonly byOrder = new Map<string, RequestEvidence[]>();

  /**
   * Opens an entry.
   *
   * @param call makes the request once
   * @returns makes the request once, and writes down what came of it; to be used for each try
   */
  open(key: string, asked: Asked, call: () => Promise<{ readonly accepted: boolean }>): () => Promise<void> {
    const all = this.byOrder.get(key) ?? [];
    this.byOrder.set(key, all);
    const place = all.push({ ...asked, askedAt: Date.now(), answeredAt: null, taken: 'maybe' }) - 1;
    let tries = 0;
    const answered = (isTaken: boolean): void => {
      const before = all[place];
      const taken = isTaken ? 'yes' : tries === 1 ? 'no' : 'maybe';
      if (before !== undefined) all[place] = { ...before, answeredAt: Date.now(), taken };
    };
    return async () => {
      tries += 1;
      try {
        answered((await call()).accepted);
      } catch (error) {
        // Any other error leaves it open whether the workflow has the request.
        if (isOrderClientError(error) && error.code === 'invalid-order') answered(false);
        throw error;
      }
    };
  }

  of(key: string): readonly RequestEvidence[] {
    return this.byOrder.get(key) ?? [];
  }
}
