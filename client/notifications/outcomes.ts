import type { NotificationFault, SaidOfOrder, SaidOfServiceOrder } from '../../wechatpay/notification.js';
import type { BodyFault } from '../http/request.js';

/** What a verified notification says, without the payer and the attached data. */
export type NotificationFact = PaymentFact | ServiceOrderFact;

/** An order was paid. */
export type PaymentFact = SaidOfOrder;

/** The user confirmed a PayScore service order, or paid it. */
export type ServiceOrderFact = SaidOfServiceOrder;

/**
 * Where a fact was delivered.
 *
 * - `signalled`: the workflow of the order has it; if there was none, it was started with the fact
 * - `late`: the order had ended otherwise, so the workflow `late/…` has it
 * - `known`: the order had ended with this very payment, so there is nothing to do
 * - `unwatched`: the service order has no workflow; one that starts later queries WeChat Pay first
 */
export type Delivered = 'signalled' | 'late' | 'known' | 'unwatched';

/**
 * Delivers a fact to Temporal. Returns only when Temporal has it; the same fact twice is the same as once.
 *
 * @throws any error if Temporal may not have it: then WeChat Pay gets a failure answer, and sends the notification again
 */
export type DeliverNotification = (fact: NotificationFact) => Promise<Delivered>;

/**
 * The answer to WeChat Pay.
 *
 * - `taken`: success; WeChat Pay does not send the notification again
 * - `refused`: failure, the same for every reason
 * - `later`: failure; nothing was wrong with the notification, and WeChat Pay sends it again
 * - `not-found`: failure, as for any request to an unknown path
 */
export type AnswerKind = 'taken' | 'refused' | 'later' | 'not-found';

interface Row {
  readonly answer: AnswerKind;
  /** For people: what happened. */
  readonly means: string;
  /** What an operator should do if it continues. Absent: nothing. */
  readonly todo?: string;
}

