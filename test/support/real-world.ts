import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { inject } from 'vitest';
import { OrderClient, ServiceOrderClient, type ServiceOrderRef, type StartedOrder } from '../../client/index.js';
import { type Child, type LogLine, startWorkerProcess } from '../../testing/demo/processes.js';
import { MINUTE, SECOND, type Milliseconds } from '../../domain/time.js';
import type { Sandbox } from '../../testing/sandbox/sandbox.js';
import { startDevServer } from '../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import { startSandbox } from './sandbox.js';
import { AMOUNT, type DirectOrder } from './world.js';

/** A real Temporal server, a WeChat Pay, and workers in processes of their own. Time goes by as it does. */
export interface RealWorld {
  readonly address: string;
  readonly client: Client;
  readonly orders: OrderClient;
  readonly serviceOrders: ServiceOrderClient;
  readonly sandbox: Sandbox;
  readonly merchantsFile: string;
  /** Starts a worker; what it logs is kept in `log`. */
  startWorker(): Promise<Child>;
  readonly log: LogLine[];
  /** Places an order that may first be closed so long from now, and starts its workflow. */
  checkout(
    closesIn: Milliseconds,
    changes?: Partial<Pick<DirectOrder, 'amount' | 'payWithin'>>,
  ): Promise<StartedOrder & { outTradeNo: string; input: DirectOrder }>;
  /** Creates a service order at WeChat Pay. Nothing watches it yet. */
  rental(): Promise<ServiceOrderRef>;
  end(): Promise<void>;
}

export interface RealWorldOptions {
  /** More arguments of the Temporal server. */
  readonly serverArgs?: readonly string[];
}

export async function newRealWorld(options: RealWorldOptions = {}): Promise<RealWorld> {
  const cleanups: (() => Promise<unknown>)[] = [];
  const end = async (): Promise<void> => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  };
  try {
    return await build(options, cleanups, end);
  } catch (error) {
    await end();
    throw error;
  }
}

async function build(
  { serverArgs = [] }: RealWorldOptions,
  cleanups: (() => Promise<unknown>)[],
  end: () => Promise<void>,
): Promise<RealWorld> {
  const { env, address } = await startDevServer({ ui: false, extraArgs: serverArgs });
  cleanups.push(() => env.teardown());
  await registerSearchAttributes(env.connection, 'default');
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-real-'));
  cleanups.push(() => rm(folder, { recursive: true }));
  const sandbox = await startSandbox();
  cleanups.push(() => sandbox.stop());
  const merchantsFile = await sandbox.writeMerchantsFile(folder);
  const client = new Client({ connection: env.connection });
  const orders = new OrderClient(client);
  const log: LogLine[] = [];
  let count = 0;
  return {
    address,
    client,
    orders,
    serviceOrders: new ServiceOrderClient(client),
    sandbox,
    merchantsFile,
    log,
    end,
    startWorker: async () => {
      const worker = await startWorkerProcess({
        temporalAddress: address,
        merchantsFile,
        workflowBundle: inject('workflowBundle'),
        compiledIn: inject('compiled'),
        stickyTimeoutSeconds: 1,
        settings: { WXPAY_MAX_CACHED_WORKFLOWS: String(inject('maxCachedWorkflows')) },
        onLog: (line) => log.push(line),
      });
      cleanups.push(() => worker.stop());
      return worker;
    },
    checkout: async (closesIn, changes = {}) => {
      count += 1;
      const { mchid } = sandbox;
      const outTradeNo = `REAL-${count}`;
      const createdAt = Date.now() - (5 * MINUTE + 30 * SECOND) + closesIn;
      await sandbox.place({ mchid, outTradeNo, amount: AMOUNT, createdAt });
      const vouched = { createdAt: new Date(createdAt).toISOString(), trustCreatedAt: true };
      const order: DirectOrder = { api: 'v3-global', mchid, outTradeNo, amount: AMOUNT, ...vouched, payWithin: '1m' };
      const input = { ...order, ...changes };
      return { ...(await orders.start(input)), outTradeNo, input };
    },
    rental: async () => {
      count += 1;
      const outOrderNo = `RENTAL-${count}`;
      const { mchid } = sandbox;
      const { serviceId, appid } = await sandbox.createServiceOrder({ mchid, outOrderNo });
      return { mchid, outOrderNo, serviceId, appid };
    },
  };
}
