import { DAY } from '../../domain/time.js';
import { type CheckName, CHECKS } from './table.js';

/** As in `2031-11-22`, UTC. */
export function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

/** As in `on 2031-11-22, in 1825 days`. */
export function daysUntil(instant: number, now: number): string {
  const days = Math.floor((instant - now) / DAY);
  return `on ${dayOf(instant)}, in ${days} ${days === 1 ? 'day' : 'days'}`;
}

/** The result of a check. */
export type Result = 'ok' | 'warn' | 'fail' | 'skipped';

/** A possible result of a check. */
export interface Case {
  readonly result: Result;
  /** When this is the result. For the documents. */
  readonly means: string;
  /** Absent if there is nothing to do, or if it differs from finding to finding. */
  readonly whatToDo?: string;
}

/** A check, with its possible results. */
export interface CheckRow {
  /** What it does. For the documents. */
  readonly how: string;
  /** The server that it asks. Absent: none, so `--offline` does not skip it. */
  readonly asks?: 'WeChat Pay' | 'Temporal';
  readonly cases: Readonly<Record<string, Case>>;
}

/** One line of the report. It contains no key, no signature and no payer. */
export interface Finding {
  readonly check: CheckName;
  /** What was checked: a merchant, a file, an address. */
  readonly subject: string | null;
  readonly result: Result;
  readonly said: string;
  /** `null` if nothing is wrong, or nothing was checked. */
  readonly whatToDo: string | null;
}

export type CaseName<N extends CheckName> = keyof (typeof CHECKS)[N]['cases'] & string;

/**
 * A finding, with the result and the advice of its case.
 *
 * @param whatToDo in place of the case's own
 */
export function finding<N extends CheckName>(
  check: N,
  which: CaseName<N>,
  subject: string | null,
  said: string,
  whatToDo?: string,
): Finding {
  const cases: Readonly<Record<string, Case>> = CHECKS[check].cases;
  const { result, whatToDo: usual } = cases[which] ?? BROKEN;
  const isToDo = result === 'warn' || result === 'fail';
  return { check, subject, result, said, whatToDo: isToDo ? (whatToDo ?? usual ?? null) : null };
}

/** A check that was skipped. @param why the reason, and what would make the check possible */
export function skipped(check: CheckName, subject: string | null, why: string): Finding {
  return { check, subject, result: 'skipped', said: why, whatToDo: null };
}

/** Results that any check can have. */
export const BROKEN: Case = {
  result: 'fail',
  means: 'the check itself failed',
  whatToDo: 'This is a bug in the doctor: report it, with the name of the check.',
};
export const TOO_LATE: Case = {
  result: 'fail',
  means: 'a request was not answered in time',
  whatToDo: 'Check the network. If it is only slow, use --timeout.',
};

/** A check that did not finish. */
export function ended(check: CheckName, { result, whatToDo }: Case, said: string): Finding {
  return { check, subject: null, result, said, whatToDo: whatToDo ?? null };
}
