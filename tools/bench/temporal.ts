import { once } from 'node:events';
import { Connection } from '@temporalio/client';
import { freeAddress } from '../../testing/demo/free-address.js';
import { findDevServer } from '../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/search-attributes.js';
import { READY_WITHIN_MS, spawnDevServer, takesCalls } from '../dev-server.js';
import { until } from '../verify-writes/process-state.js';
import type { Cleanups } from './cleanups.js';

const NAMESPACE = 'default';
const STOPPED_WITHIN_MS = 5_000;

/** A Temporal server of its own, whose CPU can be measured. */
export interface BenchServer {
  readonly pid: number;
  readonly address: string;
  readonly connection: Connection;
  /** Fails if the server ends before it is asked to: nothing that waits for it would ever come. */
  readonly lost: Promise<never>;
}

/** Starts the dev server, in memory. */
export async function startServer(cleanups: Cleanups): Promise<BenchServer> {
  const { path } = await findDevServer({ onProgress: (line) => console.error(line) });
  const address = await freeAddress();
  const server = spawnDevServer(path, address);
  const ended = once(server, 'exit');
  let isAsked = false;
  const lost = new Promise<never>((_resolve, reject) => {
    server.once('exit', (code, signal) => {
      if (!isAsked) reject(new Error(`the Temporal server ended by itself (${signal ?? code ?? 'unknown'})`));
    });
  });
  // Nobody may be waiting yet.
  lost.catch(() => undefined);
  cleanups.push(async () => {
    isAsked = true;
    if (server.exitCode === null && server.signalCode === null) server.kill('SIGTERM');
    const kill = setTimeout(() => server.kill('SIGKILL'), STOPPED_WITHIN_MS);
    await ended;
    clearTimeout(kill);
  });
  const isReady = until('the Temporal server takes calls', READY_WITHIN_MS, () => takesCalls(address));
  await Promise.race([isReady, lost]);
  const connection = await Connection.connect({ address });
  cleanups.push(() => connection.close());
  await registerSearchAttributes(connection, NAMESPACE);
  return { pid: server.pid ?? 0, address, connection, lost };
}
