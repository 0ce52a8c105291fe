import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAME = 'wechatpay-order-lifecycle';
const CLIENT = `${NAME}-client`;

/** What is not part of the sources that a package is made from. */
const LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.cache', 'test']);

/** What a checkout writes, with every call of the client. */
const CHECKOUT = `
import { Client, Connection } from '@temporalio/client';
import {
  isOrderClientError,
  NotificationDelivery,
  OrderClient,
  ServiceOrderClient,
  type NotificationFact,
  type OrderInput,
  type Outcome,
  type ServiceOutcome,
} from '${CLIENT}';
import { watchMerchants } from '${CLIENT}/merchants';
import { isNewer, isOutcomeError, outcomeHandler, type OutcomeEvent, verifyOutcome } from '${CLIENT}/outcomes';
import { createNotificationReceiver, expressHandler, webHandler } from '${CLIENT}/notifications';
import { startWorker } from '${NAME}/worker';

export async function checkout(input: OrderInput): Promise<string> {
  const client = new Client({ connection: await Connection.connect() });
  const { handle, timeExpire, inputDiffers } = await new OrderClient(client, { answeredWithinMs: 2_000 }).start(input);
  try {
    const closing = await handle.closeNow({ replacedBy: 'ANEW' });
    const { accepted } = await handle.extend({ payBefore: timeExpire });
    console.log(closing.ended ? closing.outcome.ended : closing.closesAt, accepted, inputDiffers);
    const refused = await handle.placementFailed({ code: 'PARAM_ERROR' });
    if (refused.accepted) console.log(refused.visible);
    const checked = await handle.checkNow();
    if (checked.ended) return checked.outcome.ended + checked.endedAt + (checked.latePayment?.outcome?.ended ?? '');
    console.log(checked.visible, checked.tradeState, checked.askedAt);
    await handle.resolve({ as: 'closed', note: 'seen', by: 'Mei' });
  } catch (error) {
    if (isOrderClientError(error) && error.code === 'already-ended') return error.outcome.ended;
  }
  const outcome: Outcome = await handle.outcome();
  return outcome.ended === 'paid' ? (outcome.transactionId ?? '') : outcome.ended;
}

export async function rental(client: Client): Promise<ServiceOutcome> {
  const order = { mchid: '1900000109', outOrderNo: 'R1', serviceId: '500001', appid: 'wx8888888888888888' };
  const request = { requestId: 'r-1', reason: 'no', when: { ifNotConfirmedWithin: '30m' } } as const;
  const { handle, dueAt } = await new ServiceOrderClient(client).requestCancel(order, request);
  console.log(dueAt, await handle.isCancelling());
  return handle.outcome();
}

export async function notified(client: Client, fact: NotificationFact): Promise<boolean> {
  const order = { mchid: '1900000109', outTradeNo: 'ORDER-1' };
  const late = new OrderClient(client).latePayment(order);
  const { transactionIds } = await late.state();
  await late.record({ as: 'refunded', note: 'refund R1', by: 'Mei', transactionIds });
  return (await new NotificationDelivery(client).deliver(fact)) === 'late';
}

export async function notifications(client: Client, app: { post(path: string, handler: unknown): unknown }): Promise<() => Promise<void>> {
  const { merchants, stop } = watchMerchants('merchants.yaml', { everyMs: 10_000, logger: console });
  const { deliver } = new NotificationDelivery(client);
  const receiver = createNotificationReceiver({ merchants, deliver, observe: ({ outcome }) => console.log(outcome) });
  app.post('/wechatpay/notifications', expressHandler(receiver));
  const answer = await webHandler(receiver)(new Request('http://localhost/', { method: 'POST', body: '{}' }));
  console.log(answer.status);
  return stop;
}

export function told(body: Uint8Array, headers: Headers, stored: number | null): OutcomeEvent | undefined {
  try {
    const event = verifyOutcome(body, headers, ['whsec_', 'whsec_']);
    if (event.type === 'unknown') console.log(event.unknownType, event.data);
    else if (event.type === 'order.paid') console.log(event.data.outcome.transactionId);
    else if (isNewer(event, stored)) return event;
  } catch (error) {
    if (isOutcomeError(error) && error.code === 'invalid-outcome') console.log(error.reason);
  }
  return undefined;
}

export function outcomes(app: { post(path: string, handler: unknown): unknown }): void {
  app.post('/wechatpay/outcomes', outcomeHandler({ secrets: 'whsec_', handle: ({ id }) => console.log(id) }));
}

export const worker = (): Promise<void> => startWorker({ signers: { '1900000109': async (text) => text } });

// @ts-expect-error an order needs an amount, or that it is said to be unknown
export const faulty: OrderInput = { api: 'v3', mchid: '1900000109', outTradeNo: 'ORDER-1', payWithin: '15m' };
`;

