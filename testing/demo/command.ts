import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { OrderClient, ServiceOrderClient } from '../../client/index.js';
import { Sandbox } from '../sandbox/sandbox.js';
import { INTERRUPTED, untilInterrupted } from '../../process/command-line.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import { BUILT, IS_SOURCE, writeWorkflowBundle } from '../../worker/workflow-bundle.js';
import { freeAddress, quietRuntime, startReceiverProcess, startWorkerProcess } from './processes.js';
import { LOOKED_AT_EVERY_SECONDS, playStories, writeMerchants } from './play-stories.js';
import { DEMO_SANDBOX } from './context.js';
import { Progress } from './progress.js';
import {
  type Cleanup,
  connect,
  type DemoOptions,
  readOptions,
  temporalServer,
  type TemporalServer,
} from './options.js';
import { readStories } from './stories.js';
import { storyNumber, type Story } from './story-schema.js';

/** How long a worker may take to hear a message while all stories begin at once, on a slow machine. */
const ANSWERED_WITHIN_MS = 30_000;

/** The workflows of the worker: bundled now from source, or those of the package. */
async function workflowBundleIn(folder: string): Promise<string> {
  if (!IS_SOURCE) return BUILT;
  const file = join(folder, 'workflow-bundle.js');
  await writeWorkflowBundle(file);
  return file;
}

/** Plays every order, and says whether all of them ended as they should. What it starts is added to `cleanups`. */
async function playOn(server: TemporalServer, stories: readonly Story[], cleanups: Cleanup[]): Promise<boolean> {
  const connection = await connect(server);
  cleanups.push(() => connection.close());
  await registerSearchAttributes(connection, 'default');

  const folder = await mkdtemp(join(tmpdir(), 'wxpay-demo-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const sandbox = await Sandbox.start(DEMO_SANDBOX);
  cleanups.push(() => sandbox.stop());
  console.log(`WeChat Pay sandbox at ${sandbox.url}, merchants ${DEMO_SANDBOX.mchids.join(' and ')}`);

  const run = Date.now().toString(36).slice(-6);
  const [merchantsFile, receiverAddress, workflowBundle] = await Promise.all([
    writeMerchants(sandbox, folder),
    freeAddress(),
    workflowBundleIn(folder),
  ]);
  const taskQueue = `demo-${run}`;
  const width = Math.max(...stories.map((story) => storyNumber(story).length));
  const progress = new Progress({ run, width, print: (line) => console.log(line) });
  const common = {
    temporalAddress: server.address,
    taskQueue,
    merchantsFile,
    settings: { WXPAY_MERCHANTS_RELOAD_SECONDS: String(LOOKED_AT_EVERY_SECONDS) },
    onSpawn: (stop: () => Promise<void>) => void cleanups.push(stop),
  };
  const [worker, receiver] = await Promise.all([
    startWorkerProcess({ ...common, workflowBundle, onLog: progress.onLogLine }),
    startReceiverProcess({ ...common, address: receiverAddress }),
  ]);
  console.log(`Worker in process ${worker.pid}, task queue ${taskQueue}`);
  console.log(`Receiver of notifications in process ${receiver.pid}, ${receiver.url}`);

  const client = new Client({ connection });
  const options = { taskQueue, answeredWithinMs: ANSWERED_WITHIN_MS };
  return playStories(stories, progress, {
    run,
    sandbox,
    orders: new OrderClient(client, options),
    serviceOrders: new ServiceOrderClient(client, options),
    notifyUrl: receiver.url,
    folder,
    tell: progress.onAction,
  });
}

async function keepShowing({ ui }: TemporalServer, interrupted: Promise<void>): Promise<void> {
  if (ui !== undefined)
    console.log(`Look at the orders: ${ui}/namespaces/default/workflows (of each, the tab User Metadata)`);
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

/** Plays the orders of a file. @returns the exit code */
export async function demo(args: string[]): Promise<number> {
  const options = readOptions(args, process.env);
  const stories = readStories(options.orders);
  const interrupted = untilInterrupted();
  quietRuntime();
  const cleanups: Cleanup[] = [];
  try {
    const played = play(options, stories, cleanups);
    const ended = await Promise.race([played, interrupted.then(() => undefined)]);
    if (ended === undefined) return INTERRUPTED;
    if (options.exit !== true) await keepShowing(ended.server, interrupted);
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
  return { server, holds: await playOn(server, stories, cleanups) };
}
