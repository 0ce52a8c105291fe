import type { OrderState, Outcome, PhaseName } from '../../domain/orders/state.js';
import type { GuardName, Trigger } from '../../domain/orders/timeout-then-close.js';
import {
  CHECK_INTERVAL,
  CLOSE_FRESHNESS,
  CLOSE_SETTLES_WITHIN,
  HINTS_BEFORE_A_PERSON,
  NOT_FOUNDS_BEFORE_A_CLOSE,
  PAUSES,
  PAYING_TOO_LONG,
  type PauseName,
  type Timing,
} from '../../domain/timing.js';
import { inWords } from './markdown.js';

export type OpenPhase = Exclude<PhaseName, 'ended'>;

/** What happens in a state. Each name of the rules must have its words: the compiler finds the one that lacks them. */
export const PHASES: Record<OpenPhase, string> = {
  awaitingPayment: 'The worker waits: for a notification, for a request, and at last for the deadline.',
  checking: 'WeChat Pay is asked.',
  userIsPaying: `The shopper is entering a password. After ${inWords(PAYING_TOO_LONG)} of it, an order that is due is tried to be closed, once in ${inWords(PAUSES.userIsPaying.max)} at most: WeChat Pay refuses it while the shopper pays.`,
  closing: `One close is sent, at most ${inWords(CLOSE_FRESHNESS)} after the query that allowed it.`,
  confirming: 'WeChat Pay is asked what came of the close, or of a claim of payment.',
  notFoundYet: `WeChat Pay does not know the number. After ${NOT_FOUNDS_BEFORE_A_CLOSE} signed answers of that kind in a row, one close of an order that is due is tried all the same.`,
  unsettled: 'The last answer decided nothing: lost, unsigned, unclear, or too old to act on.',
  needsAttention: 'A person is asked; WeChat Pay still is, every hour.',
};

/** What an end means for a checkout. */
export const ENDS: Record<Outcome['ended'], string> = {
  paid: 'A verified notification or query shows the payment, with the right amount. `refunded` says that the query called it REFUND; `toldBy` is `notification` or `query`.',
  closed:
    'A query says CLOSED or REVOKED: it can never be paid again. `by` is `us` where a close of ours was sent, else `elsewhere`.',
  'never-existed':
    'WeChat Pay never knew the number, a close was tried all the same, and the life of a payment is over.',
  resolved: 'A person said how it ended: `as`, `note`, `by`; and `said`, the last answer of WeChat Pay.',
  released: 'A person pressed _Request Cancellation_. Nobody closes the order any more.',
};

/** What brings an order on, and how a diagram calls it. */
export const TRIGGERS: Record<Trigger, { readonly means: string; readonly brief: string }> = {
  timer: { means: 'the wait or the pause is over', brief: 'time is up' },
  closeRequested: { means: '`closeNow`', brief: 'close asked for' },
  checkRequested: { means: '`checkNow`', brief: 'check asked for' },
  extended: { means: '`extend`: no row; the deadline has moved', brief: 'extended' },
  placedAgain: { means: '`placedAgain`', brief: 'placed again' },
  retryRequested: { means: '`retry`', brief: 'a person' },
  resolveRequested: { means: '`resolve`', brief: 'a person' },
  releaseRequested: { means: '_Request Cancellation_', brief: 'released' },
  notificationPaid: { means: 'a verified notification: paid, with the right amount', brief: 'notification' },
  notificationWrong: {
    means: 'a verified notification: paid, with another amount',
    brief: 'notification, wrong amount',
  },
  notificationForeign: { means: 'a notification of another order: no row hears it', brief: 'foreign notification' },
  overtaken: { means: 'a close that another event had overtaken: what it teaches is kept', brief: 'overtaken' },
  paid: { means: 'query: SUCCESS or REFUND, with the right amount', brief: 'paid' },
  wrongAmount: { means: 'query: SUCCESS or REFUND, with another amount, or none', brief: 'wrong amount' },
  closed: { means: 'query: CLOSED or REVOKED', brief: 'closed' },
  unpaid: { means: 'query: NOTPAY or PAYERROR', brief: 'unpaid' },
  paying: { means: 'query: USERPAYING', brief: 'user is paying' },
  notFound: { means: 'query: signed, and the number is not known', brief: 'not found' },
  'close:accepted': { means: 'close: 204, or v2’s SUCCESS', brief: 'answered' },
  'close:alreadyClosed': { means: 'close: ORDER_CLOSED', brief: 'answered' },
  'close:paid': { means: 'close: ORDERPAID', brief: 'answered' },
  'close:inProgress': { means: 'close: refused, a payment is in progress', brief: 'answered' },
  'close:tooOften': { means: 'close: refused, too many requests', brief: 'answered' },
  'close:notFound': { means: 'close: refused, the number is not known', brief: 'answered' },
  'close:refusedState': { means: 'close: refused for the state of the order', brief: 'answered' },
  'close:refusedRequest': { means: 'close: refused as a faulty request', brief: 'answered' },
  'close:tooEarly': { means: 'close: not sent, the 5 minutes are not over', brief: 'not sent' },
  'close:queryTooOld': { means: 'close: not sent, its query is too old', brief: 'not sent' },
  unclear: { means: 'a call came to nothing that decides', brief: 'unclear' },
  hint: {
    means: 'a call was refused for its signature, or by an answer that is not signed',
    brief: 'refused, unsigned',
  },
  fatal: { means: 'a call was refused in a way that repeating cannot mend', brief: 'refused' },
};

