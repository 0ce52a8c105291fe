import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrderClient, ServiceOrderClient } from '../../client/index.js';
import { claimKey } from '../../testing/sandbox/ledger.js';
import type { Evidence } from './evidence.js';
import { gather, unwitnessed } from './collect-evidence.js';
import { countRunning } from './histories.js';
import { Insisting } from './client-calls.js';
import { operate } from './operator.js';
import type { Plan, WriteTrap } from './plan.js';
import { orderKeyOf, playOrder, RequestBook } from './play-order.js';
import { playServiceOrder } from './play-service-order.js';
import { CLIENT_OPTIONS, startSite, type Cleanup, type Product } from './environment.js';
import { Strikes } from './play-incidents.js';
import { PaymentBook, StormClock, type World } from './context.js';
import type { Seen } from './recording-proxy.js';

export interface StormOptions {
  readonly product: Product;
  readonly cleanups: Cleanup[];
  readonly onProgress: (line: string) => void;
}

/** What a storm left, and what else is worth telling of it. */
export interface Aftermath {
  readonly evidence: Evidence;
  readonly tookMs: number;
  /** How often an operator saw to each reason. */
  readonly seenTo: ReadonlyMap<string, number>;
  /** How often each code of the client's errors was met. */
  readonly codes: ReadonlyMap<string, number>;
  /** What could not be played as it was planned. */
  readonly troubles: readonly string[];
}

const PROGRESS_EVERY_MS = 10_000;

/** Plays a plan against a product, and gathers what can be known of it afterwards. */
export async function runStorm(plan: Plan, { product, cleanups, onProgress }: StormOptions): Promise<Aftermath> {
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-chaos-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const traps = new Traps(plan);
  const site = await startSite({ plan, product, folder, cleanups, onProgress, onAnswer: (seen) => traps.spring(seen) });
  const clock = new StormClock();
  cleanups.push(() => clock.end());
  const timed = (line: string): void => onProgress(`${Math.round((Date.now() - clock.begunAt) / 1000)} s  ${line}`);
  const strikes = new Strikes(site, clock, timed);
  const [payments, requests] = [new PaymentBook(), new RequestBook()];
  const insisting = new Insisting(() => clock.isOver);
  const { sandbox, client, front } = site;
  const world: World = {
    sandbox,
    orders: new OrderClient(client, CLIENT_OPTIONS),
    serviceOrders: new ServiceOrderClient(client, CLIENT_OPTIONS),
    insisting,
    notifyUrl: front.url,
    clock,
    payments,
    requests,
  };
  traps.arm({
    kill: ({ pid }) => strikes.killProcess(pid),
    pay: ({ order }) => {
      const planned = plan.orders.find((each) => claimKey(orderKeyOf(each)) === order);
      const key = planned && orderKeyOf(planned);
      if (key !== undefined && sandbox.orders.find(key)?.state === 'CLOSED') {
        sandbox.orders.become(key, 'SUCCESS', Date.now());
        payments.note(sandbox, key, order);
      }
    },
  });
  const operating = operate({ client, orders: world.orders, serviceOrders: world.serviceOrders, insisting, clock });
  if (plan.freezeAt !== undefined) void strikes.thawFrozen(plan.freezeAt.forMs);

  const troubles: string[] = [];
  const counted = { all: plan.orders.length + plan.serviceOrders.length, ended: 0 };
  const play = async (number: string, work: Promise<void>): Promise<void> => {
    await work.catch((error: unknown) =>
      troubles.push(`${number}: ${error instanceof Error ? error.message : String(error)}`),
    );
    counted.ended += 1;
  };
  const played = Promise.all([
    strikes.play(plan.incidents),
    ...plan.orders.map((each) => play(each.number, playOrder(each, world))),
    ...plan.serviceOrders.map((each) => play(each.number, playServiceOrder(each, world))),
  ]);
  const progress = setInterval(() => timed(`${counted.ended} of ${counted.all} have ended`), PROGRESS_EVERY_MS);
  cleanups.push(() => clearInterval(progress));
  await Promise.race([played.then(() => untilNothingRuns(site.connection, clock)), clock.at(latestOf(plan))]);
  clock.end();
  clearInterval(progress);
  timed('it is over; the evidence is gathered');
  const seenTo = await operating;
  await played;
  const tookMs = Date.now() - clock.begunAt;
  const evidence = await gather({
    plan,
    site,
    payments,
    requests,
    losses: () => strikes.known(),
    insisting,
    begunAt: clock.begunAt,
  });
  troubles.push(...unwitnessed(site));
  return { evidence, tookMs, seenTo, codes: insisting.codes, troubles };
}

/** Late payments have nobody who waits for them. */
async function untilNothingRuns(connection: Parameters<typeof countRunning>[0], clock: StormClock): Promise<void> {
  while (!clock.isOver && (await countRunning(connection).catch(() => 1)) > 0) await clock.rest(LOOK_MS);
}

const LOOK_MS = 500;

/** The longest that anything is waited for: then it is stuck. */
function latestOf({ orders, serviceOrders, incidents, settleMs }: Plan): number {
  const realWaits = orders.filter(({ ageMs }) => ageMs === null).map(({ startAt }) => startAt + REAL_WAIT_MS);
  const starts = [...orders, ...serviceOrders].map(({ startAt }) => startAt);
  const ends = incidents.map((each) => each.at + ('forMs' in each ? each.forMs : 0));
  return Math.max(...realWaits, ...starts, ...ends, 0) + settleMs;
}

/** The 5 minutes and their margin. */
const REAL_WAIT_MS = 330_000;

/** What is to happen when the first write to an order is answered. */
class Traps {
  private readonly set = new Map<string, WriteTrap>();
  private deeds: Readonly<Record<WriteTrap, (seen: Seen) => void>> | undefined;

  constructor({ orders, serviceOrders }: Plan) {
    for (const each of orders) if (each.onWrite !== undefined) this.set.set(claimKey(orderKeyOf(each)), each.onWrite);
    for (const { mchid, number, onWrite } of serviceOrders) {
      if (onWrite !== undefined) this.set.set(claimKey({ mchid, outOrderNo: number }), onWrite);
    }
  }

  arm(deeds: NonNullable<Traps['deeds']>): void {
    this.deeds = deeds;
  }

  spring(seen: Seen): void {
    const trap = this.set.get(seen.order);
    if (trap === undefined || (seen.call !== 'close' && seen.call !== 'cancel')) return;
    this.set.delete(seen.order);
    this.deeds?.[trap](seen);
  }
}
