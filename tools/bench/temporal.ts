import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { freeAddress } from '../../demo/free-address.js';
import { findDevServer } from '../../temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/search-attributes.js';
import type { Cleanups } from './cleanups.js';

const NAMESPACE = 'default';
const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;
const STOPPED_WITHIN_MS = 5_000;

/** A Temporal server of its own, whose CPU can be measured. */
export interface BenchServer {
  readonly pid: number;
  readonly address: string;
  readonly connection: Connection;
}

/**
 * Starts the dev server, in memory and without its Web UI. Not by the SDK's test environment: that does not tell the
 * process, and takes over SIGINT.
 */
export async function startServer(cleanups: Cleanups): Promise<BenchServer> {
  const { path } = await findDevServer({ onProgress: (line) => console.error(line) });
  const address = await freeAddress();
  const port = address.slice(address.lastIndexOf(':') + 1);
  const args = ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', port, '--log-level', 'error'];
  const server = spawn(path, args, { stdio: 'ignore', detached: true });
  const ended = once(server, 'exit');
  cleanups.push(async () => {
    if (server.exitCode === null && server.signalCode === null) server.kill('SIGTERM');
    const kill = setTimeout(() => server.kill('SIGKILL'), STOPPED_WITHIN_MS);
    await ended;
    clearTimeout(kill);
  });
  const connection = await connected(address);
  cleanups.push(() => connection.close());
  await registerSearchAttributes(connection, NAMESPACE);
  return { pid: server.pid ?? 0, address, connection };
}

async function connected(address: string): Promise<Connection> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1_000 });
      await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
      return connection;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(LOOK_EVERY_MS);
    }
  }
}
