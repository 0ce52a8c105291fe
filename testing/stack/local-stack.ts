import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  type ActivityInterceptorsFactory,
  type NativeConnection,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { createActivities } from '../../activities/index.js';
import { createOutcomeActivities } from '../../activities/outcomes.js';
import { NotificationDelivery } from '../../client/index.js';
import { createNotificationReceiver } from '../../client/notifications/index.js';
import { serveNotifications } from '../../http/receiver/server.js';
import type { Ends } from '../../process/exit.js';
import type { Merchant, MerchantList } from '../../wechatpay/merchant.js';
import { loadMerchants } from '../../wechatpay/merchants/file.js';
import { addSearchAttributes } from '../../worker/setup.js';
import { workflowBundle } from '../../worker/workflow-bundle.js';
import { DEFAULT_TASK_QUEUE } from '../../workflows/messages/orders.js';
import { outcomesTaskQueue } from '../../workflows/messages/outcome.js';
import { freeAddress } from '../demo/processes.js';
import { newSecret } from '../sandbox/merchants-file.js';
import { isLoopback } from '../sandbox/notifications.js';
import { Sandbox } from '../sandbox/sandbox.js';
import { startTimeSkippingServer } from '../temporal-server/index.js';
import { wallClock } from './date.js';
import type { SandboxRequest, StackCalls, StackFacts, StackSettings } from './protocol.js';
import { untilSettled } from './settled.js';

const NOTIFICATIONS_PATH = '/wechatpay/notifications';

/** A time-skipping Temporal server, a WeChat Pay sandbox on its clock, a worker and a receiver of notifications. */
export class LocalStack implements StackCalls {
  private constructor(
    readonly facts: StackFacts,
    private readonly env: TestWorkflowEnvironment,
    private readonly workers: readonly Worker[],
    private readonly merchants: StackMerchants,
    private readonly moveClock: () => Promise<void>,
  ) {}

  /**
   * @param onClock told how far the clock is ahead of the machine's, in milliseconds, before anything happens at that time
   * @param ends gets what ends the stack
   */
  static async start(
    { mchids, appids }: StackSettings,
    onClock: (ahead: number) => Promise<void>,
    ends: Ends,
  ): Promise<LocalStack> {
    const env = await startTimeSkippingServer({ onProgress: (line) => console.error(line) });
    ends.push(() => env.teardown());
    const moveClock = async (): Promise<void> => onClock((await env.currentTimeMs()) - wallClock());
    const [sandbox, address] = await Promise.all([
      Sandbox.start({
        orderClock: () => env.currentTimeMs(),
        ...(mchids !== undefined && { mchids }),
        ...(appids !== undefined && { appids }),
      }),
      freeAddress(),
      addSearchAttributes(env.connection, 'default'),
    ]);
    ends.push(() => sandbox.stop());
    const merchants = await StackMerchants.write(sandbox, ends);

    const { deliver } = new NotificationDelivery(new Client({ connection: env.connection }));
    const receiver = createNotificationReceiver({ merchants, deliver });
    const listening = await serveNotifications({ address, path: NOTIFICATIONS_PATH }, receiver);
    ends.push(() => listening.close());

    const workers = await runWorkers(env.nativeConnection, merchants, moveClock, ends);
    await moveClock();
    const facts = {
      temporalAddress: env.address,
      wechatpayUrl: sandbox.url,
      mchid: sandbox.mchid,
      merchantsFile: merchants.file,
      notifyUrl: `http://${address}${NOTIFICATIONS_PATH}`,
      outcomeSecret: merchants.outcomeSecret,
    };
    return new LocalStack(facts, env, workers, merchants, moveClock);
  }

  async advance(time: number): Promise<void> {
    await this.settled();
    await this.env.sleep(time);
    await this.moveClock();
    await this.settled();
  }

  settled(): Promise<void> {
    return untilSettled(this.env.connection, this.workers);
  }

  async postOutcomesTo(url: string): Promise<void> {
    if (!isLoopback(url)) {
      throw new Error(`postOutcomesTo: ${url} is no URL on this machine, such as http://127.0.0.1:8080/outcomes`);
    }
    await this.merchants.postOutcomesTo(url);
  }

  async sandbox({ method, path, body }: SandboxRequest): Promise<unknown> {
    const answer = await fetch(`${this.facts.wechatpayUrl}/sandbox${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(messageOf(text));
    // To look changes nothing, and a handler of the checkout may look while it is waited for.
    if (method !== 'GET') await this.settled();
    return answer.headers.get('content-type')?.startsWith('application/json') ? (JSON.parse(text) as unknown) : text;
  }
}

/** What the sandbox says of a request that it does not take. */
function messageOf(text: string): string {
  const { error, faults = [] } = JSON.parse(text) as { readonly error: string; readonly faults?: readonly string[] };
  return ['The WeChat Pay sandbox: ' + error, ...faults].join('\n  ');
}

/** The sandbox's merchants, from a file that a checkout can read, too. */
class StackMerchants implements MerchantList {
  readonly outcomeSecret = newSecret();

  private constructor(
    private readonly sandbox: Sandbox,
    readonly file: string,
    private read: MerchantList,
  ) {}

  static async write(sandbox: Sandbox, ends: Ends): Promise<StackMerchants> {
    const folder = await mkdtemp(join(tmpdir(), 'wxpay-stack-'));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    const file = await sandbox.writeMerchantsFile(folder);
    return new StackMerchants(sandbox, file, loadMerchants(file));
  }

  find(mchid: string): Merchant | undefined {
    return this.read.find(mchid);
  }

  all(): Iterable<Merchant> {
    return this.read.all?.() ?? [];
  }

  async postOutcomesTo(url: string): Promise<void> {
    const checkout = { url, secret: this.outcomeSecret };
    this.read = loadMerchants(await this.sandbox.writeMerchantsFile(dirname(this.file), { checkout }));
  }
}

/** @param beforeEach awaited before each activity */
async function runWorkers(
  connection: NativeConnection,
  merchants: MerchantList,
  beforeEach: () => Promise<void>,
  ends: Ends,
): Promise<Worker[]> {
  const waiting: ActivityInterceptorsFactory = () => ({
    inbound: {
      execute: async (input, next) => {
        await beforeEach();
        return next(input);
      },
    },
  });
  const common = { connection, interceptors: { activity: [waiting] } };
  const orders = {
    taskQueue: DEFAULT_TASK_QUEUE,
    activities: createActivities(merchants),
    workflowBundle: await workflowBundle(undefined),
    // Workflows run in this thread: to start one for them takes longer than a test.
    debugMode: true,
  };
  const posts = { taskQueue: outcomesTaskQueue(DEFAULT_TASK_QUEUE), activities: createOutcomeActivities(merchants) };
  return Promise.all([orders, posts].map((options) => runWorker({ ...common, ...options }, ends)));
}

async function runWorker(options: WorkerOptions, ends: Ends): Promise<Worker> {
  const worker = await Worker.create(options);
  const running = worker.run();
  ends.push(async () => {
    worker.shutdown();
    await running;
  });
  return worker;
}
