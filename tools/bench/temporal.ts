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
  /** Fails if the server ends before it is asked to: nothing that waits for it would ever come. */
  readonly lost: Promise<never>;
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
  const connection = await Promise.race([connected(address), lost]);
  cleanups.push(() => connection.close());
  await registerSearchAttributes(connection, NAMESPACE);
  return { pid: server.pid ?? 0, address, connection, lost };
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
