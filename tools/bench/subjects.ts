import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { bundleWorkflows, writeWorkflowBundle } from '../../worker/workflow-bundle.js';
import { WORKER_PROGRAM } from '../../testing/demo/processes.js';
import type { Cleanups } from '../processes.js';
import { OrderClient } from '../../client/index.js';
import { orderWorkflowId } from '../../domain/orders/order.js';
import { orderState } from '../../workflows/messages/orders.js';
import { bareGuarded, type BareOrder, bareState, bareTimeout } from './bare/workflows.js';

/** The files of the workflow bundles, built once for all measurements. */
export interface Bundles {
  readonly ours: string;
  readonly bare: string;
}

const BARE = fileURLToPath(new URL('bare/workflows.ts', import.meta.url));

/** @param bareStackTraces whether the bare workflow has stack traces, as the SDK bundles it; ours is as it is deployed */
export async function buildBundles(cleanups: Cleanups, bareStackTraces: boolean): Promise<Bundles> {
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-bench-bundles-'));
  cleanups.push(() => rm(folder, { recursive: true }));
  const bundles = { ours: join(folder, 'ours.js'), bare: join(folder, 'bare.js') };
  await writeWorkflowBundle(bundles.ours);
  await writeFile(bundles.bare, await bundleWorkflows({ workflowsPath: BARE, stackTraces: bareStackTraces }));
  return bundles;
}

/**
 * The workflows that are compared.
 *
 * - `ours`: the product
 * - `bare`: the workflow that a good engineer writes by hand, with three activities
 * - `guarded`: the same, with its three calls in one activity
 */
export type SubjectName = 'ours' | 'bare' | 'guarded';

interface SubjectFacts {
  readonly program: string;
  readonly bundle: keyof Bundles;
  readonly taskQueue: string;
}

const BARE_WORKER = 'tools/bench/bare/worker.ts';

export const SUBJECTS: Readonly<Record<SubjectName, SubjectFacts>> = {
  ours: { program: WORKER_PROGRAM, bundle: 'ours', taskQueue: 'bench-ours' },
  bare: { program: BARE_WORKER, bundle: 'bare', taskQueue: 'bench-bare' },
  guarded: { program: BARE_WORKER, bundle: 'bare', taskQueue: 'bench-guarded' },
};

/** The age that the caller vouches for, in milliseconds: more than the 5 minutes and their margin. */
const AGE_MS = 6 * 60_000;

const AMOUNT = { total: 888, currency: 'HKD' } as const;

/** Starts and queries the workflows of a subject. */
export interface Subject {
  readonly name: SubjectName;
  workflowId(number: string): string;
  /**
   * Starts the workflow of an order.
   *
   * @param due the deadline of its payment, in milliseconds since 1970
   * @param taskQueue default: that of its worker
   */
  start(number: string, due: number, taskQueue?: string): Promise<void>;
  /** Asks the worker for the state of an order. */
  query(number: string): Promise<unknown>;
}

export function subjects(client: Client, mchid: string): Readonly<Record<SubjectName, Subject>> {
  return {
    ours: ours(client, mchid),
    bare: bare(client, mchid, 'bare', bareTimeout),
    guarded: bare(client, mchid, 'guarded', bareGuarded),
  };
}

function ours(client: Client, mchid: string): Subject {
  const clients = new Map<string, OrderClient>();
  const clientOf = (taskQueue: string): OrderClient => {
    const known = clients.get(taskQueue) ?? new OrderClient(client, { taskQueue });
    clients.set(taskQueue, known);
    return known;
  };
  const workflowId = (outTradeNo: string): string => orderWorkflowId({ mchid, outTradeNo });
  return {
    name: 'ours',
    workflowId,
    start: async (outTradeNo, due, taskQueue = SUBJECTS.ours.taskQueue) => {
      await clientOf(taskQueue).start({
        api: 'v3-global',
        mchid,
        outTradeNo,
        amount: AMOUNT,
        createdAt: new Date(Date.now() - AGE_MS).toISOString(),
        trustCreatedAt: true,
        payBefore: new Date(due).toISOString(),
      });
    },
    query: (number) => client.workflow.getHandle(workflowId(number)).query(orderState),
  };
}

function bare(
  client: Client,
  mchid: string,
  name: 'bare' | 'guarded',
  workflow: (order: BareOrder) => Promise<string>,
): Subject {
  const workflowId = (outTradeNo: string): string => `${name}/${mchid}/${outTradeNo}`;
  return {
    name,
    workflowId,
    start: async (outTradeNo, due, taskQueue = SUBJECTS[name].taskQueue) => {
      const order: BareOrder = { mchid, outTradeNo, payBefore: new Date(due).toISOString() };
      await client.workflow.start(workflow, { workflowId: workflowId(outTradeNo), taskQueue, args: [order] });
    },
    query: (number) => client.workflow.getHandle(workflowId(number)).query(bareState),
  };
}
