import type { Child } from '../../../demo/child-process.js';
import { withLab, type Lab } from '../lab.js';
import { forEach, lastEnd, newNumbers, untilFinished } from '../orders.js';
import type { Bench, Measurement } from '../plan.js';
import { milliseconds, type Section } from '../report.js';
import { percentile } from '../statistics.js';
import type { Subject, SubjectName } from '../subjects.js';
import { Drains } from './drain.js';

const SUBJECTS: readonly SubjectName[] = ['ours', 'bare'];

export const lateness: Measurement = {
  means: 'how long after its deadline the close of an order arrives at WeChat Pay, at a steady rate',
  run: (bench) => withLab(bench.bundles, bench.cleanups, (lab) => measureLateness(bench, lab)),
};

async function measureLateness({ sizes: { steady, warmUp } }: Bench, lab: Lab): Promise<readonly Section[]> {
  const rows: (readonly string[])[] = [];
  const workers: Partial<Record<SubjectName, Child>> = {};
  for (const name of SUBJECTS) workers[name] = await lab.startWorker(name);
  const drains = new Drains(lab, workers);
  for (const name of SUBJECTS) {
    await drains.measure(lab.subject[name], warmUp);
    const late = await latenessOf(lab, lab.subject[name], steady, drains);
    const figures = [50, 99, 100].map((percent) => milliseconds(percentile(late, percent)));
    console.error(`  lateness, ${name}: ${figures.join(', ')}`);
    rows.push([name, ...figures]);
  }
  return [
    {
      title: `Lateness at ${steady.perSecond} orders a second, for ${steady.seconds} s`,
      columns: ['from the deadline to the arrival of the close', 'p50', 'p99', 'latest'],
      rows,
      notes: [],
    },
  ];
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
