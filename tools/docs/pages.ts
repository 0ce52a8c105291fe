import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { doctorChecks, doctorFailures } from './doctor-page.js';
import { errorCodes, errorKinds, localCodes } from './errors-page.js';
import { flowParts } from './flow-page.js';
import { guardedWrite, writeLimits } from './guarantees-page.js';
import { LATE_PAYMENTS } from './late.js';
import { notificationOutcomes } from './notifications-page.js';
import {
  lateReasons,
  lateStatesForOperators,
  orderReasons,
  orderStatesForOperators,
  serviceReasons,
  serviceStatesForOperators,
} from './operating-page.js';
import { orderOverview, ORDERS } from './orders.js';
import { keptReasons, requestInput, SERVICE_ORDERS } from './payscore.js';
import { chineseParts } from './zh-page.js';

/** The pages with parts that are made of the code, and how each part is made. */
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
  'docs/guarantees.md': { 'the script': () => guardedWrite('en'), 'the limits': writeLimits },
  'docs/state-tables.zh.md': chineseParts(),
  'docs/doctor.md': { 'the failures': doctorFailures, 'the checks': doctorChecks },
  'docs/notifications.md': { 'the outcomes': notificationOutcomes },
  'docs/errors.md': { 'the kinds': errorKinds, 'the codes': errorCodes, 'the local codes': localCodes },
  'docs/operating.md': {
    'the states of orders': orderStatesForOperators,
    'the states of service orders': serviceStatesForOperators,
    'the reasons for orders': orderReasons,
    'the reasons for service orders': serviceReasons,
  },
};

export const GENERATED_PAGES = Object.keys(PARTS);

/** A page with its made parts as they are now. @throws Error if the page has lost the place for one */
export async function upToDate(page: string): Promise<string> {
  let text = readPage(page);
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
