import { CONCURRENCY, cpuOf, forEach, newNumbers, untilIdle } from '../orders.js';
import { withLab, type Lab } from '../lab.js';
import type { Bench, Measurement } from '../plan.js';
import { comparedColumns, comparedRow, interleaved, milliseconds, perSecond, type Section } from '../report.js';
import type { Subject, SubjectName } from '../subjects.js';

/** The figures of starts. */
interface Starts {
  readonly perSecond: number;
  /** CPU of this process, which has the client, and of the Temporal server for each start, in milliseconds. */
  readonly clientCpuMs: number;
  readonly serverCpuMs: number;
}

/** Long after the end of the bench. */
const DUE_IN_MS = 24 * 60 * 60_000;

/** A task queue without workers. */
const UNATTENDED = 'bench-unattended';

const SUBJECTS: readonly SubjectName[] = ['ours', 'bare'];

export const starts: Measurement = {
  means: 'how many orders can be started in a second, with workers and without',
  run: (bench) => withLab(bench.bundles, bench.cleanups, (lab) => measureStarts(bench, lab)),
};

async function measureStarts({ sizes: { rounds, orders, warmUp } }: Bench, lab: Lab): Promise<readonly Section[]> {
  const busy = [lab.server.pid];
  const measure = async (subject: Subject, count: number, taskQueue?: string): Promise<Starts> => {
    await untilIdle(...busy);
    const numbers = newNumbers(count);
    const due = Date.now() + DUE_IN_MS;
    const [client, server] = [process.cpuUsage(), cpuOf(lab.server.pid)];
    const ms = await forEach(numbers, (number) => subject.start(number, due, taskQueue));
    const { user, system } = process.cpuUsage(client);
    // The first workflow tasks and the visibility writes of the server come after the replies.
    await untilIdle(...busy);
    return {
      perSecond: (count * 1000) / ms,
      clientCpuMs: (user + system) / 1000 / count,
      serverCpuMs: (cpuOf(lab.server.pid) - server) / count,
    };
  };
  const inTurns = (taskQueue?: string) =>
    interleaved(SUBJECTS, rounds, async (name, round) => {
      const result = await measure(lab.subject[name], orders, taskQueue);
      console.error(`  starts ${round + 1}/${rounds} ${name}: ${perSecond(result.perSecond)}`);
      return result;
    });
  for (const name of SUBJECTS) await measure(lab.subject[name], warmUp, UNATTENDED);
  const unattended = await inTurns(UNATTENDED);
  for (const name of SUBJECTS) busy.push((await lab.startWorker(name)).pid);
  const attended = await inTurns();
  return [
    {
      title: `Starts, ${CONCURRENCY} at once (${orders}, ${rounds} rounds)`,
      columns: comparedColumns('ours'),
      rows: [...rowsOf('no worker runs', unattended), ...rowsOf('their worker runs', attended)],
      notes: [],
    },
  ];
}

function rowsOf(
  when: string,
  rounds: readonly Readonly<Record<SubjectName, Starts>>[],
): readonly (readonly string[])[] {
  const compared = (figure: keyof Starts) => ({
    ours: rounds.map(({ ours }) => ours[figure]),
    bare: rounds.map(({ bare }) => bare[figure]),
  });
  const goal = { better: 'higher', aim: 0.95, floor: 0.85 } as const;
  return [
    comparedRow({ what: `starts, ${when}`, ...compared('perSecond'), format: perSecond, goal }),
    comparedRow({ what: `client CPU per start, ${when}`, ...compared('clientCpuMs'), format: milliseconds }),
    comparedRow({ what: `server CPU per start, ${when}`, ...compared('serverCpuMs'), format: milliseconds }),
  ];
}
