import { setTimeout as sleep } from 'node:timers/promises';
import type { Misbehaviour } from '../../testing/sandbox/misbehaviour.js';
import { type Write, writesOf } from '../../testing/sandbox/ledger.js';
import { giveUpNothing } from './case-money.js';
import { type Finding, judge } from './judge.js';
import type { Lab, WorkerOptions } from './lab.js';
import { until, within } from '../processes.js';
import { type Proxy, startProxy } from './proxy.js';
import { SUBJECTS, type WriteName } from './subjects.js';
import { ENDED_WITHIN_MS, freeze } from './trial.js';

/** The places in a guarded write at which a process is frozen or killed, in the order in which a write reaches them. */
export const PLACES = {
  'before-query': 'before the query is signed',
  'query-connect': 'while the query connects',
  'before-verifying': 'between the answer to the query and its verification',
  'before-signing': 'between the verification and the signing of the write',
  'in-signer': 'inside a remote signer, for the write',
  'write-lookup': 'in the DNS look-up of the write',
  'write-connect': 'in the TCP connect of the write',
  'write-handshake': 'in the TLS handshake of the write, on a new connection',
  'after-write': 'after the write was handed to the system',
  confirming: 'in the query that confirms the write',
} as const satisfies Record<string, string>;

export type Place = keyof typeof PLACES;

export const PLACE_NAMES = Object.keys(PLACES) as Place[];

export function isPlace(name: string | undefined): name is Place {
  return name !== undefined && Object.hasOwn(PLACES, name);
}

/** A trial of another kind than a process that is frozen or killed at a place. */
export interface Case {
  readonly means: string;
  /** Default: both. */
  readonly writes?: readonly WriteName[];
  readonly play: (lab: Lab, write: WriteName, number: string) => Promise<Finding>;
}

const BEGUN_WITHIN_MS = 120_000;
const CLOCK_JUMP_MS = 60_000;
const AWAY_MS = 20_000;
/** How long Temporal's answer is delayed: FAULTS, A1b. */
const HELD_MS = { close: 25_000, cancel: 8_000 } as const;

export const CASES: Readonly<Record<string, Case>> = {
  'money-due': {
    means:
      'worker and Temporal are killed, Temporal is started again, the next worker is killed, and 700 fen become due (FAULTS, A1)',
    writes: ['cancel'],
    play: (lab, _write, number) => giveUpNothing(lab, number),
  },
  'answer-held-back': {
    means: 'Temporal’s answer to the announcement comes late (FAULTS, A1b)',
    play: (lab, write, number) =>
      behindProxy(lab, write, number, async (proxy) => {
        proxy.hold();
        await sleep(HELD_MS[write]);
        proxy.resume();
      }),
  },
  'temporal-away': {
    means: 'Temporal is unreachable when the write is announced',
    play: (lab, write, number) =>
      behindProxy(lab, write, number, async (proxy) => {
        proxy.cut();
        await sleep(AWAY_MS);
        proxy.restore();
      }),
  },
  'clock-jumps': {
    means: 'the machine’s wall clock jumps between the query and the write',
    play: (lab, write, number) => {
      const breachesOf = ([first]: readonly Write[]): string[] =>
        first !== undefined && queriesBefore(lab, first) < 2 ? ['it was sent after the jump'] : [];
      const worker = { place: 'before-signing', clockJumpMs: CLOCK_JUMP_MS } as const;
      return withWorker(lab, write, number, { worker, breachesOf });
    },
  },
  'signer-slow': {
    means: 'a remote signer takes 4 s for the write',
    play: (lab, write, number) => withWorker(lab, write, number, { worker: { slowSignerMs: 4_000 } }),
  },
  'signer-hangs': {
    means: 'a remote signer does not answer, twice',
    play: (lab, write, number) => withWorker(lab, write, number, { worker: { slowSignerMs: 3_600_000 } }),
  },
  'given-up': {
    means: 'a worker comes back after its attempt was given up, and another has ended the order',
    play: async (lab, write, number) => {
      const { worker, subject, taskQueue, resume } = await freeze(lab, { write, place: 'before-verifying', number });
      const stopRescue = await lab.startRescue(taskQueue);
      const ended = await within(`${number} ends`, ENDED_WITHIN_MS, subject.outcome());
      const before = writesTo(lab, number).length;
      resume();
      await within('the worker stops', ENDED_WITHIN_MS, worker.stop());
      await stopRescue();
      const breaches = writesTo(lab, number).length > before ? ['it sent its write when it came back'] : [];
      return judge(lab, { trial: 'given-up', subject, ended, breaches });
    },
  },
  'two-attempts': {
    means: 'a worker comes back while another worker’s attempt is in flight',
    play: async (lab, write, number) => {
      const { worker, subject, taskQueue, resume } = await freeze(lab, { write, place: 'before-verifying', number });
      lab.sandbox.misbehave(number, { what: 'slow', on: write, delayMs: 4_000 });
      const stopRescue = await lab.startRescue(taskQueue);
      await until('the other sends', ENDED_WITHIN_MS, () => writesTo(lab, number).length > 0);
      resume();
      const ended = await within(`${number} ends`, ENDED_WITHIN_MS, subject.outcome());
      await within('the worker stops', ENDED_WITHIN_MS, worker.stop());
      await stopRescue();
      const breaches = writesTo(lab, number).length > 1 ? ['both sent'] : [];
      return judge(lab, { trial: 'two-attempts', subject, ended, breaches });
    },
  },
  'lost-unannounced': {
    means: 'a worker is killed before it announced its write, and the order is ended elsewhere: nothing was sent',
    play: (lab, write, number) => lost(lab, write, number, 'before-signing', 'no'),
  },
  'lost-announced': {
    means: 'a worker is killed after it announced its write, and the order is ended elsewhere: it may have been sent',
    play: (lab, write, number) => lost(lab, write, number, 'write-lookup', 'maybe'),
  },
};

