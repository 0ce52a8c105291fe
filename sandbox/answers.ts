import type { CloseVerdict, SandboxOrder } from './orders.js';

/** What the sandbox says: a status, a body, and the word for it in the ledger. */
export interface Answer {
  readonly status: number;
  /** Sent as JSON; absent for a 204. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly said: string;
}

/** An error in APIv3's form. */
export function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { code, message }, said: code };
}

const DESCRIPTIONS: Record<SandboxOrder['state'], string> = {
  NOTPAY: 'Order not paid',
  USERPAYING: 'Payment in progress',
  SUCCESS: 'Payment successful',
  REFUND: 'Transferred to refund',
  CLOSED: 'Order closed',
  PAYERROR: 'Payment failed. Place another order and pay it again.',
  REVOKED: 'Order revoked',
};

/** An order as a query tells of it: as thin as the real one while it is unpaid, with everything that S3 lists after. */
export function orderAnswer(order: SandboxOrder | undefined): Answer {
  if (order === undefined) return refusal(404, 'ORDER_NOT_EXIST', 'This transaction order No. does not exist.');
  const { mchid, outTradeNo, state } = order;
  const thin = { appid: 'wx8888888888888888', mchid, out_trade_no: outTradeNo, trade_state: state };
  const body = { ...thin, trade_state_desc: DESCRIPTIONS[state], ...paymentOf(order) };
  return { status: 200, body, said: state };
}

function paymentOf({ transactionId, paidAt, amount }: SandboxOrder): Record<string, unknown> {
  if (transactionId === null || paidAt === null) return {};
  return {
    id: transactionId,
    trade_type: 'NATIVE',
    bank_type: 'CMC',
    success_time: `${new Date(paidAt + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`,
    payer: { openid: 'oUpF8uN95-Ptaags6E_roPHg7AG0' },
    attach: 'Payment test',
    amount: {
      total: amount.total,
      currency: amount.currency,
      payer_total: amount.total,
      payer_currency: 'CNY',
      exchange_rate: { type: 'SETTLEMENT_RATE', rate: 100_000_000 },
    },
  };
}

const CLOSE_ANSWERS: Record<CloseVerdict, Answer> = {
  closed: { status: 204, said: '204' },
  ORDERPAID: refusal(400, 'ORDERPAID', 'The order is paid and cannot be closed.'),
  ORDER_CLOSED: refusal(400, 'ORDER_CLOSED', 'The order is closed and this API cannot be called.'),
  USERPAYING: refusal(400, 'USERPAYING', 'The shopper is paying.'),
  ORDER_NOT_EXIST: refusal(404, 'ORDER_NOT_EXIST', 'The order does not exist.'),
  TOO_EARLY: refusal(400, 'INVALID_REQUEST', 'The minimum call interval is 5 minutes.'),
};

/** What a close is answered. */
export function closeAnswer(verdict: CloseVerdict): Answer {
  return CLOSE_ANSWERS[verdict];
}

export const SYSTEM_ERROR = refusal(500, 'SYSTEM_ERROR', 'System error. Call this API again.');
