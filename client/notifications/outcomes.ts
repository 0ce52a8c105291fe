import type { NotificationFault, SaidOfOrder, SaidOfServiceOrder } from '../../wechatpay/notification.js';
import type { BodyFault } from './request.js';

/** What a verified notification says, and nothing else of it: neither the payer nor the attached data. */
export type NotificationFact = PaymentFact | ServiceOrderFact;

/** An order was paid. */
export type PaymentFact = SaidOfOrder;

/** The user confirmed a PayScore service order, or paid it. */
export type ServiceOrderFact = SaidOfServiceOrder;

/**
 * Where a fact has come to.
 *
 * - `signalled`: the workflow of the order has it; where there was none, it was started with it
 * - `late`: the order had ended otherwise, so the workflow `late/…` has it
 * - `known`: the order had ended with this very payment, so there is nothing to do
 * - `unwatched`: nobody watches the service order; whoever starts to, asks WeChat Pay first
 */
export type Delivered = 'signalled' | 'late' | 'known' | 'unwatched';

/**
 * Hands a fact to Temporal. Returns only when Temporal has it; the same fact twice is the same as once.
 *
 * @throws whatever keeps Temporal from having it: WeChat Pay must be told to send the notification again
 */
export type DeliverNotification = (fact: NotificationFact) => Promise<Delivered>;

/**
 * What is answered.
 *
 * - `taken`: WeChat Pay sends the notification no more
 * - `refused`: a failure, the same whatever the reason
 * - `later`: a failure too; nothing was wrong with the notification, and WeChat Pay sends it again
 * - `not-found`: a failure too; as for anything that is sent to an address where nothing is
 */
export type AnswerKind = 'taken' | 'refused' | 'later' | 'not-found';

interface Row {
  readonly answer: AnswerKind;
  /** For people: what happened. */
  readonly means: string;
  /** What somebody should do where it goes on. Absent: nothing. */
  readonly todo?: string;
}

