import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../../testing/demo/processes.js';
import { judge, type Finding, type Known } from './judge.js';
import { type Lab, untilStopped } from './lab.js';
import { within } from '../processes.js';
import type { Place } from './cases.js';
import { SUBJECTS, type Subject, type WriteName } from './subjects.js';

/** How long a worker may take to reach its place, while many start at once. */
const REACHED_WITHIN_MS = 120_000;
/** How long an order may take to end after that: attempts may time out and be repeated. */
export const ENDED_WITHIN_MS = 180_000;
/** How long a worker may take to stop: it waits for calls in flight. */
const STOPPED_WITHIN_MS = 60_000;

export interface TrialOptions {
  readonly write: WriteName;
  readonly place: Place;
  readonly number: string;
}

/** A worker that has frozen itself during a write. */
export interface Frozen {
  readonly worker: Child;
  readonly subject: Subject;
  readonly taskQueue: string;
  readonly resume: () => void;
}

/** Starts an order with a worker of its own, and waits until the worker has frozen itself at the place. */
export async function freeze(lab: Lab, { write, place, number }: TrialOptions): Promise<Frozen> {
  const taskQueue = `verify-${number}`;
  const worker = await lab.startWorker({ taskQueue, place });
  try {
    const subject = await SUBJECTS[write].begin(lab, { taskQueue, number });
    await untilStopped(worker.pid, REACHED_WITHIN_MS);
    return { worker, subject, taskQueue, resume: () => resume(worker) };
  } catch (error) {
    await worker.kill();
    throw error;
  }
}

function resume({ pid }: Child): void {
  process.kill(pid, 'SIGCONT');
}

/**
 * One worker freezes at a place and continues after a while, for one order after the other. At the end it is stopped
 * gracefully, so that all of its calls are in the ledger.
 */
export async function frozenTrials(
  lab: Lab,
  { write, place, numbers }: Omit<TrialOptions, 'number'> & { readonly numbers: readonly string[] },
  frozenMs: number,
): Promise<Finding[]> {
  const taskQueue = `verify-frozen-${numbers.join('-')}`;
  const worker = await lab.startWorker({ taskQueue, place });
  const ended: Known[] = [];
  try {
    for (const number of numbers) {
      const subject = await SUBJECTS[write].begin(lab, { taskQueue, number });
      await untilStopped(worker.pid, REACHED_WITHIN_MS);
      await sleep(frozenMs);
      resume(worker);
      const end = await within(`${number} ends`, ENDED_WITHIN_MS, subject.outcome());
      ended.push({ trial: `frozen ${place}`, subject, ended: end });
    }
    await within('the worker stops', STOPPED_WITHIN_MS, worker.stop());
  } finally {
    await worker.kill();
  }
  return ended.map((known) => judge(lab, known));
}

/** Kills a worker at a place. Another one takes over. */
export async function killedTrial(lab: Lab, options: TrialOptions): Promise<Finding> {
  const { worker, subject, taskQueue } = await freeze(lab, options);
  await worker.kill();
  const killedAt = Date.now();
  const stopRescue = await lab.startRescue(taskQueue);
  try {
    const ended = await within(`${options.number} ends`, ENDED_WITHIN_MS, subject.outcome());
    return judge(lab, { trial: `killed ${options.place}`, subject, ended, killedAt });
  } finally {
    await stopRescue();
  }
}
