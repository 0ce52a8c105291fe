import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { refusal, Refusal, type Answer } from './answers.js';
import type { Instant, SandboxCall } from './calls.js';
import type { RequestHandler, Task } from './request-handler.js';
import type { OrderStore, OrderKey, Owner, Placement, SandboxOrder } from './orders.js';
import { closeAnswer, orderAnswer, placementAnswer, type IdName } from './v3-answers.js';
import type { RawRequest, V3Caller, V3Auth } from './v3-auth.js';
import {
  canonical,
  checkNumber,
  fieldsOf,
  jsonOf,
  modeOf,
  ownerOf,
  REQUIRE_POST_METHOD,
  textAt,
  type Mode,
} from './v3-fields.js';

/** A family of paths. */
interface Family {
  readonly api: 'v3-global' | 'v3';
  readonly prefix: string;
  /** Overseas, merchants and institutions share one path (S0). */
  readonly mode: Mode | 'either';
  readonly idName: IdName;
}

const FAMILIES: readonly Family[] = [
  { api: 'v3-global', prefix: '/v3/global/transactions', mode: 'either', idName: 'id' },
  { api: 'v3', prefix: '/v3/pay/transactions', mode: 'direct', idName: 'transaction_id' },
  { api: 'v3', prefix: '/v3/pay/partner/transactions', mode: 'partner', idName: 'transaction_id' },
];

export interface V3Parts {
  readonly auth: V3Auth;
  readonly handler: RequestHandler;
  readonly orders: OrderStore;
  readonly appids: readonly string[];
}

/** Orders over APIv3: placing, querying and closing them, overseas and on the mainland, direct and for sub-merchants. */
export function addV3Routes(server: FastifyInstance, parts: V3Parts): void {
  for (const family of FAMILIES) {
    const routes = new V3Routes(family, parts);
    const { prefix, api } = family;
    server.get(`${prefix}/out-trade-no/:number`, routes.query);
    server.get(`${prefix}/id/:id`, routes.query);
    server.post(`${prefix}/out-trade-no/:number/close`, routes.close);
    server.get(`${prefix}/out-trade-no/:number/close`, routes.closeByGet);
    // The mainland closes by the merchant's number only.
    if (api === 'v3-global') server.post(`${prefix}/id/:id/close`, routes.close);
    server.post(`${prefix}/native`, routes.place);
  }
}

class V3Routes {
  constructor(
    private readonly family: Family,
    private readonly parts: V3Parts,
  ) {}

  readonly query = (request: RawRequest, reply: FastifyReply): Promise<void> =>
    this.serve('query', request, reply, request.query, (find) => {
      const answer = (order: SandboxOrder | undefined): Answer => orderAnswer(order, this.family.idName);
      const otherAnswer = (order: SandboxOrder | undefined): Answer | undefined => order && answer(order);
      return { act: () => answer(find()), otherOrder: (at) => otherAnswer(another(find(), at)) };
    });

  readonly close = (request: RawRequest, reply: FastifyReply): Promise<void> =>
    this.serve('close', request, reply, jsonOf(request.body), (find) => ({
      act: (at) => {
        const order = find();
        return closeAnswer(order === undefined ? 'ORDER_NOT_EXIST' : this.parts.orders.close(order, at));
      },
    }));

  readonly closeByGet = (request: RawRequest, reply: FastifyReply): Promise<void> =>
    this.serve('close', request, reply, request.query, () => ({ act: () => REQUIRE_POST_METHOD }));

  readonly place = (request: RawRequest, reply: FastifyReply): Promise<void> => {
    const body = jsonOf(request.body);
    const outTradeNo = textAt(body, 'out_trade_no') ?? '';
    return this.handle(request, reply, (caller) => ({
      asked: this.asked('place', caller, body, outTradeNo),
      act: (at) => {
        const owner = this.ownerOf(body, caller.mchid, 'body');
        const placement = placementOf(body, owner, this.family.api, at);
        if (!this.parts.appids.includes(placement.appid)) throw new Refusal(APPID_MCHID_NOT_MATCH);
        return placementAnswer(this.parts.orders.submit(placement, canonical(body), at), outTradeNo);
      },
    }));
  };

