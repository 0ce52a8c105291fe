import { withLab, type Lab } from '../lab.js';
import { forEach, newNumbers } from '../orders.js';
import type { Bench, Measurement } from '../plan.js';
import { bytes, comparedColumns, comparedRow, megabytes, type Section } from '../report.js';
import { startMeasuredWorker, type Memory } from '../settled-memory.js';
import type { SubjectName } from '../subjects.js';

/** Long after the end of the bench. */
const DUE_IN_MS = 24 * 60 * 60_000;

/** More than the waiting orders, so that none is evicted. */
const MAX_CACHED = 50_000;

/** The memory of a worker with few and with many waiting orders, and what each further order adds. */
interface Taken {
  readonly withFew: Memory;
  readonly withMany: Memory;
  readonly each: Memory;
}

export const memory: Measurement = {
  means: 'the memory of a worker with few and with many waiting orders',
  run: measureMemory,
};

async function measureMemory({ bundles, cleanups, sizes }: Bench): Promise<readonly Section[]> {
  const [few, many] = sizes.waiting;
  // Each on a new server, so that the first does not influence the second.
  const measure = (name: SubjectName): Promise<Taken> =>
    withLab(bundles, cleanups, (lab) => memoryOf(lab, name, few, many));
  const bare = await measure('bare');
  const ours = await measure('ours');
  const compared = (when: keyof Taken, figure: keyof Memory) => ({
    ours: [ours[when][figure]],
    bare: [bare[when][figure]],
  });
  const goal = { better: 'lower', aim: 1.05, floor: 1.1 } as const;
  return [
    {
      title: `Memory of a worker with waiting orders`,
      columns: comparedColumns('ours'),
      rows: [
        comparedRow({ what: `resident with ${bytes(few)}`, ...compared('withFew', 'resident'), format: megabytes }),
        comparedRow({ what: `resident with ${bytes(many)}`, ...compared('withMany', 'resident'), format: megabytes }),
        comparedRow({ what: 'bytes of a waiting order', ...compared('each', 'resident'), format: bytes, goal }),
        comparedRow({ what: 'of these, live heap', ...compared('each', 'heap'), format: bytes }),
      ],
      notes: [
        'Read after garbage was collected and given back. A waiting order costs the difference of the two, divided by the number of orders between.',
        'The live heap is what the objects of all threads take, by their own count. The rest is memory of the SDK’s Rust, and unused memory between.',
      ],
    },
  ];
}

async function memoryOf(lab: Lab, name: SubjectName, few: number, many: number): Promise<Taken> {
  const worker = await startMeasuredWorker(lab, name, { maxCachedWorkflows: MAX_CACHED });
  const due = Date.now() + DUE_IN_MS;
  const withMore = async (count: number): Promise<Memory> => {
    await forEach(newNumbers(count), (number) => lab.subject[name].start(number, due));
    const taken = await worker.memory();
    console.error(`  memory, ${name}: ${megabytes(taken.resident)}, live heap ${megabytes(taken.heap)}`);
    return taken;
  };
  const withFew = await withMore(few);
  const withMany = await withMore(many - few);
  const eachOf = (figure: keyof Memory): number => (withMany[figure] - withFew[figure]) / (many - few);
  return { withFew, withMany, each: { resident: eachOf('resident'), heap: eachOf('heap') } };
}