const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  dependencies: object;
  optionalDependencies: object;
};

/** Packages by their name or their scope. */
const namesOf = (packages: object): string[] => [
  ...new Set(Object.keys(packages).map((name) => name.replace(/^(@[^/]+)\/.*/, '$1'))),
];

/** What the worker's package depends on. */
const NEEDED = namesOf(dependencies);

const DEPENDENCIES = [...NEEDED, ...namesOf(optionalDependencies)];

/** What a checkout has besides the client: its peer, and what compiles. */
const BESIDE_CLIENT = ['@temporalio', '@types', 'typescript', 'undici-types'];

let folder: string;
/** Has the client only. */
let checkout: string;
/** Has the client and the worker. */
let project: string;
/** Has the worker, without its optional dependencies. */
let sparse: string;
/** Of each package, the files in its tarball. */
let files: { readonly worker: readonly string[]; readonly client: readonly string[] };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wxpay-package-'));
  const sources = join(folder, 'sources');
  await cp(ROOT, sources, {
    recursive: true,
    filter: (path) => !LEFT_OUT.has(path.slice(ROOT.length).split('/')[0] ?? ''),
  });
  await symlink(join(ROOT, 'node_modules'), join(sources, 'node_modules'));
  const [worker, client] = await Promise.all([pack(sources), pack(join(sources, 'client'))]);
  files = { worker: await listOf(worker), client: await listOf(client) };
  checkout = await projectWith({ [CLIENT]: client }, BESIDE_CLIENT);
  project = await projectWith({ [CLIENT]: client, [NAME]: worker }, [...BESIDE_CLIENT, ...DEPENDENCIES]);
  sparse = await projectWith({ [NAME]: worker }, NEEDED);
});
afterAll(() => rm(folder, { recursive: true }));

/** As `npm publish` makes it: built by the package's own script. @returns the tarball */
async function pack(sources: string): Promise<string> {
  const target = await mkdtemp(join(folder, 'packed-'));
  await run('npm', ['pack', '--silent', '--pack-destination', target], { cwd: sources });
  const [tarball = ''] = await readdir(target);
  return join(target, tarball);
}

/** A project with these packages, from their tarballs, and these others, from this project. */
async function projectWith(tarballs: Readonly<Record<string, string>>, others: readonly string[]): Promise<string> {
  const at = await mkdtemp(join(folder, 'project-'));
  for (const [name, tarball] of Object.entries(tarballs)) {
    const target = join(at, 'node_modules', name);
    await mkdir(target, { recursive: true });
    await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', target]);
  }
  for (const name of new Set(others)) await symlink(join(ROOT, 'node_modules', name), join(at, 'node_modules', name));
  return at;
}

/** A file of the worker's package, as it is installed. */
function packaged(path: string, at = project): string {
  return join(at, 'node_modules', NAME, path);
}

/** The program that `npx wechatpay-orders` runs. */
function program(at = project): string {
  const { bin } = JSON.parse(readFileSync(packaged('package.json'), 'utf8')) as { bin: Record<string, string> };
  return packaged(bin['wechatpay-orders'] ?? '', at);
}

async function listOf(tarball: string): Promise<string[]> {
  const { stdout } = await run('tar', ['-tzf', tarball]);
  return stdout.split('\n').filter((line) => line !== '');
}

