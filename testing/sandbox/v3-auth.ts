import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refusal } from './answers.js';
import type { Dialect } from './request-handler.js';
import type { KeyRing } from './key-ring.js';
import type { SandboxMerchant } from './keys.js';
import type { Ledger } from './ledger.js';
import { authorize, type Authorized } from './request-signature.js';

/** The body of a request, byte for byte. */
export type RawRequest = FastifyRequest<{ Body: Buffer | undefined }>;

/** An authenticated caller, and how to answer it. */
export interface V3Caller extends Authorized {
  readonly dialect: Dialect;
}

export interface V3AuthParts {
  readonly ledger: Ledger;
  readonly keys: KeyRing;
  readonly merchants: ReadonlyMap<string, SandboxMerchant>;
}

/** Authenticates APIv3 requests: only those that a known merchant signed pass. WeChat Pay does not sign its answers to others. */
export class V3Auth {
  constructor(private readonly parts: V3AuthParts) {}

  /** @returns `undefined` if the caller was refused; that is answered already */
  async authenticate(request: RawRequest, reply: FastifyReply): Promise<V3Caller | undefined> {
    if (!namesItself(request)) {
      return this.refuse(request, reply, 400, 'PARAM_ERROR', 'Accept: application/json and User-Agent are required');
    }
    const { method, raw, headers, body } = request;
    const signed = { method: method as 'GET' | 'POST', target: raw.url ?? '', body: body?.toString('utf8') ?? '' };
    const authorized = authorize(headers.authorization, signed, this.parts.merchants, Date.now());
    if (typeof authorized === 'string') return this.refuse(request, reply, 401, 'SIGN_ERROR', authorized);
    return { ...authorized, dialect: v3Dialect(this.parts.keys, headerOf(request, 'wechatpay-serial')) };
  }

  private async refuse(
    { method, url }: RawRequest,
    reply: FastifyReply,
    status: number,
    code: string,
    message: string,
  ): Promise<undefined> {
    const [path = ''] = url.split('?');
    this.parts.ledger.refuse({ receivedAt: Date.now(), method, path, reason: `${code}: ${message}` });
    await reply.code(status).type('application/json').send(JSON.stringify({ code, message }));
  }
}

/** JSON, with a signature in the headers. */
function v3Dialect(keys: KeyRing, wantedSerial: string | undefined): Dialect {
  return {
    refuse: refusal,
    refuseSignature: refusal,
    render: ({ status, body }, signing) => {
      const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
      const signature = keys.headersFor(bytes, Date.now(), signing, wantedSerial);
      const type = body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
      return { status, bytes, headers: { ...signature, ...type, 'request-id': randomUUID() } };
    },
  };
}

function namesItself({ headers }: RawRequest): boolean {
  return headers['user-agent'] !== undefined && headers.accept?.includes('application/json') === true;
}

function headerOf({ headers }: RawRequest, name: string): string | undefined {
  const header = headers[name];
  return typeof header === 'string' ? header : undefined;
}
