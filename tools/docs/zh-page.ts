import { pausesTable, statesTable, tableParts, type DocumentedFlow } from './flow-page.js';
import { guardedWrite } from './guarantees-page.js';
import { LATE_PAYMENTS } from './late.js';
import { ORDERS } from './orders.js';
import { SERVICE_ORDERS } from './payscore.js';

/** The tables of all flows in Chinese, on one page. */
export function chineseParts(): Record<string, () => string> {
  return {
    'the script': () => guardedWrite('zh'),
    'the pauses': () => pausesTable('zh'),
    ...partsOf('orders', ORDERS),
    ...partsOf('service orders', SERVICE_ORDERS),
    ...partsOf('late payments', LATE_PAYMENTS),
  };
}

function partsOf(of: string, flow: DocumentedFlow): Record<string, () => string> {
  const parts = { 'the states': () => statesTable(flow, 'zh'), ...tableParts(flow, 'zh') };
  return Object.fromEntries(Object.entries(parts).map(([name, make]) => [`${name} of ${of}`, make]));
}
