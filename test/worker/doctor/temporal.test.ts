import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { msToTs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import { NativeConnection, Worker } from '@temporalio/worker';
import { freeAddress } from '../../../testing/demo/processes.js';
import type { CheckName } from '../../../worker/doctor/table.js';
import type { Finding } from '../../../worker/doctor/finding.js';
import { startDevServer, type StartedDevServer } from '../../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../../worker/setup.js';
import { silentServer } from '../addresses.js';
import { refusingServer } from '../refusing-server.js';
import { DAY } from './fixture.js';
import { look, of, theOne } from './look.js';

let server: StartedDevServer;
beforeAll(async () => {
  server = await startDevServer({ ui: false });
});
afterAll(() => server.env.teardown());

async function ask(env: NodeJS.ProcessEnv = {}, timeoutMs = 10_000): Promise<Finding[]> {
  return look({ asks: 'Temporal', timeoutMs, env: { TEMPORAL_ADDRESS: server.address, ...env } });
}

const AFTER_THE_SERVER: readonly CheckName[] = ['namespace', 'search-attributes', 'retention', 'workers', 'rate-limit'];

describe('a Temporal server', () => {
  it('answers, and its namespace is found as it is', async () => {
    const findings = await ask();
    expect(theOne(findings, 'temporal-configuration')).toMatchObject({
      result: 'ok',
      said: `server ${server.address}, namespace default`,
    });
    expect(theOne(findings, 'temporal-server').said).toMatch(/^server 1\.\d+\.\d+$/);
    expect(theOne(findings, 'namespace')).toMatchObject({ result: 'ok', subject: 'default' });
    expect(theOne(findings, 'retention')).toMatchObject({
      result: 'warn',
      said: 'ended orders are kept for 1 day',
      whatToDo: expect.stringContaining('--namespace default --retention 7d'),
    });
    expect(theOne(findings, 'fairness')).toMatchObject({
      result: 'skipped',
      said: expect.stringMatching(/cannot be seen from here.*matching\.enableFairness=true.*Temporal Cloud/),
    });
  });

  it('lacks the search attributes until they are registered', async () => {
    expect(theOne(await ask(), 'search-attributes')).toMatchObject({
      result: 'fail',
      said: expect.stringMatching(/^lacks the search attributes .*WxpayState \(KEYWORD\)/),
      whatToDo: expect.stringContaining('wechatpay-orders setup'),
    });
    await registerSearchAttributes(server.env.connection, 'default');
    expect(theOne(await ask(), 'search-attributes')).toMatchObject({ result: 'ok' });
  });

  it.each([
    [2, 'warn', '2 days'],
    [3, 'ok', '3 days'],
  ])('that keeps ended orders for %i days: %s', async (days, result, said) => {
    const namespace = `kept-${days}`;
    await server.env.connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs(days * DAY),
    });
    // The server takes a moment to know it everywhere.
    await expect.poll(async () => of(await ask({ TEMPORAL_NAMESPACE: namespace }), 'namespace')[0]).toContain('ok');
    expect(theOne(await ask({ TEMPORAL_NAMESPACE: namespace }), 'retention')).toMatchObject({
      result,
      said: expect.stringContaining(said),
    });
  });

  it('lacks the namespace that is asked for: what hangs on it is skipped', async () => {
    const findings = await ask({ TEMPORAL_NAMESPACE: 'elsewhere' });
    expect(theOne(findings, 'namespace')).toMatchObject({
      result: 'fail',
      subject: 'elsewhere',
      whatToDo: expect.stringContaining('namespace create --namespace elsewhere'),
    });
    for (const check of AFTER_THE_SERVER.slice(1))
      expect(theOne(findings, check)).toMatchObject({ result: 'skipped', said: 'the namespace cannot be seen' });
  });
});

describe('the task queue', () => {
  const env = { WXPAY_TASK_QUEUE: 'orders-here' };

  it('is warned of while nobody polls it', async () => {
    expect(theOne(await ask(env), 'workers')).toMatchObject({
      result: 'warn',
      subject: 'orders-here',
      said: 'polled by 0 for workflows, by 0 for calls',
      whatToDo: expect.stringContaining('WXPAY_TASK_QUEUE'),
    });
    expect(theOne(await ask(env), 'rate-limit')).toMatchObject({
      result: 'ok',
      said: expect.stringContaining("the server's own"),
    });
  });

  it('is polled by a worker, with the limit that this asks for; another one here is warned of', async () => {
    await work('orders-here', 7.1);
    const limited = { ...env, WXPAY_CALLS_PER_SECOND: '21.3' };
    await expect
      .poll(async () => theOne(await ask(limited), 'workers').said)
      .toBe('polled by 1 for workflows, by 1 for calls');
    await expect
      .poll(async () => theOne(await ask(limited), 'rate-limit'))
      .toMatchObject({ result: 'ok', said: '21.3 calls a second, as its workers ask' });
    expect(theOne(await ask(env), 'rate-limit')).toMatchObject({
      result: 'warn',
      said: expect.stringContaining('here WXPAY_CALLS_PER_SECOND is not set'),
    });
    await limit('orders-here', 0);
    await expect.poll(async () => theOne(await ask(limited), 'rate-limit').result).toBe('fail');
  });

  it('is warned of where its workers ask for no limit, and one is set here', async () => {
    await work('orders-there');
    const limited = { WXPAY_TASK_QUEUE: 'orders-there', WXPAY_CALLS_PER_SECOND: '5' };
    await expect
      .poll(async () => theOne(await ask(limited), 'rate-limit'))
      .toMatchObject({ result: 'warn', said: expect.stringContaining('here WXPAY_CALLS_PER_SECOND is 5') });
  });

  it('is skipped where the settings do not name it', async () => {
    const findings = await ask({ WXPAY_TASK_QUEUE: "orders' here", WXPAY_LOG_LEVEL: 'loud' });
    expect(of(findings, 'settings')).toHaveLength(2);
    expect(theOne(findings, 'workers')).toMatchObject({ result: 'skipped', said: 'the settings cannot be used' });
    expect(theOne(findings, 'retention').result).toBe('warn');
  });
});

