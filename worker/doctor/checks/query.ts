import { randomBytes } from 'node:crypto';
import { ADVICE, type AdviceName } from '../../../domain/errors/advice.js';
import { errorRow, isLocal, type ERROR_TABLE } from '../../../domain/errors/table.js';
import type { OrderApi, OrderRef } from '../../../domain/orders/order.js';
import type { WechatPayFailure } from '../../../wechatpay/failure.js';
import type { Merchant } from '../../../wechatpay/merchant.js';
import { queryOrder } from '../../../wechatpay/orders.js';
import { inTime, TooLateError, type Context } from '../context.js';

/** What a query that asks for nothing tells of the way to WeChat Pay and back. */
export interface Answered {
  readonly which: 'answered' | 'unclear' | 'busy' | 'refused' | 'signature' | 'unverified' | 'silent';
  readonly said: string;
  /** Absent: that of the case. */
  readonly whatToDo?: string;
}

type CodeName = (typeof ERROR_TABLE)[number]['code'];

/** How a sub-merchant that does not exist may be refused; every other refusal is about the request or ourselves. */
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

/** A number that nobody has, and whose name says where it comes from. */
function numberOfNobody(): string {
  return `doctor-no-such-order-${randomBytes(5).toString('hex')}`;
}

/** Asks for an order that does not exist. It never fails. */
export async function askForNothing(
  context: Context,
  merchant: Merchant,
  api: OrderApi,
  isInstitution: boolean,
): Promise<Answered> {
  const { mchid } = merchant;
  // An institution has no orders of its own; which sub-merchants it has, only its orders say.
  const owner = isInstitution ? { mchid, subMchid: mchid } : { mchid };
  const order: OrderRef = { api, ...owner, outTradeNo: numberOfNobody() };
  try {
    const result = await inTime(context, queryOrder(merchant, order));
    if (!result.ok) return judged(result.failure, isInstitution);
    const answer = result.value;
    const code = answer.tradeState === 'NOT_FOUND' ? answer.code : answer.tradeState;
    return answered(`${code}, signed, for a number that nobody has`, answer.requestId);
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
    // Only a signed answer is of this kind: what it refuses is no fault of the way.
    case 'fatal':
      if (isInstitution && OF_MADE_UP.has(row?.code))
        return { which: 'unclear', said: withId(`${code}, signed: ${CANNOT_BE_TOLD}`, requestId) };
      return advised('refused', 'request');
    case 'hint':
      return { which: 'signature', said, whatToDo: ADVICE.signature.en };
    case 'slowDown':
      return { which: 'busy', said };
    case 'retry':
      // A code of WeChat Pay's is its own trouble, and passes; a bare status may be a proxy's.
      return isLocal(code) || code.startsWith('HTTP_') ? advised('silent', 'network') : { which: 'busy', said };
    case 'unknown':
      // What an answer says that nobody vouches for is not advised on.
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

/** What was said, with the id that WeChat Pay's support asks for. */
export function withId(said: string, requestId: string | null): string {
  return requestId === null ? said : `${said} (Request-ID ${requestId})`;
}