function writesTo({ sandbox }: Lab, number: string): Write[] {
  return writesOf(sandbox.ledger.entries(number));
}

function queriesBefore({ sandbox }: Lab, { order, receivedAt }: Write): number {
  const number = order.slice(order.lastIndexOf('/') + 1);
  return sandbox.ledger.entries(number).filter((each) => each.call === 'query' && each.receivedAt <= receivedAt).length;
}

interface TrialCourse {
  readonly worker: Omit<WorkerOptions, 'taskQueue'>;
  readonly misbehaviours?: readonly Misbehaviour[];
  /** Runs after the order has begun. */
  readonly meanwhile?: () => Promise<void>;
  /** Further checks of its writes, besides those of every trial. */
  readonly breachesOf?: (writes: readonly Write[]) => readonly string[];
}

/** Runs an order with one worker until it has ended. */
async function withWorker(lab: Lab, write: WriteName, number: string, course: TrialCourse): Promise<Finding> {
  const { worker: options, misbehaviours = [], meanwhile = () => Promise.resolve(), breachesOf = () => [] } = course;
  const taskQueue = `verify-${number}`;
  const worker = await lab.startWorker({ ...options, taskQueue });
  try {
    const subject = await SUBJECTS[write].begin(lab, { taskQueue, number, misbehaviours });
    await meanwhile();
    const ended = await within(`${number} ends`, ENDED_WITHIN_MS, subject.outcome());
    return judge(lab, { trial: number, subject, ended, breaches: breachesOf(writesTo(lab, number)) });
  } finally {
    await worker.kill();
  }
}

/** Disturbs the connection to Temporal between the query and the announcement. Nothing may be sent during the disturbance. */
async function behindProxy(
  lab: Lab,
  write: WriteName,
  number: string,
  happens: (proxy: Proxy) => Promise<void>,
): Promise<Finding> {
  const proxy = await startProxy(lab.address);
  let isOver = Infinity;
  try {
    return await withWorker(lab, write, number, {
      worker: { address: proxy.address },
      // The answer is slow, so that the connection is disturbed before it arrives.
      misbehaviours: [{ what: 'slow', on: 'query', delayMs: 500 }],
      meanwhile: async () => {
        const isAsked = (): boolean => lab.sandbox.ledger.entries(number).length > 0;
        await until('WeChat Pay is asked', BEGUN_WITHIN_MS, isAsked);
        await happens(proxy);
        isOver = Date.now();
      },
      breachesOf: ([first]) =>
        first !== undefined && first.receivedAt < isOver ? ['it was sent during the disturbance'] : [],
    });
  } finally {
    proxy.close();
  }
}

/** Kills a worker at a place, and ends the order at WeChat Pay before another worker starts. */
async function lost(lab: Lab, write: WriteName, number: string, place: Place, sent: string): Promise<Finding> {
  const { worker, subject, taskQueue } = await freeze(lab, { write, place, number });
  await worker.kill();
  await SUBJECTS[write].endElsewhere(lab, number);
  const stopRescue = await lab.startRescue(taskQueue);
  try {
    const ended = await within(`${number} ends`, ENDED_WITHIN_MS, subject.outcome());
    const breaches = ended.sent === sent ? [] : [`its workflow says "${ended.sent}", not "${sent}"`];
    return judge(lab, { trial: number, subject, ended, breaches });
  } finally {
    await stopRescue();
  }
}
