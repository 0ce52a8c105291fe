import type { FastifyInstance, FastifyReply } from 'fastify';
import { parseBeijingDigits, Refusal, type Answer } from './answers.js';
import type { Instant, SandboxCall } from './calls.js';
import type { RequestHandler, Task } from './request-handler.js';
import type { OrderStore, OrderKey, Owner, Placement, SandboxOrder } from './orders.js';
import { v2CloseAnswer, v2OrderAnswer, v2PlacementAnswer, v2Refusal } from './v2-answers.js';
import type { Fields, V2Caller, V2Auth } from './v2-auth.js';
import type { RawRequest } from './v3-auth.js';
import { another } from './v3-routes.js';

export interface V2Parts {
  readonly auth: V2Auth;
  readonly handler: RequestHandler;
  readonly orders: OrderStore;
  readonly appids: readonly string[];
}

/** Orders over v2, in common and institutional mode: unifiedorder, orderquery, closeorder (S2). */
export function addV2Routes(server: FastifyInstance, parts: V2Parts): void {
  const { auth, handler } = parts;
  const add = (
    path: string,
    call: SandboxCall,
    taskOf: (caller: V2Caller) => Pick<Task, 'act' | 'otherOrder'>,
  ): void => {
    const serve = async (request: RawRequest, reply: FastifyReply): Promise<void> => {
      const caller = await auth.authenticate(request, reply);
      if (caller === undefined) return;
      const asked = askedOf(call, caller, parts);
      const task = taskOf(caller);
      const checked = <T>(act: (at: Instant) => T) => {
        return (at: Instant): T => {
          checkCommon(caller, parts.appids);
          return act(at);
        };
      };
      const { act, otherOrder = () => undefined } = task;
      const moves = { pay: (at: Instant): void => void parts.orders.pay(keyOf(caller, parts), at) };
      await handler.serve(reply, caller.dialect, {
        asked,
        moves,
        act: checked(act),
        otherOrder: checked(otherOrder),
      });
    };
    server.all(path, serve);
  };
  add('/pay/unifiedorder', 'place', (caller) => ({ act: (at) => place(caller, parts.orders, at) }));
  add('/pay/orderquery', 'query', (caller) => ({
    act: () => v2OrderAnswer(orderOf(caller, parts)),
    otherOrder: (at) => {
      const other = another(orderOf(caller, parts), at);
      return other && v2OrderAnswer(other);
    },
  }));
  add('/pay/closeorder', 'close', (caller) => ({
    act: (at) => {
      required(caller.fields, ['out_trade_no']);
      const order = orderOf(caller, parts);
      return v2CloseAnswer(order === undefined ? 'ORDER_NOT_EXIST' : parts.orders.close(order, at));
    },
  }));
}

function place({ fields, signType, merchant }: V2Caller, orders: OrderStore, at: Instant): Answer {
  required(fields, ['body', 'out_trade_no', 'total_fee', 'spbill_create_ip', 'notify_url', 'trade_type']);
  const outTradeNo = outTradeNoIn(fields);
  const total = Number(fields.get('total_fee'));
  if (!Number.isSafeInteger(total) || total <= 0) throw new Refusal(v2Refusal('PARAM_ERROR', 'total_fee'));
  const placement: Placement = {
    ...ownerOf(fields, merchant.mchid),
    api: 'v2',
    outTradeNo,
    amount: { total, currency: fields.get('fee_type') ?? 'CNY' },
    signType,
    createdAt: at,
    ...optional('appid', fields.get('appid')),
    ...optional('subAppid', fields.get('sub_appid')),
    ...optional('notifyUrl', fields.get('notify_url')),
    ...optional('timeExpire', timeExpireOf(fields, at)),
  };
  return v2PlacementAnswer(orders.submit(placement, parametersOf(fields), at), outTradeNo);
}

