import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Context } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { NativeConnection, Worker } from '@temporalio/worker';
import pLimit from 'p-limit';
import { createActivities } from '../../activities/index.js';
import { createOutcomeActivities } from '../../activities/outcomes.js';
import { listOf, newCommand, oneOf, runTool } from '../../process/command-line.js';
import { quietRuntime } from '../../testing/demo/processes.js';
import { Sandbox } from '../../testing/sandbox/sandbox.js';
import { startDevServer } from '../../testing/temporal-server/index.js';
import type { MerchantDirectory, OutcomeEndpoint } from '../../wechatpay/merchant.js';
import { loadMerchants } from '../../wechatpay/merchants/file.js';
import { webhookSigner } from '../../wechatpay/webhook-signature.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import { bundleWorkflows } from '../../worker/workflow-bundle.js';
import { DEFAULT_TASK_QUEUE } from '../../workflows/messages/orders.js';
import { outcomesTaskQueue } from '../../workflows/messages/outcome.js';
import { GOLDEN, MUST_FAIL } from './history-files.js';
import { LATE_SCENES, LONG_LATE_SCENES } from './scenes/late-payments.js';
import { LONG_ORDER_SCENES, ORDER_SCENES, unpaid } from './scenes/orders.js';
import { LONG_SERVICE_SCENES, SERVICE_SCENES } from './scenes/service-orders.js';
import { LONG_OUTCOME_SCENES, OUTCOME_SCENES, REFUSED, REFUSED_ONCE, SLOW, SLOW_MS } from './scenes/outcomes.js';
import { TOLD, type Run, type Scene, type Stage } from './scenes/stage.js';
import { scrub } from './scrub.js';

const IDENTITY = 'golden';

/** How many scenes are played at once, besides those that wait for minutes by themselves. */
const AT_ONCE = 6;
const LONG_WAITS = ['never-existed', 'placement-failed', 'attempt-lost', 'service-attempt-lost'];

const SCENES = { ...ORDER_SCENES, ...SERVICE_SCENES, ...LATE_SCENES, ...OUTCOME_SCENES };
const LONG_SCENES = { ...LONG_ORDER_SCENES, ...LONG_SERVICE_SCENES, ...LONG_LATE_SCENES, ...LONG_OUTCOME_SCENES };
/** Made by workflows that do something else: their history must not replay. */
const FAILING_SCENES = { 'asks-apart': unpaid };

const DESCRIPTION = `Records what the workflows of this version do, on a real server: the histories that every change must replay. Some
minutes. What is recorded is kept for good, since orders of that version may be in flight: nothing is written over.`;

const HELP = {
  examples: {
    'npm run histories': 'all that this version has not recorded yet',
    'npm run histories -- late-and-known': 'one of them',
  },
  exitCodes: { 0: 'they are recorded', 1: 'they are not' },
};

/** Plays scenes, several at once, with the workflows of one bundle, each to its own file. */
async function record(
  folder: string,
  asked: Readonly<Record<string, Scene>>,
  bundle: string,
  serverArgs: readonly string[] = [],
): Promise<void> {
  const scenes = Object.entries(asked);
  if (scenes.length === 0) return;
  const cleanups: (() => Promise<unknown>)[] = [];
  try {
    const { env, address } = await startDevServer({
      ui: false,
      extraArgs: serverArgs,
      onProgress: (line) => console.error(line),
    });
    cleanups.push(() => env.teardown());
    await registerSearchAttributes(env.connection, 'default');
    const sandbox = await Sandbox.start();
    cleanups.push(() => sandbox.stop());
    const keys = await mkdtemp(join(tmpdir(), 'wxpay-histories-'));
    cleanups.push(() => rm(keys, { recursive: true }));
    const connection = await NativeConnection.connect({ address });
    cleanups.push(() => connection.close());
    const merchants = loadMerchants(await sandbox.writeMerchantsFile(keys));
    const told = withUrl(merchants, await startCheckout(cleanups));
    const common = { connection, identity: IDENTITY };
    const worker = await Worker.create({
      ...common,
      taskQueue: DEFAULT_TASK_QUEUE,
      workflowBundle: { code: bundle },
      activities: losesAttempts(tellsSome(createActivities(merchants), createActivities(told))),
    });
    const posting = await Worker.create({
      ...common,
      taskQueue: outcomesTaskQueue(DEFAULT_TASK_QUEUE),
      activities: createOutcomeActivities(told),
    });
    const stage = { sandbox, client: new Client({ connection: env.connection, identity: IDENTITY }) };
    await mkdir(folder, { recursive: true });
    const limit = pLimit(AT_ONCE);
    const played = scenes.map(([name, scene]) => {
      const play = (): Promise<void> => recordScene(folder, name, scene, stage);
      return LONG_WAITS.includes(name) ? play() : limit(play);
    });
    await posting.runUntil(worker.runUntil(Promise.all(played)));
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup();
  }
}