describe('a Temporal server that cannot be worked with', () => {
  it.each([
    ['where nothing listens', freeAddress, 'nothing listens there'],
    ['that takes no such address', () => Promise.resolve('127.0.0.1:99999'), 'that is no address'],
  ])('is a failure: %s', async (_, address, said) => {
    const findings = await ask({ TEMPORAL_ADDRESS: await address() });
    expect(theOne(findings, 'temporal-server')).toMatchObject({
      result: 'fail',
      said: expect.stringContaining(said),
      whatToDo: expect.stringContaining('TEMPORAL_ADDRESS'),
    });
    for (const check of AFTER_THE_SERVER)
      expect(theOne(findings, check)).toMatchObject({
        result: 'skipped',
        said: 'the Temporal server cannot be reached',
      });
  });

  it('is a failure where it says nothing for the time that it is given', async () => {
    const silent = await silentServer();
    onTestFinished(() => void silent.server.close());
    const findings = await ask({ TEMPORAL_ADDRESS: silent.address }, 300);
    expect(theOne(findings, 'temporal-server')).toMatchObject({ result: 'fail', said: 'no answer within 0.3 s' });
    expect(theOne(findings, 'namespace')).toMatchObject({ result: 'skipped' });
  });

  it.each(['unauthenticated', 'permissionDenied'] as const)('is a failure where it refuses us: %s', async (refusal) => {
    const findings = await ask({ TEMPORAL_ADDRESS: await refusingServer(refusal, () => true) });
    expect(theOne(findings, 'temporal-server')).toMatchObject({
      result: 'fail',
      said: expect.stringContaining('refuses our credentials'),
    });
  });

  it('is a failure where it refuses the namespace only', async () => {
    const refuses = (path: string): boolean => path.endsWith('/DescribeNamespace');
    const findings = await ask({ TEMPORAL_ADDRESS: await refusingServer('permissionDenied', refuses, server.address) });
    expect(theOne(findings, 'temporal-server')).toMatchObject({ result: 'ok' });
    expect(theOne(findings, 'namespace')).toMatchObject({ result: 'fail', said: 'the server refuses our credentials' });
  });

  it('is judged by visibility where search attributes cannot be listed, as on Temporal Cloud', async () => {
    const cloud = await refusingServer('permissionDenied', (path) => path.includes('operatorservice'), server.address);
    await registerSearchAttributes(server.env.connection, 'default');
    await expect
      .poll(async () => theOne(await ask({ TEMPORAL_ADDRESS: cloud }), 'search-attributes').result)
      .toBe('ok');
  });
});

it('fails with a profile that cannot be read', async () => {
  const findings = await ask({ TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml', TEMPORAL_PROFILE: 'none' });
  expect(theOne(findings, 'temporal-configuration')).toMatchObject({ result: 'fail' });
  expect(theOne(findings, 'temporal-server')).toMatchObject({
    result: 'skipped',
    said: "Temporal's configuration cannot be read",
  });
});

/** A worker that does nothing. It ends with the test. */
async function work(taskQueue: string, perSecond?: number): Promise<void> {
  const connection = await NativeConnection.connect({ address: server.address });
  const worker = await Worker.create({
    connection,
    taskQueue,
    ...(perSecond !== undefined && { maxTaskQueueActivitiesPerSecond: perSecond }),
    workflowBundle: { codePath: inject('workflowBundle') },
    activities: { queryOrder: () => Promise.resolve() },
  });
  const running = worker.run();
  onTestFinished(async () => {
    worker.shutdown();
    await running;
    await connection.close();
  });
}

async function limit(taskQueue: string, requestsPerSecond: number): Promise<void> {
  await server.env.connection.workflowService.updateTaskQueueConfig({
    namespace: 'default',
    taskQueue,
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    updateQueueRateLimit: { rateLimit: { requestsPerSecond }, reason: 'test' },
  });
}
