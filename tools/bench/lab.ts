import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { type Child, freeAddress, type LogLine, startChild } from '../../testing/demo/processes.js';
import { type Bundles, type Subject, type SubjectName, subjects, SUBJECTS } from './subjects.js';
import { FakeClient } from './fake-client.js';
import { findDevServer, TemporalProcess } from '../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import type { Cleanups } from '../processes.js';

/** The environment of a measurement: a Temporal server, a fake WeChat Pay, and workers. All end with the measurement. */
export interface Lab {
  readonly server: TemporalProcess;
  readonly client: Client;
  readonly fake: FakeClient;
  readonly subject: Readonly<Record<SubjectName, Subject>>;
  readonly folder: string;
  /** The merchants file of the fake WeChat Pay. */
  readonly merchantsFile: string;
  /** Starts the worker of a subject, in a process of its own. */
  startWorker(name: SubjectName, options?: WorkerOptions): Promise<Child>;
}

export interface WorkerOptions {
  /** Default: the merchants file of the fake WeChat Pay. */
  readonly merchantsFile?: string;
  readonly maxCachedWorkflows?: number;
  /** Additional environment variables. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called with each line of its log. */
  readonly onLog?: (line: LogLine) => void;
}

/** Runs a measurement on a lab of its own, so that earlier measurements do not influence it. */
export async function withLab<T>(bundles: Bundles, cleanups: Cleanups, measure: (lab: Lab) => Promise<T>): Promise<T> {
  return cleanups.scoped(async (scope) => {
    const folder = await mkdtemp(join(tmpdir(), 'wxpay-bench-'));
    scope.push(() => rm(folder, { recursive: true }));
    const { path } = await findDevServer({ onProgress: (line) => console.error(line) });
    const server = new TemporalProcess({ binary: path, address: await freeAddress() });
    scope.push(() => server.end());
    await server.start();
    const connection = await Connection.connect({ address: server.address });
    scope.push(() => connection.close());
    await registerSearchAttributes(connection, 'default');
    const { host, merchantsFile, mchid } = await startFake(folder, scope);
    const client = new Client({ connection });
    const startWorker: Lab['startWorker'] = async (name, options = {}) => {
      const { program, bundle, taskQueue } = SUBJECTS[name];
      const { maxCachedWorkflows } = options;
      return startChild({
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
    return Promise.race([measured, server.lost()]);
  });
}

const NO_LINE: LogLine = { msg: '' };

async function startFake(folder: string, scope: Cleanups): Promise<Record<'host' | 'merchantsFile' | 'mchid', string>> {
  const readyMessage = 'the fake is ready';
  const lines: LogLine[] = [];
  await startChild({
    program: 'tools/bench/fake-wechatpay.ts',
    readyMessage,
    env: { BENCH_FOLDER: join(folder, 'wechatpay'), BENCH_TOLD: process.env['BENCH_TOLD'] },
    onSpawn: (stop) => scope.push(stop),
    onLog: (line) => lines.push(line),
  });
  const line = lines.find(({ msg }) => msg === readyMessage) ?? NO_LINE;
  return { host: String(line['host']), merchantsFile: String(line['merchantsFile']), mchid: String(line['mchid']) };
}
