import { once } from 'node:events';
import { createServer } from 'node:net';
import { newCommand, section, untilInterrupted, UsageError, wholeNumber } from '../../process/command-line.js';
import { findServer } from './find.js';
import { TemporalProcess } from './process.js';
import { kinds, type ServerKind } from './types.js';

const HOST = '127.0.0.1';
const DEFAULT_PORT = 7233;
/** As Temporal's own dev server has it, the Web UI is this far above the server. */
const UI_ABOVE = 1000;

const DESCRIPTION = `Runs a Temporal dev server with its Web UI on ${HOST}, to try a worker against, until Ctrl-C. Finds the
Temporal CLI on PATH, or downloads it once. Not for production.`;

const HELP = {
  more: section('Environment', {
    [kinds.dev.overrideVariable]: 'path of a `temporal` binary to use',
    [kinds['time-skipping'].overrideVariable]: 'path of a `temporal-test-server` binary to use',
  }),
  examples: {
    'wechatpay-orders temporal': '',
    'wechatpay-orders temporal --port 7300 --db temporal.sqlite': '',
    'wechatpay-orders temporal --fetch': 'before tests in CI',
  },
  exitCodes: {
    0: 'it was ended',
    1: 'it cannot run, or ended by itself',
    2: 'arguments that cannot be used, or a port that is taken',
  },
};

export interface TemporalOptions {
  readonly port: number;
  readonly uiPort: number;
  /** The file of its database. Absent: everything is kept in memory. */
  readonly db?: string;
  /** Whether to do no more than to find or download what can be run, also the server that skips time for tests. */
  readonly fetch?: true;
}

/** @throws UsageError */
export function readOptions(args: string[]): TemporalOptions {
  const options = newCommand('wechatpay-orders temporal', DESCRIPTION, HELP)
    .option('--port <n>', 'listen there', wholeNumber(1, 65_535 - UI_ABOVE), DEFAULT_PORT)
    .option('--ui-port <n>', `the port of the Web UI (default: ${UI_ABOVE} above --port)`, wholeNumber(1, 65_535))
    .option('--db <file>', 'keep everything in this SQLite file (default: in memory)')
    .option('--fetch', 'run nothing; find or download it, and the server that skips time for tests')
    .parse(args, { from: 'user' })
    .opts<Pick<TemporalOptions, 'port' | 'db'> & Partial<TemporalOptions>>();
  return { uiPort: options.port + UI_ABOVE, ...options };
}

/** Runs a dev server until it is interrupted. @returns the exit code */
export async function temporal(args: string[]): Promise<number> {
  const { port, uiPort, db, fetch } = readOptions(args);
  if (fetch !== undefined) return findBoth();
  await checkIsFree(port, '--port');
  await checkIsFree(uiPort, '--ui-port');
  const path = await find('dev');
  // Not before this: Ctrl-C ends a download at once.
  const interrupted = untilInterrupted();
  const server = new TemporalProcess({
    binary: path,
    address: `${HOST}:${port}`,
    uiPort,
    databaseFile: db,
    log: 'inherit',
  });
  try {
    const started = server.start().then(() => 'started');
    if ((await Promise.race([started, interrupted])) === 'started') {
      console.log(greeting(port, uiPort, db));
      await Promise.race([interrupted, server.lost()]);
    }
  } finally {
    await server.end('SIGTERM');
  }
  console.log('\nEnded.');
  return 0;
}

/** Finds a server, or downloads it, and says which. @returns its path @throws ServerNotFoundError */
async function find(kind: ServerKind): Promise<string> {
  const { path, description } = await findServer(kind, { onProgress: (line) => console.error(line) });
  console.log(description);
  return path;
}

/** The one that cannot be had is no reason not to get the other. @returns the exit code */
async function findBoth(): Promise<number> {
  const found = await Promise.allSettled((Object.keys(kinds) as ServerKind[]).map(find));
  const failures = found.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
  for (const failure of failures) console.error(failure instanceof Error ? failure.message : failure);
  return failures.length === 0 ? 0 : 1;
}

/** @throws UsageError if another process listens there */
async function checkIsFree(port: number, option: string): Promise<void> {
  const server = createServer().listen(port, HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw error;
    throw new UsageError(
      `${HOST}:${port} is taken: another process listens there. Is it a Temporal server already? Otherwise choose ${option}.`,
    );
  }
  server.close();
  await once(server, 'close');
}

function greeting(port: number, uiPort: number, db: string | undefined): string {
  const setting = port === DEFAULT_PORT ? '' : `TEMPORAL_ADDRESS=${HOST}:${port} `;
  return `Temporal server at ${HOST}:${port}, Web UI at http://${HOST}:${uiPort}
Everything is kept in ${db ?? 'memory, and gone when it ends'}.

Register the search attributes, which a worker needs${db === undefined ? ' (after each start)' : ' (once)'}:
  ${setting}wechatpay-orders setup

Ctrl-C ends it.`;
}
