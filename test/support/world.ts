import { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkerInterceptors, type WorkerOptions } from '@temporalio/worker';
import { inject, onTestFinished } from 'vitest';
import { createActivities } from '../../activities/index.js';
import { createOutcomeActivities } from '../../activities/outcomes.js';
import {
  OrderClient,
  ServiceOrderClient,
  type Amount,
  type OrderHandle,
  type OrderInput,
  type ServiceOrderRef,
} from '../../client/index.js';
import { MINUTE, SECOND, type Milliseconds } from '../../domain/time.js';
import type { Sandbox, SandboxOptions } from '../../testing/sandbox/sandbox.js';
import type { Merchant, OutcomeEndpoint } from '../../wechatpay/merchant.js';
import { addSearchAttributes } from '../../worker/setup.js';
import { DEFAULT_TASK_QUEUE } from '../../workflows/messages/orders.js';
import { outcomesTaskQueue } from '../../workflows/messages/outcome.js';
import { merchantsOf } from './merchant.js';
import { startSandbox } from './sandbox.js';

/** When an order may first be closed, after its start. */
export const FLOOR: Milliseconds = 5 * MINUTE + 30 * SECOND;

export const AMOUNT = { total: 888, currency: 'HKD' };

/** An order in direct mode, as most checkouts have it. */
export interface DirectOrder {
  readonly api: 'v3-global';
  readonly mchid: string;
  readonly outTradeNo: string;
  readonly amount: Amount;
  readonly createdAt: string;
  readonly trustCreatedAt?: boolean;
  readonly payWithin: string;
}

/** The activities of a worker, as they are. */
export type Activities = ReturnType<typeof createActivities>;

export interface WorldOptions extends Omit<SandboxOptions, 'orderClock'> {
  /** Other activities in place of some of the worker's, made from those that it has. */
  readonly activities?: (real: Activities) => Partial<Activities>;
  /** How many calls to WeChat Pay the worker makes at a time. Default: the SDK's. */
  readonly callsAtOnce?: number;
  /** Where outcomes are posted to. Default: the merchant has no URL. */
  readonly outcomes?: readonly OutcomeEndpoint[];
  /** Interceptors of the worker's activities. Default: none. */
  readonly interceptors?: Pick<WorkerInterceptors, 'activity'>;
}

/** A Temporal server that skips time, a WeChat Pay that goes by it, a worker between them, and a checkout. */
export interface World {
  readonly sandbox: Sandbox;
  readonly orders: OrderClient;
  readonly serviceOrders: ServiceOrderClient;
  readonly client: Client;
  /** Milliseconds since 1970, on the server's clock. */
  now(): Promise<number>;
  /** Lets time pass, and everything happen that is due in it. */
  pass(time: Milliseconds): Promise<void>;
  /** Places an order at WeChat Pay and starts its workflow. */
  checkout(
    changes?: Partial<Pick<DirectOrder, 'amount' | 'payWithin'>> & Pick<OrderInput, 'timing' | 'locale'>,
  ): Promise<{ outTradeNo: string; mchid: string; handle: OrderHandle }>;
  /** Creates a service order at WeChat Pay. Nothing watches it yet. */
  rental(): Promise<ServiceOrderRef>;
  /** Starts a worker for the workflows of another task queue. */
  takeUp(taskQueue: string): Promise<void>;
}

/** Of every order in this process: decisions are kept by number. */
let count = 0;

/** A world of its own for one test; it ends with the test, also when that fails. */
export async function newWorld({
  activities,
  callsAtOnce,
  outcomes,
  interceptors = {},
  ...options
}: WorldOptions = {}): Promise<World> {
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: inject('timeSkippingServer') } },
  });
  onTestFinished(() => env.teardown());
  await addSearchAttributes(env.connection, 'default');
  const sandbox = await startSandbox({ ...options, orderClock: () => env.currentTimeMs() });
  onTestFinished(() => sandbox.stop());
  const known = await merchantsOf(sandbox);
  const find = (mchid: string): Merchant | undefined => {
    const merchant = known.find(mchid);
    return merchant && { ...merchant, ...(outcomes !== undefined && { outcomes }) };
  };
  const real = createActivities({ find });
  const run = async (options: Omit<WorkerOptions, 'connection'>): Promise<void> => {
    const worker = await Worker.create({ connection: env.nativeConnection, interceptors, ...options });
    const running = worker.run();
    onTestFinished(async () => {
      worker.shutdown();
      await running;
    });
  };
  const workflows = {
    maxCachedWorkflows: inject('maxCachedWorkflows'),
    workflowBundle: { codePath: inject('workflowBundle') },
    // Workflows run in this thread: to start a thread for them takes longer than most tests.
    debugMode: true,
  };
  await run({
    ...workflows,
    taskQueue: DEFAULT_TASK_QUEUE,
    activities: { ...real, ...activities?.(real) },
    ...(callsAtOnce !== undefined && { maxConcurrentActivityTaskExecutions: callsAtOnce }),
  });
  await run({ taskQueue: outcomesTaskQueue(DEFAULT_TASK_QUEUE), activities: createOutcomeActivities({ find }) });
  // A client of its own: that of the environment moves the time by itself when a result is awaited.
  const client = new Client({ connection: env.connection });
  const orders = new OrderClient(client);
  const { mchid } = sandbox;
  return {
    sandbox,
    orders,
    serviceOrders: new ServiceOrderClient(client),
    client,
    now: () => env.currentTimeMs(),
    pass: (time) => env.sleep(time),
    checkout: async (changes = {}) => {
      count += 1;
      const outTradeNo = `TEST-${count}`;
      await sandbox.place({ mchid, outTradeNo, amount: AMOUNT });
      const createdAt = new Date(await env.currentTimeMs()).toISOString();
      const order: DirectOrder = { api: 'v3-global', mchid, outTradeNo, amount: AMOUNT, createdAt, payWithin: '15m' };
      const { handle } = await orders.start({ ...order, ...changes });
      return { outTradeNo, mchid, handle };
    },
    rental: async () => {
      count += 1;
      const outOrderNo = `RENTAL-${count}`;
      const { serviceId, appid } = await sandbox.createServiceOrder({ mchid, outOrderNo });
      return { mchid, outOrderNo, serviceId, appid };
    },
    takeUp: (taskQueue) => run({ ...workflows, taskQueue }),
  };
}

/** The calls that the sandbox received for an order, as `close 204`. */
export function callsOf({ sandbox }: World, outTradeNo: string): string[] {
  return sandbox.ledger.entries(outTradeNo).map(({ call, answer }) => `${call} ${answer}`);
}

/** The numbers of an audit, all of which must be zero. */
export function auditOf(
  { sandbox }: Pick<World, 'sandbox'>,
  outTradeNo: string,
  ended: string,
): Record<string, number> {
  const audit = sandbox.audit(new Map([[outTradeNo, ended]]));
  return Object.fromEntries(
    Object.entries(audit).map(([name, orders]: [string, readonly string[]]) => [name, orders.length]),
  );
}

export const ALL_ZERO = { early: 0, closedWhilePaid: 0, needless: 0, wrong: 0 };
