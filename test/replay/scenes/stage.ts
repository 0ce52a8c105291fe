import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import {
  OrderClient,
  ServiceOrderClient,
  type Amount,
  type OrderInput,
  type ServiceOrderRef,
} from '../../../client/index.js';
import type { Sandbox } from '../../../testing/sandbox/sandbox.js';

/** Orders whose number begins so are told to a checkout. */
export const TOLD = 'TOLD-';

export const AMOUNT = { total: 888, currency: 'HKD' } as const;

const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
const FLOOR_MS = 5 * MINUTE_MS + 30 * SECOND_MS;

/** Many scenes are played at once, and a busy machine is no part of any. */
const PATIENT = { answeredWithinMs: MINUTE_MS } as const;

/** What a scene needs: a sandbox of WeChat Pay, and a client of a real Temporal server. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly client: Client;
}

/** A run of a workflow. Default: its last. */
export interface Run {
  readonly workflowId: string;
  readonly runId?: string;
}

/**
 * What happens to an order until its history is read. Returns the id of its workflow, whether that has ended or is cut
 * in flight, or an earlier run of it.
 *
 * @param name of the scene; its capitals are the order's number
 */
export type Scene = (stage: Stage, name: string) => Promise<string | Run>;

export interface OrderChanges extends Partial<Pick<OrderInput, 'timing' | 'locale'>> {
  readonly amount?: Amount;
  /** How long until it may be closed, milliseconds. Default: 2 s. */
  readonly closesIn?: number;
  /** Until when it may be paid. Default: it is due as soon as it may be closed. */
  readonly payWithin?: string;
  /** It is watched before it is placed, and never is. */
  readonly neverPlaced?: boolean;
}

/** Places an order that is almost old enough to be closed, and starts its workflow. */
export async function checkout({ sandbox, client }: Stage, name: string, changes: OrderChanges = {}) {
  const { closesIn = 2 * SECOND_MS, payWithin = '1m', neverPlaced = false, amount = AMOUNT, ...rest } = changes;
  const { mchid } = sandbox;
  const outTradeNo = name.toUpperCase();
  const createdAt = Date.now() - FLOOR_MS + closesIn;
  if (!neverPlaced) await sandbox.place({ api: 'v3-global', mchid, outTradeNo, amount: AMOUNT, createdAt });
  const input: OrderInput = {
    api: 'v3-global',
    mchid,
    outTradeNo,
    amount,
    createdAt: new Date(createdAt).toISOString(),
    trustCreatedAt: true,
    payWithin,
    ...rest,
  };
  const orders = new OrderClient(client, PATIENT);
  const { handle } = await orders.start(input);
  return { orders, handle, input, order: { mchid, outTradeNo } };
}

/** Creates a service order. Nothing watches it yet. */
export async function rental({ sandbox, client }: Stage, name: string) {
  const { mchid } = sandbox;
  const outOrderNo = name.toUpperCase();
  const { serviceId, appid } = await sandbox.createServiceOrder({ mchid, outOrderNo });
  const ref: ServiceOrderRef = { mchid, outOrderNo, serviceId, appid };
  return { serviceOrders: new ServiceOrderClient(client, PATIENT), ref };
}

/** Until WeChat Pay has given an answer about an order. */
export async function untilAnswered({ sandbox }: Stage, number: string, answer: string, times = 1): Promise<void> {
  while (sandbox.ledger.entries(number).filter((entry) => entry.answer === answer).length < times) await sleep(20);
}

/** Until the state that a list shows is this one. */
export async function untilShown(
  handle: { state(): Promise<{ readonly visible: string | null }> },
  visible: string,
): Promise<void> {
  while ((await handle.state()).visible !== visible) await sleep(50);
}

/** A notification as the receiver delivers it. It also says that nobody is told, unless a checkout is. */
export function notified<Payment extends object, Order extends { readonly outTradeNo: string }>(
  payment: Payment,
  order: Order,
) {
  return { ...payment, order, ...(!order.outTradeNo.startsWith(TOLD) && { hasWebhook: false as const }) };
}