/** What can become of a notification: its answer, its name in metrics, and its line in the docs come from here. */
export const NOTIFICATION_OUTCOMES = {
  signalled: {
    answer: 'taken',
    means: 'The workflow of the order has it; where there was none, it was started with it.',
  },
  late: { answer: 'taken', means: 'The order had ended otherwise, so the workflow `late/…` has it.' },
  known: { answer: 'taken', means: 'The order had ended with this very payment.' },
  unwatched: { answer: 'taken', means: 'Nobody watches the service order; whoever starts to, asks WeChat Pay first.' },
  duplicate: { answer: 'taken', means: 'It came again while, or soon after, it was taken.' },
  'not-a-payment': {
    answer: 'taken',
    means: 'Signed, and says that an attempt to pay failed (v2, `result_code` FAIL).',
  },
  'not-handled': {
    answer: 'refused',
    means:
      "It is WeChat Pay's, and of a kind that this receiver does not know: a refund, say, or a partner's service order.",
    todo: 'Give WeChat Pay the right notify_url for that kind. It is not swallowed, so nothing is lost meanwhile.',
  },
  unsigned: {
    answer: 'refused',
    means: 'A signature header, or the sign, is missing, is there twice, or has not the form of one.',
    todo: 'A scanner or a forger, unless a proxy drops the Wechatpay-… headers.',
  },
  'wrong-signature': {
    answer: 'refused',
    means: 'Signature or sign do not fit the bytes.',
    todo: 'Is the body handed on byte by byte? For v2: are key and signType those of the merchant platform? Else a forger.',
  },
  probe: {
    answer: 'refused',
    means: "One of WeChat Pay's deliberately wrong signatures: to be refused, and no attack.",
  },
  stale: {
    answer: 'refused',
    means: 'Its time is more than 300 s from ours, either way.',
    todo: 'Set the clock of this machine. Else somebody repeats an old notification.',
  },
  'unknown-serial': {
    answer: 'refused',
    means: 'Signed with a key that is not there, also after it was looked for.',
    todo: "Add WeChat Pay's public key, or the platform certificate, to wechatpayKeys of the merchant.",
  },
  undecryptable: {
    answer: 'refused',
    means: 'Signed, but no APIv3 key opens it.',
    todo: 'Check apiV3KeyFile of every merchant that gives this notify_url.',
  },
  'unknown-merchant': {
    answer: 'refused',
    means: 'Of a merchant that is not in the merchants file, or not the one that the address names.',
    todo: 'Add the merchant, or correct its notify_url.',
  },
  'unknown-app': {
    answer: 'refused',
    means: 'Names no app, or one that is not among appids of its merchant.',
    todo: 'Add the app to the merchant.',
  },
  malformed: {
    answer: 'refused',
    means: 'Empty, or not of the form that it should have.',
    todo: "Where it has a merchant, it was verified: look at WeChat Pay's change log, and report it.",
  },
  'wrong-path': {
    answer: 'not-found',
    means:
      'Sent to a path where no notifications are taken: see `reason` (`double-slash`, `merchant-number` for what is none, `unknown-path`) and `path` in the log.',
    todo: 'Where WeChat Pay had signed it: correct the notify_url that orders are placed with, or how the proxy writes paths. Else a scanner.',
  },
  'content-type': { answer: 'refused', means: 'Neither JSON nor XML, by its Content-Type.' },
  encoded: {
    answer: 'refused',
    means: 'Compressed: WeChat Pay does not do that, and what is signed are the bytes.',
    todo: 'Look for a proxy that compresses.',
  },
  'too-large': { answer: 'refused', means: 'More than 64 KB; the rest was not read.' },
  'too-slow': { answer: 'refused', means: 'The body was not whole after 2 s.' },
  'cut-off': { answer: 'refused', means: 'The sender went away in the middle of the body.' },
  'body-consumed': {
    answer: 'later',
    means: 'A body parser of the application was faster, and the signed bytes are gone.',
    todo: 'Put the handler before the body parser, or give its path a raw one.',
  },
  'not-delivered': {
    answer: 'later',
    means: 'Verified, but Temporal does not have it.',
    todo: 'Is the Temporal server up and reachable? WeChat Pay sends the notification again, for a day.',
  },
  timeout: {
    answer: 'later',
    means: 'Verified, but it was not certain in time that Temporal has it.',
    todo: 'As for not-delivered; the notification that comes again is harmless.',
  },
  unexpected: { answer: 'later', means: 'A fault of the receiver, or of what it was given.', todo: 'Report it.' },
} as const satisfies Record<Delivered | NotificationFault | BodyFault | OwnOutcome, Row>;

type OwnOutcome =
  | 'duplicate'
  | 'not-a-payment'
  | 'wrong-path'
  | 'content-type'
  | 'encoded'
  | 'body-consumed'
  | 'not-delivered'
  | 'timeout'
  | 'unexpected';

/** What became of a notification: a row of {@link NOTIFICATION_OUTCOMES}. */
export type NotificationOutcome = keyof typeof NOTIFICATION_OUTCOMES;

/** What an observer hears of each notification: nothing secret, and of an unverified one nothing but its form and a wrong path. */
export interface NotificationEvent {
  readonly outcome: NotificationOutcome;
  /** As the answer: what the notification is, or looks like. */
  readonly form: NotificationForm;
  /** Whether WeChat Pay had signed it, whatever else is wrong with it. Anybody can send what is not. */
  readonly isVerified: boolean;
  /** Where it was verified whose the notification is. */
  readonly mchid?: string;
  /** Of a failure: the `code` or the name of the error, never its message. Of a `wrong-path`: what is wrong with it. */
  readonly reason?: string;
  /** Of a `wrong-path`: where it was sent to, or what stood in place of a merchant number. Anybody can have written it. */
  readonly path?: string;
  /** From the arrival to the answer, in milliseconds. */
  readonly millis: number;
}

/** `v3`: JSON, signed in its headers. `v2`: XML, signed in itself. */
export type NotificationForm = 'v2' | 'v3';
