import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import { createActivities } from '../../activities/index.js';
import { createOutcomeActivities } from '../../activities/outcomes.js';
import {
  OrderClient,
  OutcomeFeed,
  ServiceOrderClient,
  type FeedPage,
  type OrderHandle,
  type OrderInput,
  type PaymentNotification,
} from '../../client/index.js';
import { MINUTE } from '../../domain/time.js';
import { startDevServer } from '../../testing/temporal-server/index.js';
import type { Sandbox } from '../../testing/sandbox/sandbox.js';
import type { Merchant, OutcomeEndpoint } from '../../wechatpay/merchant.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import { DEFAULT_TASK_QUEUE } from '../../workflows/messages/orders.js';
import { outcomesTaskQueue } from '../../workflows/messages/outcome.js';
import { merchantsOf } from './merchant.js';
import { startSandbox } from './sandbox.js';
import { AMOUNT } from './world.js';

/** Both of the merchants of these worlds. */
export const MCHIDS = ['1900000109', '1900000110'] as const;

/** A real Temporal server, which can list workflows, a WeChat Pay, and workers whose merchants may have a URL for outcomes. */
export interface FeedWorld {
  readonly client: Client;
  readonly sandbox: Sandbox;
  readonly orders: OrderClient;
  readonly serviceOrders: ServiceOrderClient;
  readonly feed: OutcomeFeed;
  /** Where outcomes are posted to from now on. `undefined`: nobody is told. */
  urls: readonly OutcomeEndpoint[] | undefined;
  /** The same by merchant, if it is set. */
  urlsOf?: (mchid: string) => readonly OutcomeEndpoint[];
  /** Lets nothing be told, until the function that it returns is called. */
  holdPosts(): () => void;
  /** Starts an order that is open for a while. */
  open(mchid?: string): Promise<{ readonly handle: OrderHandle; readonly key: Key }>;
  /** Starts an order that is due, and old enough to be closed at once. */
  due(
    mchid?: string,
  ): Promise<{ readonly handle: OrderHandle; readonly input: OrderInput & { readonly createdAt: string } }>;
  /** Starts an order, and tells it that it is paid. */
  paid(mchid?: string): Promise<OrderHandle>;
  /** Every page of one pass. */
  pass(since: string, limit?: number, feed?: OutcomeFeed): Promise<FeedPage[]>;
  end(): Promise<void>;
}

interface Key {
  readonly mchid: string;
  readonly outTradeNo: string;
}

export interface FeedWorldOptions {
  readonly serverArgs?: readonly string[];
  readonly dataConverter?: DataConverter;
}

/** A verified notification of a payment. */
export function paymentOf(
  order: Key,
  changes: Partial<Pick<PaymentNotification, 'transactionId' | 'amount' | 'hasWebhook'>> = {},
): PaymentNotification {
  return { order, transactionId: '4200000001', amount: AMOUNT, paidAt: '2026-03-02T12:01:00Z', ...changes };
}

export const WRONG_AMOUNT = { ...AMOUNT, total: AMOUNT.total - 1 };

export async function newFeedWorld({ serverArgs = [], dataConverter }: FeedWorldOptions = {}): Promise<FeedWorld> {
  const { env } = await startDevServer({ ui: false, extraArgs: serverArgs });
  await registerSearchAttributes(env.connection, 'default');
  const sandbox = await startSandbox({ mchids: MCHIDS });
  const known = await merchantsOf(sandbox);
  const find = (mchid: string): Merchant | undefined => {
    const merchant = known.find(mchid);
    const outcomes = world.urlsOf?.(mchid) ?? world.urls;
    return merchant && { ...merchant, ...(outcomes !== undefined && { outcomes }) };
  };
  const converter = dataConverter === undefined ? {} : { dataConverter };
  const shared = { connection: env.nativeConnection, ...converter };
  let held: Promise<void> | undefined;
  let release = (): void => undefined;
  const real = createOutcomeActivities({ find });
  const tellOutcome: typeof real.tellOutcome = async (input) => {
    await held;
    return real.tellOutcome(input);
  };
  const workers = [
    await Worker.create({
      ...shared,
      taskQueue: DEFAULT_TASK_QUEUE,
      maxCachedWorkflows: inject('maxCachedWorkflows'),
      workflowBundle: { codePath: inject('workflowBundle') },
      activities: createActivities({ find }),
      debugMode: true,
    }),
    await Worker.create({
      ...shared,
      taskQueue: outcomesTaskQueue(DEFAULT_TASK_QUEUE),
      activities: { ...real, tellOutcome },
    }),
  ];
  const running = workers.map((worker) => worker.run());
  const client = new Client({ connection: env.connection, ...converter });
  const orders = new OrderClient(client);
  let count = 0;
  const world: FeedWorld = {
    client,
    sandbox,
    orders,
    serviceOrders: new ServiceOrderClient(client),
    feed: new OutcomeFeed(client),
    urls: undefined,
    holdPosts: () => {
      held = new Promise((resolve) => (release = resolve));
      return release;
    },
    open: async (mchid = MCHIDS[0]) => {
      count += 1;
      const key = { mchid, outTradeNo: `FEED-${count}` };
      await sandbox.place({ ...key, amount: AMOUNT, createdAt: Date.now() - 10 * MINUTE });
      const { handle } = await orders.start({ api: 'v3-global', ...key, amount: AMOUNT, payWithin: '30m' });
      return { handle, key };
    },
    due: async (mchid = MCHIDS[0]) => {
      count += 1;
      const key = { mchid, outTradeNo: `FEED-${count}` };
      const createdAt = Date.now() - 10 * MINUTE;
      await sandbox.place({ ...key, amount: AMOUNT, createdAt });
      const vouched = { createdAt: new Date(createdAt).toISOString(), trustCreatedAt: true };
      const input = { api: 'v3-global', ...key, amount: AMOUNT, ...vouched, payWithin: '1m' } as const;
      return { ...(await orders.start(input)), input };
    },
    paid: async (mchid) => {
      const { handle, key } = await world.open(mchid);
      await handle.paymentNotification(paymentOf(key));
      return handle;
    },
    pass: async (since, limit = 100, feed = world.feed) => {
      const pages = [await feed.read({ since }, { limit })];
      for (let page = pages[0]; page?.isCaughtUp === false; page = pages.at(-1)) {
        pages.push(await feed.read({ cursor: page.cursor }, { limit }));
      }
      return pages;
    },
    end: async () => {
      // Also after a test that failed meanwhile.
      release();
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await sandbox.stop();
      await env.teardown();
    },
  };
  return world;
}
