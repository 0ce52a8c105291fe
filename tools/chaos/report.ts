import { BENIGN_CAUSES, isClean, RULES, type Audit, type RuleName } from './audit.js';
import { endName, outcomeOf } from './audit-ends.js';
import { seconds } from './recording-proxy.js';
import type { Evidence, Loss, Post, WorkflowRun } from './evidence.js';
import type { Plan } from './plan.js';
import { recoveries } from './incidents.js';
import { table } from '../../testing/demo/report.js';
import { listCounts, median, tally } from '../statistics.js';
import type { StormResult } from './storm.js';

/** How many findings of one kind are listed. */
const LISTED = 12;

/** The tables of a storm: the audit, the times to recover, and what happened. */
export function report(plan: Plan, audit: Audit, result: StormResult): string {
  const { evidence, deviations } = result;
  return [
    'Audit (every line must be zero)',
    ...auditTable(audit),
    '',
    'Times to recover, in seconds',
    ...recoveryTable(evidence),
    '',
    'What happened',
    ...table(counts(plan, result)),
    ...(deviations.length === 0 ? [] : ['', 'Did not happen as planned', ...listed(deviations)]),
  ].join('\n');
}

function auditTable(audit: Audit): string[] {
  const names = Object.keys(RULES) as RuleName[];
  const lines = table(names.map((name) => [String(audit[name].length), name, RULES[name].means]));
  const findings = names.flatMap((name) => listed(audit[name].map((each) => `${name}: ${each}`)));
  return [...lines, ...(findings.length === 0 ? [] : ['', ...findings])];
}

function listed(all: readonly string[]): string[] {
  const more = all.length - LISTED;
  return [...all.slice(0, LISTED), ...(more > 0 ? [`and ${more} more`] : [])].map((each) => `  ${each}`);
}

const LOSS_NAMES: Readonly<Record<Loss['what'], string>> = {
  'worker-killed': 'worker killed',
  'worker-frozen': 'worker frozen',
  'receiver-killed': 'receiver killed',
  'temporal-killed': 'Temporal killed',
  'wechatpay-away': 'WeChat Pay unreachable',
  'checkout-away': 'checkout away',
};

function recoveryTable(evidence: Evidence): string[] {
  const rows = recoveries(evidence).map(({ what, count, restart, work }) => [
    LOSS_NAMES[what],
    String(count),
    medianAndMax(restart),
    medianAndMax(work),
  ]);
  return table([['what', 'times', 'until it is available again', 'until its work goes on'], ...rows]);
}

/** The median and the longest. */
function medianAndMax(lengths: readonly number[]): string {
  if (lengths.length === 0) return '–';
  const inSeconds = (ms: number): string => (ms / 1000).toFixed(1);
  return `${inSeconds(median(lengths))} (at most ${inSeconds(Math.max(...lengths))})`;
}

function counts(plan: Plan, { evidence, tookMs, handledReasons, codes }: StormResult): string[][] {
  const { orders, serviceOrders, runs, calls } = evidence;
  const benign = runs.flatMap(({ failedTasks }) => failedTasks).filter(({ cause }) => BENIGN_CAUSES.has(cause));
  const ends = runs.filter(({ status }) => status !== 'continued');
  const nameOfEnd = (run: (typeof runs)[number]): string => `${run.type} ${nameOfOutcome(run)}`;
  return [
    ['seed', String(plan.seed)],
    ['orders', `${orders.length}, and ${serviceOrders.length} service orders`],
    ['of each kind', listCounts(tally([...orders, ...serviceOrders].map(({ kind }) => kind)))],
    ['ends', listCounts(tally(ends.map(nameOfEnd)))],
    ['calls on the wire', listCounts(tally(calls.map(({ call }) => call)))],
    ['posts to the checkout', countPosts(evidence.posts)],
    ['faults met', listCounts(tally(calls.flatMap(({ faults }) => faults)))],
    ['handled by a person', listCounts(handledReasons)],
    ['errors with a code', listCounts(codes)],
    ['tasks repeated', listCounts(tally(benign.map(({ cause }) => cause)))],
    ['the last to end', lastToEnd(evidence)],
    ['length', `${Math.round(tookMs / 1000)} s`],
  ];
}

/** How many events came, and what it took: a checkout must handle an event once, however often it comes. */
export function countPosts(posts: readonly Post[]): string {
  const taken = posts.filter(({ isTaken }) => isTaken);
  const events = tally(taken.map(({ id }) => id));
  const repeated = [...events.values()].filter((times) => times > 1).length;
  return `${posts.length}, of which ${posts.length - taken.length} were not taken; ${events.size} events, of which ${repeated} were taken more than once`;
}

function nameOfOutcome(run: WorkflowRun): string {
  const outcome = outcomeOf(run);
  return outcome === undefined ? run.status : endName(outcome);
}

/** The workflow that ended last, and how long it ran. */
function lastToEnd({ runs, orders, serviceOrders }: Evidence): string {
  const [last] = [...runs].sort((one, other) => (other.endedAt ?? Infinity) - (one.endedAt ?? Infinity));
  if (last === undefined) return 'none';
  const { workflowId, startedAt, endedAt } = last;
  const { kind = last.type } = [...orders, ...serviceOrders].find((each) => each.workflowId === workflowId) ?? {};
  return `${workflowId} (${kind})${endedAt === null ? '' : `, after ${seconds(endedAt - startedAt)}`}`;
}

/** The result of a storm with a mutant, and of the same storm with the product as it is. */
export interface Trial {
  readonly name: string;
  /** The line of the audit that must report the mutant. */
  readonly breaks: RuleName;
  readonly control: Audit;
  readonly mutant: Audit;
  /** What did not happen as it was planned. */
  readonly deviations: readonly string[];
}

/** Whether the audit caught the mutant: both storms went as planned, and only the mutant's has findings. */
export function isCaught({ breaks, control, mutant, deviations }: Trial): boolean {
  return isClean(control) && mutant[breaks].length > 0 && deviations.length === 0;
}

export function mutantReport(trials: readonly Trial[]): string {
  const rows = trials.map(({ name, breaks, control, mutant, deviations }) => [
    name,
    breaks,
    String(mutant[breaks].length),
    mutant[breaks].length > 0 ? 'caught' : 'NOT CAUGHT',
    isClean(control) ? 'all zero' : 'NOT ZERO',
    deviations.length === 0 ? '' : 'NOT AS PLANNED',
  ]);
  const findings = trials.flatMap(({ name, breaks, control, mutant, deviations }) => [
    `${name}: ${mutant[breaks][0] ?? 'nothing was found'}`,
    ...deviations.map((each) => `${name}, ${each}`),
    ...Object.entries(control).flatMap(([rule, each]) =>
      each.map((finding) => `${name}, as it is: ${rule}: ${finding}`),
    ),
  ]);
  const head = ['mutant', 'line of the audit', 'findings', '', 'the product as it is', ''];
  return ['Mutants', ...table([head, ...rows]), '', ...findings.map((each) => `  ${each}`)].join('\n');
}
