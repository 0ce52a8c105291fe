import type { Merchant, MerchantDirectory, MerchantList } from '../../wechatpay/merchant.js';
import { openNotificationV2 } from '../../wechatpay/notification-v2.js';
import {
  hasKeyFor,
  openNotificationV3,
  verifyNotificationV3,
  type V3Merchant,
} from '../../wechatpay/notification-v3.js';
import type { NoPayment, OpenedNotification, RefusedNotification } from '../../wechatpay/notification.js';
import type { Headers } from '../../wechatpay/signature-v3.js';
import { contentTypeOf, declaredLengthOf, isPlain, lowerCased, readBody } from '../http/request.js';
import {
  addressOf,
  formOf,
  type NotificationBody,
  type NotificationHeaders,
  type NotifiedAt,
  type WrongPath,
} from './request.js';
import { answerOf, type NotificationAnswer } from './answers.js';
import type {
  DeliverNotification,
  NotificationEvent,
  NotificationFact,
  NotificationForm,
  NotificationOutcome,
} from './outcomes.js';
import { ANSWER_WITHIN_MS, deliverOnce, lookForKeys, type LookForKeys } from './limits.js';

export interface NotificationReceiverOptions {
  /** The merchants, with their keys; read again for each notification. */
  readonly merchants: MerchantList;
  /** Delivers a fact to Temporal, as `NotificationDelivery.deliver` does. WeChat Pay gets its success answer only after that. */
  readonly deliver: DeliverNotification;
  /** Gets what happened to each notification, for metrics and logs. What it throws is ignored. */
  readonly observe?: (event: NotificationEvent) => void;
  /** Milliseconds since 1970, on the wall clock. Default: `Date.now`. */
  readonly now?: () => number;
  /** How long after its arrival a notification is answered at the latest. Milliseconds; WeChat Pay waits 5000; default: 4500. */
  readonly deliverWithinMs?: number;
}

/** What happened to one notification. */
export interface ReceivedNotification {
  /** Send it back as it is. */
  readonly answer: NotificationAnswer;
  readonly outcome: NotificationOutcome;
  /** What it says, if it was verified; also if it came before, or the delivery failed. */
  readonly fact?: NotificationFact;
}

/** Receives WeChat Pay's notifications. */
export interface NotificationReceiver {
  /**
   * Verifies a notification over its raw bytes, reads it, and delivers what it says to Temporal. It never throws.
   *
   * @param body the bytes as they came: not parsed, not decompressed, not serialised again
   * @param address the address that it was sent to. Default: one for notifications of any of the merchants
   */
  receive(body: NotificationBody, headers: NotificationHeaders, address?: NotifiedAt): Promise<ReceivedNotification>;
  /** For adapters: the answer if the signed bytes are gone, because something else has read the body. */
  bodyConsumed(headers: NotificationHeaders): ReceivedNotification;
}

/** A receiver for v3, v3 global and v2, without a server: see the adapters for one. */
export function createNotificationReceiver(options: NotificationReceiverOptions): NotificationReceiver {
  const { merchants, deliver, observe, now = Date.now, deliverWithinMs = ANSWER_WITHIN_MS } = options;
  const once = deliverOnce(deliver, now);
  const look = lookForKeys(now);

  const judge = async (form: NotificationForm, notification: Notification, arrivedAt: number): Promise<Verdict> => {
    const opened = await open(form, notification, merchants, look, now);
    if (notification.wrong !== undefined) return misdirected(notification.wrong, opened);
    if (opened.fault !== undefined) return refusal(opened);
    const { mchid, said: fact } = opened;
    if (fact === null) return { outcome: 'not-a-payment', isVerified: true, mchid };
    try {
      const left = deliverWithinMs - (performance.now() - arrivedAt);
      return { outcome: await once(fact, left), isVerified: true, mchid, fact };
    } catch (error) {
      return { outcome: 'not-delivered', isVerified: true, mchid, fact, reason: reasonOf(error) };
    }
  };

  const answer = (form: NotificationForm, verdict: Verdict, arrivedAt: number): ReceivedNotification => {
    const { outcome, isVerified = false, fact, mchid, reason, path } = verdict;
    const millis = Math.round(performance.now() - arrivedAt);
    tell(observe, {
      outcome,
      form,
      isVerified,
      millis,
      ...mchidOf({ mchid }),
      ...(reason !== undefined && { reason }),
      ...(path !== undefined && { path }),
    });
    return { answer: answerOf(outcome, form), outcome, ...(fact && { fact }) };
  };

  return {
    receive: async (body, given, address = {}) => {
      const arrivedAt = performance.now();
      const { mchid, wrong } = addressOf(address);
      const refuse = (form: NotificationForm, outcome: NotificationOutcome): ReceivedNotification =>
        answer(form, wrong ? { outcome: 'wrong-path', ...wrong } : { outcome }, arrivedAt);
      const headers = lowerCased(given);
      const type = contentTypeOf(headers);
      const bytes = await readBody(body, declaredLengthOf(headers));
      if (typeof bytes === 'string') return refuse(formOf(type, NOTHING), bytes);
      const form = formOf(type, bytes);
      const fault = faultOfContent(type, headers, bytes);
      if (fault !== undefined) return refuse(form, fault);
      // With a content type of JSON it is read as JSON, whatever it begins with.
      const readAs = type === 'json' ? 'v3' : form;
      const verdict = await judge(readAs, { body: bytes, headers, mchid, wrong }, arrivedAt).catch(unexpected);
      return answer(form, verdict, arrivedAt);
    },
    bodyConsumed: (given) => {
      const form = formOf(contentTypeOf(lowerCased(given)), NOTHING);
      return answer(form, { outcome: 'body-consumed' }, performance.now());
    },
  };
}

