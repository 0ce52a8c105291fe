import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { Misbehaviour } from '../../testing/sandbox/misbehaviour.js';
import { freeAddress } from '../../testing/demo/processes.js';
import { findDevServer, TemporalProcess } from '../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import { judge, type Finding } from './judge.js';
import { type Lab, untilStopped } from './lab.js';
import { until, within } from '../processes.js';
import { SUBJECTS } from './subjects.js';
import { ENDED_WITHIN_MS } from './trial.js';

/** How long after the money is due the next worker starts. */
const WORKER_AFTER_MS = 20_000;
/** In fen. */
const DUE = 700;
const SYSTEM_ERRORS = 5;

const FAILING_QUERIES: readonly Misbehaviour[] = [
  { what: 'systemError', on: 'query', times: SYSTEM_ERRORS },
  { what: 'slow', on: 'query', after: SYSTEM_ERRORS, delayMs: 600_000 },
];

/**
 * FAULTS, A1. A query of a service order fails five times with SYSTEM_ERROR, and the sixth is not answered. The worker and
 * Temporal are killed, and Temporal is started again. The next worker is killed right after its query. The merchant completes
 * the service order, so money is due, and 20 s later another worker starts. It must not give up that money.
 */
export async function giveUpNothing(lab: Lab, number: string): Promise<Finding> {
  const { sandbox, folder } = lab;
  const ref = { mchid: sandbox.mchid, outOrderNo: number };
  const taskQueue = `verify-${number}`;
  const { path: binary } = await findDevServer();
  const address = await freeAddress();
  const temporal = new TemporalProcess({ binary, address, databaseFile: join(folder, `${number}.sqlite`) });
  return lab.cleanups.scoped(async (scope) => {
    scope.push(() => temporal.end());
    await temporal.start();
    const connection = await Connection.connect({ address });
    scope.push(() => connection.close());
    const startWorker = async (place?: 'before-signing') => {
      const worker = await lab.startWorker({ taskQueue, address, ...(place && { place }) });
      scope.push(() => worker.kill());
      return worker;
    };
    await registerSearchAttributes(connection, 'default');
    const first = await startWorker();
    const client = new Client({ connection });
    const subject = await SUBJECTS.cancel.begin(lab, { taskQueue, number, misbehaviours: FAILING_QUERIES, client });
    await until('the sixth query', ENDED_WITHIN_MS, () => sandbox.ledger.entries(number).length > SYSTEM_ERRORS);
    await first.kill();
    await temporal.kill();
    await temporal.start();
    const second = await startWorker('before-signing');
    await untilStopped(second.pid, ENDED_WITHIN_MS);
    await second.kill();
    sandbox.serviceOrders.confirm(ref);
    sandbox.serviceOrders.complete(ref, DUE);
    await sleep(WORKER_AFTER_MS);
    await startWorker();
    const ended = await within(`${number} ends`, ENDED_WITHIN_MS, subject.outcome());
    const isGivenUp = sandbox.ledger.entries(number).some(({ call }) => call === 'cancel');
    const breaches = isGivenUp ? [`a cancel gave up ${DUE} fen`] : [];
    return judge(lab, { trial: number, subject, ended, expected: 'kept', breaches });
  });
}
