import { randomUUID } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { newNonce } from '../../wechatpay/signature-v3.js';
import type { SignType, V2Signer } from '../../wechatpay/signature-v2.js';
import { buildXml, parseXml } from '../../wechatpay/xml.js';
import type { Answer } from './answers.js';
import type { Dialect, Rendered } from './request-handler.js';
import type { Signing } from './keys.js';
import type { SandboxMerchant } from './keys.js';
import type { Ledger } from './ledger.js';
import { v2Refusal } from './v2-answers.js';
import type { RawRequest } from './v3-auth.js';

export type Fields = ReadonlyMap<string, string>;

/** An authenticated v2 request, and how to answer it. */
export interface V2Caller {
  readonly merchant: SandboxMerchant;
  readonly signType: SignType;
  readonly fields: Fields;
  readonly dialect: Dialect;
}

/** Authenticates v2 requests: only XML that a known merchant signed passes. All others are answered FAIL, without a sign. */
export class V2Auth {
  constructor(
    private readonly merchants: ReadonlyMap<string, SandboxMerchant>,
    private readonly ledger: Ledger,
  ) {}

  /** @returns `undefined` if the caller was refused; that is answered already */
  async authenticate(request: RawRequest, reply: FastifyReply): Promise<V2Caller | undefined> {
    const caller = this.callerOf(request);
    if (typeof caller !== 'string') return caller;
    const [path = ''] = request.url.split('?');
    this.ledger.refuse({ receivedAt: Date.now(), method: request.method, path, reason: caller });
    const { status, headers, bytes } = xml(200, { return_code: 'FAIL', return_msg: caller });
    await reply.code(status).headers(headers).send(bytes);
    return undefined;
  }

  private callerOf({ method, body }: RawRequest): V2Caller | string {
    if (method !== 'POST') return 'REQUIRE_POST_METHOD';
    if (body === undefined || body.byteLength === 0) return 'POST_DATA_EMPTY';
    const fields = parseXml(body);
    if ('fault' in fields) return `XML_FORMAT_ERROR: ${fields.fault}`;
    const merchant = this.merchants.get(fields.get('mch_id') ?? '');
    if (merchant === undefined) return 'MCHID_NOT_EXIST: this mch_id is not known';
    const signType = fields.get('sign_type') ?? 'MD5';
    if (signType !== 'MD5' && signType !== 'HMAC-SHA256') return 'Parameter format checking error: sign_type';
    const signer = merchant.v2[signType];
    if (!signer.verifies(fields)) return SIGNATURE_REFUSED;
    return { merchant, signType, fields, dialect: v2Dialect(fields, signer, merchant) };
  }
}

const SIGNATURE_REFUSED = 'Signature Failure';

/** What a wrong sign is answered: nothing else, and without a sign. */
const SIGNATURE_FAILURE: Answer = {
  status: 200,
  body: { return_code: 'FAIL', return_msg: SIGNATURE_REFUSED },
  said: 'FAIL',
};

/** XML, signed as the request was. Everything is status 200. */
function v2Dialect(fields: Fields, signer: V2Signer, merchant: SandboxMerchant): Dialect {
  const echoed = ['appid', 'mch_id', 'sub_appid', 'sub_mch_id'].flatMap((name) => {
    const value = fields.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    refuse: (_status, code, message) => v2Refusal(code, message),
    refuseSignature: () => SIGNATURE_FAILURE,
    render: (answer: Answer, signing: Signing): Rendered => {
      const { status, body } = answer;
      if (answer === SIGNATURE_FAILURE) return xml(status, body ?? {});
      const communication = { return_code: 'SUCCESS', return_msg: 'OK' };
      const all = { ...communication, ...Object.fromEntries(echoed), nonce_str: newNonce(), ...body };
      return xml(status, signing === 'none' ? all : { ...all, sign: signOf(all, signer, signing, merchant) });
    },
  };
}

function signOf(all: Record<string, unknown>, signer: V2Signer, signing: Signing, merchant: SandboxMerchant): string {
  const sign = signer.sign(mapOf(all));
  // The sign of other fields, with the right key: it does not fit these.
  return signing === 'wrong' ? merchant.v2[signer.signType].sign(mapOf({ ...all, result_code: 'OTHER' })) : sign;
}

function xml(status: number, body: Readonly<Record<string, unknown>>): Rendered {
  const headers = { 'content-type': 'text/xml; charset=utf-8', 'request-id': randomUUID() };
  return { status, headers, bytes: Buffer.from(buildXml(mapOf(body))) };
}

/** v2 has texts only. */
export function mapOf(body: Readonly<Record<string, unknown>>): Map<string, string> {
  return new Map(Object.entries(body).map(([name, value]) => [name, String(value)]));
}
