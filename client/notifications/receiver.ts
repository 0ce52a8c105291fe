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
import {
  addressOf,
  contentTypeOf,
  declaredLengthOf,
  formOf,
  isPlain,
  lowerCased,
  type NotificationBody,
  type NotificationHeaders,
  type NotifiedAt,
  readBody,
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
  /** Whose notifications are taken, with their keys; read anew for each notification. */
  readonly merchants: MerchantList;
  /** Hands a fact to Temporal. WeChat Pay gets its success answer only after this has returned. */
  readonly deliver: DeliverNotification;
  /** Hears what became of each notification, for metrics and logs. What it throws is dropped. */
  readonly observe?: (event: NotificationEvent) => void;
  /** Milliseconds since 1970, on the wall clock. Default: `Date.now`. */
  readonly now?: () => number;
  /** Within how many milliseconds from its arrival a notification is answered; WeChat Pay waits for 5000. Default: 4500. */
  readonly deliverWithinMs?: number;
}

/** What became of one notification. */
export interface ReceivedNotification {
  /** To be sent back as it is. */
  readonly answer: NotificationAnswer;
  readonly outcome: NotificationOutcome;
  /** What it said, where it was verified; also where it came before, or did not get to Temporal. */
  readonly fact?: NotificationFact;
}

/** Takes WeChat Pay's notifications. */
export interface NotificationReceiver {
  /**
   * Verifies a notification over its raw bytes, reads it, and hands what it says to Temporal. It never throws.
   *
   * @param body the bytes as they came; neither parsed, nor decompressed, nor written anew
   * @param address what the address that it was sent to says of it
   */
  receive(body: NotificationBody, headers: NotificationHeaders, address?: NotifiedAt): Promise<ReceivedNotification>;
  /** For adapters: the answer where the signed bytes are gone, because something else has read the body. */
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
      // What says that it is JSON is read as such, whatever it begins with.
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
  /** Whose it must be. */
  readonly mchid: string | undefined;
  /** It was sent to an address where none is taken. */
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

/** It is verified all the same, to tell WeChat Pay's own, whose notify_url is to be corrected, from a scanner's. */
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
  if (form === 'v2') return openNotificationV2(body, only(mchid, merchants));
  if (mchid !== undefined && merchants.find(mchid)?.v3 === undefined) return { fault: 'unknown-merchant' };
  const attempt = (): OpenedNotification | RefusedNotification => {
    const verified = verifyNotificationV3(body, headers, v3Merchants(mchid, merchants), now());
    if ('fault' in verified) return verified;
    const opened = openNotificationV3(body, verified);
    return opened.fault === undefined ? opened : { ...opened, isSigned: true };
  };
  const opened = attempt();
  if (opened.fault === undefined || !MAY_LACK_A_KEY.has(opened.fault)) return opened;
  // It may be of a merchant that has not this key yet, also where another one has it.
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
    // The order matters more than its metric.
  }
}

function unexpected(error: unknown): Verdict {
  return { outcome: 'unexpected', reason: reasonOf(error) };
}

const WORD = /^[\w-]{1,40}$/;

/** A word for what went wrong: the message of an error could say anything. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no-error';
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'string' && WORD.test(code)) return code;
  return WORD.test(error.name) ? error.name : 'error';
}

function mchidOf({ mchid }: { readonly mchid?: string | undefined }): { readonly mchid?: string } {
  return mchid === undefined ? {} : { mchid };
}
