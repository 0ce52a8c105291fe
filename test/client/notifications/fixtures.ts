import {
  createNotificationReceiver,
  type Delivered,
  type MerchantList,
  type NotificationEvent,
  type NotificationFact,
  type NotificationReceiver,
  type NotificationReceiverOptions,
} from '../../../client/notifications/index.js';
import { AnswerSigner, encrypt, type KeyPair, newKeyPair, type Signing } from '../../../testing/sandbox/keys.js';
import type { SandboxNotification } from '../../../testing/sandbox/notifications.js';
import { decryptWith } from '../../../wechatpay/encryption.js';
import type { Merchant, V3Access } from '../../../wechatpay/merchant.js';
import { rsaSigner } from '../../../wechatpay/signature-v3.js';
import { v2Signer } from '../../../wechatpay/signature-v2.js';
import { buildXml } from '../../../wechatpay/xml.js';

/** A receiver, its deliveries and its events. */
export interface TestReceiver {
  readonly receiver: NotificationReceiver;
  /** What was delivered, also if the delivery failed. */
  readonly facts: NotificationFact[];
  readonly events: NotificationEvent[];
}

/** A receiver that delivers to a list; `deliver` gives the result of a delivery. */
export function newTestReceiver(
  merchants: MerchantList,
  {
    deliver = () => Promise.resolve('signalled'),
    ...rest
  }: Partial<Omit<NotificationReceiverOptions, 'deliver' | 'merchants' | 'observe'>> & {
    deliver?: (fact: NotificationFact) => Promise<Delivered>;
  } = {},
): TestReceiver {
  const facts: NotificationFact[] = [];
  const events: NotificationEvent[] = [];
  const receiver = createNotificationReceiver({
    merchants,
    deliver: (fact) => {
      facts.push(fact);
      return deliver(fact);
    },
    observe: (event) => events.push(event),
    ...rest,
  });
  return { receiver, facts, events };
}

export const MCHID = '1900000109';
export const APPID = 'wx8888888888888888';
export const SERIAL = 'PUB_KEY_ID_0116000000000000000000000001';
export const V3_KEY = 'a0a1a2a3a4a5a6a7a8a9aaabacadaeaf';
export const V2_KEY = 'b0b1b2b3b4b5b6b7b8b9babbbcbdbebf';

/** Made once in a file: making keys takes long. */
let pair: Promise<KeyPair> | undefined;

/** WeChat Pay's keys, and a signer with them. */
export async function wechatPay(serial = SERIAL): Promise<{ keys: KeyPair; signer: AnswerSigner }> {
  pair ??= newKeyPair();
  const keys = await pair;
  return { keys, signer: new AnswerSigner(keys, serial) };
}

/** A merchant that has WeChat Pay's key by {@link SERIAL}, and both APIs. */
export async function merchant(changes: Partial<Merchant> = {}, v3: Partial<V3Access> = {}): Promise<Merchant> {
  const { keys } = await wechatPay();
  const mchid = changes.mchid ?? MCHID;
  return {
    mchid,
    appids: [APPID],
    v3: {
      signer: rsaSigner(mchid, '5157F09EFDC096DE15EBE81A47057A7232F1B8E1', keys.privatePem),
      wechatpayKeys: new Map([[SERIAL, keys.publicKey]]),
      decrypt: decryptWith(V3_KEY),
      ...v3,
    },
    v2: { signer: v2Signer(V2_KEY, 'MD5') },
    ...changes,
  };
}

export function listOf(...merchants: Merchant[]): MerchantList {
  return { find: (mchid) => merchants.find((each) => each.mchid === mchid), all: () => merchants };
}

/** What a payment notification of a direct merchant has inside. */
export const PAYMENT = {
  appid: APPID,
  mchid: MCHID,
  out_trade_no: 'ORDER-1',
  transaction_id: '4200000001202603020000000001',
  trade_state: 'SUCCESS',
  success_time: '2026-03-02T20:00:00+08:00',
  amount: { total: 888, currency: 'HKD', payer_total: 800, payer_currency: 'CNY' },
  payer: { openid: 'oUpF8uN95-Ptaags6E_roPHg7AG0' },
  attach: 'Payment test',
};

