/**
 * The bare workflows that the product is compared with: an unpaid order, as a good engineer writes it by hand for Temporal.
 * No floor, no notification, no page for people, no search attributes.
 */
import { defineQuery, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type { BareActivities } from './activities.js';

export interface BareOrder {
  readonly mchid: string;
  readonly outTradeNo: string;
  /** The deadline of its payment, RFC 3339. */
  readonly payBefore: string;
}

export const bareState = defineQuery<string>('state');

const { query, close, closeGuarded } = proxyActivities<BareActivities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** Timer, query, close, query: three activities. */
export async function bareTimeout(order: BareOrder): Promise<string> {
  let state = 'NOTPAY';
  setHandler(bareState, () => state);
  await sleep(Math.max(Date.parse(order.payBefore) - Date.now(), 1));
  state = await query(order);
  if (state !== 'NOTPAY') return state;
  await close(order);
  state = await query(order);
  return state;
}

/** Timer, and the three calls in one activity. */
export async function bareGuarded(order: BareOrder): Promise<string> {
  let state = 'NOTPAY';
  setHandler(bareState, () => state);
  await sleep(Math.max(Date.parse(order.payBefore) - Date.now(), 1));
  state = await closeGuarded(order);
  return state;
}
