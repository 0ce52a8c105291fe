import { randomBytes } from 'node:crypto';
import { SandboxStateError, type Instant } from './calls.js';
import { DEFAULT_APPID } from './orders.js';

/** The states of a PayScore service order (S1). */
export const SERVICE_ORDER_STATES = ['CREATED', 'DOING', 'DONE', 'REVOKED', 'EXPIRED'] as const;
export type ServiceOrderState = (typeof SERVICE_ORDER_STATES)[number];
export const SERVICE_ORDER_DESCRIPTIONS = ['USER_CONFIRM', 'MCH_COMPLETE'] as const;
export type ServiceOrderDescription = (typeof SERVICE_ORDER_DESCRIPTIONS)[number];
export const COLLECTION_STATES = ['USER_PAYING', 'USER_PAID'] as const;
export type CollectionState = (typeof COLLECTION_STATES)[number];

export const DEFAULT_SERVICE_ID = '500001';

/** WeChat Pay's own key of a service order. Direct merchants only (S1). */
export interface ServiceOrderKey {
  readonly mchid: string;
  readonly outOrderNo: string;
}

/** What a rental says when it creates a service order. */
export interface ServicePlacement extends ServiceOrderKey {
  /** Default: {@link DEFAULT_SERVICE_ID}. */
  readonly serviceId?: string;
  /** Default: {@link DEFAULT_APPID}. */
  readonly appid?: string;
  /** `false`: the mode without confirmation, in which an order starts in DOING. Default: true. */
  readonly needUserConfirm?: boolean;
  readonly notifyUrl?: string;
  /** Default: now. */
  readonly createdAt?: Instant;
}

export interface SandboxServiceOrder extends ServicePlacement {
  readonly serviceId: string;
  readonly appid: string;
  readonly createdAt: Instant;
  readonly state: ServiceOrderState;
  readonly description: ServiceOrderDescription | null;
  readonly collection: CollectionState | null;
  /** What the user is to pay, in fen; `null` until the merchant completes the order. */
  readonly totalAmount: number | null;
  readonly paidAt: Instant | null;
  /** WeChat Pay's number of the service order. */
  readonly orderId: string;
  /** The other thing by which it can be queried: the user's page brings it back. */
  readonly queryId: string;
}

/** The result of a cancel (S1). */
export type CancelVerdict = 'cancelled' | 'ORDER_CANCELED' | 'ORDER_DONE' | 'INVALID_ORDER_STATE';

/** The result of a completion. */
export type CompleteVerdict = 'completed' | 'ORDER_CANCELED' | 'ORDER_DONE' | 'INVALID_ORDER_STATE';

/** The service orders of the sandbox and the rules of their states. */
export class ServiceOrderStore {
  private readonly orders = new Map<string, SandboxServiceOrder>();
  private readonly bodies = new Map<string, string>();

  /** @throws SandboxStateError if the number was used before */
  create(placement: ServicePlacement, now: Instant): SandboxServiceOrder {
    const key = keyOf(placement);
    if (this.orders.has(key)) throw new SandboxStateError(`service order ${key} was created before`);
    const isConfirmed = placement.needUserConfirm === false;
    const order: SandboxServiceOrder = {
      serviceId: DEFAULT_SERVICE_ID,
      appid: DEFAULT_APPID,
      createdAt: now,
      ...placement,
      state: isConfirmed ? 'DOING' : 'CREATED',
      description: isConfirmed ? 'USER_CONFIRM' : null,
      collection: null,
      totalAmount: null,
      paidAt: null,
      orderId: `1500000${String(this.orders.size + 1).padStart(13, '0')}`,
      queryId: randomBytes(16).toString('hex'),
    };
    this.orders.set(key, order);
    return order;
  }

  find(ref: ServiceOrderKey): SandboxServiceOrder | undefined {
    return this.orders.get(keyOf(ref));
  }

