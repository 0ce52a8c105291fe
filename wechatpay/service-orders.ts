import {
  COLLECTION_STATES,
  SERVICE_DESCRIPTIONS,
  SERVICE_STATES,
  type CancelReply,
  type ServiceOrderAnswer,
  type ServiceOrderFound,
  type ServiceOrderRef,
} from '../domain/payscore/order.js';
import { isRecord, matches } from '../domain/validation.js';
import { callV3 } from './call-v3.js';
import { ownFailure, type Result } from './failure.js';
import type { WriteGate } from './http.js';
import type { JsonObject } from './json.js';
import type { Merchant } from './merchant.js';
import { writeRefusal } from './refusals.js';

/** WeChat Pay's number of a service order: only what has the form of one enters a history. */
const ORDER_ID = /^[0-9A-Za-z_-]{1,64}$/;

const PATH = '/v3/payscore/serviceorder';

/**
 * Asks for a PayScore service order by its number.
 *
 * @param timeoutMs for everything, milliseconds; default: 8 s, and 9 s with a look for a key that is not known
 * @returns what is known of the service order, or why the answer decides nothing
 */
export async function queryServiceOrder(
  merchant: Merchant,
  order: ServiceOrderRef,
  timeoutMs?: number,
): Promise<Result<ServiceOrderAnswer>> {
  const { outOrderNo, serviceId, appid } = order;
  const query = new URLSearchParams({ service_id: serviceId, out_order_no: outOrderNo, appid }).toString();
  const call = 'queryServiceOrder';
  const answer = await callV3(merchant, { call, api: 'v3', method: 'GET', target: `${PATH}?${query}`, timeoutMs });
  if (!answer.ok) {
    const { kind, code, requestId } = answer.failure;
    return kind === 'notFound' ? { ok: true, value: { found: false, code, requestId } } : answer;
  }
  const { status, json, requestId } = answer.value;
  const found = parseServiceOrder(json, order);
  if (!('fault' in found)) return { ok: true, value: { ...found, requestId } };
  return ownFailure(call, 'LOCAL_UNREADABLE', found.fault, { status, requestId });
}

/**
 * Cancels a PayScore service order (S1), once. The reason must be the same in every attempt.
 *
 * @returns what WeChat Pay decided, or why its answer is inconclusive; the cancel may then have taken effect
 * @throws what the gate's `announce` throws; nothing was sent
 */
export async function cancelServiceOrder(
  merchant: Merchant,
  order: ServiceOrderRef,
  reason: string,
  gate?: WriteGate,
): Promise<Result<CancelReply>> {
  const target = `${PATH}/${encodeURIComponent(order.outOrderNo)}/cancel`;
  const body = { appid: order.appid, service_id: order.serviceId, reason };
  const call = 'cancelServiceOrder';
  const answer = await callV3(merchant, { call, api: 'v3', method: 'POST', target, body, gate });
  if (!answer.ok) return writeRefusal(answer, CANCEL_CLAIMS);
  const { status, json, requestId } = answer.value;
  const fault = status === 200 ? mismatchIn(json, order) : `status ${status}`;
  if (status === 204 || fault === undefined) return { ok: true, value: { answer: 'accepted', requestId } };
  return ownFailure(call, 'LOCAL_UNREADABLE', fault, { status, requestId, mayHaveTakenEffect: true });
}

/**
 * Reads the fields of a service order that decide something, and no others.
 *
 * @returns the service order, or what is wrong with the answer
 */
export function parseServiceOrder(
  json: JsonObject | undefined,
  order: ServiceOrderRef,
): ServiceOrderFound | { readonly fault: string } {
  const fault = mismatchIn(json, order);
  if (json === undefined || fault !== undefined) return { fault: fault ?? 'the answer is not a JSON object' };
  const state = SERVICE_STATES.find((each) => each === json['state']);
  if (state === undefined) return { fault: 'the answer has a state that is not documented' };
  const collection = isRecord(json['collection']) ? json['collection'] : {};
  return {
    found: true,
    state,
    description: SERVICE_DESCRIPTIONS.find((each) => each === json['state_description']) ?? null,
    collection: COLLECTION_STATES.find((each) => each === collection['state']) ?? null,
    totalDue: totalDueOf(json, collection),
    orderId: matches(json['order_id'], ORDER_ID) ? json['order_id'] : null,
  };
}

/** What in the answer is not ours, if anything. The service and the app are compared if it names them. */
function mismatchIn(json: JsonObject | undefined, order: ServiceOrderRef): string | undefined {
  if (json === undefined) return 'the answer is not a JSON object';
  if (json['out_order_no'] !== order.outOrderNo) return 'the answer is about another service order';
  if (json['mchid'] !== order.mchid) return 'the answer is about another merchant';
  if ((json['service_id'] ?? order.serviceId) !== order.serviceId) return 'the answer is about another service';
  if ((json['appid'] ?? order.appid) !== order.appid) return 'the answer is about another app';
  return undefined;
}

/**
 * What is still to be collected: `paying_amount` if the answer has it, because `total_amount` includes what was paid.
 * `null` if nothing is due yet, if an amount is not a number, or once a part was collected: a request to give up money
 * names the amount, and must then match none.
 */
function totalDueOf(json: JsonObject, collection: JsonObject): number | null {
  if (amountOf(collection['paid_amount'] ?? 0) !== 0) return null;
  return amountOf(collection['paying_amount'] ?? collection['total_amount'] ?? json['total_amount']);
}

function amountOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

const CANCEL_CLAIMS: Readonly<Record<string, 'done' | 'alreadyCancelled'>> = {
  ORDER_DONE: 'done',
  ORDER_CANCELED: 'alreadyCancelled',
};
