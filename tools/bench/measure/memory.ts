import { withLab, type Lab } from '../lab.js';
import { forEach, newNumbers, settledMemory, untilIdle } from '../orders.js';
import type { Bench, Measurement } from '../plan.js';
import { bytes, comparedColumns, comparedRow, megabytes, type Section } from '../report.js';
import type { SubjectName } from '../subjects.js';

/** Long after the end of the bench. */
const DUE_IN_MS = 24 * 60 * 60_000;

/** More than ever wait here: none is dropped from memory. */
const MAX_CACHED = 50_000;

export const memory: Measurement = {
  means: 'the memory of a worker with few and with many waiting orders',
  run: (bench) => withLab(bench.bundles, bench.cleanups, (lab) => measureMemory(bench, lab)),
};

async function measureMemory({ sizes }: Bench, lab: Lab): Promise<readonly Section[]> {
  const [few, many] = sizes.waiting;
  const measure = async (name: SubjectName) => {
    const worker = await lab.startWorker(name, { maxCachedWorkflows: MAX_CACHED, collectsGarbage: true });
    const due = Date.now() + DUE_IN_MS;
    const withMore = async (count: number): Promise<number> => {
      await forEach(newNumbers(count), (number) => lab.subject[name].start(number, due));
      await untilIdle(lab.server.pid);
      const resident = await settledMemory(worker.pid);
      console.error(`  memory, ${name}: ${megabytes(resident)}`);
      return resident;
    };
    const withFew = await withMore(few);
    const withMany = await withMore(many - few);
    await worker.stop();
    return { withFew, withMany, each: (withMany - withFew) / (many - few) };
  };
  const ours = await measure('ours');
  const bare = await measure('bare');
  const compared = (figure: keyof typeof ours) => ({ ours: [ours[figure]], bare: [bare[figure]] });
  const goal = { better: 'lower', aim: 1.05, floor: 1.1 } as const;
  return [
    {
      title: `Memory of a worker with waiting orders`,
      columns: comparedColumns('ours'),
      rows: [
        comparedRow({ what: `resident with ${bytes(few)}`, ...compared('withFew'), format: megabytes }),
        comparedRow({ what: `resident with ${bytes(many)}`, ...compared('withMany'), format: megabytes }),
        comparedRow({ what: 'bytes of a waiting order', ...compared('each'), format: bytes, goal }),
      ],
      notes: [
        'Read after garbage was collected. A waiting order costs the difference of the two, for each order between.',
      ],
    },
  ];
}
