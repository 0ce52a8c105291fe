import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { Misbehaviour } from '../../testing/sandbox/misbehaviour.js';
import { findDevServer } from '../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import { judge, type Finding } from './judge.js';
import { type Lab, until, untilStopped, within } from './lab.js';
import { SUBJECTS } from './subjects.js';
import { ENDED_WITHIN_MS } from './trial.js';

const READY_WITHIN_MS = 60_000;
const LATER_MS = 20_000;
const DUE = 700;
const SYSTEM_ERRORS = 5;

const FAILING_QUERIES: readonly Misbehaviour[] = [
  { what: 'systemError', on: 'query', times: SYSTEM_ERRORS },
  { what: 'slow', on: 'query', after: SYSTEM_ERRORS, delayMs: 600_000 },
];

/** A Temporal server of its own process, whose state outlives it in a file. */
interface Temporal {
  readonly address: string;
  kill(): Promise<void>;
}

async function startTemporal(file: string, port: number): Promise<Temporal> {
  const { path } = await findDevServer({ onProgress: () => undefined });
  const pragmas = ['journal_mode=wal', 'synchronous=normal'].flatMap((pragma) => ['--sqlite-pragma', pragma]);
  const args = ['--headless', '--ip', '127.0.0.1', '--port', String(port), '--db-filename', file, ...pragmas];
  const child = spawn(path, ['server', 'start-dev', ...args], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const address = `127.0.0.1:${port}`;
  await until('Temporal takes calls', READY_WITHIN_MS, () => isReady(address));
  return {
    address,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function isReady(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 });
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * FAULTS, A1, as it stands: a query of a service order fails five times with SYSTEM_ERROR, the sixth is unanswered; worker
 * and Temporal are killed, and Temporal comes back; the worker is killed once more, right after its query; the merchant
 * completes the service order, so that money is due; a worker comes 20 s later. That money must not be given up.
 */
export async function giveUpNothing(lab: Lab, number: string): Promise<Finding> {
  const { sandbox, folder } = lab;
  const ref = { mchid: sandbox.mchid, outOrderNo: number };
  const taskQueue = `verify-${number}`;
  const file = join(folder, `${number}.sqlite`);
  const port = await freePort();
  let temporal = await startTemporal(file, port);
  const { address } = temporal;
  const connection = await Connection.connect({ address });
  const endings: (() => Promise<unknown>)[] = [() => temporal.kill(), () => connection.close()];
  const startWorker = async (place?: 'before-signing') => {
    const worker = await lab.startWorker({ taskQueue, address, ...(place && { place }) });
    endings.push(() => worker.kill());
    return worker;
  };
  try {
    await registerSearchAttributes(connection, 'default');
    const first = await startWorker();
    const client = new Client({ connection });
    const subject = await SUBJECTS.cancel.begin(lab, { taskQueue, number, misbehaviours: FAILING_QUERIES, client });
    await until('the sixth query', ENDED_WITHIN_MS, () => sandbox.ledger.entries(number).length > SYSTEM_ERRORS);
    await first.kill();
    await temporal.kill();
    temporal = await startTemporal(file, port);
    const second = await startWorker('before-signing');
    await untilStopped(second.pid, ENDED_WITHIN_MS);
    await second.kill();
    sandbox.serviceOrders.confirm(ref);
    sandbox.serviceOrders.complete(ref, DUE);
    await sleep(LATER_MS);
    await startWorker();
    const ended = await within(`${number} ends`, ENDED_WITHIN_MS, subject.outcome());
    const isGivenUp = sandbox.ledger.entries(number).some(({ call }) => call === 'cancel');
    const breaches = isGivenUp ? [`a cancel gave up ${DUE} fen`] : [];
    return judge(lab, { trial: number, subject, ended, expected: 'kept', breaches });
  } finally {
    for (const end of endings.reverse()) await end();
  }
}
