import { SandboxStateError, type SandboxApi } from './calls.js';
import type { Target } from './misbehaviour-store.js';
import type { OrderStore, OrderKey, SandboxOrder } from './orders.js';
import type { SandboxServiceOrder, ServiceOrderStore, ServiceOrderKey } from './service-orders.js';

/** Which order or service order is meant: one by its owner and number, or by its number alone if that is unique. */
export type WhichOrder = string | OrderKey | ServiceOrderKey;

/** @param mchid the merchant of a bare number. It may be an order of a sub-merchant, or a service order, too */
export function targetOf(which: WhichOrder, mchid: string): Target {
  if (typeof which === 'string') return { mchid, subMchid: 'any', outTradeNo: which };
  if ('outOrderNo' in which) return { mchid: which.mchid, outTradeNo: which.outOrderNo, of: 'serviceOrders' };
  const { mchid: owner, subMchid, outTradeNo } = which;
  return { mchid: owner, ...(subMchid !== undefined && { subMchid }), outTradeNo, of: 'orders' };
}

export interface OrderStores {
  readonly orders: OrderStore;
  readonly serviceOrders: ServiceOrderStore;
}

/** @throws SandboxStateError if there is no such order or service order */
export function known(stores: OrderStores, key: OrderKey): SandboxOrder;
export function known(stores: OrderStores, key: ServiceOrderKey): SandboxServiceOrder;
export function known(stores: OrderStores, key: OrderKey | ServiceOrderKey): SandboxOrder | SandboxServiceOrder;
export function known({ orders, serviceOrders }: OrderStores, key: OrderKey | ServiceOrderKey) {
  const order = 'outOrderNo' in key ? serviceOrders.find(key) : orders.find(key);
  if (order !== undefined) return order;
  if ('outOrderNo' in key) throw new SandboxStateError(`service order ${key.outOrderNo} was never created`);
  throw new SandboxStateError(`order ${key.outTradeNo} was never placed`);
}

/** The APIs that a target was placed over; `undefined` if it was not placed yet. */
export function apisOf(target: Target, { orders, serviceOrders }: OrderStores): SandboxApi[] | undefined {
  const { mchid, subMchid, outTradeNo, of } = target;
  const meant = orders.all().filter((order) => {
    const isOwner = order.mchid === mchid && (subMchid === 'any' || subMchid === order.subMchid);
    return of !== 'serviceOrders' && isOwner && order.outTradeNo === outTradeNo;
  });
  const apis: SandboxApi[] = meant.flatMap((order) => orders.placedOver(order));
  const isService = of !== 'orders' && serviceOrders.find({ mchid, outOrderNo: outTradeNo }) !== undefined;
  const all = isService ? [...apis, 'payscore' as const] : apis;
  return all.length === 0 ? undefined : [...new Set(all)];
}
