import type { Merchant, MerchantDirectory, MerchantList } from '../../wechatpay/merchant.js';
import { indexed, indexOf, type MerchantIndex } from '../../wechatpay/merchant-index.js';
import { openNotificationV2 } from '../../wechatpay/notification-v2.js';
import { hasKeyFor, openNotificationV3, verifyNotificationV3 } from '../../wechatpay/notification-v3.js';
import type { NoPayment, OpenedNotification, RefusedNotification } from '../../wechatpay/notification.js';
import type { Headers } from '../../wechatpay/signature-v3.js';
import {
  contentTypeOf,
  declaredLengthOf,
  isPlain,
  lowerCased,
  readBody,
  type RequestBody,
  type RequestHeaders,
} from '../http/request.js';
import { addressOf, formOf, type NotifiedAt, type WrongPath } from './request.js';
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
  /** The merchants, with their keys, as they are when a notification comes. */
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
  receive(body: RequestBody, headers: RequestHeaders, address?: NotifiedAt): Promise<ReceivedNotification>;
  /** For adapters: the answer if the signed bytes are gone, because something else has read the body. */
  bodyConsumed(headers: RequestHeaders): ReceivedNotification;
}

/** A receiver for v3, v3 global and v2, without a server: see the adapters for one. */
export function createNotificationReceiver(options: NotificationReceiverOptions): NotificationReceiver {
  const { merchants, deliver, observe, now = () => Date.now(), deliverWithinMs = ANSWER_WITHIN_MS } = options;
  const once = deliverOnce(deliver, now);
  const look = lookForKeys(now);
  const all = indexed(merchants);
  const candidates = (mchid: string | undefined): Candidates => {
    if (mchid === undefined) return { find: (each) => merchants.find(each), index: all };
    const find = (each: string) => (each === mchid ? merchants.find(each) : undefined);
    return { find, index: () => indexOf([find(mchid) ?? []].flat()) };
  };

  const judge = async (form: NotificationForm, notification: Notification, arrivedAt: number): Promise<Verdict> => {
    const opened = await open(form, notification, candidates(notification.mchid), look, now);
    if (notification.wrong !== undefined) return misdirected(notification.wrong, opened);
    if (opened.fault !== undefined) return refusal(opened);
    const { mchid } = opened;
    const fact = opened.said && withWebhook(opened.said, merchants.find(mchid));
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

/** The merchants that a notification may be for. */
interface Candidates extends MerchantDirectory {
  index(): MerchantIndex;
}

async function open(
  form: NotificationForm,
  { body, headers, mchid }: Notification,
  merchants: Candidates,
  look: LookForKeys,
  now: () => number,
): Promise<OpenedNotification | NoPayment | RefusedNotification> {
  if (form === 'v2') {
    // Anyone can send XML: it is not read if no merchant could have sent it.
    return merchants.index().hasV2 ? openNotificationV2(body, merchants) : { fault: 'unknown-merchant' };
  }
  if (mchid !== undefined && merchants.find(mchid)?.v3 === undefined) return { fault: 'unknown-merchant' };
  const attempt = (): OpenedNotification | RefusedNotification => {
    const verified = verifyNotificationV3(body, headers, merchants.index().keys, now());
    if ('fault' in verified) return verified;
    const opened = openNotificationV3(body, verified, merchants);
    return opened.fault === undefined ? opened : { ...opened, isSigned: true };
  };
  const opened = attempt();
  if (opened.fault === undefined || !MAY_LACK_A_KEY.has(opened.fault)) return opened;
  const { searching } = merchants.index();
  // If it is signed, some merchant has its key; it may be for one that does not have it yet.
  const lacking = opened.isSigned === true ? searching.filter((each) => !hasKeyFor(each, headers)) : searching;
  if (lacking.length === 0) return opened;
  await look(lacking);
  return attempt();
}

const MAY_LACK_A_KEY: ReadonlySet<NotificationOutcome> = new Set([
  'unknown-serial',
  'undecryptable',
  'unknown-merchant',
]);

/** If the merchant has no URL for outcomes, the workflow need not look for one. */
function withWebhook(fact: NotificationFact, merchant: Merchant | undefined): NotificationFact {
  if (fact.of !== 'order' || merchant?.tellsNobody !== true) return fact;
  return { ...fact, notification: { ...fact.notification, hasWebhook: false } };
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