/** The conditions of the table. */
export const CONDITIONS: Record<GuardName, string> = {
  due: 'the deadline has come, or a close was asked for; and the 5 minutes and their margin are over',
  mayClose: `it is due, WeChat Pay has not called it paid, the query is at most ${inWords(CLOSE_FRESHNESS)} old, and this is not only a check`,
  isStale: `it is due, and the query is older than ${inWords(CLOSE_FRESHNESS)}`,
  paidClaimed: 'WeChat Pay has called the order paid: no close is sent any more',
  thirdHint: `one of the two calls was refused so ${HINTS_BEFORE_A_PERSON} times in a row, over ${inWords((HINTS_BEFORE_A_PERSON - 1) * PAUSES.hint.first)}`,
  mayCheck: `no query is on its way, and the last came back ${inWords(CHECK_INTERVAL)} ago or longer`,
  onlyChecking: 'the query was a check only, made for `checkNow`',
  personIsAsked: 'the query was a check only, and a person is being asked',
  closeIsNewlyDue: 'it is the first request to close, and the 5 minutes and their margin are over',
  releasing: 'a person pressed _Request Cancellation_',
  resolutionStands: 'a person said how it ended, and the answer confirms it, or `force` was said',
  resolutionPending: 'a person said how it ended, and the answer does not confirm it',
  closedForSure: 'no verified notification or answer has ever shown a payment',
  payingTooLong: `it may be closed, the shopper has been paying for ${inWords(PAYING_TOO_LONG)}, and no close was tried for ${inWords(PAUSES.userIsPaying.max)}`,
  requestRefused: 'the last close was refused as a faulty request, and the query says what it had said before',
  closeIsSettling: `a close was accepted less than ${inWords(CLOSE_SETTLES_WITHIN)} ago`,
  neverExisted:
    'no answer or notification has ever shown the order, a close was tried all the same, and the life of a payment is over',
  mayCloseUnseen: `it may be closed, ${NOT_FOUNDS_BEFORE_A_CLOSE} signed not-founds came in a row, and no close was tried since they began`,
};

/** What the lengths of time are for that an order may bring along. */
export const LENGTHS: Record<Exclude<keyof Timing, 'pauses'>, string> = {
  payingTooLong: 'how long a payment in progress is waited for before the close is tried',
  closeSettlesWithin: 'how long after an accepted close a query that says NOTPAY is believed to be late',
  paymentLife: 'how long after the placement an order that was never seen may still appear',
  patience: 'from the first check that was due until a person is asked; no state resets it',
  checkInterval: 'how often a checkout may have WeChat Pay asked',
};

export const PAUSE_WORDS: Record<PauseName, string> = {
  userIsPaying: 'the shopper is entering a password',
  stillUnpaid: 'a close was accepted, and the query still says NOTPAY',
  paidClaimed: 'WeChat Pay said ORDERPAID, and the query does not show it yet',
  inProgress: 'a close was refused because a payment is in progress',
  tooOften: 'a close was refused because of a rate limit',
  refused: 'a close was refused for the state of the order, or as a faulty request',
  notFound: 'the number is not known',
  unclear: 'an answer that decides nothing',
  hint: 'a request was refused for its signature',
  needsAttention: 'a person is asked',
};

/** What the fields of an order mean, and what is taken where one is left out. */
export const FIELDS: readonly (readonly [field: string, meaning: string, otherwise: string, probe: object])[] = [
  ['api', 'How it was placed: APIv3 overseas, APIv3 on the mainland, or v2.', 'needed', { api: 'x' }],
  ['mchid', 'The merchant; of an institution or partner, its own number.', 'needed', { mchid: 'x' }],
  ['subMchid', 'The sub-merchant.', 'none: direct mode', { subMchid: 'x' }],
  ['outTradeNo', 'The number that the merchant gave the order.', 'needed, or `transactionId`', { outTradeNo: '' }],
  [
    'transactionId',
    'WeChat Pay’s number, where the caller has nothing else. An unpaid order cannot be found by it.',
    '–',
    { outTradeNo: undefined, transactionId: '' },
  ],
  ['appid', 'The app, as at placement. v2 sends it.', 'the merchant’s first', { appid: '' }],
  ['subAppid', 'The sub-merchant’s app, as at placement.', 'none', { subAppid: 'x' }],
  ['amount', 'What the order costs: `{ total, currency }`.', 'needed, or `amountUnknown`', { amount: 'x' }],
  ['amount.total', 'In the smallest unit.', '–', { amount: { total: 0, currency: 'HKD' } }],
  ['amount.currency', 'Its code.', '–', { amount: { total: 1, currency: 'x' } }],
  [
    'amountUnknown',
    '`true`: said on purpose; a payment of any amount ends the order as paid.',
    '–',
    { amountUnknown: false },
  ],
  ['payBefore', 'Until when it may be paid.', 'needed, or `payWithin`', { payWithin: undefined, payBefore: 'x' }],
  ['payWithin', 'How long it may be paid, from `createdAt` on.', '–', { payWithin: 'x' }],
  ['createdAt', 'When WeChat Pay accepted the placement.', 'the start', { createdAt: 'x' }],
  [
    'trustCreatedAt',
    'The caller vouches for `createdAt`: the 5 minutes count from there, and not from the start.',
    '`false`',
    { trustCreatedAt: true },
  ],
  ['locale', 'In which language operators read of it.', '`en`', { locale: 'x' }],
  ['timing', 'Lengths of time that differ from the [defaults](#times).', 'the defaults', { timing: 'x' }],
];

/** A state of which only the name counts. */
export function inPhase(phase: OpenPhase): OrderState {
  return { phase } as OrderState;
}