  findByQueryId(mchid: string, queryId: string): SandboxServiceOrder | undefined {
    return this.all().find((order) => order.mchid === mchid && order.queryId === queryId);
  }

  /** Every service order, for an audit. */
  all(): SandboxServiceOrder[] {
    return [...this.orders.values()];
  }

  /**
   * Remembers the first body of a kind that came for a number, whatever it was answered: a request that is sent again
   * must be the same (S1).
   *
   * @returns whether this body is the first, or equals it
   */
  isFirstBody(ref: ServiceOrderKey, kind: 'create' | 'complete' | 'cancel', body: string): boolean {
    const key = `${kind} ${keyOf(ref)}`;
    const first = this.bodies.get(key) ?? body;
    this.bodies.set(key, first);
    return first === body;
  }

  /** The user confirms. @returns the order, or `undefined` if there is nothing to confirm */
  confirm(ref: ServiceOrderKey): SandboxServiceOrder | undefined {
    if (this.find(ref)?.state !== 'CREATED') return undefined;
    return this.become(ref, { state: 'DOING', description: 'USER_CONFIRM' });
  }

  /** The user never confirmed. @returns the order, or `undefined` if he did, or it has ended */
  expire(ref: ServiceOrderKey): SandboxServiceOrder | undefined {
    return this.find(ref)?.state === 'CREATED' ? this.become(ref, { state: 'EXPIRED' }) : undefined;
  }

  /** The merchant says what is due; the user is to pay it. Nothing due: the order is done. */
  complete(ref: ServiceOrderKey, totalAmount: number): CompleteVerdict {
    const order = this.get(ref);
    if (order.state === 'REVOKED') return 'ORDER_CANCELED';
    if (order.state === 'DONE') return 'ORDER_DONE';
    if (order.collection === 'USER_PAYING' && order.totalAmount === totalAmount) return 'completed';
    if (order.state !== 'DOING' || order.description !== 'USER_CONFIRM') return 'INVALID_ORDER_STATE';
    if (totalAmount === 0) this.become(ref, { state: 'DONE', totalAmount });
    else this.become(ref, { state: 'DOING', description: 'MCH_COMPLETE', collection: 'USER_PAYING', totalAmount });
    return 'completed';
  }

  /** The user pays. @returns the order, or `undefined` if nothing is due */
  pay(ref: ServiceOrderKey, now: Instant): SandboxServiceOrder | undefined {
    if (this.find(ref)?.collection !== 'USER_PAYING') return undefined;
    return this.become(ref, { state: 'DONE', description: null, collection: 'USER_PAID', paidAt: now });
  }

  /** Cancels a service order in CREATED or in any DOING, also one whose money is due (S1). */
  cancel(ref: ServiceOrderKey): CancelVerdict {
    switch (this.get(ref).state) {
      case 'CREATED':
      case 'DOING':
        this.become(ref, { state: 'REVOKED', description: null, collection: null });
        return 'cancelled';
      case 'REVOKED':
        return 'ORDER_CANCELED';
      case 'DONE':
        return 'ORDER_DONE';
      case 'EXPIRED':
        return 'INVALID_ORDER_STATE';
    }
  }

  /** Changes an order as WeChat Pay or its user would. @throws SandboxStateError if it was never created */
  become(
    ref: ServiceOrderKey,
    changes: Partial<Pick<SandboxServiceOrder, 'state' | 'description' | 'collection' | 'totalAmount' | 'paidAt'>>,
  ): SandboxServiceOrder {
    const changed = { ...this.get(ref), ...changes };
    this.orders.set(keyOf(ref), changed);
    return changed;
  }

  private get(ref: ServiceOrderKey): SandboxServiceOrder {
    const order = this.find(ref);
    if (order === undefined) throw new SandboxStateError(`service order ${keyOf(ref)} was never created`);
    return order;
  }
}

function keyOf({ mchid, outOrderNo }: ServiceOrderKey): string {
  return `${mchid}/${outOrderNo}`;
}
