import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { DevServerConfig } from '@temporalio/testing';
import { findServer } from './find.js';
import { SQLITE_PRAGMA_ARGS } from './process.js';
import type { FindOptions, FoundServer } from './types.js';

export interface DevServerOptions extends FindOptions {
  /** Whether to serve Temporal UI, on a free port of 127.0.0.1. */
  readonly ui: boolean;
  /** The SQLite file of the database. Default: everything is kept in memory. */
  readonly dbFilename?: string;
  /** More arguments of `temporal server start-dev`. */
  readonly extraArgs?: readonly string[];
  /** Search attributes to register before the server takes calls. */
  readonly searchAttributes?: NonNullable<DevServerConfig['searchAttributes']>;
}

export interface StartedDevServer {
  /** Clients and workers connect through it; `env.teardown()` ends the server. */
  readonly env: TestWorkflowEnvironment;
  /** Host and port of the server, such as `127.0.0.1:41234`. */
  readonly address: string;
  /** The address of Temporal UI, such as `http://127.0.0.1:42234`; undefined without `ui`. */
  readonly uiAddress: string | undefined;
  readonly server: FoundServer;
}

/**
 * Finds or fetches the dev server and starts it on free ports of 127.0.0.1. It accepts calls when
 * this returns. It ends with `env.teardown()`, or when this process ends by itself, but not when
 * this process is killed. The SDK takes over SIGINT and SIGTERM: a program that should end on them
 * must handle them and call `env.teardown()`.
 *
 * @throws ServerNotFoundError if there is no server to start.
 */
export async function startDevServer(options: DevServerOptions): Promise<StartedDevServer> {
  const found = await findServer('dev', options);
  const uiPort = options.ui ? await freePort() : undefined;
  const pragmas = options.dbFilename === undefined ? [] : SQLITE_PRAGMA_ARGS;
  const env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: found.path },
      ip: '127.0.0.1',
      log: { format: 'pretty', level: 'error' },
      extraArgs: [...pragmas, ...(options.extraArgs ?? [])],
      ...(options.dbFilename !== undefined && { dbFilename: options.dbFilename }),
      ...(options.searchAttributes && { searchAttributes: options.searchAttributes }),
      // The SDK's default, the server's port plus 1000, may be taken.
      ...(uiPort !== undefined && { ui: true, uiPort }),
    },
  });
  const uiAddress = uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}`;
  return { env, address: env.address, uiAddress, server: found };
}

/**
 * Finds or fetches the time-skipping server and starts it on a free port. It listens on every
 * interface, which cannot be changed. It ends like the dev server.
 *
 * @throws ServerNotFoundError if there is no server to start.
 */
export async function startTimeSkippingServer(options: FindOptions = {}): Promise<TestWorkflowEnvironment> {
  const { path } = await findServer('time-skipping', options);
  return await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