export interface NotificationParts {
  readonly eventType?: unknown;
  /** A text is encrypted as it is, anything else as JSON. */
  readonly resource?: unknown;
  readonly apiV3Key?: string;
  readonly now?: number;
  readonly signing?: Signing;
  readonly serial?: string;
  /** Replaces the whole envelope. */
  readonly envelope?: unknown;
  /** Changes of the encrypted resource. */
  readonly encrypted?: object;
}

/** A v3 notification, made of any parts, and signed for real. */
export async function v3Notification(parts: NotificationParts = {}): Promise<SandboxNotification> {
  const { eventType = 'TRANSACTION.SUCCESS', resource = PAYMENT, apiV3Key = V3_KEY } = parts;
  const text = typeof resource === 'string' ? resource : JSON.stringify(resource);
  const encrypted = { original_type: 'transaction', ...encrypt(text, apiV3Key, 'transaction'), ...parts.encrypted };
  const envelope = parts.envelope ?? { id: 'EV-1', event_type: eventType, resource: encrypted };
  return signed(Buffer.from(typeof envelope === 'string' ? envelope : JSON.stringify(envelope)), parts);
}

/** Some bytes with WeChat Pay's signature over them. */
export async function signed(
  body: Buffer,
  { now = Date.now(), signing = 'right', serial }: Pick<NotificationParts, 'now' | 'signing' | 'serial'> = {},
): Promise<SandboxNotification> {
  const { signer } = await wechatPay(serial);
  return { headers: { ...signer.headersFor(body, now, signing), 'content-type': 'application/json' }, body };
}

/** What a v2 payment notification has inside. */
export const V2_PAYMENT = {
  return_code: 'SUCCESS',
  result_code: 'SUCCESS',
  appid: APPID,
  mch_id: MCHID,
  nonce_str: 'ibuaiVcKdpRxkhJA',
  openid: 'oUpF8uN95-Ptaags6E_roPHg7AG0',
  bank_type: 'CMC',
  total_fee: '888',
  transaction_id: '4200000001202603020000000001',
  out_trade_no: 'ORDER-1',
  attach: 'Payment test',
  time_end: '20260302200000',
};

/** A v2 notification of any fields, and signed for real; an `undefined` takes a field away. */
export function v2Notification(
  changes: Record<string, string | undefined> = {},
  signer = v2Signer(V2_KEY, 'MD5'),
): SandboxNotification {
  const given = Object.entries({ ...V2_PAYMENT, ...changes });
  const fields = new Map(given.filter((each): each is [string, string] => each[1] !== undefined));
  if (!('sign' in changes)) fields.set('sign', signer.sign(fields));
  return { headers: { 'content-type': 'text/xml' }, body: Buffer.from(buildXml(fields)) };
}

/** A promise that `end` resolves. */
export function deferred<T>(): { promise: Promise<T>; end: (value: T) => void } {
  let end: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => (end = resolve));
  return { promise, end };
}

/** Parts of a notification that no answer, event or fact may contain. */
export const SECRETS = ['oUpF8uN95', 'Payment test', 'openid', 'attach', 'CMC', V3_KEY, V2_KEY];

export const REFUSED = {
  v3: {
    status: 400,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: '{"code":"FAIL","message":"The notification was refused."}',
  },
  v2: {
    status: 200,
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body: '<xml>\n<return_code>FAIL</return_code>\n<return_msg>The notification was refused.</return_msg>\n</xml>',
  },
};

export const NOT_FOUND = { ...REFUSED.v3, status: 404, body: '{"code":"FAIL","message":"Not found."}' };

export const LATER = {
  v3: { ...REFUSED.v3, status: 503, body: '{"code":"FAIL","message":"The notification could not be accepted now."}' },
  v2: { ...REFUSED.v2, body: REFUSED.v2.body.replace('was refused', 'could not be accepted now') },
};

export const TAKEN = {
  v3: { status: 204, headers: {}, body: '' },
  v2: {
    ...REFUSED.v2,
    body: '<xml>\n<return_code>SUCCESS</return_code>\n<return_msg>OK</return_msg>\n</xml>',
  },
};

/** What a v3 notification is verified by. */
export const SIGNATURE_HEADERS = [
  'wechatpay-timestamp',
  'wechatpay-nonce',
  'wechatpay-signature',
  'wechatpay-serial',
] as const;
