import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import type { SignType } from '../wechatpay/signature-v2.js';
import { addAdminRoutes } from './admin-routes.js';
import { auditOf } from './audit.js';
import type { Instant } from './calls.js';
import { addCertificateRoutes } from './certificate-routes.js';
import { Exchange } from './exchange.js';
import { KeyRing, type PublishedKey, type WechatpayKeys } from './key-ring.js';
import { newMerchant, type SandboxMerchant } from './keys.js';
import { Ledger, type Audit, type ClaimedOutcomes } from './ledger.js';
import { writeMerchantsFile } from './merchants-file.js';
import { Mischiefs, type Mischief } from './misbehaviour.js';
import { paymentNotice, serviceOrderNotice, type SandboxNotice } from './notices.js';
import {
  DEFAULT_APPID,
  OrderBook,
  type OrderKey,
  type OrderRules,
  type Placement,
  type SandboxOrder,
  type SandboxPayment,
  type SandboxTradeState,
} from './orders.js';
import { addPayscoreRoutes } from './payscore-routes.js';
import {
  ServiceOrderBook,
  type SandboxServiceOrder,
  type ServiceOrderKey,
  type ServicePlacement,
} from './service-orders.js';
import { V2Door } from './v2-door.js';
import { addV2Routes } from './v2-routes.js';
import { V3Door } from './v3-door.js';
import { addV3Routes } from './v3-routes.js';

export interface SandboxOptions extends OrderRules {
  /** The merchants that it knows; each may also act as an institution or a partner. Default: `1900000109`. */
  readonly mchids?: readonly string[];
  /** The apps of every merchant. Default: `wx8888888888888888`. */
  readonly appids?: readonly string[];
  /**
   * The clock of orders, milliseconds since 1970: for the 5 minutes and for deadlines. Signatures always go by the
   * wall clock. Default: the wall clock.
   */
  readonly orderClock?: () => Instant | Promise<Instant>;
  /** What WeChat Pay signs with: see {@link WechatpayKeys}. Default: `public-key`. */
  readonly wechatpayKeys?: WechatpayKeys;
  /** How the merchants file says that v2 is signed; the sandbox takes both. Default: `HMAC-SHA256`. */
  readonly v2SignType?: SignType;
  /** On 127.0.0.1. Default: a free one. */
  readonly port?: number;
}

/** A WeChat Pay to run against: it checks every signature, signs every answer, keeps the rules and a ledger. */
export class Sandbox {
  readonly orders: OrderBook;
  readonly serviceOrders = new ServiceOrderBook();
  readonly ledger = new Ledger();
  readonly mischiefs = new Mischiefs();
  readonly merchants: ReadonlyMap<string, SandboxMerchant>;
  private readonly server: FastifyInstance = fastify({ forceCloseConnections: true, exposeHeadRoutes: false });
  private readonly orderClock: () => Instant | Promise<Instant>;
  private readonly appids: readonly string[];

  private constructor(
    private readonly options: SandboxOptions,
    merchants: readonly SandboxMerchant[],
    private readonly keys: KeyRing,
  ) {
    this.orders = new OrderBook(options);
    this.orderClock = options.orderClock ?? Date.now;
    this.appids = options.appids ?? [DEFAULT_APPID];
    this.merchants = new Map(merchants.map((merchant) => [merchant.mchid, merchant]));
    this.addRoutes();
  }

  /** Starts a sandbox on 127.0.0.1. */
  static async start(options: SandboxOptions = {}): Promise<Sandbox> {
    const [keys, ...merchants] = await Promise.all([
      KeyRing.create(options.wechatpayKeys ?? 'public-key'),
      ...(options.mchids ?? ['1900000109']).map(newMerchant),
    ]);
    const sandbox = new Sandbox(options, merchants, keys);
    await sandbox.server.listen({ host: '127.0.0.1', port: options.port ?? 0 });
    return sandbox;
  }

