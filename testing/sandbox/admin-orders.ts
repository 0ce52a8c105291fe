import type { FastifyInstance } from 'fastify';
import * as schemas from './admin-schemas.js';
import { AdminError, bodyOf, parsed, sendJson, withoutUndefined } from './admin-schemas.js';
import { SandboxStateError } from './calls.js';
import { NothingToNotifyError, type NotificationAnswer } from './notifications.js';
import type { OrderKey, SandboxOrder } from './orders.js';
import type { Sandbox } from './sandbox.js';
import type { SandboxServiceOrder } from './service-orders.js';
import type { RawRequest } from './v3-auth.js';

/** Routes for orders: what checkouts and shoppers do. */
export function addAdminOrderRoutes(admin: FastifyInstance, sandbox: Sandbox): void {
  const { orders } = sandbox;
  const find = (request: RawRequest): SandboxOrder => {
    const { number: outTradeNo } = request.params as { number: string };
    const { mchid = sandbox.mchid, subMchid } = parsed(schemas.ownerQuery, request.query);
    const key: OrderKey = { mchid, subMchid, outTradeNo };
    const order = orders.find(key);
    if (order === undefined) throw new AdminError(404, `There is no order ${outTradeNo} of merchant ${mchid}.`);
    return order;
  };

  admin.get('/orders', (_request, reply) => sendJson(reply, orders.all()));
  admin.get('/orders/:number', (request: RawRequest, reply) => sendJson(reply, find(request)));
  admin.post('/orders', async (request: RawRequest, reply) => {
    const { createdMinutesAgo = 0, timeExpire, mchid, ...placement } = bodyOf(request, schemas.orderBody);
    const order = await sandbox.place({
      ...withoutUndefined(placement),
      mchid: knownMerchant(sandbox, mchid),
      createdAt: (await sandbox.now()) - createdMinutesAgo * 60_000,
      ...(timeExpire !== undefined && { timeExpire: Date.parse(timeExpire) }),
    });
    return sendJson(reply, order, 201);
  });
  admin.post('/orders/:number/pay', async (request: RawRequest, reply) => {
    bodyOf(request, schemas.nothing);
    const order = find(request);
    const payment = await sandbox.pay(order);
    if (payment !== undefined) return sendJson(reply, payment);
    throw new AdminError(409, `WeChat Pay takes no payment for ${order.outTradeNo}: it is ${order.state}, or too old.`);
  });
  admin.post('/orders/:number/become', async (request: RawRequest, reply) => {
    const { state } = bodyOf(request, schemas.stateBody);
    return sendJson(reply, await sandbox.become(find(request), state));
  });
  admin.post('/orders/:number/notify', async (request: RawRequest, reply) => {
    const { url } = bodyOf(request, schemas.notifyBody);
    return sendJson(reply, await notify(sandbox, find(request), url));
  });
}

/** @throws AdminError if the sandbox has no keys of that merchant */
export function knownMerchant(sandbox: Sandbox, mchid = sandbox.mchid): string {
  if (sandbox.merchants.has(mchid)) return mchid;
  throw new AdminError(404, `There is no merchant ${mchid}, only ${[...sandbox.merchants.keys()].join(', ')}.`);
}

/** @throws AdminError if there is no address, or nothing answers there */
export async function notify(
  sandbox: Sandbox,
  order: SandboxOrder | SandboxServiceOrder,
  url = order.notifyUrl,
): Promise<NotificationAnswer> {
  if (url === undefined) throw new AdminError(400, 'The order has no notifyUrl, and the request has no url.');
  try {
    return await sandbox.notify(order, url);
  } catch (error) {
    if (error instanceof SandboxStateError || error instanceof NothingToNotifyError) throw error;
    throw new AdminError(502, `Nothing answers at ${url}.`);
  }
}

/** Routes for PayScore service orders: what rentals and their users do. */
export function addAdminServiceOrderRoutes(admin: FastifyInstance, sandbox: Sandbox): void {
  const { serviceOrders } = sandbox;
  const find = (request: RawRequest): SandboxServiceOrder => {
    const { number: outOrderNo } = request.params as { number: string };
    const { mchid = sandbox.mchid } = parsed(schemas.ownerQuery, request.query);
    const order = serviceOrders.find({ mchid, outOrderNo });
    if (order === undefined) throw new AdminError(404, `There is no service order ${outOrderNo} of merchant ${mchid}.`);
    return order;
  };
  const one = '/service-orders/:number';

  admin.get('/service-orders', (_request, reply) => sendJson(reply, serviceOrders.all()));
  admin.get(one, (request: RawRequest, reply) => sendJson(reply, find(request)));
  admin.post('/service-orders', async (request: RawRequest, reply) => {
    const { mchid, ...placement } = bodyOf(request, schemas.serviceOrderBody);
    const key = { ...withoutUndefined(placement), mchid: knownMerchant(sandbox, mchid) };
    return sendJson(reply, await sandbox.createServiceOrder(key), 201);
  });
  admin.post(`${one}/confirm`, (request: RawRequest, reply) => {
    const order = find(request);
    return sendJson(reply, serviceOrders.confirm(order) ?? refuse(order));
  });
  admin.post(`${one}/complete`, (request: RawRequest, reply) => {
    const { totalAmount } = bodyOf(request, schemas.completeBody);
    const order = find(request);
    if (serviceOrders.complete(order, totalAmount) !== 'completed') refuse(order);
    return sendJson(reply, serviceOrders.find(order));
  });
  admin.post(`${one}/pay`, async (request: RawRequest, reply) => {
    const order = find(request);
    return sendJson(reply, serviceOrders.pay(order, await sandbox.now()) ?? refuse(order));
  });
  admin.post(`${one}/expire`, (request: RawRequest, reply) => {
    const order = find(request);
    return sendJson(reply, serviceOrders.expire(order) ?? refuse(order));
  });
  admin.post(`${one}/become`, (request: RawRequest, reply) => {
    const changes = bodyOf(request, schemas.serviceStateBody);
    return sendJson(reply, serviceOrders.become(find(request), changes));
  });
  admin.post(`${one}/notify`, async (request: RawRequest, reply) => {
    const { url } = bodyOf(request, schemas.notifyBody);
    return sendJson(reply, await notify(sandbox, find(request), url));
  });
}

function refuse({ outOrderNo, state, description, collection }: SandboxServiceOrder): never {
  const said = [state, description, collection].filter((part) => part !== null).join(' ');
  throw new AdminError(409, `The service order ${outOrderNo} is ${said}: that cannot be done now.`);
}