/** What can happen to a notification. The answer, the name in metrics and the line in the docs come from here. */
export const NOTIFICATION_OUTCOMES = {
  signalled: {
    answer: 'taken',
    means: 'The workflow of the order has it; if there was none, it was started with the notification.',
  },
  late: { answer: 'taken', means: 'The order had ended otherwise, so the workflow `late/…` has it.' },
  known: { answer: 'taken', means: 'The order had ended with this very payment.' },
  unwatched: {
    answer: 'taken',
    means: 'The service order has no workflow; one that starts later queries WeChat Pay first.',
  },
  duplicate: { answer: 'taken', means: 'It came again while the first was being delivered, or soon after.' },
  'not-a-payment': {
    answer: 'taken',
    means: 'Signed, and says that an attempt to pay failed (v2, `result_code` FAIL).',
  },
  'not-handled': {
    answer: 'refused',
    means:
      "It is WeChat Pay's, of a kind that this receiver does not know, such as a refund, a combined payment or a partner's service order. A refund of v2 has no signature: it only looks like one.",
    todo: 'Give WeChat Pay the right notify_url for that kind. It is refused, so WeChat Pay sends it again, and nothing is lost meanwhile.',
  },
  unsigned: {
    answer: 'refused',
    means: 'A signature header, or the sign, is missing, is there twice, or has the wrong form.',
    todo: 'A scanner or a forger, unless a proxy removes the Wechatpay-… headers.',
  },
  'wrong-signature': {
    answer: 'refused',
    means: 'The signature, or the sign, does not match the bytes.',
    todo: 'Does a proxy change the body? For v2: are the key and signType those of the merchant platform? Otherwise a forger.',
  },
  probe: {
    answer: 'refused',
    means: "One of WeChat Pay's deliberately wrong signatures, which must be refused. Not an attack.",
  },
  stale: {
    answer: 'refused',
    means: 'Its time is more than 300 s from ours, either way.',
    todo: 'Set the clock of this machine. Otherwise someone replays an old notification.',
  },
  'unknown-serial': {
    answer: 'refused',
    means: 'Signed with a key that the merchant does not have, also after a search for new keys.',
    todo: "Add WeChat Pay's public key, or the platform certificate, to wechatpayKeys of the merchant.",
  },
  undecryptable: {
    answer: 'refused',
    means: 'Signed, but no APIv3 key decrypts it.',
    todo: 'Check apiV3KeyFile of every merchant that uses this notify_url.',
  },
  'unknown-merchant': {
    answer: 'refused',
    means: 'Of a merchant that is not in the merchants file, or is not the one in the address.',
    todo: 'Add the merchant, or correct its notify_url.',
  },
  'unknown-app': {
    answer: 'refused',
    means: 'Names no app, or one that is not among appids of its merchant.',
    todo: 'Add the app to the merchant.',
  },
  malformed: {
    answer: 'refused',
    means: 'Empty, or in the wrong form.',
    todo: "If the log names a merchant, it was verified: look at WeChat Pay's change log, and report it.",
  },
  'wrong-path': {
    answer: 'not-found',
    means:
      'Sent to a path that is not one for notifications: see `reason` (`double-slash`; `merchant-number`: not a valid one; `unknown-path`) and `path` in the log.',
    todo: 'If WeChat Pay signed it: correct the notify_url that orders are placed with, or how the proxy writes paths. Otherwise a scanner.',
  },
  'content-type': { answer: 'refused', means: 'Its Content-Type is neither JSON nor XML.' },
  encoded: {
    answer: 'refused',
    means: 'Compressed. WeChat Pay does not compress, and the signature is over the uncompressed bytes.',
    todo: 'Look for a proxy that compresses.',
  },
  'too-large': { answer: 'refused', means: 'More than 64 KB; the rest was not read.' },
  'too-slow': { answer: 'refused', means: 'The body was not complete after 2 s.' },
  'cut-off': { answer: 'refused', means: 'The sender closed the connection in the middle of the body.' },
  'body-consumed': {
    answer: 'later',
    means: 'A body parser of the application read the body first, so the signed bytes are gone.',
    todo: 'Put the handler before the body parser, or use a raw parser for its path.',
  },
  'not-delivered': {
    answer: 'later',
    means: 'Verified, but the delivery to Temporal failed.',
    todo: 'Is the Temporal server up and reachable? WeChat Pay sends the notification again, for a day.',
  },
  timeout: {
    answer: 'later',
    means: 'Verified, but Temporal did not confirm in time that it has it.',
    todo: 'As for not-delivered. The same notification again is harmless.',
  },
  unexpected: {
    answer: 'later',
    means: 'A bug in the receiver, or in the options that it was given.',
    todo: 'Report it.',
  },
} as const satisfies Record<Delivered | NotificationFault | BodyFault | OwnOutcome, Row>;

type OwnOutcome =
  | 'duplicate'
  | 'not-a-payment'
  | 'wrong-path'
  | 'content-type'
  | 'encoded'
  | 'not-delivered'
  | 'timeout'
  | 'unexpected';

/** What happened to a notification: a row of {@link NOTIFICATION_OUTCOMES}. */
export type NotificationOutcome = keyof typeof NOTIFICATION_OUTCOMES;

/** What an observer gets for each notification: nothing secret; of an unverified one only its form and a wrong path. */
export interface NotificationEvent {
  readonly outcome: NotificationOutcome;
  /** The form of the notification, or the form that it seems to have; also that of the answer. */
  readonly form: NotificationForm;
  /** Whether WeChat Pay signed it, whatever else is wrong with it. Anyone can send one that is not signed. */
  readonly isVerified: boolean;
  /** The merchant, if the notification was verified to be for it. */
  readonly mchid?: string;
  /** For a failure: the `code` or the name of the error, never its message. For a `wrong-path`: what is wrong with the path. */
  readonly reason?: string;
  /** For a `wrong-path`: the path, or the part in place of the merchant number. Untrusted text. */
  readonly path?: string;
  /** Time from the arrival to the answer, in milliseconds. */
  readonly millis: number;
}

/** `v3`: JSON, signed in its headers. `v2`: XML, signed in itself. */
export type NotificationForm = 'v2' | 'v3';
