import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../../../testing/demo/processes.js';
import { cpuOf, forEach, lastEnd, newNumbers, untilFinished, untilIdle } from '../orders.js';
import { withLab, type Lab } from '../lab.js';
import type { Bench, Measurement } from '../plan.js';
import { comparedColumns, comparedRow, interleaved, milliseconds, perSecond, type Section } from '../report.js';
import type { Subject, SubjectName } from '../subjects.js';

/** The figures of one subject for orders that were all due at one instant. */
export interface Drain {
  /** From that instant until the last workflow had ended, by the server's clock. */
  readonly ms: number;
  readonly orders: number;
  /** CPU of the worker and of the Temporal server for all orders together, in milliseconds. */
  readonly workerCpuMs: number;
  readonly serverCpuMs: number;
}

/** How long the first round allows for each order until it waits: its start and first workflow task. In milliseconds. */
const FIRST_WAITING_MS = 20;

/** The orders are due later than they are expected to wait, by this factor and this many milliseconds. */
const SLOWER = 1.4;
const SPARE_MS = 2_000;

/** Measures orders that all become due at once. Starts are not measured: worker and server are idle before that instant. */
export class Drains {
  private readonly msPerOrder = new Map<string, number>();

  constructor(
    private readonly lab: Lab,
    private readonly workers: Readonly<Partial<Record<SubjectName, { readonly pid: number }>>>,
  ) {}

  /** How long it takes until so many orders wait, with a margin. In milliseconds. */
  waitingWithin(subject: Subject, orders: number): number {
    const msPerOrder = this.msPerOrder.get(subject.name) ?? FIRST_WAITING_MS;
    return Math.round(orders * msPerOrder * SLOWER + SPARE_MS);
  }

  async measure(subject: Subject, orders: number): Promise<Drain> {
    const { lab } = this;
    const worker = this.workers[subject.name]?.pid ?? 0;
    const server = lab.server.pid;
    for (;;) {
      const numbers = newNumbers(orders);
      await lab.fake.prepare(numbers);
      const began = Date.now();
      const due = began + this.waitingWithin(subject, orders);
      await forEach(numbers, (number) => subject.start(number, due));
      await untilIdle(worker, server);
      const isInTime = Date.now() < due;
      this.msPerOrder.set(subject.name, (isInTime ? Date.now() - began : 2 * (due - began)) / orders);
      await sleep(Math.max(due - Date.now(), 0));
      const [workerBefore, serverBefore] = [cpuOf(worker), cpuOf(server)];
      await untilFinished(lab, subject, orders);
      // The last workflow tasks and the visibility writes of the server come after the results.
      await untilIdle(worker, server);
      const [workerAfter, serverAfter] = [cpuOf(worker), cpuOf(server)];
      const ms = (await lastEnd(lab, subject, numbers)) - due;
      if (isInTime)
        return { ms, orders, workerCpuMs: workerAfter - workerBefore, serverCpuMs: serverAfter - serverBefore };
      console.error(`  ${subject.name}: the starts took too long, trying again`);
    }
  }
}

export const drain: Measurement = {
  means: 'orders that are all due at one instant: how fast they end, and the CPU of worker and server for each',
  run: (bench) => withLab(bench.bundles, bench.cleanups, (lab) => measureDrain(bench, lab)),
};

async function measureDrain(
  { sizes: { rounds, orders, warmUp }, withGuarded }: Bench,
  lab: Lab,
): Promise<readonly Section[]> {
  const names: SubjectName[] = withGuarded ? ['ours', 'bare', 'guarded'] : ['ours', 'bare'];
  const workers: Partial<Record<SubjectName, Child>> = {};
  for (const name of names) workers[name] = await lab.startWorker(name);
  const drains = new Drains(lab, workers);
  for (const name of names) await drains.measure(lab.subject[name], warmUp);
  const measured = await interleaved(names, rounds, async (name, round) => {
    const result = await drains.measure(lab.subject[name], orders);
    console.error(`  drain ${round + 1}/${rounds} ${name}: ${perSecond(speedOf(result))}`);
    return result;
  });
  const others = names.filter((name) => name !== 'bare');
  return others.map((name) => sectionOf(name, orders, measured));
}

function sectionOf(
  name: SubjectName,
  orders: number,
  rounds: readonly Readonly<Record<SubjectName, Drain>>[],
): Section {
  const compared = (figure: (drain: Drain) => number) => ({
    ours: rounds.map((round) => figure(round[name])),
    bare: rounds.map((round) => figure(round.bare)),
  });
  const isOurs = name === 'ours';
  return {
    title: `${isOurs ? 'Unpaid orders, all due at one instant' : 'The same, with the three bare calls in one activity'} (${orders}, ${rounds.length} rounds)`,
    columns: comparedColumns(isOurs ? 'ours' : 'bare, one activity'),
    rows: [
      comparedRow({
        what: 'orders ended',
        ...compared(speedOf),
        format: perSecond,
        ...(isOurs && { goal: { better: 'higher', aim: 1.35, floor: 1.1 } }),
      }),
      comparedRow({
        what: 'worker CPU per order',
        ...compared((drain) => drain.workerCpuMs / drain.orders),
        format: milliseconds,
        ...(isOurs && { goal: { better: 'lower', aim: 0.9, floor: 1.1 } }),
      }),
      comparedRow({
        what: 'server CPU per order',
        ...compared((drain) => drain.serverCpuMs / drain.orders),
        format: milliseconds,
        ...(isOurs && { goal: { better: 'lower', aim: 0.85, floor: 1 } }),
      }),
    ],
    notes: [],
  };
}

/** Orders a second. */
function speedOf({ orders, ms }: Drain): number {
  return (orders * 1000) / ms;
}
