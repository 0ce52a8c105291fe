import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { OrderClient } from '../client/index.js';
import { Sandbox } from '../sandbox/sandbox.js';
import { isServerNotFoundError, startDevServer } from '../temporal-server/index.js';
import { registerSearchAttributes } from '../worker/search-attributes.js';
import { writeWorkflowBundle } from '../worker/workflow-bundle.js';
import { playOrder } from './checkout.js';
import { HELP, readOptions, UsageError, type DemoOptions } from './options.js';
import { quietRuntime } from './quiet-runtime.js';
import { changeOfState, report } from './report.js';
import { readStories, StoriesError, type Story } from './stories.js';
import { startWorkerProcess } from './worker-process.js';

type Cleanup = () => Promise<unknown>;

interface TemporalServer {
  readonly address: string;
  readonly ui: string | undefined;
}

/** Plays every order, and says whether all of them ended as they should. What it starts is added to `cleanups`. */
async function demo(server: TemporalServer, stories: readonly Story[], cleanups: Cleanup[]): Promise<boolean> {
  const connection = await connect(server);
  cleanups.push(() => connection.close());
  await registerSearchAttributes(connection, 'default');

  const folder = await mkdtemp(join(tmpdir(), 'wxpay-demo-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const sandbox = await Sandbox.start();
  cleanups.push(() => sandbox.stop());
  console.log(`WeChat Pay sandbox at ${sandbox.url}, merchant ${sandbox.mchid}`);

  const run = Date.now().toString(36).slice(-6);
  const workflowBundle = join(folder, 'workflow-bundle.js');
  const [merchantsFile] = await Promise.all([sandbox.writeMerchantsFile(folder), writeWorkflowBundle(workflowBundle)]);
  const startedAt = Date.now();
  const taskQueue = `demo-${run}`;
  const worker = await startWorkerProcess({
    temporalAddress: server.address,
    taskQueue,
    merchantsFile,
    workflowBundle,
    onSpawn: (stop) => cleanups.push(stop),
    onLog: (line) => {
      const text = changeOfState(line, startedAt);
      if (text !== undefined) console.log(text);
    },
  });
  console.log(`Worker in process ${worker.pid}, task queue ${taskQueue}`);
  console.log(
    `\n${stories.length} orders, created some minutes ago and vouched for, so that WeChat Pay's 5 minutes hold:\n`,
  );

  const orders = new OrderClient(new Client({ connection }), { taskQueue });
  const played = await Promise.all(stories.map((story) => playOrder(story, run, sandbox, orders)));
  const audit = sandbox.audit(new Map(played.map(({ outTradeNo, actual }) => [outTradeNo, actual])));
  const { text, holds } = report(played, audit);
  console.log(`\n${text}\n`);
  return holds;
}

async function connect({ address }: TemporalServer): Promise<Connection> {
  try {
    return await Connection.connect({ address });
  } catch {
    throw new UsageError(`No Temporal server answers at ${address}. Is the address right, as in 127.0.0.1:7233?`);
  }
}

async function temporalServer({ address }: DemoOptions, cleanups: Cleanup[]): Promise<TemporalServer> {
  if (address !== undefined) {
    console.log(`Temporal server at ${address}, as asked for`);
    return { address, ui: undefined };
  }
  const started = await startDevServer({ ui: true, onProgress: (line) => console.log(line) });
  cleanups.push(() => started.env.teardown());
  console.log(started.server.description);
  console.log(`Temporal UI at ${started.uiAddress ?? 'none'}`);
  return { address: started.address, ui: started.uiAddress };
}

/** The exit code of a program that Ctrl-C ended before its work was done, by the shell's custom. */
const INTERRUPTED = 130;

const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);

async function untilInterrupted({ ui }: TemporalServer): Promise<void> {
  if (ui !== undefined) console.log(`Look at the orders: ${ui}/namespaces/default/workflows`);
  console.log('Ctrl-C ends the demo and everything that it started.');
  const forever = setInterval(() => undefined, 60_000);
  await interrupted;
  clearInterval(forever);
  console.log('\nEnding …');
}

/** Ends what was started, the last first, also when something before it fails to end. */
async function clean(cleanups: Cleanup[]): Promise<void> {
  for (const cleanup of cleanups.reverse()) {
    await cleanup().catch((error: unknown) => console.error(error instanceof Error ? error.message : error));
  }
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    console.log(HELP);
    return 0;
  }
  const stories = readStories(options.orders);
  quietRuntime();
  const cleanups: Cleanup[] = [];
  try {
    const played = play(options, stories, cleanups);
    const ended = await Promise.race([played, interrupted.then(() => undefined)]);
    if (ended === undefined) return INTERRUPTED;
    if (!options.exit) await untilInterrupted(ended.server);
    return ended.holds ? 0 : 1;
  } finally {
    await clean(cleanups);
  }
}

async function play(
  options: DemoOptions,
  stories: readonly Story[],
  cleanups: Cleanup[],
): Promise<{ readonly server: TemporalServer; readonly holds: boolean }> {
  const server = await temporalServer(options, cleanups);
  return { server, holds: await demo(server, stories, cleanups) };
}

try {
  // What a story still waits for must not keep the process, so it ends here and not by itself.
  process.exit(await main());
} catch (error) {
  const isUsage = error instanceof StoriesError || error instanceof UsageError;
  console.error(error instanceof Error && (isUsage || isServerNotFoundError(error)) ? error.message : error);
  process.exit(isUsage ? 2 : 1);
}
