import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { inject, vi } from 'vitest';
import { OrderClient, type OrderHandle } from '../../client/index.js';
import { type Child, freeAddress, type LogLine, startWorkerProcess } from '../../testing/demo/processes.js';
import { MINUTE } from '../../domain/time.js';
import { Sandbox } from '../../testing/sandbox/sandbox.js';
import { startDevServer, type StartedDevServer } from '../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import { AMOUNT } from '../support/world.js';

/** A merchant that the worker's file lacks. */
export const UNKNOWN_MERCHANT = '1900000999';

/** The values of a metric by their labels, as those are written. */
export type Values = Record<string, number>;

/** A worker process with health and metrics, which began with two orders that were due ten minutes or more ago. */
export class ObservedWorker {
  readonly log: LogLine[] = [];
  private readonly ends: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly temporal: StartedDevServer,
    readonly client: Client,
    readonly sandbox: Sandbox,
    readonly health: string,
    readonly metrics: string,
  ) {}

  static async start(): Promise<{ readonly observed: ObservedWorker; readonly worker: Child }> {
    const [temporal, sandbox, health, metrics] = await Promise.all([
      startDevServer({ ui: false }),
      Sandbox.start(),
      freeAddress(),
      freeAddress(),
    ]);
    const client = new Client({ connection: temporal.env.connection });
    const observed = new ObservedWorker(temporal, client, sandbox, health, metrics);
    observed.ends.push(() => temporal.env.teardown());
    observed.ends.push(() => sandbox.stop());
    try {
      return { observed, worker: await observed.startWorker() };
    } catch (error) {
      await observed.end();
      throw error;
    }
  }

  /** Ends the Temporal server under the worker. */
  async endTemporal(): Promise<void> {
    this.ends.splice(0, 1);
    await this.temporal.env.teardown();
  }

  async end(): Promise<void> {
    for (const end of this.ends.reverse()) await end();
  }

  /** Places an order that was created so many minutes ago and starts its workflow; the sandbox has known merchants only. */
  async checkout(outTradeNo: string, minutesAgo: number, mchid = this.sandbox.mchid): Promise<OrderHandle> {
    const createdAt = Date.now() - minutesAgo * MINUTE;
    if (mchid === this.sandbox.mchid) await this.sandbox.place({ mchid, outTradeNo, amount: AMOUNT, createdAt });
    const vouched = { createdAt: new Date(createdAt).toISOString(), trustCreatedAt: true };
    const order = { api: 'v3-global', mchid, outTradeNo, amount: AMOUNT, ...vouched, payWithin: '1m' } as const;
    return (await new OrderClient(this.client).start(order)).handle;
  }

  async count(query: string): Promise<number> {
    return (await this.client.workflow.count(query)).count;
  }

  async probe(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
    const response = await fetch(`http://${this.health}${path}`);
    return { status: response.status, body: await response.json() };
  }

  async metricsText(): Promise<string> {
    return (await fetch(`http://${this.metrics}/metrics`)).text();
  }

  async scrape(name: string): Promise<Values> {
    const lines = (await this.metricsText()).matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm);
    return Object.fromEntries(
      [...lines].filter(([, found]) => found === name).map(([, , labels = '', value]) => [labels, Number(value)]),
    );
  }

  /** Waits until a metric is as it should be. */
  async eventually(name: string, check: (values: Values) => void): Promise<void> {
    await vi.waitFor(async () => check(await this.scrape(name)), { timeout: 60_000, interval: 100 });
  }

  private async startWorker(): Promise<Child> {
    const { temporal, sandbox } = this;
    await registerSearchAttributes(temporal.env.connection, 'default');
    const folder = await mkdtemp(join(tmpdir(), 'wxpay-observed-'));
    this.ends.push(() => rm(folder, { recursive: true }));
    sandbox.misbehave('STUCK', { what: 'stale', times: 1 });
    sandbox.misbehave('STUCK', { what: 'reset', times: 1000 });
    await this.checkout('STUCK', 31);
    await this.checkout('NOBODYS', 16, UNKNOWN_MERCHANT);
    await vi.waitFor(async () => {
      if ((await this.count("WorkflowType = 'timeoutThenClose'")) < 2) throw new Error('not visible yet');
    }, 60_000);
    const worker = await startWorkerProcess({
      temporalAddress: temporal.address,
      merchantsFile: await sandbox.writeMerchantsFile(folder),
      workflowBundle: inject('workflowBundle'),
      compiledIn: inject('compiled'),
      settings: {
        WXPAY_HEALTH_ADDRESS: this.health,
        WXPAY_METRICS_ADDRESS: this.metrics,
        WXPAY_MAX_CACHED_WORKFLOWS: '0',
        WXPAY_CALLS_PER_SECOND: '150',
        WXPAY_MAX_CONCURRENT_CALLS: '7',
        WXPAY_SHUTDOWN_GRACE_SECONDS: '0',
      },
      onLog: (line) => this.log.push(line),
    });
    this.ends.push(() => worker.kill());
    return worker;
  }
}
