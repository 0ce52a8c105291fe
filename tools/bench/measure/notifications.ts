import { join } from 'node:path';
import { freeAddress, startReceiverProcess } from '../../../testing/demo/processes.js';
import { post } from '../../../testing/sandbox/notifications.js';
import { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { CONCURRENCY, cpuOf, forEach, lastEnd, newNumbers, untilIdle } from '../orders.js';
import { withLab, type Lab } from '../lab.js';
import type { Bench, Measurement } from '../plan.js';
import { milliseconds, perSecond, type Section } from '../report.js';
import { spreadOf } from '../../statistics.js';
import { subjects, SUBJECTS } from '../subjects.js';

/** The figures of one round. */
interface Taken {
  /** Notifications that the receiver accepted, and orders that ended as paid. */
  readonly acceptedPerSecond: number;
  readonly endedPerSecond: number;
  /** For each notification, milliseconds. */
  readonly receiverCpuMs: number;
  readonly workerCpuMs: number;
  readonly serverCpuMs: number;
}

const DUE_IN_MS = 24 * 60 * 60_000;
const AMOUNT = { total: 888, currency: 'HKD' } as const;

export const notifications: Measurement = {
  means: 'signed payment notifications through a receiver, until their orders have ended as paid',
  run: (bench) => withLab(bench.bundles, bench.cleanups, (lab) => measureNotifications(bench, lab)),
};

async function measureNotifications(bench: Bench, lab: Lab): Promise<readonly Section[]> {
  const { rounds, orders, warmUp } = bench.sizes;
  return bench.cleanups.scoped(async (scope) => {
    const sandbox = await Sandbox.start();
    scope.push(() => sandbox.stop());
    const merchantsFile = await sandbox.writeMerchantsFile(join(lab.folder, 'sandbox'));
    const worker = await lab.startWorker('ours', { merchantsFile });
    const receiver = await startReceiverProcess({
      temporalAddress: lab.server.address,
      taskQueue: SUBJECTS.ours.taskQueue,
      merchantsFile,
      address: await freeAddress(),
      onSpawn: (stop) => scope.push(stop),
    });
    const processes = { receiver: receiver.pid, worker: worker.pid, server: lab.server.pid };
    await deliver(lab, sandbox, receiver.url, processes, warmUp);
    const taken: Taken[] = [];
    for (let round = 0; round < rounds; round += 1) {
      taken.push(await deliver(lab, sandbox, receiver.url, processes, orders));
      console.error(`  notifications ${round + 1}/${rounds}: ${perSecond(taken.at(-1)?.endedPerSecond ?? NaN)}`);
    }
    return [sectionOf(orders, taken)];
  });
}

async function deliver(
  lab: Lab,
  sandbox: Sandbox,
  url: string,
  processes: Readonly<Record<'receiver' | 'worker' | 'server', number>>,
  count: number,
): Promise<Taken> {
  const { mchid } = sandbox;
  const subject = subjects(lab.client, mchid).ours;
  const numbers = newNumbers(count);
  const due = Date.now() + DUE_IN_MS;
  await forEach(numbers, (number) => subject.start(number, due));
  const signed = [];
  for (const outTradeNo of numbers) {
    await sandbox.place({ api: 'v3-global', mchid, outTradeNo, amount: AMOUNT });
    await sandbox.pay({ mchid, outTradeNo });
    signed.push(sandbox.paymentNotification({ mchid, outTradeNo }));
  }
  await untilIdle(processes.worker, processes.server);
  const cpu = () => Object.values(processes).map(cpuOf);
  const before = cpu();
  const began = Date.now();
  const acceptedMs = await forEach(signed, async (notification) => {
    const { status } = await post(notification, url);
    if (status !== 200 && status !== 204) throw new Error(`the receiver answers ${status} to a notification`);
  });
  await untilIdle(processes.worker, processes.server);
  const [receiverCpuMs = NaN, workerCpuMs = NaN, serverCpuMs = NaN] = cpu().map(
    (after, index) => (after - (before[index] ?? NaN)) / count,
  );
  const endedMs = (await lastEnd(lab, subject, numbers)) - began;
  const rate = (ms: number): number => (count * 1000) / ms;
  return {
    acceptedPerSecond: rate(acceptedMs),
    endedPerSecond: rate(endedMs),
    receiverCpuMs,
    workerCpuMs,
    serverCpuMs,
  };
}

function sectionOf(orders: number, taken: readonly Taken[]): Section {
  const row = (what: string, figure: keyof Taken, format: (value: number) => string): string[] => {
    const { median, min, max } = spreadOf(taken.map((round) => round[figure]));
    return [what, format(median), `${format(min)}–${format(max)}`];
  };
  return {
    title: `Payment notifications, ${CONCURRENCY} at once (${orders}, ${taken.length} rounds)`,
    columns: ['', 'median', 'range'],
    rows: [
      row('accepted by the receiver', 'acceptedPerSecond', perSecond),
      row('orders ended as paid', 'endedPerSecond', perSecond),
      row('receiver CPU for each', 'receiverCpuMs', milliseconds),
      row('worker CPU for each', 'workerCpuMs', milliseconds),
      row('server CPU for each', 'serverCpuMs', milliseconds),
    ],
    notes: [],
  };
}
