import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { OrderClient } from '../../client/index.js';
import { WORKER_PROGRAM } from '../../testing/demo/processes.js';
import type { Sandbox } from '../../testing/sandbox/sandbox.js';
import { Checkout } from '../chaos/checkout.js';
import { SupervisedProcess } from '../chaos/supervised-process.js';
import { startLabBase } from '../lab.js';
import type { Cleanups } from '../processes.js';
import { Killer } from './killer.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Lab {
  readonly client: Client;
  readonly orders: OrderClient;
  readonly sandbox: Sandbox;
  readonly checkout: Checkout;
  readonly killer: Killer;
}

/** Starts a Temporal server, a sandbox, a checkout and a worker that the checkout kills. */
export async function startLab(kills: number, cleanups: Cleanups, onProgress: (line: string) => void): Promise<Lab> {
  const base = await startLabBase('verify-outcomes', cleanups, onProgress);
  const { folder, temporalAddress, sandbox, workflowBundle } = base;
  // Never closed: a call that is still being retried would then throw an error that nothing catches.
  const client = new Client({ connection: base.connection });
  const worker = new SupervisedProcess({
    name: 'worker',
    root: ROOT,
    program: WORKER_PROGRAM,
    readyMessage: 'the worker is ready',
    logFile: join(folder, 'worker.log'),
    env: {
      TEMPORAL_ADDRESS: temporalAddress,
      WXPAY_MERCHANTS_FILE: join(folder, 'merchants.yaml'),
      WXPAY_WORKFLOW_BUNDLE: workflowBundle,
      WXPAY_STICKY_TIMEOUT_SECONDS: '1',
    },
  });
  cleanups.push(() => worker.end());
  const killer = new Killer(kills, worker, client, onProgress);
  const checkout = await Checkout.start(killer.hooks);
  cleanups.push(() => checkout.close());
  await sandbox.writeMerchantsFile(folder, { checkout });
  await worker.start();
  return { client, orders: new OrderClient(client), sandbox, checkout, killer };
}
