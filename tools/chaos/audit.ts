import { deadline } from './audit-deadlines.js';
import { closedWhilePaid, early, withoutFreshQuery } from './audit-writes.js';
import { bodiesThatDiffer, lost, moneyGivenUp, stuck, wrong } from './audit-ends.js';
import type { Evidence } from './evidence.js';

/** Something that must never happen. It looks at evidence only, and says whom it befell and how. */
export type Rule = (evidence: Evidence) => readonly string[];

/** What must never happen, in the order of the table. */
export const RULES = {
  early: { means: 'a close that reached WeChat Pay sooner than 5 minutes after the order was created', find: early },
  deadline: {
    means: 'a close before the deadline that nobody asked for, or a closeNow that was not heeded',
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
  wrong: { means: 'an outcome that is not what WeChat Pay’s books, or the wire, say', find: wrong },
  lost: { means: 'an order without a workflow or an outcome, or a payment that nobody owns', find: lost },
  stuck: { means: 'not ended a generous while after everything had calmed down', find: stuck },
  'bodies differ': { means: 'a service order with cancels that are not identical', find: bodiesThatDiffer },
  'given up': { means: 'money of a service order given up that no request gave up', find: moneyGivenUp },
  'failed tasks': { means: 'a workflow task that failed, by Temporal’s histories', find: failedTasks },
  'no code': {
    means: 'an error of the client without a literal code',
    find: ({ clientErrors }: Evidence) => clientErrors,
  },
  crashed: {
    means: 'a worker or receiver that ended by itself, while Temporal was there',
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
 * Not failures of the workflow: something else came for the order while its task ran, so the server has it made anew; or a
 * worker came that does not have the order in memory.
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
