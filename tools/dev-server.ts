import { spawn, type ChildProcess } from 'node:child_process';
import { Connection } from '@temporalio/client';
import { SQLITE_PRAGMA_ARGS } from '../testing/temporal-server/index.js';

/** How long the dev server may take until it takes calls, on a busy machine. Milliseconds. */
export const READY_WITHIN_MS = 60_000;

/**
 * Starts the dev server without its Web UI, in a process of its own. Not by the SDK's test environment: that does not tell
 * the process, and takes over SIGINT.
 *
 * @param binary of the dev server
 * @param address a free one, as `127.0.0.1:7233`
 * @param databaseFile outlives the server. Default: everything is kept in memory
 */
export function spawnDevServer(binary: string, address: string, databaseFile?: string): ChildProcess {
  const [ip = '', port = ''] = address.split(':');
  const database = databaseFile === undefined ? [] : ['--db-filename', databaseFile, ...SQLITE_PRAGMA_ARGS];
  const args = ['server', 'start-dev', '--headless', '--ip', ip, '--port', port, '--log-level', 'error', ...database];
  return spawn(binary, args, { stdio: 'ignore', detached: true });
}

/** Whether a Temporal server takes calls. */
export async function takesCalls(address: string): Promise<boolean> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: 1_000 });
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}
