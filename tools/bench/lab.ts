import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { startChild, type Child, type LogLine } from '../../testing/demo/child-process.js';
import type { Bundles } from './bundles.js';
import type { Cleanups } from './cleanups.js';
import { FakeClient } from './fake-client.js';
import { subjects, SUBJECTS, type Subject, type SubjectName } from './subjects.js';
import { startServer, type BenchServer } from './temporal.js';

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