const NOTHING = new Uint8Array();

interface Notification {
  readonly body: Uint8Array;
  readonly headers: Headers;
  /** The merchant that it must be for. */
  readonly mchid: string | undefined;
  /** It was sent to a wrong path. */
  readonly wrong: WrongPath | undefined;
}

interface Verdict {
  readonly outcome: NotificationOutcome;
  /** Default: false. */
  readonly isVerified?: boolean;
  readonly mchid?: string;
  readonly fact?: NotificationFact;
  readonly reason?: string;
  readonly path?: string;
}

/** A notification at a wrong path is verified, too: if WeChat Pay signed it, a notify_url is wrong; otherwise it is a scanner. */
function misdirected(wrong: WrongPath, opened: OpenedNotification | NoPayment | RefusedNotification): Verdict {
  const { mchid } = opened;
  const isVerified = opened.fault === undefined || refusal(opened).isVerified === true;
  return { outcome: 'wrong-path', isVerified, ...mchidOf({ mchid }), ...wrong };
}

function refusal({ fault, isSigned = false, mchid }: RefusedNotification): Verdict {
  return { outcome: fault, isVerified: isSigned || mchid !== undefined, ...mchidOf({ mchid }) };
}

function faultOfContent(
  type: ReturnType<typeof contentTypeOf>,
  headers: Headers,
  body: Uint8Array,
): NotificationOutcome | undefined {
  if (!isPlain(headers)) return 'encoded';
  if (type === 'other') return 'content-type';
  return body.byteLength === 0 ? 'malformed' : undefined;
}

async function open(
  form: NotificationForm,
  { body, headers, mchid }: Notification,
  merchants: MerchantList,
  look: LookForKeys,
  now: () => number,
): Promise<OpenedNotification | NoPayment | RefusedNotification> {
  if (form === 'v2') {
    // Anyone can send XML: it is not read if no merchant could have sent it.
    if (!hasV2(mchid, merchants)) return { fault: 'unknown-merchant' };
    return openNotificationV2(body, only(mchid, merchants));
  }
  if (mchid !== undefined && merchants.find(mchid)?.v3 === undefined) return { fault: 'unknown-merchant' };
  const attempt = (): OpenedNotification | RefusedNotification => {
    const verified = verifyNotificationV3(body, headers, v3Merchants(mchid, merchants), now());
    if ('fault' in verified) return verified;
    const opened = openNotificationV3(body, verified);
    return opened.fault === undefined ? opened : { ...opened, isSigned: true };
  };
  const opened = attempt();
  if (opened.fault === undefined || !MAY_LACK_A_KEY.has(opened.fault)) return opened;
  // It may be for a merchant that does not have this key yet, even if another one has it.
  await look(v3Merchants(mchid, merchants).filter((merchant) => !hasKeyFor(merchant, headers)));
  return attempt();
}

const MAY_LACK_A_KEY: ReadonlySet<NotificationOutcome> = new Set([
  'unknown-serial',
  'undecryptable',
  'unknown-merchant',
]);

function only(mchid: string | undefined, merchants: MerchantDirectory): MerchantDirectory {
  return { find: (each) => (mchid === undefined || each === mchid ? merchants.find(each) : undefined) };
}

function hasV2(mchid: string | undefined, merchants: MerchantList): boolean {
  if (mchid !== undefined) return merchants.find(mchid)?.v2 !== undefined;
  for (const { v2 } of merchants.all()) if (v2 !== undefined) return true;
  return false;
}

function v3Merchants(mchid: string | undefined, merchants: MerchantList): V3Merchant[] {
  const named = mchid === undefined ? [...merchants.all()] : [merchants.find(mchid)];
  return named.filter(hasV3);
}

function hasV3(merchant: Merchant | undefined): merchant is V3Merchant {
  return merchant?.v3 !== undefined;
}

function tell(observe: NotificationReceiverOptions['observe'], event: NotificationEvent): void {
  try {
    observe?.(event);
  } catch {
    // A failing observer must not change the answer.
  }
}

function unexpected(error: unknown): Verdict {
  return { outcome: 'unexpected', reason: reasonOf(error) };
}

const WORD = /^[\w-]{1,40}$/;

/** The code or name of an error, not its message, which could contain anything. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no-error';
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'string' && WORD.test(code)) return code;
  return WORD.test(error.name) ? error.name : 'error';
}

function mchidOf({ mchid }: { readonly mchid?: string | undefined }): { readonly mchid?: string } {
  return mchid === undefined ? {} : { mchid };
}