  /** A call about one order, by the number in its path. */
  private serve(
    call: SandboxCall,
    request: RawRequest,
    reply: FastifyReply,
    source: unknown,
    taskOf: (find: () => SandboxOrder | undefined) => Pick<Task, 'act' | 'otherOrder'>,
  ): Promise<void> {
    const { number, id } = request.params as { number?: string; id?: string };
    const location = request.method === 'GET' ? 'query' : 'body';
    return this.handle(request, reply, (caller) => {
      const { orders } = this.parts;
      const lenient = { mchid: caller.mchid, subMchid: textAt(source, 'sub_mchid') };
      const outTradeNo = number ?? orders.findByTransactionId(lenient, id ?? '')?.outTradeNo ?? id ?? '';
      const find = (): SandboxOrder | undefined => {
        if (number !== undefined) checkNumber('out_trade_no', number, this.family.api);
        const owner = this.ownerOf(source, caller.mchid, location);
        const order = id === undefined ? orders.find({ ...owner, outTradeNo }) : orders.findByTransactionId(owner, id);
        return orders.seenOver(this.family.api, order);
      };
      const task = taskOf(find);
      const order: OrderKey = { ...lenient, outTradeNo };
      const moves = { pay: (at: Instant): void => void orders.pay(order, at) };
      return { asked: this.asked(call, caller, source, outTradeNo), moves, ...task };
    });
  }

  private async handle(request: RawRequest, reply: FastifyReply, taskOf: (caller: V3Caller) => Task): Promise<void> {
    const caller = await this.parts.auth.authenticate(request, reply);
    if (caller !== undefined) await this.parts.handler.serve(reply, caller.dialect, taskOf(caller));
  }

  private asked(call: SandboxCall, caller: V3Caller, source: unknown, outTradeNo: string): Task['asked'] {
    const { mchid, nonce, timestamp } = caller;
    return { api: this.family.api, call, mchid, subMchid: textAt(source, 'sub_mchid'), outTradeNo, nonce, timestamp };
  }

  private ownerOf(source: unknown, signer: string, location: 'body' | 'query'): Owner {
    const mode = this.family.mode === 'either' ? modeOf(source) : this.family.mode;
    return ownerOf(source, mode, signer, location);
  }
}

/** Another order than the one that was asked for, and paid: an answer may be about it by mistake. */
export function another(order: SandboxOrder | undefined, at: Instant): SandboxOrder | undefined {
  return order && { ...order, outTradeNo: 'ANOTHER-ORDER', state: 'SUCCESS', transactionId: '42000000999', paidAt: at };
}

export const APPID_MCHID_NOT_MATCH = refusal(400, 'APPID_MCHID_NOT_MATCH', 'The appid is not one of the merchant’s.');

const appid = z.string().min(1).max(32);

const placement = z.object({
  description: z.string().min(1).max(127),
  out_trade_no: z.string(),
  time_expire: z.iso.datetime({ offset: true }).optional(),
  notify_url: z.url().max(255),
  amount: z.object({
    total: z.int().positive(),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default('CNY'),
  }),
});
const apps = { direct: z.object({ appid }), partner: z.object({ sp_appid: appid, sub_appid: appid.optional() }) };

function placementOf(body: unknown, owner: Owner, api: 'v3-global' | 'v3', at: Instant): Placement & { appid: string } {
  const fields = fieldsOf(placement, body, 'body');
  checkNumber('out_trade_no', fields.out_trade_no, api);
  const timeExpire = fields.time_expire === undefined ? undefined : Date.parse(fields.time_expire);
  if (timeExpire !== undefined && timeExpire <= at) throw new Refusal(EXPIRED);
  return {
    ...owner,
    ...appsOf(body, owner),
    api,
    outTradeNo: fields.out_trade_no,
    amount: fields.amount,
    notifyUrl: fields.notify_url,
    createdAt: at,
    ...(timeExpire !== undefined && { timeExpire }),
  };
}

const EXPIRED = refusal(400, 'INVALID_REQUEST', 'time_expire is over.');

function appsOf(body: unknown, { subMchid }: Owner): { appid: string; subAppid?: string } {
  if (subMchid === undefined) return fieldsOf(apps.direct, body, 'body');
  const { sp_appid, sub_appid } = fieldsOf(apps.partner, body, 'body');
  return { appid: sp_appid, ...(sub_appid !== undefined && { subAppid: sub_appid }) };
}
