import { withLab, type Lab } from '../lab.js';
import { settledMemory } from '../orders.js';
import type { Bench, Measurement } from '../plan.js';
import { bytes, megabytes, type Section } from '../report.js';
import { Drains } from './drain.js';

/** What the memory may differ by from the second batch to the last without being called growth. */
const TOLERANCE = 0.05;

export const growth: Measurement = {
  means: 'the memory of one worker while thousands of orders go through it',
  run: (bench) => withLab(bench.bundles, bench.cleanups, (lab) => measureGrowth(bench, lab)),
};

async function measureGrowth({ sizes }: Bench, lab: Lab): Promise<readonly Section[]> {
  const { batches, batch } = sizes.growth;
  const worker = await lab.startWorker('ours', { collectsGarbage: true });
  const drains = new Drains(lab, { ours: worker });
  const resident: number[] = [];
  for (let count = 1; count <= batches; count += 1) {
    await drains.measure(lab.subject.ours, batch);
    resident.push(await settledMemory(worker.pid));
    console.error(`  growth, after ${count * batch}: ${megabytes(resident.at(-1) ?? NaN)}`);
  }
  const [, second = NaN] = resident;
  const last = resident.at(-1) ?? NaN;
  const slope = (last - second) / ((batches - 2) * batch);
  const judged = last <= second * (1 + TOLERANCE) ? 'no growth' : 'growth';
  return [
    {
      title: `One worker, order after order`,
      columns: ['orders ended', ...resident.map((_, index) => bytes((index + 1) * batch))],
      rows: [['resident', ...resident.map(megabytes)]],
      notes: [
        `From the second reading to the last: ${bytes(Math.abs(slope))} bytes ${slope < 0 ? 'less' : 'more'} for each order that ended; ${judged} (${TOLERANCE * 100} % are noise).`,
      ],
    },
  ];
}
