import { randomUUID, verify } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refusal } from './answers.js';
import type { Dialect } from './request-handler.js';
import type { KeyRing } from './key-ring.js';
import type { SandboxMerchant } from './keys.js';
import type { Ledger } from './ledger.js';
import { MAX_CLOCK_DIFFERENCE_SECONDS, requestText, SCHEME, type SignedRequest } from '../../wechatpay/signature-v3.js';

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
    if (!hasRequiredHeaders(request)) {
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

function hasRequiredHeaders({ headers }: RawRequest): boolean {
  return headers['user-agent'] !== undefined && headers.accept?.includes('application/json') === true;
}

function headerOf({ headers }: RawRequest, name: string): string | undefined {
  const header = headers[name];
  return typeof header === 'string' ? header : undefined;
}

/** A request with a right signature of the merchant that it names. */
export interface Authorized {
  readonly mchid: string;
  readonly nonce: string;
  readonly timestamp: string;
}

const FIELD = /^(mchid|nonce_str|signature|timestamp|serial_no)="([^"]*)"$/;

/**
 * Checks a request's `Authorization` as WeChat Pay does.
 *
 * @param now milliseconds since 1970, on the wall clock
 * @returns the caller; or, as a text, why the request is refused
 */
function authorize(
  header: string | undefined,
  request: SignedRequest,
  merchants: ReadonlyMap<string, SandboxMerchant>,
  now: number,
): Authorized | string {
  const fields = fieldsOf(header);
  const { mchid, nonce_str: nonce, signature, timestamp, serial_no: serial } = fields;
  if (!mchid || !nonce || !signature || !timestamp || !serial) return 'Authorization is missing or malformed';
  const merchant = merchants.get(mchid);
  if (merchant === undefined) return 'the merchant is not known';
  if (merchant.certificateSerial !== serial) return 'the certificate serial is not the merchant’s';
  if (nonce.length > 32) return 'nonce_str is too long';
  if (!(Math.abs(now / 1000 - Number(timestamp)) <= MAX_CLOCK_DIFFERENCE_SECONDS)) return 'the timestamp has expired';
  const text = Buffer.from(requestText(request, timestamp, nonce));
  const fits = verify('sha256', text, merchant.keys.publicKey, Buffer.from(signature, 'base64'));
  return fits ? { mchid, nonce, timestamp } : 'the signature is wrong';
}

function fieldsOf(header: string | undefined): Partial<Record<string, string>> {
  if (header === undefined || !header.startsWith(`${SCHEME} `)) return {};
  const fields: Partial<Record<string, string>> = {};
  for (const part of header.slice(SCHEME.length + 1).split(',')) {
    const [, name, value] = FIELD.exec(part) ?? [];
    if (name !== undefined) fields[name] = value;
  }
  return fields;
}