/** A checkout that takes what it is posted, or not, by the number of the order. */
async function startCheckout(cleanups: (() => Promise<unknown>)[]): Promise<URL> {
  const seen = new Set<string>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const isRefused = REFUSED.test(body) && !(REFUSED_ONCE.test(body) && seen.has(body));
      seen.add(body);
      const answer = (): unknown => response.writeHead(isRefused ? 500 : 204).end();
      if (SLOW.test(body)) setTimeout(answer, SLOW_MS);
      else answer();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  cleanups.push(() => promisify(server.close.bind(server))());
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/outcomes`);
}

function withUrl(merchants: MerchantDirectory, url: URL): MerchantDirectory {
  const sign = webhookSigner([`whsec_${randomBytes(32).toString('base64')}`]);
  const endpoint: OutcomeEndpoint = { url, key: '0123456789ab', wants: () => true, sign };
  return {
    find: (mchid) => {
      const merchant = merchants.find(mchid);
      return merchant && { ...merchant, outcomes: [endpoint] };
    },
  };
}

type Activities = ReturnType<typeof createActivities>;

/** Only the scenes that are named so tell a checkout. */
function tellsSome(untold: Activities, told: Activities): Activities {
  const by = (number: string | undefined): Activities => (number?.startsWith(TOLD) === true ? told : untold);
  return {
    queryOrder: (input) => by(input.order.outTradeNo).queryOrder(input),
    closeOrder: (input) => by(input.order.outTradeNo).closeOrder(input),
    queryServiceOrder: (input) => by(input.order.outOrderNo).queryServiceOrder(input),
    cancelServiceOrder: (input) => by(input.order.outOrderNo).cancelServiceOrder(input),
  };
}

/** For scenes that are named so, a worker that dies: the first attempt at a write is made, and its result is lost. */
function losesAttempts(real: Activities): Activities {
  const lost = new Set(['ATTEMPT-LOST', 'SERVICE-ATTEMPT-LOST']);
  const isLost = (number: string | undefined): boolean => number !== undefined && lost.delete(number);
  return {
    ...real,
    closeOrder: async (input) => {
      const result = await real.closeOrder(input);
      return isLost(input.order.outTradeNo) ? Context.current().cancelled : result;
    },
    cancelServiceOrder: async (input) => {
      const result = await real.cancelServiceOrder(input);
      return isLost(input.order.outOrderNo) ? Context.current().cancelled : result;
    },
  };
}

async function recordScene(folder: string, name: string, scene: Scene, stage: Stage): Promise<void> {
  const played = await scene(stage, name);
  const { workflowId, runId }: Run = typeof played === 'string' ? { workflowId: played } : played;
  const workflow = stage.client.workflow.getHandle(workflowId, runId);
  const history = await workflow.fetchHistory();
  const json = JSON.stringify(scrub(JSON.parse(historyToJSON(history))), undefined, 1);
  await writeFile(fileOf(folder, name), `${json}\n`, { flag: 'wx' });
  console.log(`${name}: ${history.events?.length ?? 0} events`);
  await stage.client.workflow
    .getHandle(workflowId)
    .terminate()
    .catch(() => undefined);
}

function fileOf(folder: string, name: string): string {
  return join(folder, `${name}.json`);
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

await runTool(async (args) => {
  const names = Object.keys({ ...SCENES, ...LONG_SCENES, ...FAILING_SCENES });
  const [asked] = newCommand('npm run histories --', DESCRIPTION, HELP)
    .argument(
      '[scenes...]',
      `only these: ${names.join(', ')} (default: all that are not recorded)`,
      listOf(oneOf(names)),
    )
    .parse(args, { from: 'user' }).processedArgs as [readonly string[]];
  const [folder, failing] = [join(GOLDEN, version), join(MUST_FAIL, version)];
  const isRecorded = (name: string): boolean => [folder, failing].some((each) => existsSync(fileOf(each, name)));
  const kept = asked.filter(isRecorded);
  if (kept.length > 0) {
    console.error(
      `${kept.join(', ')}: recorded by ${version} and kept for good. Raise the version in package.json first.`,
    );
    return 1;
  }
  const wanted = asked.length > 0 ? asked : names.filter((name) => !isRecorded(name));
  const among = (scenes: Readonly<Record<string, Scene>>): Readonly<Record<string, Scene>> =>
    Object.fromEntries(Object.entries(scenes).filter(([name]) => wanted.includes(name)));
  quietRuntime();
  const bundle = await bundleWorkflows();
  await record(folder, among(SCENES), bundle);
  await record(folder, among(LONG_SCENES), bundle, [
    '--dynamic-config-value',
    'limit.historyCount.suggestContinueAsNew=30',
  ]);
  const changed = fileURLToPath(new URL('asks-apart.ts', import.meta.url));
  await record(failing, among(FAILING_SCENES), await bundleWorkflows({ workflowsPath: changed }));
  return 0;
});
