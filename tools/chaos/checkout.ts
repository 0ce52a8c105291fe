import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { isRecord } from '../../domain/validation.js';
import type { Post } from './evidence.js';
import { bodyOf } from './recording-proxy.js';

/** How a checkout is away: every post is answered with 500, or none is answered, or nobody listens. */
export const WAYS_TO_BE_AWAY = ['failing', 'hanging', 'unreachable'] as const;
export type Away = (typeof WAYS_TO_BE_AWAY)[number];

/** What a tool does at a checkout that is there. */
export interface CheckoutHooks {
  /** Called with each connection, before anything is read from it. `true`: it is cut. */
  readonly cuts?: () => boolean;
  /** How a post that was not taken before is answered. Default: 204. */
  readonly answer?: (workflowId: string) => Promise<Answer>;
}

interface Answer {
  /** `null`: the connection is cut instead. */
  readonly status: number | null;
  /** Called when the answer has been handed to the network. */
  readonly onSent?: () => void;
}

const TAKEN = 204;
const FAILED = 500;

/** Below the ports that the system gives away, so that nobody takes it while the checkout does not listen. */
const PORTS = { from: 20_000, count: 10_000 } as const;

/** A checkout that gets outcomes, on loopback. It verifies each post as a user of the library would. */
export class Checkout {
  readonly secret = `whsec_${randomBytes(32).toString('base64')}`;
  /** Every post that came, in the order of arrival. */
  readonly posts: Post[] = [];
  /** The signatures of all posts. */
  readonly signatures = new Set<string>();
  private readonly webhook = new Webhook(this.secret);
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly taken = new Set<string>();
  private port = 0;
  private away: Away | null = null;

  private constructor(private readonly hooks: CheckoutHooks) {
    this.server = createServer((request, response) => {
      void this.serve(request, response).catch(() => request.socket.destroy());
    });
    this.server.on('connection', (socket: Socket) => {
      if (this.away === null && hooks.cuts?.() === true) return void socket.destroy();
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
    });
  }

  /** Starts one on a free port. */
  static async start(hooks: CheckoutHooks = {}): Promise<Checkout> {
    const checkout = new Checkout(hooks);
    const first = randomBytes(2).readUInt16BE();
    for (let tries = 0; !checkout.server.listening; tries += 1) {
      if (tries === PORTS.count) throw new Error('no port is free for the checkout');
      checkout.port = PORTS.from + ((first + tries) % PORTS.count);
      await checkout.listen().catch(() => undefined);
    }
    return checkout;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/outcomes`;
  }

  get isAway(): boolean {
    return this.away !== null;
  }

  /** The checkout is away from now on. */
  async leave(how: Away): Promise<void> {
    this.away = how;
    if (how === 'unreachable') await this.close();
  }

  /** The checkout is there again. What hung until now is cut, as if its process was started again. */
  async comeBack(): Promise<void> {
    if (this.away === 'hanging') this.cut();
    if (this.away === 'unreachable') await this.listen();
    this.away = null;
  }

  private cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  private async listen(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const body = (await bodyOf(request)).toString('utf8');
    const { 'webhook-id': id = '', 'webhook-signature': signature = '' } = request.headers as Record<string, string>;
    for (const each of signature.split(' ')) this.signatures.add(each.slice(each.indexOf(',') + 1));
    const { event, fault } = this.verified(request, body);
    const answer: Answer | undefined = fault === null ? await this.answerTo(event, id) : { status: FAILED };
    const isTaken = answer?.status === TAKEN;
    this.posts.push({ at, id, body, isTaken, fault });
    if (isTaken) this.taken.add(id);
    if (answer === undefined) return;
    if (answer.status === null) return void request.socket.destroy();
    response.once('finish', () => answer.onSent?.());
    response.writeHead(answer.status).end();
  }

  private verified(
    { headers }: IncomingMessage,
    body: string,
  ): { readonly event: unknown; readonly fault: string | null } {
    try {
      return { event: this.webhook.verify(body, headers as Record<string, string>), fault: null };
    } catch (error) {
      return { event: null, fault: String(error) };
    }
  }

  /** `undefined`: none is sent. */
  private async answerTo(event: unknown, id: string): Promise<Answer | undefined> {
    if (this.away !== null) return this.away === 'failing' ? { status: FAILED } : undefined;
    const { answer } = this.hooks;
    if (answer === undefined || this.taken.has(id)) return { status: TAKEN };
    return answer(isRecord(event) ? String(event['workflowId']) : '');
  }
}
