import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { BROKEN, type Case, type CheckRow, type Result, TOO_LATE } from '../../worker/doctor/finding.js';
import { MARKS } from '../../worker/doctor/command.js';
import { CHECK_NAMES, CHECKS } from '../../worker/doctor/table.js';
import { apiOperations, apiProblems } from './api-page.js';
import { INPUT_SCHEMAS, schemaText } from './input-schemas.js';
import { deskCommands, deskConditions, deskExitCodes } from './command-line-page.js';
import { code, table } from './markdown.js';
import { type AnswerKind, NOTIFICATION_OUTCOMES } from '../../client/notifications/outcomes.js';
import { type DocumentedFlow, flowParts, pausesTable, statesTable, tableParts } from './flow-page.js';
import { guardedWrite, writeLimits } from './guarantees-page.js';
import { LATE_PAYMENTS, lateReasons, lateStatesForOperators } from './late.js';
import { DELIVERIES, deliveryReasons, deliveryStatesForOperators, workerWords } from './outcome.js';
import { orderOverview, orderReasons, ORDERS, orderStatesForOperators } from './orders.js';
import { chineseEventTypes, eventTypes, outcomeAnswers } from './outcomes-page.js';
import { keptReasons, requestInput, SERVICE_ORDERS, serviceReasons, serviceStatesForOperators } from './payscore.js';
import { errorCodes, errorKinds, localCodes } from './errors-page.js';
import { savedViews } from './views.js';

/** Every check of the doctor, with its possible results. */
function doctorChecks(): string {
  return CHECK_NAMES.map((name) => {
    const { how, asks, cases }: CheckRow = CHECKS[name];
    const asked = asks === undefined ? '' : ` Asks ${asks}: not with ${code('--offline')}.`;
    return [`### ${code(name)}`, how + asked, casesOf(Object.values(cases))].filter((part) => part !== '').join('\n\n');
  }).join('\n\n');
}

/** The failures that any check can have. */
function doctorFailures(): string {
  return casesOf([BROKEN, TOO_LATE]);
}

function casesOf(cases: readonly Case[]): string {
  // The mark of what is skipped would begin a list of its own.
  const markOf = (result: Result): string => MARKS[result].replace('-', '\\-');
  return cases
    .map(
      ({ result, means, whatToDo }) => `- ${markOf(result)} ${means}${whatToDo === undefined ? '' : ` → ${whatToDo}`}`,
    )
    .join('\n');
}

/** The answers to a notification, in v3 and in v2. */
const ANSWERS: Record<AnswerKind, string> = {
  taken: 'success: 204; v2 `SUCCESS`',
  refused: 'failure: 400; v2 `FAIL`',
  later: 'failure: 503; v2 `FAIL`',
  'not-found': 'failure: 404',
};

/** The possible outcomes of a notification. */
function notificationOutcomes(): string {
  const rows: [string, { readonly answer: AnswerKind; readonly means: string; readonly todo?: string }][] =
    Object.entries(NOTIFICATION_OUTCOMES);
  return table(
    ['`outcome`', 'answer', 'what it means', 'what to do if it continues'],
    rows.map(([outcome, { answer, means, todo }]) => [code(outcome), ANSWERS[answer], means, todo ?? 'Nothing.']),
  );
}

/** The tables of all flows in Chinese, on one page. */
function chineseParts(): Record<string, () => string> {
  return {
    'the script': () => guardedWrite('zh'),
    'the pauses': () => pausesTable('zh'),
    ...partsOf('orders', ORDERS),
    ...partsOf('service orders', SERVICE_ORDERS),
    ...partsOf('late payments', LATE_PAYMENTS),
    ...partsOf('deliveries', DELIVERIES),
    'the events': chineseEventTypes,
  };
}

function partsOf(of: string, flow: DocumentedFlow): Record<string, () => string> {
  const parts = { 'the states': () => statesTable(flow, 'zh'), ...tableParts(flow, 'zh') };
  return Object.fromEntries(Object.entries(parts).map(([name, make]) => [`${name} of ${of}`, make]));
}

/** The pages with generated parts, and how each part is generated. */
const PARTS: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  'docs/timeout-then-close.md': { 'the overview': orderOverview, ...flowParts(ORDERS) },
  'docs/cancel-payscore.md': {
    ...flowParts(SERVICE_ORDERS),
    'the request': requestInput,
    'the reasons': keptReasons,
  },
  'docs/late-payments.md': {
    ...flowParts(LATE_PAYMENTS),
    'the states for operators': lateStatesForOperators,
    'the reasons': lateReasons,
  },
  'docs/outcome-delivery.md': {
    ...flowParts(DELIVERIES),
    'the states for operators': deliveryStatesForOperators,
    'the words of the worker': workerWords,
    'the reasons': deliveryReasons,
  },
  'docs/guarantees.md': { 'the script': () => guardedWrite('en'), 'the limits': writeLimits },
  'docs/state-tables.zh.md': chineseParts(),
  'docs/doctor.md': { 'the failures': doctorFailures, 'the checks': doctorChecks },
  'docs/notifications.md': { 'the outcomes': notificationOutcomes },
  'docs/outcomes.md': { 'the types of events': eventTypes, 'the answers': outcomeAnswers },
  'docs/api.md': { 'the operations': apiOperations, 'the problems': apiProblems },
  'docs/command-line.md': {
    'the commands': deskCommands,
    'the conditions': deskConditions,
    'the exit codes': deskExitCodes,
  },
  'docs/errors.md': { 'the kinds': errorKinds, 'the codes': errorCodes, 'the local codes': localCodes },
  'docs/operating.md': {
    'the saved views': savedViews,
    'the states of orders': orderStatesForOperators,
    'the states of service orders': serviceStatesForOperators,
    'the reasons for orders': orderReasons,
    'the reasons for service orders': serviceReasons,
  },
};

/** The pages with generated parts, and the schemas, which are generated as a whole. */
export const GENERATED_PAGES = [...Object.keys(PARTS), ...Object.keys(INPUT_SCHEMAS)];

/** A page with its generated parts up to date. @throws Error if the page has no place for one */
export async function upToDate(page: string): Promise<string> {
  let text = INPUT_SCHEMAS[page] === undefined ? readPage(page) : schemaText(INPUT_SCHEMAS[page]);
  for (const [name, make] of Object.entries(PARTS[page] ?? {})) text = withPart(page, text, name, make());
  return format(text, { ...(await resolveConfig(pathOf(page))), filepath: page });
}

function withPart(page: string, text: string, name: string, part: string): string {
  const [before, after] = [`<!-- ${name}, made by npm run diagram -->`, `<!-- end of ${name} -->`];
  const [begin, end] = [text.indexOf(before), text.indexOf(after)];
  if (begin < 0 || end < begin) throw new Error(`${page} has no place for ${name}: ${before} … ${after}`);
  return `${text.slice(0, begin)}${before}\n\n${part}\n\n${text.slice(end)}`;
}

export function readPage(page: string): string {
  return readFileSync(pathOf(page), 'utf8');
}

export function writePage(page: string, text: string): void {
  writeFileSync(pathOf(page), text);
}

function pathOf(page: string): string {
  return fileURLToPath(new URL(`../../${page}`, import.meta.url));
}
