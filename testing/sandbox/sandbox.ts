import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import type { SignType } from '../../wechatpay/signature-v2.js';
import { addAdminRoutes } from './admin-routes.js';
import { auditOf } from './audit.js';
import { SandboxStateError, type Instant } from './calls.js';
import { addCertificateRoutes } from './certificates.js';
import { type Audit, type ClaimedOutcomes, Ledger } from './ledger.js';
import { RequestHandler } from './request-handler.js';
import { KeyRing, type MovableKeys, type PublishedKey, type WechatpayKeys } from './key-ring.js';
import { newMerchant, type KeySource, type SandboxMerchant } from './keys.js';
import { writeMerchantsFile, type MerchantsFileOptions } from './merchants-file.js';
import type { Misbehaviour } from './misbehaviour.js';
import { MisbehaviourStore, type Target } from './misbehaviour-store.js';
import {
  isTaken,
  type NotificationAnswer,
  notificationEntry,
  paymentNotification,
  post,
  type SandboxNotification,
  sendUntilTaken,
  serviceOrderNotification,
} from './notifications.js';
import {
  DEFAULT_APPID,
  OrderStore,
  type OrderKey,
  type OrderRules,
  type Placement,
  type SandboxOrder,
  type SandboxPayment,
  type SandboxTradeState,
} from './orders.js';
import { addPayscoreRoutes } from './payscore-routes.js';
import {
  ServiceOrderStore,
  type SandboxServiceOrder,
  type ServiceOrderKey,
  type ServicePlacement,
} from './service-orders.js';
import { apisOf, known, targetOf, type WhichOrder } from './targets.js';
import { V2Auth } from './v2-auth.js';
import { addV2Routes } from './v2-routes.js';
import { V3Auth } from './v3-auth.js';
import { addV3Routes } from './v3-routes.js';

export interface SandboxOptions extends OrderRules {
  /** Its merchants. Each may also act as an institution or a partner. Default: `1900000109`. */
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
  /** How v2 is signed, by the merchants file. The sandbox accepts both. Default: `HMAC-SHA256`. */
  readonly v2SignType?: SignType;
  /** The same for some of the merchants, by their numbers. */
  readonly v2SignTypes?: Readonly<Record<string, SignType>>;
  /** Makes the RSA keys, except those of certificates. Default: new ones are generated. */
  readonly nextKeyPair?: KeySource;
  /** On 127.0.0.1. Default: a free one. */
  readonly port?: number;
}

/** A WeChat Pay to test against: it checks every signature, signs every answer, applies the rules and keeps a ledger. */
export class Sandbox {
  readonly orders: OrderStore;
  readonly serviceOrders = new ServiceOrderStore();
  readonly ledger = new Ledger();
  readonly misbehaviours = new MisbehaviourStore();
  readonly merchants: ReadonlyMap<string, SandboxMerchant>;
  private readonly server: FastifyInstance = fastify({ forceCloseConnections: true, exposeHeadRoutes: false });
  private readonly orderClock: () => Instant | Promise<Instant>;
  private readonly appids: readonly string[];

  private constructor(
    private readonly options: SandboxOptions,
    merchants: readonly SandboxMerchant[],
    private readonly keys: KeyRing,
  ) {
    this.orders = new OrderStore(options);
    this.orderClock = options.orderClock ?? Date.now;
    this.appids = options.appids ?? [DEFAULT_APPID];
    this.merchants = new Map(merchants.map((merchant) => [merchant.mchid, merchant]));
    this.addRoutes();
  }

