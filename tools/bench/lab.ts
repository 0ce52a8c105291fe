import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { Client, Connection } from '@temporalio/client';
import { type Child, freeAddress, type LogLine, startChild } from '../../testing/demo/processes.js';
import { type Bundles, type Subject, type SubjectName, subjects, SUBJECTS } from './subjects.js';
import { FakeClient } from './fake-client.js';
import { findDevServer } from '../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import { READY_WITHIN_MS, spawnDevServer, takesCalls } from '../dev-server.js';
import { until } from '../verify-writes/lab.js';

type Cleanup = () => unknown;

/** What has to be ended, the last begun first; also when something fails, or a person interrupts. */
export class Cleanups {
  private readonly steps: Cleanup[] = [];
  private ending: Promise<void> | undefined;

  /** Whether the end has begun: nothing new should. */
  get isOver(): boolean {
    return this.ending !== undefined;
  }

  /** What begins only after the end is ended at once. */
  push(step: Cleanup): void {
    if (this.isOver) void done(step);
    else this.steps.push(step);
  }

  /** Each is tried, whatever became of the others. Whoever asks for the end waits for all of it. */
  end(): Promise<void> {
    this.ending ??= this.endAll();
    return this.ending;
  }

  private async endAll(): Promise<void> {
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) await done(step);
  }

  /** Does something with cleanups of its own, which are done at its end; or at the end of these, if that comes sooner. */
  async scoped<T>(action: (scope: Cleanups) => Promise<T>): Promise<T> {
    const scope = new Cleanups();
    const end = (): Promise<void> => scope.end();
    this.push(end);
    try {
      return await action(scope);
    } finally {
      await end();
      const place = this.steps.indexOf(end);
      if (place >= 0) this.steps.splice(place, 1);
    }
  }
}

async function done(step: Cleanup): Promise<void> {
  try {
    await step();
  } catch (error) {
    console.error(`a cleanup failed: ${String(error)}`);
  }
}

/** Where a measurement takes place: a Temporal server, a WeChat Pay, and what starts workers. All end with it. */
export interface Lab {
  readonly server: BenchServer;
  readonly client: Client;
  readonly fake: FakeClient;
  readonly subject: Readonly<Record<SubjectName, Subject>>;
  readonly folder: string;
  /** That of the fake WeChat Pay. */
  readonly merchantsFile: string;
  /** Starts the worker of a subject, in a process of its own. */
  startWorker(name: SubjectName, options?: WorkerOptions): Promise<Child>;
}

export interface WorkerOptions {
  /** Another merchants file than that of the fake. */
  readonly merchantsFile?: string;
  readonly maxCachedWorkflows?: number;
  /** More of its environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called with each line of its log. */
  readonly onLog?: (line: LogLine) => void;
}

/** Runs a measurement on a lab of its own, so that none meets what another left behind. */
export async function withLab<T>(bundles: Bundles, cleanups: Cleanups, measure: (lab: Lab) => Promise<T>): Promise<T> {
  return cleanups.scoped(async (scope) => {
    const folder = await mkdtemp(join(tmpdir(), 'wxpay-bench-'));
    scope.push(() => rm(folder, { recursive: true }));
    const server = await startServer(scope);
    const { host, merchantsFile, mchid } = await startFake(folder, scope);
    const client = new Client({ connection: server.connection });
    const startWorker: Lab['startWorker'] = async (name, options = {}) => {
      const { program, bundle, taskQueue } = SUBJECTS[name];
      const { maxCachedWorkflows } = options;
      const child = await startChild({
        program,
        readyMessage: 'the worker is ready',
        env: {
          TEMPORAL_ADDRESS: server.address,
          WXPAY_TASK_QUEUE: taskQueue,
          WXPAY_MERCHANTS_FILE: options.merchantsFile ?? merchantsFile,
          WXPAY_WORKFLOW_BUNDLE: bundles[bundle],
          ...options.env,
          ...(maxCachedWorkflows !== undefined && { WXPAY_MAX_CACHED_WORKFLOWS: String(maxCachedWorkflows) }),
        },
        onSpawn: (stop) => scope.push(stop),
        onLog: options.onLog,
      });
      return child;
    };
    const measured = measure({
      server,
      client,
      folder,
      merchantsFile,
      startWorker,
      fake: new FakeClient(host),
      subject: subjects(client, mchid),
    });
    return Promise.race([measured, server.lost]);
  });
}

const NO_LINE: LogLine = { msg: '' };

async function startFake(folder: string, scope: Cleanups): Promise<Record<'host' | 'merchantsFile' | 'mchid', string>> {
  const readyMessage = 'the fake is ready';
  const lines: LogLine[] = [];
  await startChild({
    program: 'tools/bench/fake-wechatpay.ts',
    readyMessage,
    env: { BENCH_FOLDER: join(folder, 'wechatpay') },
    onSpawn: (stop) => scope.push(stop),
    onLog: (line) => lines.push(line),
  });
  const line = lines.find(({ msg }) => msg === readyMessage) ?? NO_LINE;
  return { host: String(line['host']), merchantsFile: String(line['merchantsFile']), mchid: String(line['mchid']) };
}

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
