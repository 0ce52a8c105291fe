import { withLab, type Lab } from '../lab.js';
import type { Bench, Measurement } from '../plan.js';
import { bytes, megabytes, type Section } from '../report.js';
import { startMeasuredWorker, type Memory } from '../settled-memory.js';
import { slopeOf } from '../../statistics.js';
import { Drains } from './drain.js';

/** After this many batches the worker is warm, and more memory would be growth. */
const WARM_UP_BATCHES = 2;

/** How much memory an ended order may leave, in bytes. While it waits it has many times that. */
const BOUND = 2_000;

/** With fewer orders than this, the variation of malloc and V8 is larger than the bound. */
const JUDGED_FROM = 2_000;

export const growth: Measurement = {
  means: 'the memory of one worker while thousands of orders go through it',
  run: (bench) => withLab(bench.bundles, bench.cleanups, (lab) => measureGrowth(bench, lab)),
};

async function measureGrowth({ sizes }: Bench, lab: Lab): Promise<readonly Section[]> {
  const { batches, batch } = sizes.growth;
  const worker = await startMeasuredWorker(lab, 'ours');
  const drains = new Drains(lab, { ours: worker });
  const readings: Memory[] = [];
  for (let count = 1; count <= batches; count += 1) {
    await drains.measure(lab.subject.ours, batch);
    const taken = await worker.memory();
    readings.push(taken);
    const figures = `${megabytes(taken.resident)}, live heap ${megabytes(taken.heap)}`;
    console.error(`  growth, after ${count * batch}: ${figures}`);
  }
  const row = (what: string, figure: keyof Memory): readonly string[] => {
    const values = readings.map((reading) => reading[figure]);
    return [what, ...values.map(megabytes), ...growthOf(values, batch)];
  };
  return [
    {
      title: `One worker, order after order`,
      columns: ['orders ended', ...readings.map((_, index) => bytes((index + 1) * batch)), 'KB for each', '≤ 2 KB'],
      rows: [row('resident', 'resident'), row('live heap', 'heap')],
      notes: [
        `All of these orders completed at Temporal. KB for each is the slope of the readings from ${bytes(WARM_UP_BATCHES * batch)} orders on.`,
      ],
    },
  ];
}

/**
 * How much memory an ended order leaves, and whether that is growth.
 *
 * @param values the memory after each batch, in bytes
 * @param batch the number of orders in a batch
 */
export function growthOf(values: readonly number[], batch: number): readonly [kilobytes: string, verdict: string] {
  const warm = values.slice(WARM_UP_BATCHES - 1);
  const slope = slopeOf(warm) / batch;
  const kilobytes = (slope / 1_000).toFixed(1);
  if ((warm.length - 1) * batch < JUDGED_FROM) return [kilobytes, 'too few orders'];
  return [kilobytes, slope <= BOUND ? 'yes' : 'growth'];
}
