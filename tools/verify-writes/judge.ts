import { cancelBodiesOf, writesOf } from '../../testing/sandbox/ledger.js';
import type { Lab } from './lab.js';
import { SUBJECTS, type Subject } from './subjects.js';

/** The result of one trial, with its breaches. */
export interface Finding {
  readonly trial: string;
  readonly write: Subject['write'];
  /** How the order ended. */
  readonly ended: string;
  /** Whether a write was sent, as the workflow's outcome reports it. */
  readonly sent: string;
  /** How many writes arrived at the sandbox. */
  readonly writes: number;
  /** The greatest age of a query when its write arrived, by the sandbox's clock. `null`: no write arrived. */
  readonly oldestQueryMs: number | null;
  /** How long after a worker was killed the next call about its order arrived. */
  readonly takenOverMs: number | null;
  readonly breaches: readonly string[];
}

/** The facts of a trial that are not in the ledger. */
export interface Known {
  readonly trial: string;
  readonly subject: Subject;
  readonly ended: { readonly ended: string; readonly sent: string };
  /** Default: closed, or cancelled. */
  readonly expected?: string;
  /** When its worker was killed, in milliseconds since 1970. */
  readonly killedAt?: number;
  /** Further breaches. */
  readonly breaches?: readonly string[];
}

/** How much later another worker may take over on a busy machine. */
const TAKE_OVER_SLACK_MS = 10_000;

/** Judges a trial by the calls that arrived at the sandbox. */
export function judge({ sandbox }: Pick<Lab, 'sandbox'>, known: Known): Finding {
  const { trial, subject, ended, killedAt, breaches = [] } = known;
  const { number, write } = subject;
  const { queryValidMs, attemptMs, end } = SUBJECTS[write];
  const entries = sandbox.ledger.entries(number);
  const writes = writesOf(entries);
  const ages = writes.map(({ queryAgeMs }) => queryAgeMs ?? Infinity);
  const oldestQueryMs = ages.length === 0 ? null : Math.max(...ages);
  const next = killedAt === undefined ? undefined : entries.find(({ receivedAt }) => receivedAt > killedAt);
  const takenOverMs = next === undefined || killedAt === undefined ? null : next.receivedAt - killedAt;
  const bodies = [...cancelBodiesOf(entries).values()].flat();
  const audit = sandbox.audit(new Map([[number, ended.ended]]));
  const { expected = end } = known;
  const found = [
    ended.ended !== expected && `it ended as ${ended.ended}, not as ${expected}`,
    oldestQueryMs !== null && oldestQueryMs > queryValidMs && `a ${write} came ${oldestQueryMs} ms after its query`,
    bodies.length > 1 && `${bodies.length} different bodies were sent`,
    writes.length > 0 && ended.sent === 'no' && 'a write was sent, and its workflow says that none was',
    takenOverMs !== null && takenOverMs > attemptMs + TAKE_OVER_SLACK_MS && `taken over only after ${takenOverMs} ms`,
    ...Object.entries(audit).map(
      ([fault, numbers]: [string, string[]]) => numbers.includes(number) && `audit: ${fault}`,
    ),
  ];
  return {
    trial,
    write,
    ended: ended.ended,
    sent: ended.sent,
    writes: writes.length,
    oldestQueryMs,
    takenOverMs,
    breaches: [...breaches, ...found.filter((each) => each !== false)],
  };
}

/** The finding for a trial that failed before its end. */
export function broken(trial: string, write: Subject['write'], error: unknown): Finding {
  const what = error instanceof Error ? error.message : String(error);
  return { trial, write, ended: '–', sent: '–', writes: 0, oldestQueryMs: null, takenOverMs: null, breaches: [what] };
}
