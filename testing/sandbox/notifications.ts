import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { newNonce } from '../../wechatpay/signature-v3.js';
import type { SignType } from '../../wechatpay/signature-v2.js';
import { buildXml, parseXml } from '../../wechatpay/xml.js';
import { beijingTime } from './answers.js';
import { SandboxStateError, type Instant } from './calls.js';
import { encrypt, type SandboxMerchant } from './keys.js';
import type { KeyRing } from './key-ring.js';
import type { Form } from './misbehaviour.js';
import type { SandboxOrder } from './orders.js';
import { serviceOrderOf } from './payscore-answers.js';
import type { SandboxServiceOrder } from './service-orders.js';
import { v2PaymentOf } from './v2-answers.js';
import { mapOf } from './v2-auth.js';
import { transactionOf } from './v3-answers.js';
import type { LedgerEntry } from './ledger.js';

/** A notification as WeChat Pay posts it. */
export interface SandboxNotification {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What the receiver of a notification answered. */
export interface NotificationAnswer {
  readonly status: number;
  /** At most 4096 characters. */
  readonly body: string;
}

/** There is nothing to notify of: the order is not paid, or the service order neither confirmed nor paid. */
export class NothingToNotifyError extends Error {
  override readonly name = 'NothingToNotifyError';
}

/**
 * The notification of a payment, in the form of the API that the order was placed with.
 *
 * @param signType of a v2 notification, if the order was placed without one
 * @throws NothingToNotifyError
 */
export function paymentNotification(
  order: SandboxOrder,
  merchant: SandboxMerchant,
  keys: KeyRing,
  signType: SignType,
): SandboxNotification {
  if (order.transactionId === null) throw new NothingToNotifyError(`order ${order.outTradeNo} is not paid`);
  if (order.api === 'v2') return v2Notification(order, merchant, order.signType ?? signType);
  // A notification reports the payment, even if the order was refunded since.
  const resource = transactionOf({ ...order, state: 'SUCCESS' }, 'transaction_id');
  return v3Notification('TRANSACTION.SUCCESS', 'transaction', resource, merchant, keys);
}

/** The notification of a confirmation or a payment, by the state of the service order. @throws NothingToNotifyError */
export function serviceOrderNotification(
  order: SandboxServiceOrder,
  merchant: SandboxMerchant,
  keys: KeyRing,
): SandboxNotification {
  return v3Notification(`PAYSCORE.${eventOf(order)}`, 'payscore', serviceOrderOf(order), merchant, keys);
}

/** What to notify of for a service order. @throws NothingToNotifyError */
function eventOf({ collection, description, outOrderNo }: SandboxServiceOrder): 'USER_CONFIRM' | 'USER_PAID' {
  if (collection === 'USER_PAID') return 'USER_PAID';
  if (description === 'USER_CONFIRM') return 'USER_CONFIRM';
  throw new NothingToNotifyError(`service order ${outOrderNo} is neither confirmed nor paid`);
}

function v3Notification(
  eventType: string,
  originalType: string,
  resource: Record<string, unknown>,
  merchant: SandboxMerchant,
  keys: KeyRing,
): SandboxNotification {
  const now = Date.now();
  const envelope = {
    id: randomUUID(),
    create_time: beijingTime(now),
    resource_type: 'encrypt-resource',
    event_type: eventType,
    summary: eventType,
    resource: {
      original_type: originalType,
      ...encrypt(JSON.stringify(resource), merchant.apiV3Key, originalType),
    },
  };
  const body = Buffer.from(JSON.stringify(envelope));
  const signature = keys.notificationHeadersFor(body, now);
  return { headers: { ...signature, 'content-type': 'application/json', 'request-id': randomUUID() }, body };
}

function v2Notification(order: SandboxOrder, merchant: SandboxMerchant, signType: SignType): SandboxNotification {
  const { mchid, subMchid, appid, subAppid, outTradeNo } = order;
  const fields = mapOf({
    return_code: 'SUCCESS',
    appid,
    mch_id: mchid,
    ...(subAppid !== undefined && { sub_appid: subAppid }),
    ...(subMchid !== undefined && { sub_mch_id: subMchid }),
    nonce_str: newNonce(),
    result_code: 'SUCCESS',
    out_trade_no: outTradeNo,
    ...v2PaymentOf(order),
    ...(signType !== 'MD5' && { sign_type: signType }),
  });
  const body = Buffer.from(buildXml(fields.set('sign', merchant.v2[signType].sign(fields))));
  return { headers: { 'content-type': 'text/xml; charset=utf-8' }, body };
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** WeChat Pay waits for so long (PROTOCOL). */
const ANSWER_WITHIN_MS = 5_000;

/** @returns whether a sandbox may post there: to this machine only */
export function isLoopback(url: string): boolean {
  return URL.canParse(url) && LOOPBACK.has(new URL(url).hostname) && /^https?:/.test(url);
}

/**
 * Posts a notification, once.
 *
 * @throws SandboxStateError if the address is not on this machine
 * @throws Error if nothing answers within 5 s
 */
export async function post({ headers, body }: SandboxNotification, url: string): Promise<NotificationAnswer> {
  if (!isLoopback(url))
    throw new SandboxStateError(`the sandbox posts notifications to this machine only, not to ${url}`);
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
  return { status: answer.status, body: (await answer.text()).slice(0, 4096) };
}

/** Whether its receiver accepted a notification: v3 wants 200 or 204, v2 a return_code in XML (PROTOCOL). */
export function isTaken({ status, body }: NotificationAnswer, form: Form): boolean {
  if (form === 'v3') return status === 200 || status === 204;
  const fields = parseXml(Buffer.from(body));
  return status === 200 && !('fault' in fields) && fields.get('return_code') === 'SUCCESS';
}

/**
 * The ledger entry of a notification.
 *
 * @throws NothingToNotifyError
 */
export function notificationEntry(
  order: SandboxOrder | SandboxServiceOrder,
  at: Instant,
  delivered: boolean,
): LedgerEntry {
  const common = { at, receivedAt: Date.now(), call: 'notification', nonce: '', timestamp: '', delivered } as const;
  const { mchid } = order;
  if ('outOrderNo' in order) {
    return { ...common, api: 'payscore', mchid, outTradeNo: order.outOrderNo, answer: eventOf(order) };
  }
  const { api, subMchid, outTradeNo, transactionId } = order;
  if (transactionId === null) throw new NothingToNotifyError(`order ${outTradeNo} is not paid`);
  return { ...common, api, mchid, subMchid, outTradeNo, answer: 'SUCCESS' };
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long WeChat Pay waits before it sends a notification again that was not taken (PROTOCOL). Milliseconds. */
export const NOTIFICATION_PAUSES: readonly number[] = [
  15 * SECOND,
  15 * SECOND,
  30 * SECOND,
  3 * MINUTE,
  10 * MINUTE,
  20 * MINUTE,
  30 * MINUTE,
  30 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  3 * HOUR,
  3 * HOUR,
  6 * HOUR,
  6 * HOUR,
];

/**
 * Sends a notification, and sends it again after each of the pauses, until it is taken.
 *
 * @param send sends it once, and says whether it was taken; if nothing answers, it was not
 * @param signal ends the sending sooner
 * @returns whether it was taken
 * @throws SandboxStateError, NothingToNotifyError as `send` does
 */
export async function sendUntilTaken(
  send: () => Promise<boolean>,
  pauses: readonly number[] = NOTIFICATION_PAUSES,
  signal?: AbortSignal,
): Promise<boolean> {
  const isTaken = (): Promise<boolean> =>
    send().catch((error: unknown) => {
      if (error instanceof SandboxStateError || error instanceof NothingToNotifyError) throw error;
      return false;
    });
  if (await isTaken()) return true;
  for (const pause of pauses) {
    const isOver = await sleep(pause, false, { signal }).catch(() => true);
    if (isOver) return false;
    if (await isTaken()) return true;
  }
  return false;
}
