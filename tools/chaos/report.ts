import { BENIGN_CAUSES, isClean, RULES, type Audit, type RuleName } from './audit.js';
import { endName, outcomeOf } from './audit-ends.js';
import { seconds } from './recording-proxy.js';
import type { Evidence, Loss, WorkflowRun } from './evidence.js';
import type { Plan } from './plan.js';
import { recoveries } from './incidents.js';
import { median } from '../statistics.js';
import type { Aftermath } from './storm.js';

/** How many findings of one kind are listed. */
const LISTED = 12;

/** The tables of a storm: what must be zero, how soon everything was back, and what happened at all. */
export function report(plan: Plan, audit: Audit, aftermath: Aftermath): string {
  const { evidence, troubles } = aftermath;
  return [
    'Audit (every line must be zero)',
    ...auditTable(audit),
    '',
    'Times to recover, in seconds',
    ...recoveryTable(evidence),
    '',
    'What happened',
    ...table(counts(plan, aftermath)),
    ...(troubles.length === 0 ? [] : ['', 'Could not be played as planned', ...listed(troubles)]),
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
};

function recoveryTable(evidence: Evidence): string[] {
  const rows = recoveries(evidence).map(({ what, count, restart, work }) => [
    LOSS_NAMES[what],
    String(count),
    spread(restart),
    spread(work),
  ]);
  return table([['what', 'times', 'until it is there again', 'until what it worked on went on'], ...rows]);
}

/** Median and longest, as `1.2 (3.4)`. */
function spread(lengths: readonly number[]): string {
  if (lengths.length === 0) return '–';
  const inSeconds = (ms: number): string => (ms / 1000).toFixed(1);
  return `${inSeconds(median(lengths))} (at most ${inSeconds(Math.max(...lengths))})`;
}

function counts(plan: Plan, { evidence, tookMs, seenTo, codes }: Aftermath): string[][] {
  const { orders, serviceOrders, runs, calls } = evidence;
  const benign = runs.flatMap(({ failedTasks }) => failedTasks).filter(({ cause }) => BENIGN_CAUSES.has(cause));
  const ends = runs.filter(({ status }) => status !== 'continued');
  const nameOfEnd = (run: (typeof runs)[number]): string => `${run.type} ${nameOfOutcome(run)}`;
  return [
    ['seed', String(plan.seed)],
    ['orders', `${orders.length}, and ${serviceOrders.length} service orders`],
    ['of each kind', tally([...orders, ...serviceOrders].map(({ kind }) => kind))],
    ['ends', tally(ends.map(nameOfEnd))],
    ['calls on the wire', tally(calls.map(({ call }) => call))],
    ['faults met', tally(calls.flatMap(({ faults }) => faults))],
    ['seen to by a person', listOf(seenTo)],
    ['errors with a code', listOf(codes)],
    ['tasks made anew', tally(benign.map(({ cause }) => cause))],
    ['the last to end', lastToEnd(evidence)],
    ['length', `${Math.round(tookMs / 1000)} s`],
  ];
}

function nameOfOutcome(run: WorkflowRun): string {
  const outcome = outcomeOf(run);
  return outcome === undefined ? run.status : endName(outcome);
}

/** What kept the storm from being over sooner, and how long it ran. */
function lastToEnd({ runs, orders, serviceOrders }: Evidence): string {
  const [last] = [...runs].sort((one, other) => (other.endedAt ?? Infinity) - (one.endedAt ?? Infinity));
  if (last === undefined) return 'none';
  const { workflowId, startedAt, endedAt } = last;
  const { kind = last.type } = [...orders, ...serviceOrders].find((each) => each.workflowId === workflowId) ?? {};
  return `${workflowId} (${kind})${endedAt === null ? '' : `, after ${seconds(endedAt - startedAt)}`}`;
}

function tally(names: readonly string[]): string {
  const all = new Map<string, number>();
  for (const name of names) all.set(name, (all.get(name) ?? 0) + 1);
  return listOf(all);
}

function listOf(all: ReadonlyMap<string, number>): string {
  const sorted = [...all].sort(([, one], [, other]) => other - one);
  return sorted.length === 0 ? 'none' : sorted.map(([name, count]) => `${count} ${name}`).join(' · ');
}

/** Aligned columns; the last is not padded. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

/** A mutant, and the product as it is, in the same storm. */
export interface Trial {
  readonly name: string;
  /** The line of the audit that the mutant must break. */
  readonly breaks: RuleName;
  readonly control: Audit;
  readonly mutant: Audit;
  /** What could not be played as it was planned. */
  readonly troubles: readonly string[];
}

/** Whether it proves that the judge finds the mutant: both storms were played as planned, and only one is at fault. */
export function isCaught({ breaks, control, mutant, troubles }: Trial): boolean {
  return isClean(control) && mutant[breaks].length > 0 && troubles.length === 0;
}

export function mutantReport(trials: readonly Trial[]): string {
  const rows = trials.map(({ name, breaks, control, mutant, troubles }) => [
    name,
    breaks,
    String(mutant[breaks].length),
    mutant[breaks].length > 0 ? 'caught' : 'NOT CAUGHT',
    isClean(control) ? 'all zero' : 'NOT ZERO',
    troubles.length === 0 ? '' : 'NOT PLAYED AS PLANNED',
  ]);
  const findings = trials.flatMap(({ name, breaks, control, mutant, troubles }) => [
    `${name}: ${mutant[breaks][0] ?? 'nothing was found'}`,
    ...troubles.map((each) => `${name}, ${each}`),
    ...Object.entries(control).flatMap(([rule, each]) =>
      each.map((finding) => `${name}, as it is: ${rule}: ${finding}`),
    ),
  ]);
  const head = ['mutant', 'line of the audit', 'findings', '', 'the product as it is', ''];
  return ['Mutants', ...table([head, ...rows]), '', ...findings.map((each) => `  ${each}`)].join('\n');
}