/** Compiles what a checkout writes in a project of a kind; what the compiler says, if anything. */
async function compile(kind: 'module' | 'commonjs'): Promise<string> {
  const at = join(project, kind);
  await mkdir(at, { recursive: true });
  await writeFile(join(at, 'package.json'), JSON.stringify({ type: kind }));
  await writeFile(join(at, 'checkout.ts'), CHECKOUT);
  const compilerOptions = {
    module: 'NodeNext',
    target: 'ES2023',
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  };
  await writeFile(join(at, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['checkout.ts'] }));
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  return run(process.execPath, [compiler, '-p', at], { cwd: at }).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error as { stdout: string }).stdout,
  );
}

describe('the package, as it is installed', () => {
  it.each(['module', 'commonjs'] as const)('compiles in a %s project', async (kind) => {
    expect(await compile(kind)).toBe('');
  });

  it.each([
    ['', 'OrderClient'],
    ['/notifications', 'createNotificationReceiver'],
    ['/outcomes', 'verifyOutcome'],
    ['/merchants', 'watchMerchants'],
  ])('has a client that is loaded by import and by require(), with nothing but its peer: %s', async (part, name) => {
    const code = `
      import { createRequire } from 'node:module';
      import { ${name} } from '${CLIENT}${part}';
      console.log(typeof ${name}, typeof createRequire(import.meta.url)('${CLIENT}${part}').${name});`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: checkout });
    expect(stdout.trim()).toBe('function function');
  });

  it('has a worker for a program of its own, and the client nowhere else', async () => {
    const code = `
      import { startWorker } from '${NAME}/worker';
      const others = ['', '/notifications', '/outcomes', '/merchants'].map((part) => import('${NAME}' + part));
      const refused = (await Promise.allSettled(others)).map(({ reason }) => reason?.code);
      console.log(typeof startWorker, [...new Set(refused)].join());`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: project });
    expect(stdout.trim()).toBe('function ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it.each(['worker', 'receiver', 'api', 'doctor'])('has a %s that explains itself', async (command) => {
    const { stdout } = await run(process.execPath, [program(), command, '--help'], { cwd: project });
    expect(stdout).toMatch(/WXPAY_(MERCHANTS|API_TOKENS)_FILE/);
  });

  it('has a worker that needs nothing optional, and a receiver that says what is missing', async () => {
    const worker = await run(process.execPath, [program(sparse), 'worker', '--help'], { cwd: sparse });
    expect(worker.stdout).toContain('WXPAY_MERCHANTS_FILE');
    const receiver = run(process.execPath, [program(sparse), 'receiver', '--help'], { cwd: sparse });
    await expect(receiver).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('optional dependencies') });
  });

  it('plays the demo, with its own worker and receiver as they are built, and has the orders for it', async () => {
    const [paidInTime = '', unpaid = ''] = readFileSync(packaged('examples/orders.jsonl'), 'utf8').split('\n');
    const orders = join(project, 'orders.jsonl');
    await writeFile(orders, `${paidInTime}\n${unpaid}\n`);
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], WXPAY_TEMPORAL_CLI: inject('devServer') };
    const { stdout } = await run(process.execPath, [program(), 'demo', '--exit', '--orders', orders], {
      cwd: project,
      env,
    });
    expect(stdout).toContain('2 of 2 orders ended as expected.');
  });

  it('has the workflow bundle, and no sources, tests or keys', () => {
    expect(files.worker).toContain('package/dist/workflow-bundle.js');
    expect(files.worker).toContain('package/README.md');
    // The API describes events by it.
    expect(files.worker).toContain('package/schemas/outcome-event.schema.json');
    expect(files.client).toContain('package/dist/outcome-event.schema.json');
    expect(files.client).toContain('package/dist/LICENSES.txt');
    for (const file of [...files.worker, ...files.client]) {
      expect(file).not.toMatch(/^package\/(test|demo|sandbox|bench|scripts)\/|\.pem$|\.key$/);
      expect(file).not.toMatch(/(?<!\.d)\.ts$/);
    }
  });
});
