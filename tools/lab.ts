import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { freeAddress } from '../testing/demo/processes.js';
import { Sandbox, type SandboxOptions } from '../testing/sandbox/sandbox.js';
import { findDevServer, TemporalProcess } from '../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../worker/setup.js';
import { writeWorkflowBundle } from '../worker/workflow-bundle.js';
import type { Cleanups } from './processes.js';

/** What a tool needs before it starts processes of its own: all of it runs on this machine. */
export interface LabBase {
  /** Removed at the end. */
  readonly folder: string;
  readonly temporalAddress: string;
  /** To be closed by whoever knows that no call is in progress. */
  readonly connection: Connection;
  readonly sandbox: Sandbox;
  readonly workflowBundle: string;
}

/** Starts a real Temporal server that has the search attributes, and a sandbox; and bundles the workflows. */
export async function startLabBase(
  name: string,
  cleanups: Cleanups,
  onProgress: (line: string) => void,
  options: SandboxOptions = {},
): Promise<LabBase> {
  const folder = await mkdtemp(join(tmpdir(), `wxpay-${name}-`));
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const { path: binary } = await findDevServer({ onProgress });
  const temporal = new TemporalProcess({ binary, address: await freeAddress() });
  cleanups.push(() => temporal.end());
  const [sandbox] = await Promise.all([Sandbox.start(options), temporal.start()]);
  cleanups.push(() => sandbox.stop());
  const connection = await Connection.connect({ address: temporal.address });
  await registerSearchAttributes(connection, 'default');
  const workflowBundle = join(folder, 'workflow-bundle.js');
  await writeWorkflowBundle(workflowBundle);
  return { folder, temporalAddress: temporal.address, connection, sandbox, workflowBundle };
}
