import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';
import { outsideEnvironment } from '../environment.js';
import { type Cleanups, until } from '../processes.js';
import { startBusyFront } from './busy-front.js';
import { tryDeliveries } from './deliveries.js';
import type { Lab } from './lab.js';
import type { Program } from './languages.js';
import { Commands, ProgramError } from './running.js';

const EXAMPLES = fileURLToPath(new URL('../../examples/languages/', import.meta.url));

const AMOUNT = { total: 888, currency: 'HKD' };
const MINUTES_AGO = 20;
const TOLD_WITHIN_MS = 60_000;

/** What a program did. */
export interface Played {
  readonly prepareSeconds: number;
  readonly seconds: number;
  /** How many deliveries it was posted besides those of the worker. */
  readonly deliveries: number;
}

/**
 * The whole environment, because certificates and proxies are told in it, without what `npm run` adds and settings of
 * ours, and with what a program needs.
 */
function environmentOf(lab: Lab, apiUrl: string): NodeJS.ProcessEnv {
  const outside = Object.entries(outsideEnvironment()).filter(([name]) => !/^(TEMPORAL|WXPAY)_/.test(name));
  const noProxy = [process.env['NO_PROXY'] ?? process.env['no_proxy'], '127.0.0.1'].filter(Boolean).join(',');
  return {
    ...Object.fromEntries(outside),
    NO_PROXY: noProxy,
    no_proxy: noProxy,
    MERCHANT_URL: `${apiUrl}/v1/merchants/${lab.mchid}`,
    ORDERS_TOKEN: lab.token,
    OUTCOME_SECRET: lab.secret,
    SANDBOX_URL: lab.sandboxUrl,
    SHOP_PORT: String(lab.shopPort),
    TEMPORAL_ADDRESS: lab.temporalAddress,
    MCHID: lab.mchid,
  };
}

/**
 * Plays two orders with a program, one that is closed and one that is paid; and posts to it what is forged.
 *
 * @param tag tells the orders of programs apart
 * @throws ProgramError if it did not do what it should
 */
export async function play(program: Program, lab: Lab, tag: string, cleanups: Cleanups): Promise<Played> {
  const { language, folder: from = language, prepare, run, serve, isOnTemporal = false } = program;
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-language-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  await cp(join(EXAMPLES, from), folder, { recursive: true });
  const front = await startBusyFront(lab.apiUrl);
  cleanups.push(() => front.close());
  const commands = new Commands(folder, environmentOf(lab, front.url), cleanups);
  const begunAt = performance.now();
  if (prepare !== undefined) await commands.run(['sh', '-c', prepare]);
  const preparedAt = performance.now();
  const said = serve === undefined ? () => '' : await commands.serve(serve, lab.shopPort);

  const [old, fresh] = [`OLD-${tag}`, `NEW-${tag}`];
  const createdAt = new Date(Date.now() - MINUTES_AGO * 60_000).toISOString();
  await sandbox(lab, '', { outTradeNo: old, amount: AMOUNT, createdMinutesAgo: MINUTES_AGO });
  await commands.run([...run, 'start', old, createdAt]);
  await commands.run([...run, 'start', fresh]);
  await sandbox(lab, `/${fresh}/pay`, {});
  await commands.run([...run, 'check', fresh]);

  const states =
    serve === undefined
      ? async () => printed(await commands.run([...run, 'outcomes']))
      : () => Promise.resolve(stored(folder));
  const expected = new Map([
    [`order/${lab.mchid}/${old}`, isOnTemporal ? 'closed' : 'order.closed'],
    [`order/${lab.mchid}/${fresh}`, isOnTemporal ? 'paid' : 'order.paid'],
  ]);
  if (isOnTemporal) {
    await commands.run([...run, 'cancel', `RENTAL-${tag}`]);
    expected.set(`payscore/${lab.mchid}/RENTAL-${tag}`, 'cancelled');
    // A start that is repeated after the end starts nothing.
    await commands.run([...run, 'start', fresh]);
  }
  let seen: ReadonlyMap<string, string> = new Map();
  const isTold = async (): Promise<boolean> => {
    seen = await states();
    return [...expected].every(([id, state]) => seen.get(id) === state);
  };
  await until('both outcomes are stored', TOLD_WITHIN_MS, isTold).catch((error: unknown) => {
    throw new ProgramError(`${String(error)}; stored: ${JSON.stringify([...seen])}\n${said()}`);
  });
  const store = { stateOf: (id: string) => stored(folder).get(id), setBroken: (is: boolean) => setBroken(folder, is) };
  const deliveries = serve === undefined ? 0 : await tryDeliveries(lab, `TOLD-${tag}`, store);
  const seconds = (performance.now() - preparedAt) / 1000;
  return { prepareSeconds: (preparedAt - begunAt) / 1000, seconds, deliveries };
}

/** @throws ProgramError if the sandbox does not know the order, say: the program did not place it */
async function sandbox({ sandboxUrl }: Lab, path: string, body: object): Promise<void> {
  const answer = await fetch(`${sandboxUrl}/sandbox/orders${path}`, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new ProgramError(`the sandbox says ${answer.status}: ${await answer.text()}`);
}

/** The orders in the database of a program that takes webhooks: its table is that of README's quick start. */
function stored(folder: string): ReadonlyMap<string, string> {
  return withDatabase(folder, (database) => {
    const hasTable = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'orders'").get() !== undefined;
    const rows = hasTable ? database.prepare('SELECT id, state FROM orders').all() : [];
    return new Map((rows as { id: string; state: string }[]).map(({ id, state }) => [id, state]));
  });
}

/** Takes a column away that a program needs to store anything, or brings it back. */
function setBroken(folder: string, isBroken: boolean): void {
  const [from, to] = isBroken ? ['sequence', 'gone'] : ['gone', 'sequence'];
  withDatabase(folder, (database) => database.exec(`ALTER TABLE orders RENAME COLUMN ${from} TO ${to}`));
}

function withDatabase<T>(folder: string, action: (database: Database.Database) => T): T {
  const database = new Database(join(folder, 'shop.db'), { timeout: 5_000 });
  try {
    return action(database);
  } finally {
    database.close();
  }
}

/** The orders that a program which reads the feed prints: the workflow id and the state of one in each line. */
function printed(output: string): Map<string, string> {
  const lines = output.split('\n').map((line) => line.split(' '));
  return new Map(lines.flatMap(([id = '', state]) => (state === undefined ? [] : [[id, state] as const])));
}
