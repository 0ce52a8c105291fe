import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { paramError, Refusal, type Answer } from './answers.js';
import type { Instant, SandboxCall } from './calls.js';
import type { RequestHandler, Moves, Task } from './request-handler.js';
import {
  ANOTHER_BODY,
  anotherServiceOrder,
  cancelAnswer,
  completeAnswer,
  createdAnswer,
  OTHER_PARAMETERS,
  serviceOrderAnswer,
  SERVICE_NOT_EXIST,
} from './payscore-answers.js';
import type { SandboxServiceOrder, ServiceOrderStore, ServiceOrderKey } from './service-orders.js';
import type { RawRequest, V3Caller, V3Auth } from './v3-auth.js';
import { canonical, checkNumber, fieldsOf, jsonOf, textAt } from './v3-fields.js';
import { APPID_MCHID_NOT_MATCH } from './v3-routes.js';

export interface PayscoreParts {
  readonly auth: V3Auth;
  readonly handler: RequestHandler;
  readonly serviceOrders: ServiceOrderStore;
  readonly appids: readonly string[];
}

const PATH = '/v3/payscore/serviceorder';

/** S1: one for each Chinese character, digit or letter; and nothing that UTF-8 writes in four bytes. */
const reason = z
  .string()
  .regex(/^[\u{0}-\u{ffff}]{1,30}$/u, 'must be 1 to 30 characters of UTF-8 of up to three bytes');
const named = z.object({ appid: z.string().min(1).max(32), service_id: z.string().min(1).max(32) });
const cancellation = named.extend({ reason });
const creation = named.extend({
  out_order_no: z.string(),
  service_introduction: z.string().min(1),
  need_user_confirm: z.boolean().default(true),
  notify_url: z.url().optional(),
});
const completion = named.extend({ total_amount: z.int().nonnegative() });

/** PayScore service orders of direct merchants: create, query, complete, cancel (S1). */
export function addPayscoreRoutes(server: FastifyInstance, parts: PayscoreParts): void {
  const routes = new PayscoreRoutes(parts);
  server.post(PATH, routes.create);
  server.get(PATH, routes.query);
  server.post(`${PATH}/:number/complete`, routes.complete);
  server.post(`${PATH}/:number/cancel`, routes.cancel);
}

class PayscoreRoutes {
  constructor(private readonly parts: PayscoreParts) {}

  readonly create = (request: RawRequest, reply: FastifyReply): Promise<void> => {
    const body = jsonOf(request.body);
    const number = textAt(body, 'out_order_no') ?? '';
    return this.serve('create', request, reply, number, ({ mchid }) => ({
      act: (at) => this.created(body, { mchid, outOrderNo: number }, at),
    }));
  };

  readonly query = (request: RawRequest, reply: FastifyReply): Promise<void> => {
    const { out_order_no: number, query_id: queryId } = request.query as { out_order_no?: string; query_id?: string };
    const { serviceOrders } = this.parts;
    const find = (mchid: string): SandboxServiceOrder | undefined =>
      number === undefined
        ? serviceOrders.findByQueryId(mchid, queryId ?? '')
        : serviceOrders.find({ mchid, outOrderNo: number });
    return this.handle(request, reply, (caller) => {
      const found = (): SandboxServiceOrder | undefined => {
        if ((number === undefined) === (queryId === undefined)) throw new Refusal(ONE_NUMBER);
        return asCreated(find(caller.mchid), fieldsOf(named, request.query, 'query'));
      };
      const outTradeNo = number ?? find(caller.mchid)?.outOrderNo ?? queryId ?? '';
      return {
        asked: askedOf('query', caller, outTradeNo),
        moves: this.moves({ mchid: caller.mchid, outOrderNo: outTradeNo }),
        act: () => serviceOrderAnswer(found()),
        otherOrder: () => {
          const other = anotherServiceOrder(found());
          return other && serviceOrderAnswer(other);
        },
      };
    });
  };

  readonly complete = (request: RawRequest, reply: FastifyReply): Promise<void> => {
    const { number } = request.params as { number: string };
    return this.serve('complete', request, reply, number, ({ mchid }) => ({
      act: () => {
        const { serviceOrders } = this.parts;
        const fields = fieldsOf(completion, jsonOf(request.body), 'body');
        const order = this.orderOf({ mchid, outOrderNo: number }, fields);
        this.checkBody(order, 'complete', request);
        const verdict = serviceOrders.complete(order, fields.total_amount);
        return completeAnswer(verdict, serviceOrders.find(order) ?? order);
      },
    }));
  };

