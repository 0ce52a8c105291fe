import type { FastifyInstance } from 'fastify';
import { knownMerchant, notify } from './admin-orders.js';
import * as schemas from './admin-schemas.js';
import { AdminError, bodyOf, parsed, sendJson, withoutUndefined } from './admin-json.js';
import type { Sandbox } from './sandbox.js';
import type { SandboxServiceOrder } from './service-orders.js';
import type { RawRequest } from './v3-auth.js';

/** PayScore service orders, as rentals and their users treat them. */
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
