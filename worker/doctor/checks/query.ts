import { randomBytes } from 'node:crypto';
import { ADVICE, type AdviceName } from '../../../domain/errors/advice.js';
import { errorRow, isLocal, type ERROR_TABLE } from '../../../domain/errors/table.js';
import type { OrderApi, OrderRef } from '../../../domain/orders/order.js';
import type { WechatPayFailure } from '../../../wechatpay/failure.js';
import type { Merchant } from '../../../wechatpay/merchant.js';
import { queryOrder } from '../../../wechatpay/orders.js';
import { inTime, TooLateError, type Context } from '../context.js';

/** What a query of an order that does not exist shows about the connection and the keys. */
export interface Answered {
  readonly which: 'answered' | 'unclear' | 'busy' | 'refused' | 'signature' | 'unverified' | 'silent';
  readonly said: string;
  /** Default: the advice of the case. */
  readonly whatToDo?: string;
}

type CodeName = (typeof ERROR_TABLE)[number]['code'];

/** Codes that may be about the made-up sub-merchant. Every other refusal is about the request or the institution. */
const OF_MADE_UP: ReadonlySet<string | undefined> = new Set([
  'NO_AUTH',
  'PARAM_ERROR',
  'INVALID_REQUEST',
  'MCH_NOT_EXISTS',
  'MCHID_NOT_EXIST',
  'APPID_MCHID_NOT_MATCH',
] satisfies CodeName[]);

const CANNOT_BE_TOLD =
  'the signature works both ways; whether the institution may query cannot be told without one of its sub-merchants';

/** A random order number. WeChat Pay's logs show that it comes from the doctor. */
function unusedNumber(): string {
  return `doctor-no-such-order-${randomBytes(5).toString('hex')}`;
}

/** Queries an order that does not exist. A failed query is a result. */
export async function queryMissingOrder(
  context: Context,
  merchant: Merchant,
  api: OrderApi,
  isInstitution: boolean,
): Promise<Answered> {
  const { mchid } = merchant;
  // An institution has no orders of its own, and the merchants file does not name its sub-merchants.
  const owner = isInstitution ? { mchid, subMchid: mchid } : { mchid };
  const order: OrderRef = { api, ...owner, outTradeNo: unusedNumber() };
  try {
    const result = await inTime(context, queryOrder(merchant, order));
    if (!result.ok) return judged(result.failure, isInstitution);
    const answer = result.value;
    const code = answer.tradeState === 'NOT_FOUND' ? answer.code : answer.tradeState;
    return answered(`${code}, signed, for an order that does not exist`, answer.requestId);
  } catch (error) {
    if (!(error instanceof TooLateError)) throw error;
    return { which: 'silent', said: error.message, whatToDo: ADVICE.network.en };
  }
}

function answered(said: string, requestId: string | null): Answered {
  return { which: 'answered', said: withId(said, requestId) };
}

function judged({ code, kind, what, requestId }: WechatPayFailure, isInstitution: boolean): Answered {
  const said = withId(`${code}: ${what}`, requestId);
  const row = errorRow('queryOrder', code);
  const advised = (which: Answered['which'], fallback: AdviceName): Answered => {
    return { which, said, whatToDo: ADVICE[row?.advice ?? fallback].en };
  };
  switch (kind) {
    // Only a signed answer is of this kind, so the connection and the keys are right.
    case 'fatal':
      if (isInstitution && OF_MADE_UP.has(row?.code))
        return { which: 'unclear', said: withId(`${code}, signed: ${CANNOT_BE_TOLD}`, requestId) };
      return advised('refused', 'request');
    case 'hint':
      return { which: 'signature', said, whatToDo: ADVICE.signature.en };
    case 'slowDown':
      return { which: 'busy', said };
    case 'retry':
      // WeChat Pay's own codes are about a passing problem of WeChat Pay; a bare HTTP status may be a proxy's.
      return isLocal(code) || code.startsWith('HTTP_') ? advised('silent', 'network') : { which: 'busy', said };
    case 'unknown':
      // The answer is not verified, so there is no advice on its code.
      return {
        which: 'unverified',
        said,
        whatToDo: ADVICE[code === 'LOCAL_UNREADABLE' ? 'unreadable' : 'unverified'].en,
      };
    case 'notFound':
    case 'inProgress':
    case 'outcome':
    case 'state':
      return answered(`${code}, signed`, requestId);
  }
}

/** A text with the Request-ID, which WeChat Pay's support asks for. */
export function withId(said: string, requestId: string | null): string {
  return requestId === null ? said : `${said} (Request-ID ${requestId})`;
}
