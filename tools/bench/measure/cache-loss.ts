import type { Child } from '../../../testing/demo/processes.js';
import { CONCURRENCY, cpuOf, forEach, newNumbers, untilIdle } from '../orders.js';
import { withLab, type Lab } from '../lab.js';
import type { Bench, Measurement } from '../plan.js';
import { comparedColumns, comparedRow, interleaved, milliseconds, seconds, type Section } from '../report.js';
import type { SubjectName } from '../subjects.js';

/** How long a query on every waiting order took. */
interface Answered {
  readonly ms: number;
  readonly workerCpuMs: number;
}

const DUE_IN_MS = 24 * 60 * 60_000;

const SUBJECTS: readonly SubjectName[] = ['ours', 'bare'];

export const cacheLoss: Measurement = {
  means: 'a query on each waiting order after their worker was replaced, so that each is replayed',
  run: (bench) => withLab(bench.bundles, bench.cleanups, (lab) => measureCacheLoss(bench, lab)),
};

async function measureCacheLoss({ sizes: { rounds, orders } }: Bench, lab: Lab): Promise<readonly Section[]> {
  const numbers = newNumbers(orders);
  const workers: Partial<Record<SubjectName, Child>> = {};
  for (const name of SUBJECTS) {
    workers[name] = await lab.startWorker(name);
    const due = Date.now() + DUE_IN_MS;
    await forEach(numbers, (number) => lab.subject[name].start(number, due));
  }
  const measured = await interleaved(SUBJECTS, rounds, async (name, round) => {
    await workers[name]?.stop();
    const worker = await lab.startWorker(name);
    workers[name] = worker;
    await untilIdle(worker.pid);
    const ask = async (): Promise<Answered> => {
      const before = cpuOf(worker.pid);
      const ms = await forEach(numbers, (number) => lab.subject[name].query(number));
      return { ms, workerCpuMs: cpuOf(worker.pid) - before };
    };
    const replayed = await ask();
    const cached = await ask();
    console.error(`  cache loss ${round + 1}/${rounds} ${name}: ${seconds(replayed.ms)}, then ${seconds(cached.ms)}`);
    return { replayed, cached };
  });
  const rows = (['replayed', 'cached'] as const).flatMap((when) => {
    const compared = (figure: keyof Answered) => ({
      ours: measured.map(({ ours }) => ours[when][figure]),
      bare: measured.map(({ bare }) => bare[when][figure]),
    });
    const each = (value: number): string => milliseconds(value / orders);
    return [
      comparedRow({ what: `${when}: until all are answered`, ...compared('ms'), format: seconds }),
      comparedRow({ what: `${when}: worker CPU for each`, ...compared('workerCpuMs'), format: each }),
    ];
  });
  const title = `A query on each of ${orders} waiting orders, ${CONCURRENCY} at once (${rounds} rounds)`;
  const notes = ['Replayed: by a new worker, which has none of the orders in memory. Cached: the same queries again.'];
  return [{ title, columns: comparedColumns('ours'), rows, notes }];
}