function timeExpireOf(fields: Fields, at: Instant): Instant | undefined {
  const text = fields.get('time_expire');
  if (text === undefined) return undefined;
  const timeExpire = parseBeijingDigits(text);
  if (timeExpire === undefined) throw new Refusal(v2Refusal('PARAM_ERROR', 'time_expire is not yyyyMMddHHmmss'));
  if (timeExpire <= at) throw new Refusal(v2Refusal('INVALID_REQUEST', 'time_expire is over'));
  return timeExpire;
}

/** What must be the same if a number is sent again: everything except the nonce and the sign. */
function parametersOf(fields: Fields): string {
  const lasting = [...fields].filter(([name]) => name !== 'nonce_str' && name !== 'sign');
  return JSON.stringify(lasting.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** @throws Refusal for what every v2 call must have, and for an app that is not the merchant's */
function checkCommon({ fields }: V2Caller, appids: readonly string[]): void {
  required(fields, ['appid', 'mch_id', 'nonce_str']);
  if ((fields.get('nonce_str') ?? '').length > 32) throw new Refusal(v2Refusal('PARAM_ERROR', 'nonce_str is too long'));
  if (appids.includes(fields.get('appid') ?? '')) return;
  throw new Refusal(v2Refusal('APPID_MCHID_NOT_MATCH', 'The appid is not one of the merchant’s.'));
}

function required(fields: Fields, names: readonly string[]): void {
  const missing = names.find((name) => !fields.get(name));
  if (missing !== undefined) throw new Refusal(v2Refusal('LACK_PARAMS', `${missing} is missing`));
}

/** The order that is asked for. @throws Refusal if it is asked for otherwise than it was placed (S2) */
function orderOf(caller: V2Caller, { orders }: V2Parts): SandboxOrder | undefined {
  const { fields, merchant, signType } = caller;
  const owner = ownerOf(fields, merchant.mchid);
  const transactionId = fields.get('transaction_id');
  const found = transactionId
    ? orders.findByTransactionId(owner, transactionId)
    : orders.find({ ...owner, outTradeNo: outTradeNoIn(fields) });
  const order = orders.seenOver('v2', found);
  if (order === undefined) return undefined;
  const { appid, subAppid, signType: asPlaced = signType } = order;
  const isSameApp = fields.get('appid') === appid && (fields.get('sub_appid') ?? '') === (subAppid ?? '');
  if (!isSameApp) throw new Refusal(v2Refusal('INVALID_REQUEST', 'appid and sub_appid must be as at placement.'));
  if (asPlaced === signType) return order;
  throw new Refusal(v2Refusal('SIGNERROR', 'sign_type must be as at placement.'));
}

const NUMBER = /^[0-9A-Za-z_\-|*@]{1,32}$/;

function outTradeNoIn(fields: Fields): string {
  required(fields, ['out_trade_no']);
  const number = fields.get('out_trade_no') ?? '';
  if (!NUMBER.test(number)) throw new Refusal(v2Refusal('PARAM_ERROR', 'out_trade_no is not in line with the pattern'));
  return number;
}

function ownerOf(fields: Fields, mchid: string): Owner {
  return { mchid, ...optional('subMchid', fields.get('sub_mch_id')) };
}

/** For the ledger and for `payFirst`, before anything is checked. */
function keyOf({ fields, merchant }: V2Caller, { orders }: V2Parts): OrderKey {
  const owner = ownerOf(fields, merchant.mchid);
  const transactionId = fields.get('transaction_id');
  const found = transactionId ? orders.findByTransactionId(owner, transactionId) : undefined;
  return { ...owner, outTradeNo: found?.outTradeNo ?? fields.get('out_trade_no') ?? transactionId ?? '' };
}

function askedOf(call: SandboxCall, caller: V2Caller, parts: V2Parts): Task['asked'] {
  return { api: 'v2', call, ...keyOf(caller, parts), nonce: caller.fields.get('nonce_str') ?? '', timestamp: '' };
}

function optional<K extends string, V>(name: K, value: V | undefined): { [key in K]?: V } {
  return (value === undefined || value === '' ? {} : { [name]: value }) as { [key in K]?: V };
}
