import { beijingTime, refusal, type Answer } from './answers.js';
import type { CloseVerdict, PlacementVerdict, SandboxOrder } from './orders.js';

const DESCRIPTIONS: Record<SandboxOrder['state'], string> = {
  NOTPAY: 'Order not paid',
  USERPAYING: 'Payment in progress',
  ACCEPT: 'Accepted, waiting for the deduction',
  SUCCESS: 'Payment successful',
  REFUND: 'Transferred to refund',
  CLOSED: 'Order closed',
  PAYERROR: 'Payment failed. Place another order and pay it again.',
  REVOKED: 'Order revoked',
};

/** The name of the transaction id: `id` in S3's table, `transaction_id` everywhere else. */
export type IdName = 'id' | 'transaction_id';

const NOT_EXIST = refusal(404, 'ORDER_NOT_EXIST', 'This transaction order No. does not exist.');

/** What a query is answered. */
export function orderAnswer(order: SandboxOrder | undefined, idName: IdName): Answer {
  if (order === undefined) return NOT_EXIST;
  return { status: 200, body: transactionOf(order, idName), said: order.state };
}

/** An order as WeChat Pay shows it: few fields while it is unpaid, and then everything that S3 lists. */
export function transactionOf(order: SandboxOrder, idName: IdName): Record<string, unknown> {
  const { outTradeNo, state } = order;
  const fields = { out_trade_no: outTradeNo, trade_state: state, trade_state_desc: DESCRIPTIONS[state] };
  return { ...merchantOf(order), ...fields, ...paymentOf(order, idName) };
}

function merchantOf({ mchid, subMchid, appid, subAppid }: SandboxOrder): Record<string, unknown> {
  if (subMchid === undefined) return { appid, mchid };
  return {
    sp_appid: appid,
    sp_mchid: mchid,
    sub_mchid: subMchid,
    ...(subAppid !== undefined && { sub_appid: subAppid }),
  };
}

function paymentOf(order: SandboxOrder, idName: IdName): Record<string, unknown> {
  const { transactionId, paidAt, amount, subMchid } = order;
  if (transactionId === null || paidAt === null) return {};
  const openid = 'oUpF8uN95-Ptaags6E_roPHg7AG0';
  return {
    [idName]: transactionId,
    trade_type: 'NATIVE',
    bank_type: 'CMC',
    success_time: beijingTime(paidAt),
    payer: subMchid === undefined ? { openid } : { sp_openid: openid },
    attach: 'Payment test',
    amount: {
      total: amount.total,
      currency: amount.currency,
      payer_total: amount.total,
      payer_currency: 'CNY',
      ...(amount.currency !== 'CNY' && { exchange_rate: { type: 'SETTLEMENT_RATE', rate: 100_000_000 } }),
    },
  };
}

const CLOSE_ANSWERS: Record<CloseVerdict, Answer> = {
  closed: { status: 204, said: '204' },
  ORDERPAID: refusal(400, 'ORDERPAID', 'The order is paid and cannot be closed.'),
  ORDER_CLOSED: refusal(400, 'ORDER_CLOSED', 'The order is closed and this API cannot be called.'),
  USERPAYING: refusal(400, 'USERPAYING', 'The shopper is paying.'),
  ORDER_NOT_EXIST: NOT_EXIST,
  TOO_EARLY: refusal(400, 'INVALID_REQUEST', 'The minimum call interval is 5 minutes.'),
};

/** What a close is answered. */
export function closeAnswer(verdict: CloseVerdict): Answer {
  return CLOSE_ANSWERS[verdict];
}

const PLACEMENT_REFUSALS: Record<Exclude<PlacementVerdict, 'placed'>, Answer> = {
  OTHER_PARAMETERS: refusal(400, 'INVALID_REQUEST', 'This number was used before, with other parameters.'),
  ORDERPAID: refusal(400, 'ORDERPAID', 'The order is paid.'),
  ORDER_CLOSED: refusal(400, 'ORDER_CLOSED', 'The order is closed.'),
};

/** What a placement is answered. */
export function placementAnswer(verdict: PlacementVerdict, outTradeNo: string): Answer {
  if (verdict !== 'placed') return PLACEMENT_REFUSALS[verdict];
  return { status: 200, body: { code_url: codeUrlOf(outTradeNo) }, said: '200' };
}

/** The text of the QR code, the same for the same order. */
export function codeUrlOf(outTradeNo: string): string {
  return `weixin://wxpay/bizpayurl?pr=${Buffer.from(outTradeNo).toString('base64url').slice(0, 16)}`;
}
