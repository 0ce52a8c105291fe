import { cancelBodiesOf, writesOf } from '../../testing/sandbox/ledger.js';
import type { Lab } from './lab.js';
import { SUBJECTS, type Subject } from './subjects.js';

/** What came of one trial, and what is wrong with it. */
export interface Finding {
  readonly trial: string;
  readonly write: Subject['write'];
  /** How it ended, in a word. */
  readonly ended: string;
  /** Whether a write was sent, as the workflow knows it. */
  readonly sent: string;
  /** How many writes arrived at WeChat Pay. */
  readonly writes: number;
  /** The oldest query that a write followed, by WeChat Pay's clock. `null`: none was sent. */
  readonly oldestQueryMs: number | null;
  /** How long after a worker died the next call about its order came. */
  readonly takenUpMs: number | null;
  readonly breaches: readonly string[];
}

/** What is known of a trial besides the ledger. */
export interface Known {
  readonly trial: string;
  readonly subject: Subject;
  readonly ended: { readonly ended: string; readonly sent: string };
  /** Default: as it ends if nobody does anything about it. */
  readonly expected?: string;
  /** When its worker died, milliseconds since 1970. */
  readonly killedAt?: number;
  /** What else went wrong. */
  readonly breaches?: readonly string[];
}

/** A machine that is busy takes this much longer to take up what a dead worker has left. */
const TAKEN_UP_SLACK_MS = 10_000;

/** Judges by what arrived at WeChat Pay. */
export function judge({ sandbox }: Pick<Lab, 'sandbox'>, known: Known): Finding {
  const { trial, subject, ended, killedAt, breaches = [] } = known;
  const { number, write } = subject;
  const { queryValidMs, attemptMs, end } = SUBJECTS[write];
  const entries = sandbox.ledger.entries(number);
  const writes = writesOf(entries);
  const ages = writes.map(({ queryAgeMs }) => queryAgeMs ?? Infinity);
  const oldestQueryMs = ages.length === 0 ? null : Math.max(...ages);
  const next = killedAt === undefined ? undefined : entries.find(({ receivedAt }) => receivedAt > killedAt);
  const takenUpMs = next === undefined || killedAt === undefined ? null : next.receivedAt - killedAt;
  const bodies = [...cancelBodiesOf(entries).values()].flat();
  const audit = sandbox.audit(new Map([[number, ended.ended]]));
  const { expected = end } = known;
  const found = [
    ended.ended !== expected && `it ended as ${ended.ended}, not as ${expected}`,
    oldestQueryMs !== null && oldestQueryMs > queryValidMs && `a ${write} came ${oldestQueryMs} ms after its query`,
    bodies.length > 1 && `${bodies.length} different bodies were sent`,
    writes.length > 0 && ended.sent === 'no' && 'a write was sent, and its workflow says that none was',
    takenUpMs !== null && takenUpMs > attemptMs + TAKEN_UP_SLACK_MS && `taken up after ${takenUpMs} ms only`,
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
    takenUpMs,
    breaches: [...breaches, ...found.filter((each) => each !== false)],
  };
}

/** A trial that could not be played to its end. */
export function broken(trial: string, write: Subject['write'], error: unknown): Finding {
  const what = error instanceof Error ? error.message : String(error);
  return { trial, write, ended: '–', sent: '–', writes: 0, oldestQueryMs: null, takenUpMs: null, breaches: [what] };
}
