import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { closeAnswer, orderAnswer, refusal, SYSTEM_ERROR, type Answer } from './answers.js';
import {
  AnswerSigner,
  newKeyPair,
  newMerchant,
  WECHATPAY_SERIAL,
  writeMerchantsFile,
  type KeyPair,
  type SandboxMerchant,
} from './keys.js';
import { Ledger, type Audit, type ClaimedOutcomes, type SandboxCall } from './ledger.js';
import { Mischiefs, type Mischief } from './misbehaviour.js';
import { OrderBook, type OrderRules, type Placement, type SandboxOrder, type SandboxPayment } from './orders.js';
import { authorize, type Authorized } from './request-signature.js';

export interface SandboxOptions extends OrderRules {
  /** The merchants that it knows. Default: `1900000109`. */
  readonly mchids?: readonly string[];
  /**
   * The clock of orders, milliseconds since 1970: for the 5 minutes and for deadlines. Signatures always go by the
   * wall clock. Default: the wall clock.
   */
  readonly orderClock?: () => number | Promise<number>;
}

type OrderKey = Pick<Placement, 'mchid' | 'outTradeNo'>;
type OrderRequest = FastifyRequest<{
  Params: { outTradeNo: string };
  Querystring: { mchid?: string };
  Body: Buffer | undefined;
}>;

const TRANSACTION = '/v3/global/transactions/out-trade-no/:outTradeNo';

/** A WeChat Pay to run against: it checks every signature, signs every answer, keeps the rules and a ledger. */
export class Sandbox {
  readonly orders: OrderBook;
  readonly ledger = new Ledger();
  private readonly mischiefs = new Mischiefs();
  private readonly server: FastifyInstance;
  private readonly signer: AnswerSigner;
  private readonly forger: AnswerSigner;
  private readonly merchants: ReadonlyMap<string, SandboxMerchant>;
  private readonly orderClock: () => number | Promise<number>;

  private constructor(
    options: SandboxOptions,
    merchants: readonly SandboxMerchant[],
    private readonly keys: KeyPair,
    forged: KeyPair,
  ) {
    this.orders = new OrderBook(options);
    this.orderClock = options.orderClock ?? Date.now;
    this.merchants = new Map(merchants.map((merchant) => [merchant.mchid, merchant]));
    this.signer = new AnswerSigner(keys, WECHATPAY_SERIAL);
    this.forger = new AnswerSigner(forged, WECHATPAY_SERIAL);
    this.server = fastify({ forceCloseConnections: true });
    this.addRoutes();
  }

  /** Starts a sandbox on a free port of 127.0.0.1. */
  static async start(options: SandboxOptions = {}): Promise<Sandbox> {
    const merchants = await Promise.all((options.mchids ?? ['1900000109']).map(newMerchant));
    const sandbox = new Sandbox(options, merchants, await newKeyPair(), await newKeyPair());
    await sandbox.server.listen({ host: '127.0.0.1', port: 0 });
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

  /** Writes keys and a merchants file for a worker; returns the file's path. */
  writeMerchantsFile(folder: string): Promise<string> {
    const wechatpay = { serial: WECHATPAY_SERIAL, publicPem: this.keys.publicPem };
    return writeMerchantsFile(folder, this.url, [...this.merchants.values()], wechatpay);
  }

  async place(placement: Placement): Promise<SandboxOrder> {
    return this.orders.place(placement, await this.orderClock());
  }

  /** The shopper pays; `undefined` where WeChat Pay takes no payment any more. */
  async pay(order: OrderKey): Promise<SandboxPayment | undefined> {
    return this.orders.pay(order, await this.orderClock());
  }

  misbehave(outTradeNo: string, mischief: Mischief): void {
    this.mischiefs.add(outTradeNo, mischief);
  }

  /** What went wrong, of all that must never happen. */
  audit(outcomes: ClaimedOutcomes): Audit {
    return this.ledger.audit(this.orders, outcomes);
  }

  async stop(): Promise<void> {
    await this.server.close();
  }

  private addRoutes(): void {
    this.server.removeAllContentTypeParsers();
    this.server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    this.server.get(TRANSACTION, (request: OrderRequest, reply) =>
      this.serve('query', request, reply, request.query.mchid),
    );
    this.server.post(`${TRANSACTION}/close`, (request: OrderRequest, reply) =>
      this.serve('close', request, reply, mchidOf(request.body)),
    );
  }

  private async serve(
    call: SandboxCall,
    request: OrderRequest,
    reply: FastifyReply,
    mchid: string | undefined,
  ): Promise<void> {
    const { outTradeNo } = request.params;
    if (!namesItself(request)) {
      return this.refuseUnsigned(reply, 400, 'PARAM_ERROR', 'Accept: application/json and User-Agent are required');
    }
    const authorized = this.authorize(request);
    if (typeof authorized === 'string') return this.refuseUnsigned(reply, 401, 'SIGN_ERROR', authorized);
    if (authorized.mchid !== mchid)
      return this.send(reply, refusal(403, 'NO_AUTH', 'mchid is not the signer’s'), this.signer);

    const misbehaviour = this.mischiefs.take(outTradeNo, call);
    const at = await this.orderClock();
    const order = { mchid, outTradeNo };
    if (misbehaviour === 'payFirst') this.orders.pay(order, at);
    const answer = misbehaviour === 'systemError' ? SYSTEM_ERROR : this.act(call, order, at);
    const delivered = misbehaviour !== 'loseAnswer' && misbehaviour !== 'signWrongly';
    const { nonce, timestamp } = authorized;
    this.ledger.write({ at, call, mchid, outTradeNo, nonce, timestamp, answer: answer.said, delivered });

    if (misbehaviour === 'loseAnswer') return this.cut(reply);
    return this.send(reply, answer, misbehaviour === 'signWrongly' ? this.forger : this.signer);
  }

  private act(call: SandboxCall, order: OrderKey, at: number): Answer {
    return call === 'query' ? orderAnswer(this.orders.find(order)) : closeAnswer(this.orders.close(order, at));
  }

  private authorize({ method, raw, headers, body }: OrderRequest): Authorized | string {
    const target = raw.url ?? '';
    const request = { method: method as 'GET' | 'POST', target, body: body?.toString('utf8') ?? '' };
    return authorize(headers.authorization, request, this.merchants, Date.now());
  }

  /** WeChat Pay does not sign what it says to a stranger. */
  private async refuseUnsigned(reply: FastifyReply, status: number, code: string, message: string): Promise<void> {
    await reply.code(status).type('application/json').send(JSON.stringify({ code, message }));
  }

  private async send(reply: FastifyReply, { status, body }: Answer, signer: AnswerSigner): Promise<void> {
    const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const signed = reply.code(status).headers({ ...signer.headersFor(bytes, Date.now()), 'request-id': randomUUID() });
    await (body === undefined ? signed.send() : signed.type('application/json; charset=utf-8').send(bytes));
  }

  private cut(reply: FastifyReply): void {
    reply.hijack();
    reply.raw.destroy();
  }
}

function namesItself({ headers }: OrderRequest): boolean {
  return headers['user-agent'] !== undefined && headers.accept?.includes('application/json') === true;
}

function mchidOf(body: Buffer | undefined): string | undefined {
  try {
    const { mchid } = JSON.parse(body?.toString('utf8') ?? '') as { mchid?: unknown };
    return typeof mchid === 'string' ? mchid : undefined;
  } catch {
    return undefined;
  }
}
