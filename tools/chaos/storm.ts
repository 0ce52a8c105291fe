import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrderClient, ServiceOrderClient } from '../../client/index.js';
import { claimKey } from '../../testing/sandbox/ledger.js';
import type { Cleanups } from '../processes.js';
import { ClientCalls } from './client-calls.js';
import { collectEvidence, unrecorded } from './collect-evidence.js';
import { PaymentLog, RequestLog, StormClock, type StormContext } from './context.js';
import { CLIENT_OPTIONS, type Product, startEnvironment } from './environment.js';
import { untilNothingRuns } from './deliveries.js';
import { type Evidence, FLOOR_MS } from './evidence.js';
import { operate } from './operator.js';
import type { OnWrite, Plan } from './plan.js';
import { IncidentPlayer } from './play-incidents.js';
import { orderKeyOf, playOrder } from './play-order.js';
import { playServiceOrder } from './play-service-order.js';
import type { RecordedRequest } from './recording-proxy.js';

export interface StormOptions {
  readonly product: Product;
  readonly cleanups: Cleanups;
  readonly onProgress: (line: string) => void;
}

/** The evidence of a storm, and what else its report shows. */
export interface StormResult {
  readonly evidence: Evidence;
  readonly tookMs: number;
  /** How often an operator handled each reason. */
  readonly handledReasons: ReadonlyMap<string, number>;
  /** How often the client threw each error code. */
  readonly codes: ReadonlyMap<string, number>;
  /** What did not happen as it was planned. */
  readonly deviations: readonly string[];
}

const PROGRESS_EVERY_MS = 10_000;

/** Plays a plan against a product, and collects the evidence. */
export async function runStorm(plan: Plan, { product, cleanups, onProgress }: StormOptions): Promise<StormResult> {
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-chaos-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const onWrite = writeEventsOf(plan);
  const onAnswer = (seen: RecordedRequest): void => {
    const event = onWrite.get(seen.order);
    if (event === undefined || (seen.call !== 'close' && seen.call !== 'cancel')) return;
    onWrite.delete(seen.order);
    if (event === 'kill') incidentPlayer.killWorker(seen.pid);
    else payAfterClose(seen.order);
  };
  const environment = await startEnvironment({ plan, product, folder, cleanups, onProgress, onAnswer });
  const clock = new StormClock();
  cleanups.push(() => clock.end());
  const timed = (line: string): void => onProgress(`${Math.round((Date.now() - clock.begunAt) / 1000)} s  ${line}`);
  const incidentPlayer = new IncidentPlayer(environment, clock, timed);
  const clientCalls = new ClientCalls(() => clock.isOver);
  const { sandbox, client, loadBalancer } = environment;
  const context: StormContext = {
    sandbox,
    orders: new OrderClient(client, CLIENT_OPTIONS),
    serviceOrders: new ServiceOrderClient(client, CLIENT_OPTIONS),
    clientCalls,
    notifyUrl: loadBalancer.url,
    clock,
    payments: new PaymentLog(),
    requests: new RequestLog(),
  };
  const payAfterClose = (order: string): void => {
    const planned = plan.orders.find((each) => claimKey(orderKeyOf(each)) === order);
    if (planned === undefined || sandbox.orders.find(orderKeyOf(planned))?.state !== 'CLOSED') return;
    sandbox.orders.become(orderKeyOf(planned), 'SUCCESS', Date.now());
    context.payments.record(sandbox, orderKeyOf(planned));
  };
  const operating = operate(client, context);
  if (plan.freezeAt !== undefined) void incidentPlayer.thawFrozen(plan.freezeAt.forMs);

  const deviations: string[] = [];
  const count = { all: plan.orders.length + plan.serviceOrders.length, ended: 0 };
  const play = async (number: string, work: Promise<void>): Promise<void> => {
    await work.catch((error: unknown) =>
      deviations.push(`${number}: ${error instanceof Error ? error.message : String(error)}`),
    );
    count.ended += 1;
  };
  const played = Promise.all([
    incidentPlayer.play(plan.incidents),
    ...plan.orders.map((each) => play(each.number, playOrder(each, context))),
    ...plan.serviceOrders.map((each) => play(each.number, playServiceOrder(each, context))),
  ]);
  const progress = setInterval(() => timed(`${count.ended} of ${count.all} have ended`), PROGRESS_EVERY_MS);
  cleanups.push(() => clearInterval(progress));
  const settled = played.then(() => {
    clearInterval(progress);
    return untilNothingRuns(client, clock, timed);
  });
  await Promise.race([settled, clock.at(latestOf(plan))]);
  clock.end();
  clearInterval(progress);
  timed('all is played; collecting the evidence');
  const handledReasons = await operating;
  await played;
  const tookMs = Date.now() - clock.begunAt;
  const evidence = await collectEvidence({ plan, environment, context, losses: incidentPlayer.losses() });
  deviations.push(...unrecorded(environment));
  return { evidence, tookMs, handledReasons, codes: clientCalls.codes, deviations };
}

/** What is to happen when the first write to an order is answered. */
function writeEventsOf({ orders, serviceOrders }: Plan): Map<string, OnWrite> {
  const events = new Map<string, OnWrite>();
  for (const each of orders) if (each.onWrite !== undefined) events.set(claimKey(orderKeyOf(each)), each.onWrite);
  for (const { mchid, number, onWrite } of serviceOrders) {
    if (onWrite !== undefined) events.set(claimKey({ mchid, outOrderNo: number }), onWrite);
  }
  return events;
}

/** The latest end of a storm. A workflow that still runs then is stuck. */
function latestOf({ orders, serviceOrders, incidents, settleMs }: Plan): number {
  const realWaits = orders.filter(({ ageMs }) => ageMs === null).map(({ startAt }) => startAt + FLOOR_MS);
  const starts = [...orders, ...serviceOrders].map(({ startAt }) => startAt);
  const ends = incidents.map((each) => each.at + ('forMs' in each ? each.forMs : 0));
  return Math.max(...realWaits, ...starts, ...ends, 0) + settleMs;
}
