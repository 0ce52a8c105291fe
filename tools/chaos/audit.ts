import { deadline } from './audit-deadlines.js';
import { closedWhilePaid, early, withoutFreshQuery } from './audit-writes.js';
import { bodiesThatDiffer, lost, moneyGivenUp, stuck, wrong } from './audit-ends.js';
import { notTold, sequenceOff, toldWrong } from './audit-told.js';
import type { Evidence } from './evidence.js';

/** Finds what must never happen. Each finding names the order, and says what happened. */
export type Rule = (evidence: Evidence) => readonly string[];

/** What must never happen: the lines of the audit, in the order of the table. */
export const RULES = {
  early: { means: 'a close that reached WeChat Pay sooner than 5 minutes after the order was created', find: early },
  deadline: {
    means: 'a close before the deadline that nobody requested, or an accepted closeNow without a close',
    find: deadline,
  },
  'while paid': {
    means: 'a close or cancel sent although the order was paid, or WeChat Pay had said so',
    find: closedWhilePaid,
  },
  'no fresh query': {
    means: 'a close or cancel without a query before it that allowed it, 10 s (a cancel: 5 s) old at most',
    find: withoutFreshQuery,
  },
  wrong: { means: 'an outcome that the sandbox’s state, or the wire, contradicts', find: wrong },
  lost: { means: 'an order without a workflow or an outcome, or a payment that is unaccounted for', find: lost },
  'told wrong': {
    means: 'a post that does not verify, or an event that the outcome, the sandbox or another event contradicts',
    find: toldWrong,
  },
  'not told': { means: 'an end, or the need of a person, of which the checkout was not told', find: notTold },
  sequence: { means: 'an event whose number is not greater than that of the event before it', find: sequenceOff },
  stuck: { means: 'a workflow that still runs minutes after the last incident', find: stuck },
  'bodies differ': { means: 'a service order with cancels that are not identical', find: bodiesThatDiffer },
  'given up': { means: 'money that a cancel gave up, though no request allowed it', find: moneyGivenUp },
  'failed tasks': { means: 'a workflow task that failed, by Temporal’s histories', find: failedTasks },
  'no code': {
    means: 'an error of the client without a literal code',
    find: ({ clientErrors }: Evidence) => clientErrors,
  },
  crashed: {
    means: 'a worker or receiver that ended by itself, while Temporal was available',
    find: ({ crashes }: Evidence) => crashes,
  },
  secrets: {
    means: 'a key, a signature or a payer in a log or in Temporal’s database',
    find: ({ leaks }: Evidence) => leaks,
  },
} as const satisfies Record<string, { readonly means: string; readonly find: Rule }>;

export type RuleName = keyof typeof RULES;

export type Audit = Readonly<Record<RuleName, readonly string[]>>;

export function auditOf(evidence: Evidence): Audit {
  const entries = Object.entries(RULES).map(([name, { find }]) => [name, find(evidence)]);
  return Object.fromEntries(entries) as Audit;
}

export function isClean(audit: Audit): boolean {
  return Object.values(audit).every((findings) => findings.length === 0);
}

/**
 * Causes that are not failures of the workflow: a new event arrived while the task ran, so the server repeats the task; or the
 * worker does not have the order in memory.
 */
export const BENIGN_CAUSES: ReadonlySet<string> = new Set([
  'UNHANDLED_COMMAND',
  'RESET_STICKY_TASK_QUEUE',
  'FORCE_CLOSE_COMMAND',
]);

function failedTasks({ runs }: Evidence): string[] {
  return runs.flatMap(({ workflowId, failedTasks: tasks }) =>
    tasks
      .filter(({ cause }) => !BENIGN_CAUSES.has(cause))
      .map(({ cause, message }) => `${workflowId}: ${cause}: ${message.slice(0, 120)}`),
  );
}
