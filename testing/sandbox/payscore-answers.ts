import { beijingDigits, beijingTime, refusal, type Answer } from './answers.js';
import type { CancelVerdict, CompleteVerdict, SandboxServiceOrder } from './service-orders.js';

const DAY_MS = 24 * 3_600_000;

export const SERVICE_NOT_EXIST = refusal(404, 'ORDER_NOT_EXIST', 'The service order does not exist.');
/** The app or the service is not that of the creation. */
export const OTHER_PARAMETERS = refusal(
  400,
  'INVALID_REQUEST',
  'The parameters are in line with their format, but the number was created with other ones.',
);

/** S1: one body per number and kind of request. */
export const ANOTHER_BODY = refusal(
  400,
  'INVALID_REQUEST',
  'Another request of this kind was sent for this number before, with other parameters.',
);

/** The state of a service order, with its description and collection if it has them. */
function said({ state, description, collection }: SandboxServiceOrder): string {
  return [state, description, collection].filter((part) => part !== null).join(' ');
}

/** A service order in an answer or a notification. There is no collection before something is due. */
export function serviceOrderOf(order: SandboxServiceOrder): Record<string, unknown> {
  const { appid, mchid, outOrderNo, serviceId, orderId, state, description, totalAmount, createdAt } = order;
  return {
    appid,
    mchid,
    service_id: serviceId,
    out_order_no: outOrderNo,
    order_id: orderId,
    service_introduction: 'A power bank',
    state,
    ...(description !== null && { state_description: description }),
    risk_fund: { name: 'DEPOSIT', amount: 9_900 },
    time_range: { start_time: beijingDigits(createdAt) },
    ...(totalAmount !== null && { total_amount: totalAmount, need_collection: totalAmount > 0 }),
    ...collectionOf(order),
    ...(state !== 'CREATED' && { openid: 'oUpF8uN95-Ptaags6E_roPHg7AG0' }),
  };
}

function collectionOf({ collection, totalAmount, paidAt, orderId }: SandboxServiceOrder): Record<string, unknown> {
  if (collection === null) return {};
  const due = totalAmount ?? 0;
  const isPaid = collection === 'USER_PAID';
  const detail = { seq: 1, amount: due, paid_type: 'NEWTON', transaction_id: `4300${orderId}` };
  return {
    collection: {
      state: collection,
      total_amount: due,
      paying_amount: isPaid ? 0 : due,
      paid_amount: isPaid ? due : 0,
      ...(isPaid && paidAt !== null && { details: [{ ...detail, paid_time: beijingTime(paidAt) }] }),
    },
  };
}

export function serviceOrderAnswer(order: SandboxServiceOrder | undefined): Answer {
  if (order === undefined) return SERVICE_NOT_EXIST;
  return { status: 200, body: serviceOrderOf(order), said: said(order) };
}

/** What a creation is answered: with what the user's phone needs to confirm, if that is needed. */
export function createdAnswer(order: SandboxServiceOrder): Answer {
  const sent = Buffer.from(order.orderId).toString('base64url');
  const forConfirmation = order.needUserConfirm === false ? {} : { package: `mch_id=${order.mchid}&package=${sent}` };
  return { status: 200, body: { ...serviceOrderOf(order), ...forConfirmation }, said: '200' };
}

const REFUSALS: Record<Exclude<CancelVerdict | CompleteVerdict, 'cancelled' | 'completed'>, Answer> = {
  ORDER_CANCELED: refusal(400, 'ORDER_CANCELED', 'The service order is cancelled.'),
  ORDER_DONE: refusal(400, 'ORDER_DONE', 'The service order is done.'),
  INVALID_ORDER_STATE: refusal(400, 'INVALID_ORDER_STATE', 'The service order is in another state.'),
};

/** S1: five fields, and no state. */
export function cancelAnswer(verdict: CancelVerdict, order: SandboxServiceOrder): Answer {
  if (verdict !== 'cancelled') return REFUSALS[verdict];
  const { appid, mchid, outOrderNo, serviceId, orderId } = order;
  const body = { appid, mchid, out_order_no: outOrderNo, service_id: serviceId, order_id: orderId };
  return { status: 200, body, said: '200' };
}

export function completeAnswer(verdict: CompleteVerdict, order: SandboxServiceOrder): Answer {
  return verdict === 'completed' ? { ...serviceOrderAnswer(order), said: '200' } : REFUSALS[verdict];
}

/** Another service order, which is paid, for an answer about the wrong order. */
export function anotherServiceOrder(order: SandboxServiceOrder | undefined): SandboxServiceOrder | undefined {
  if (order === undefined) return undefined;
  const paidAt = order.createdAt + DAY_MS;
  return { ...order, outOrderNo: 'ANOTHER-ORDER', state: 'DONE', collection: 'USER_PAID', totalAmount: 100, paidAt };
}