  readonly cancel = (request: RawRequest, reply: FastifyReply): Promise<void> => {
    const { number } = request.params as { number: string };
    return this.serve('cancel', request, reply, number, ({ mchid }) => {
      const key = { mchid, outOrderNo: number };
      return {
        // S1: after a 5xx the call is to be sent again with the same parameters.
        remember: () => void this.isFirst(key, 'cancel', request),
        act: () => {
          const order = this.orderOf(key, fieldsOf(cancellation, jsonOf(request.body), 'body'));
          this.checkBody(order, 'cancel', request);
          return cancelAnswer(this.parts.serviceOrders.cancel(order), order);
        },
      };
    });
  };

  private created(json: unknown, key: ServiceOrderKey, at: Instant): Answer {
    const { serviceOrders, appids } = this.parts;
    const fields = fieldsOf(creation, json, 'body');
    checkNumber('out_order_no', key.outOrderNo, 'payscore');
    if (!appids.includes(fields.appid)) throw new Refusal(APPID_MCHID_NOT_MATCH);
    const isSame = serviceOrders.isFirstBody(key, 'create', canonical(json));
    const existing = serviceOrders.find(key);
    if (existing !== undefined) return isSame ? createdAnswer(existing) : ANOTHER_BODY;
    const { appid, service_id: serviceId, need_user_confirm: needUserConfirm, notify_url: notifyUrl } = fields;
    const placement = { ...key, appid, serviceId, needUserConfirm, ...(notifyUrl !== undefined && { notifyUrl }) };
    return createdAnswer(serviceOrders.create(placement, at));
  }

  /** @throws Refusal if there is none, or the request names another app or service than its creation did (S1) */
  private orderOf(key: ServiceOrderKey, fields: z.infer<typeof named>): SandboxServiceOrder {
    checkNumber('out_order_no', key.outOrderNo, 'payscore');
    const order = asCreated(this.parts.serviceOrders.find(key), fields);
    if (order === undefined) throw new Refusal(SERVICE_NOT_EXIST);
    return order;
  }

  /**
   * Keeps the first request of a kind, if it is well-formed and about a service order that is there.
   *
   * @returns whether this one is the same
   */
  private isFirst(key: ServiceOrderKey, kind: 'complete' | 'cancel', { body }: RawRequest): boolean {
    const { serviceOrders } = this.parts;
    const json = jsonOf(body);
    const isWellFormed = (kind === 'cancel' ? cancellation : completion).safeParse(json).success;
    if (!isWellFormed || serviceOrders.find(key) === undefined) return true;
    return serviceOrders.isFirstBody(key, kind, canonical(json));
  }

  private checkBody(key: ServiceOrderKey, kind: 'complete' | 'cancel', request: RawRequest): void {
    if (!this.isFirst(key, kind, request)) throw new Refusal(ANOTHER_BODY);
  }

  private moves(key: ServiceOrderKey): Moves {
    const { serviceOrders } = this.parts;
    const complete = (totalAmount: number): void => {
      serviceOrders.confirm(key);
      if (serviceOrders.find(key) !== undefined) serviceOrders.complete(key, totalAmount);
    };
    return {
      pay: (at, totalAmount) => {
        if (totalAmount !== undefined) complete(totalAmount);
        if (serviceOrders.confirm(key) === undefined) serviceOrders.pay(key, at);
      },
      confirm: () => void serviceOrders.confirm(key),
      complete,
    };
  }

  private serve(
    call: SandboxCall,
    request: RawRequest,
    reply: FastifyReply,
    outOrderNo: string,
    taskOf: (caller: V3Caller) => Pick<Task, 'act' | 'remember'>,
  ): Promise<void> {
    return this.handle(request, reply, (caller) => ({
      asked: askedOf(call, caller, outOrderNo),
      moves: this.moves({ mchid: caller.mchid, outOrderNo }),
      ...taskOf(caller),
    }));
  }

  private async handle(request: RawRequest, reply: FastifyReply, taskOf: (caller: V3Caller) => Task): Promise<void> {
    const caller = await this.parts.auth.authenticate(request, reply);
    if (caller !== undefined) await this.parts.handler.serve(reply, caller.dialect, taskOf(caller));
  }
}

const ONE_NUMBER = paramError({
  field: 'out_order_no',
  value: '',
  issue: 'exactly one of out_order_no and query_id is required',
  location: 'query',
});

function asCreated(
  order: SandboxServiceOrder | undefined,
  { appid, service_id }: z.infer<typeof named>,
): SandboxServiceOrder | undefined {
  if (order === undefined || (order.appid === appid && order.serviceId === service_id)) return order;
  throw new Refusal(OTHER_PARAMETERS);
}

function askedOf(call: SandboxCall, { mchid, nonce, timestamp }: V3Caller, outTradeNo: string): Task['asked'] {
  return { api: 'payscore', call, mchid, outTradeNo, nonce, timestamp };
}
