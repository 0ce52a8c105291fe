import { BookError, type SandboxApi } from './calls.js';
import type { Target } from './misbehaviour-store.js';
import type { OrderBook, OrderKey, SandboxOrder } from './orders.js';
import type { SandboxServiceOrder, ServiceOrderBook, ServiceOrderKey } from './service-orders.js';

/** Which order or service order is meant: one by its owner and number, or by its number alone where that is enough. */
export type WhichOrder = string | OrderKey | ServiceOrderKey;

/** @param mchid whose a bare number is: his own order's, or that of one of his sub-merchants, or a service order's */
export function targetOf(which: WhichOrder, mchid: string): Target {
  if (typeof which === 'string') return { mchid, subMchid: 'any', outTradeNo: which };
  if ('outOrderNo' in which) return { mchid: which.mchid, outTradeNo: which.outOrderNo, of: 'serviceOrders' };
  const { mchid: owner, subMchid, outTradeNo } = which;
  return { mchid: owner, ...(subMchid !== undefined && { subMchid }), outTradeNo, of: 'orders' };
}

export interface TargetBooks {
  readonly orders: OrderBook;
  readonly serviceOrders: ServiceOrderBook;
}

/** An order or a service order that is in the books. @throws BookError where it is not */
export function known(books: TargetBooks, key: OrderKey): SandboxOrder;
export function known(books: TargetBooks, key: ServiceOrderKey): SandboxServiceOrder;
export function known(books: TargetBooks, key: OrderKey | ServiceOrderKey): SandboxOrder | SandboxServiceOrder;
export function known({ orders, serviceOrders }: TargetBooks, key: OrderKey | ServiceOrderKey) {
  const order = 'outOrderNo' in key ? serviceOrders.find(key) : orders.find(key);
  if (order !== undefined) return order;
  if ('outOrderNo' in key) throw new BookError(`service order ${key.outOrderNo} was never created`);
  throw new BookError(`order ${key.outTradeNo} was never placed`);
}

/** The APIs that a target was placed over; `undefined` where it was not placed yet. */
export function apisOf(target: Target, { orders, serviceOrders }: TargetBooks): SandboxApi[] | undefined {
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