  /** The origin to use as a merchant's `host`. */
  get url(): string {
    const { port } = this.server.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** The first of its merchants. */
  get mchid(): string {
    const [mchid = ''] = this.merchants.keys();
    return mchid;
  }

  /** What a merchant needs to verify an answer with, now. */
  get wechatpayKeys(): readonly PublishedKey[] {
    return this.keys.published();
  }

  /** The order clock. */
  async now(): Promise<Instant> {
    return this.orderClock();
  }

  /** Writes keys and a merchants file for a worker; returns the file's path. */
  writeMerchantsFile(folder: string): Promise<string> {
    const { url: host, appids, wechatpayKeys } = this;
    const signType = this.options.v2SignType ?? 'HMAC-SHA256';
    const merchants = [...this.merchants.values()];
    return writeMerchantsFile(folder, { host, appids, signType, merchants, wechatpayKeys });
  }

  async place(placement: Placement): Promise<SandboxOrder> {
    return this.orders.place(this.withAppid(placement), await this.now());
  }

  /** The shopper pays; `undefined` where WeChat Pay takes no payment any more. */
  async pay(order: OrderKey): Promise<SandboxPayment | undefined> {
    return this.orders.pay(order, await this.now());
  }

  /** Puts an order into a state, whatever it was in. A paid one has a payment. */
  async become(order: OrderKey, state: SandboxTradeState): Promise<SandboxOrder> {
    return this.orders.become(order, state, await this.now());
  }

  async createServiceOrder(placement: ServicePlacement): Promise<SandboxServiceOrder> {
    return this.serviceOrders.create(this.withAppid(placement), await this.now());
  }

  /** @param number of the order or the service order that meets it */
  misbehave(number: string, mischief: Mischief): void {
    this.mischiefs.add(number, mischief);
  }

  /** Whatever is asked next meets it. */
  misbehaveAtLarge(mischief: Mischief): void {
    this.mischiefs.add(null, mischief);
  }

  /** Changes WeChat Pay's keys: see {@link KeyRing.rotate}. */
  rotateKeys(): Promise<void> {
    return this.keys.rotate();
  }

  /** The notice of a payment. @throws RangeError where there is no such order @throws NothingToTellError */
  paymentNotice(key: OrderKey): SandboxNotice {
    const order = this.orders.find(key);
    if (order === undefined) throw new RangeError(`order ${key.outTradeNo} was never placed`);
    return paymentNotice(order, this.merchant(order), this.keys, this.options.v2SignType ?? 'HMAC-SHA256');
  }

  /** The notice of a confirmation or a payment. @throws as {@link paymentNotice} does */
  serviceOrderNotice(key: ServiceOrderKey): SandboxNotice {
    const order = this.serviceOrders.find(key);
    if (order === undefined) throw new RangeError(`service order ${key.outOrderNo} was never created`);
    return serviceOrderNotice(order, this.merchant(order), this.keys);
  }

  /** What went wrong, of all that must never happen. */
  audit(outcomes: ClaimedOutcomes): Audit {
    return auditOf(this, outcomes);
  }

  async stop(): Promise<void> {
    await this.server.close();
  }

  private merchant({ mchid }: { readonly mchid: string }): SandboxMerchant {
    const merchant = this.merchants.get(mchid);
    if (merchant === undefined) throw new RangeError(`merchant ${mchid} is not known`);
    return merchant;
  }

  private withAppid<T extends object>(placement: T): T {
    const [appid = DEFAULT_APPID] = this.appids;
    return { appid, ...placement };
  }

  private addRoutes(): void {
    const { server, ledger, mischiefs, keys, orderClock, merchants, orders, serviceOrders, appids } = this;
    server.removeAllContentTypeParsers();
    // A signature is over the bytes, so they are kept as they came.
    server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    const exchange = new Exchange({ ledger, mischiefs, keys, orderClock });
    const door = new V3Door({ ledger, keys, merchants });
    addV3Routes(server, { door, exchange, orders, appids });
    addV2Routes(server, { door: new V2Door(merchants, ledger), exchange, orders, appids });
    addPayscoreRoutes(server, { door, exchange, serviceOrders, appids });
    addCertificateRoutes(server, { door, exchange, keys, merchants });
    addAdminRoutes(server, this);
  }
}
