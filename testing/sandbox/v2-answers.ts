import { beijingDigits, type Answer } from './answers.js';
import type { CloseVerdict, PlacementVerdict, SandboxOrder } from './orders.js';
import { codeUrlOf } from './v3-answers.js';

/** An error in v2's form: the communication went well, the business did not. */
export function v2Refusal(code: string, message: string): Answer {
  return { status: 200, body: { result_code: 'FAIL', err_code: code, err_code_des: message }, said: code };
}

function success(body: Readonly<Record<string, unknown>>, said: string): Answer {
  return { status: 200, body: { result_code: 'SUCCESS', ...body }, said };
}

const NOT_EXIST = v2Refusal('ORDERNOTEXIST', 'Order does not exist');

/** The answer to orderquery. Like the real one, it has few fields while the order is unpaid. */
export function v2OrderAnswer(order: SandboxOrder | undefined): Answer {
  if (order === undefined) return NOT_EXIST;
  const { outTradeNo, state } = order;
  const fields = { out_trade_no: outTradeNo, trade_state: state, trade_state_desc: state };
  return success({ ...fields, ...v2PaymentOf(order) }, state);
}

/** The fields of a payment in v2, in an answer or in a notification. None if it is not paid. */
export function v2PaymentOf({ transactionId, paidAt, amount }: SandboxOrder): Record<string, unknown> {
  if (transactionId === null || paidAt === null) return {};
  return {
    openid: 'oUpF8uN95-Ptaags6E_roPHg7AG0',
    is_subscribe: 'N',
    trade_type: 'NATIVE',
    bank_type: 'CMC',
    total_fee: amount.total,
    // Absent, it is CNY.
    ...(amount.currency !== 'CNY' && { fee_type: amount.currency }),
    cash_fee: amount.total,
    transaction_id: transactionId,
    attach: 'Payment test',
    time_end: beijingDigits(paidAt),
  };
}

const CLOSE_ANSWERS: Record<CloseVerdict, Answer> = {
  // An accepted close names no order (S2).
  closed: success({ result_msg: 'OK' }, '200'),
  ORDERPAID: v2Refusal('ORDERPAID', 'Order is paid and cannot be closed.'),
  ORDER_CLOSED: v2Refusal('ORDERCLOSED', 'Order is closed and cannot be done again.'),
  USERPAYING: v2Refusal('USERPAYING', 'The shopper is paying.'),
  ORDER_NOT_EXIST: v2Refusal('ORDERNOTEXIST', 'This order does not exist in the system.'),
  TOO_EARLY: v2Refusal('INVALID_REQUEST', 'The minimum call interval is 5 minutes.'),
};

export function v2CloseAnswer(verdict: CloseVerdict): Answer {
  return CLOSE_ANSWERS[verdict];
}

const PLACEMENT_REFUSALS: Record<Exclude<PlacementVerdict, 'placed'>, Answer> = {
  OTHER_PARAMETERS: v2Refusal('OUT_TRADE_NO_USED', 'This number was used before, with other parameters.'),
  ORDERPAID: v2Refusal('ORDERPAID', 'The order is paid.'),
  ORDER_CLOSED: v2Refusal('ORDERCLOSED', 'The order is closed.'),
};

export function v2PlacementAnswer(verdict: PlacementVerdict, outTradeNo: string): Answer {
  if (verdict !== 'placed') return PLACEMENT_REFUSALS[verdict];
  const code_url = codeUrlOf(outTradeNo);
  return success({ trade_type: 'NATIVE', prepay_id: `wx${code_url.slice(-16)}`, code_url }, '200');
}
