import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { OrderClient } from '../../client/index.js';
import { freeAddress, WORKER_PROGRAM } from '../../testing/demo/processes.js';
import { Sandbox } from '../../testing/sandbox/sandbox.js';
import { findDevServer, TemporalProcess } from '../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import { writeWorkflowBundle } from '../../worker/workflow-bundle.js';
import { Checkout } from '../chaos/checkout.js';
import { SupervisedProcess } from '../chaos/supervised-process.js';
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
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-verify-outcomes-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const { path: binary } = await findDevServer({ onProgress });
  const temporal = new TemporalProcess({ binary, address: await freeAddress() });
  cleanups.push(() => temporal.end());
  const [sandbox] = await Promise.all([Sandbox.start(), temporal.start()]);
  cleanups.push(() => sandbox.stop());
  // Never closed: a call that is still being retried would then throw an error that nothing catches.
  const connection = await Connection.connect({ address: temporal.address });
  await registerSearchAttributes(connection, 'default');
  const client = new Client({ connection });
  const workflowBundle = join(folder, 'workflow-bundle.js');
  await writeWorkflowBundle(workflowBundle);
  const worker = new SupervisedProcess({
    name: 'worker',
    root: ROOT,
    program: WORKER_PROGRAM,
    readyMessage: 'the worker is ready',
    logFile: join(folder, 'worker.log'),
    env: {
      TEMPORAL_ADDRESS: temporal.address,
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
