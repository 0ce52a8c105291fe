import { withLab, type Lab } from '../lab.js';
import { forEach, lastEnd, newNumbers, untilFinished } from '../orders.js';
import type { Bench, Measurement } from '../plan.js';
import { interleaved, milliseconds, type Section } from '../report.js';
import { percentile } from '../../statistics.js';
import type { Subject, SubjectName } from '../subjects.js';
import { Drains } from './drain.js';

const SUBJECTS: readonly SubjectName[] = ['ours', 'bare'];

/** An even number, so that each subject is measured first equally often. */
const ROUNDS = 2;

export const lateness: Measurement = {
  means: 'how long after its deadline the close of an order arrives at WeChat Pay, at a steady rate',
  run: measureLateness,
};

async function measureLateness({ bundles, cleanups, sizes: { steady, warmUp } }: Bench): Promise<readonly Section[]> {
  const rounds = await interleaved(SUBJECTS, ROUNDS, (name, round) =>
    // On a new server each time: a server with more workflows is slower.
    withLab(bundles, cleanups, async (lab) => {
      const drains = new Drains(lab, { [name]: await lab.startWorker(name) });
      await drains.measure(lab.subject[name], warmUp);
      const late = await latenessOf(lab, lab.subject[name], steady, drains);
      console.error(`  lateness ${round + 1}/${ROUNDS} ${name}: ${figuresOf(late).join(', ')}`);
      return late;
    }),
  );
  return [
    {
      title: `Lateness at ${steady.perSecond} orders a second, for ${steady.seconds} s (${ROUNDS} rounds)`,
      columns: ['from the deadline to the arrival of the close', 'p50', 'p99', 'latest'],
      rows: SUBJECTS.map((name) => [name, ...figuresOf(rounds.flatMap((round) => round[name]))]),
      notes: ['Of the orders of all rounds together.'],
    },
  ];
}

function figuresOf(late: readonly number[]): readonly string[] {
  return [50, 99, 100].map((percent) => milliseconds(percentile(late, percent)));
}

/** For each order, how late its close arrived, in milliseconds. */
async function latenessOf(
  lab: Lab,
  subject: Subject,
  { perSecond, seconds }: Bench['sizes']['steady'],
  drains: Drains,
): Promise<number[]> {
  const count = perSecond * seconds;
  const numbers = newNumbers(count);
  await lab.fake.prepare(numbers);
  const first = Date.now() + drains.waitingWithin(subject, count);
  const dueOf = (index: number): number => Math.round(first + (index * 1000) / perSecond);
  await forEach(numbers, (number, index) => subject.start(number, dueOf(index)));
  if (Date.now() > first)
    throw new Error('the machine is too slow: the starts were not over when the first order was due');
  await untilFinished(lab, subject, count);
  await lastEnd(lab, subject, numbers);
  const arrivals = await lab.fake.arrivals();
  return numbers.map((number, index) => (arrivals[number] ?? NaN) - dueOf(index));
}