  /** Starts a sandbox on 127.0.0.1. */
  static async start(options: SandboxOptions = {}): Promise<Sandbox> {
    const { wechatpayKeys = 'public-key', mchids = ['1900000109'], nextKeyPair } = options;
    const [keys, ...merchants] = await Promise.all([
      KeyRing.create(wechatpayKeys, nextKeyPair),
      ...mchids.map((mchid) => newMerchant(mchid, nextKeyPair)),
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

  /**
   * Writes keys and a merchants file for a worker, as they are now; returns the file's path.
   *
   * @param more see {@link MerchantsFileOptions}
   */
  writeMerchantsFile(folder: string, more: MerchantsFileOptions = {}): Promise<string> {
    const { url: host, appids, wechatpayKeys } = this;
    const merchants = [...this.merchants.values()].map((each) => ({ ...each, signType: this.signTypeOf(each) }));
    return writeMerchantsFile(folder, { host, appids, merchants, wechatpayKeys, ...more });
  }

  async place(placement: Placement): Promise<SandboxOrder> {
    return this.orders.place(this.withAppid(placement), await this.now());
  }

  /** The shopper pays; `undefined` if WeChat Pay takes no payment any more. */
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

  /**
   * Plans a misbehaviour for one order or service order: {@link MISBEHAVIOURS} lists them.
   *
   * @param which by its owner; a bare number is the first merchant's, also if it is of a sub-merchant
   * @throws ImpossibleMisbehaviourError if no call about it can meet that
   */
  misbehave(which: WhichOrder, misbehaviour: Misbehaviour): void {
    this.misbehaveOn(targetOf(which, this.mchid), misbehaviour);
  }

  /** The same if it is not known whether the number is of an order or of a service order. @throws ImpossibleMisbehaviourError */
  misbehaveOn(target: Target, misbehaviour: Misbehaviour): void {
    this.misbehaviours.add(target, misbehaviour, apisOf(target, this));
  }

  /** Plans it for any order: the next requests that fit meet it. @throws ImpossibleMisbehaviourError */
  misbehaveOnAny(misbehaviour: Misbehaviour): void {
    this.misbehaviours.add(null, misbehaviour);
  }

  /** Changes WeChat Pay's keys: see {@link KeyRing.rotate}. */
  rotateKeys(): Promise<void> {
    return this.keys.rotate();
  }

  /** Moves WeChat Pay to the other kind of keys, step by step: see {@link KeyRing.prepareMove} and what follows it. */
  moveKeys(step: 'prepare' | 'begin', to: MovableKeys): Promise<void> {
    return step === 'prepare' ? this.keys.prepareMove(to) : this.keys.beginMove(to);
  }

  /** See {@link KeyRing.endMove}. */
  endMoveOfKeys(): void {
    this.keys.endMove();
  }

  /** The notification of a payment. @throws SandboxStateError if there is no such order @throws NothingToNotifyError */
  paymentNotification(key: OrderKey): SandboxNotification {
    const order = known(this, key);
    return paymentNotification(order, this.merchant(order), this.keys, this.signTypeOf(order));
  }

  /** The notification of a confirmation or a payment. @throws as {@link paymentNotification} does */
  serviceOrderNotification(key: ServiceOrderKey): SandboxNotification {
    const order = known(this, key);
    return serviceOrderNotification(order, this.merchant(order), this.keys);
  }

  /**
   * Posts the notification of a payment, or of a confirmation, once, and writes to the ledger whether it was taken.
   *
   * @param url Default: the order's `notifyUrl`
   * @throws SandboxStateError if there is no such order, or no address on this machine @throws NothingToNotifyError
   * @throws Error if nothing answers within 5 s
   */
  async notify(key: OrderKey | ServiceOrderKey, url?: string): Promise<NotificationAnswer> {
    return (await this.sendNotification(key, url)).answer;
  }

  /**
   * Posts it, and again after each of the pauses, until it is taken.
   *
   * @param pauses milliseconds. Default: WeChat Pay's own, which take more than a day
   * @param signal ends it sooner
   * @returns whether it was taken
   * @throws SandboxStateError, NothingToNotifyError as {@link notify} does
   */
  async notifyUntilTaken(
    key: OrderKey | ServiceOrderKey,
    { url, pauses, signal }: { url?: string; pauses?: readonly number[]; signal?: AbortSignal } = {},
  ): Promise<boolean> {
    return sendUntilTaken(async () => (await this.sendNotification(key, url)).isTaken, pauses, signal);
  }

  private async sendNotification(
    key: OrderKey | ServiceOrderKey,
    url?: string,
  ): Promise<{ readonly answer: NotificationAnswer; readonly isTaken: boolean }> {
    const order = known(this, key);
    const to = url ?? order.notifyUrl;
    if (to === undefined) throw new SandboxStateError('The order has no notifyUrl, and no other address was given.');
    const notification = 'outOrderNo' in order ? this.serviceOrderNotification(order) : this.paymentNotification(order);
    const form = 'api' in order && order.api === 'v2' ? 'v2' : 'v3';
    let delivered = false;
    try {
      const answer = await post(notification, to);
      delivered = isTaken(answer, form);
      return { answer, isTaken: delivered };
    } finally {
      this.ledger.write(notificationEntry(order, await this.now(), delivered));
    }
  }

  /** Writes a notification to the ledger that a test handed over itself, once its receiver has it. @throws as {@link notify} */
  async notificationDelivered(key: OrderKey | ServiceOrderKey): Promise<void> {
    this.ledger.write(notificationEntry(known(this, key), await this.now(), true));
  }

  /** What went wrong, of all that must never happen. @throws SandboxStateError if it is not said whose outcome is meant */
  audit(outcomes: ClaimedOutcomes): Audit {
    return auditOf(this, outcomes);
  }

  async stop(): Promise<void> {
    await this.server.close();
  }

  private merchant({ mchid }: { readonly mchid: string }): SandboxMerchant {
    const merchant = this.merchants.get(mchid);
    if (merchant === undefined) throw new SandboxStateError(`merchant ${mchid} is not known`);
    return merchant;
  }

  private signTypeOf({ mchid }: { readonly mchid: string }): SignType {
    const { v2SignType = 'HMAC-SHA256', v2SignTypes = {} } = this.options;
    return v2SignTypes[mchid] ?? v2SignType;
  }

  private withAppid<T extends object>(placement: T): T {
    const [appid = DEFAULT_APPID] = this.appids;
    return { appid, ...placement };
  }

  private addRoutes(): void {
    const { server, ledger, misbehaviours, keys, orderClock, merchants, orders, serviceOrders, appids } = this;
    server.removeAllContentTypeParsers();
    // A signature is over the bytes, so they are kept as they came.
    server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    const handler = new RequestHandler({ ledger, misbehaviours, keys, orderClock });
    const auth = new V3Auth({ ledger, keys, merchants });
    addV3Routes(server, { auth, handler, orders, appids });
    addV2Routes(server, { auth: new V2Auth(merchants, ledger), handler, orders, appids });
    addPayscoreRoutes(server, { auth, handler, serviceOrders, appids });
    addCertificateRoutes(server, { auth, handler, keys, merchants });
    addAdminRoutes(server, this);
  }
}
