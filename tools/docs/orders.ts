import { CLOSE_LIMITS } from '../../domain/guarded-write.js';
import { GUARDS, type GuardName } from '../../domain/orders/guards.js';
import { checkOrder, OUT_TRADE_NO } from '../../domain/orders/input.js';
import {
  CHECK_ANSWERED_WITHIN,
  DEFAULT_ORDER_TIMING,
  FLOOR_MARGIN,
  MINIMUM_AGE_TO_CLOSE,
  ORDER_APIS,
  type OrderTiming,
} from '../../domain/orders/order.js';
import type { AttentionReason, Outcome } from '../../domain/orders/state.js';
import { PHASES, TIMEOUT_THEN_CLOSE } from '../../domain/orders/table.js';
import { TRIGGERS, type Trigger } from '../../domain/orders/triggers.js';
import type { VisibleState } from '../../domain/page/order.js';
import { REASONS } from '../../domain/page/texts-order.js';
import { CALL_RETRIED_FOR, NOT_FOUND_APART } from '../../domain/waiting.js';
import type { Checked } from '../../domain/validation.js';
import { diagram, type Drawing, type DrawnRow } from './diagram.js';
import type { DocumentedFlow, Field } from './flow-page.js';
import { code } from './markdown.js';
import { reasonsToAct, resolve, RETRY, type Send, statesToAct } from './operating-page.js';

const ENDS: Record<Outcome['ended'], string> = {
  paid: 'A verified notification or query shows the payment, with the right amount. `refunded` says that the query called it REFUND; `toldBy` is `notification` or `query`.',
  closed:
    'A query says CLOSED or REVOKED: it can never be paid again. `closeSent` says whether this worker sent a close: `yes`, `no`, or `maybe` if an attempt was lost. It does not say who closed the order: WeChat Pay does not tell that.',
  'never-existed':
    'WeChat Pay never knew the number, a close was tried, and the life of a payment is over; or the checkout said `placementFailed`, and the same was true at the floor.',
  resolved: 'A person said how it ended: `as`, `note`, `by`; and `said`, the last answer of WeChat Pay.',
  released: 'A person pressed _Request Cancellation_. The worker does not close the order any more.',
};

/** What each state means, and what an operator should do. */
const STATES: Record<VisibleState, readonly [means: string, toDo: string]> = {
  'awaiting-payment': [
    'The order waits for its payment, until `WxpayDeadline`.',
    'Nothing. `checkNow` asks WeChat Pay at once.',
  ],
  'user-is-paying': ['WeChat Pay says that the shopper is paying.', 'Nothing.'],
  closing: [
    'A close is sent, or its effect is confirmed.',
    'Nothing. It lasts seconds, or a few minutes; longer if WeChat Pay calls it paid and does not show it.',
  ],
  'not-found-yet': [
    'WeChat Pay does not know the number.',
    'Check that the checkout really placed this number with this merchant. If not, it ends as `never-existed` by itself; soon after its 5 minutes if the checkout sent `placementFailed`.',
  ],
  unsettled: [
    'The last answer was inconclusive, or a close was refused for now. The worker tries again by itself.',
    'Nothing at first. If many orders are unsettled, see the [alerts](configuration.md#metrics). `retry` asks at once.',
  ],
  'needs-attention': ['A person is needed. `WxpayReason` says why.', 'See [below](#why-a-person-is-needed).'],
  paid: [
    'It is paid, with the right amount.',
    'Nothing. If it was placed under another number too (`replacedBy`), see to it that only one payment is kept.',
  ],
  closed: ['It is closed at WeChat Pay, and cannot be paid any more.', 'Nothing.'],
  'never-existed': ['WeChat Pay never knew the number.', 'Nothing.'],
  resolved: ['A person said how it ended.', 'Nothing.'],
  released: [
    'A person stopped the watching: the worker does not close it. If it is paid after all, a person is asked, in [`late/…`](late-payments.md).',
    'If it should be closed after all, the checkout calls `adopt`.',
  ],
};

/** The updates that a person may send when the cause is known. */
const SENDS: Record<AttentionReason, readonly Send[]> = {
  'amount-differs': [resolve('paid')],
  'notification-and-query-disagree': [RETRY, resolve('closed')],
  'fatal-answer': [RETRY],
  'request-refused': [RETRY],
  'signature-refused': [RETRY],
  'resolution-contradicted': [RETRY, resolve('closed', true)],
  'patience-over': [RETRY],
};

export const orderStatesForOperators = (): string => statesToAct(STATES);
export const orderReasons = (): string => reasonsToAct(REASONS, SENDS);

/** What the lengths of time in `timing` are for. */
const LENGTHS: Record<Exclude<keyof OrderTiming, 'pauses'>, string> = {
  patience: 'from the first check that was due until a person is asked',
  payingTooLong: 'how long a payment in progress is waited for before the close is tried',
  closeSettlesWithin: 'how long after an accepted close a query that says NOTPAY is taken for late',
  paymentLife: 'how long after its placement an order that was never seen may still appear',
  checkInterval: 'calls of `checkNow` within this time share one answer',
};

const FIXED: DocumentedFlow['fixed'] = [
  ['MINIMUM_AGE_TO_CLOSE', MINIMUM_AGE_TO_CLOSE, 'from the creation to the first close (S0, S2)'],
  ['FLOOR_MARGIN', FLOOR_MARGIN, 'added to it, for clocks that differ and a start before the placement'],
  [
    'CLOSE_LIMITS.queryValidFor',
    CLOSE_LIMITS.queryValidFor,
    'from the query that allows a close to the close, at most; see [the guarded write](guarantees.md#the-guarded-write)',
  ],
  ['NOT_FOUND_APART', NOT_FOUND_APART, 'between two signed not-founds before a number is believed not to exist'],
  [
    'CALL_RETRIED_FOR',
    CALL_RETRIED_FOR,
    'how long Temporal retries one call before the order is _unsettled_, and tried again after a pause',
  ],
  ['CHECK_ANSWERED_WITHIN', CHECK_ANSWERED_WITHIN, 'how long `checkNow` waits for a new answer'],
];

/** The fields of the input, and their defaults. */
const FIELDS: readonly Field[] = [
  ['api', 'How it was placed: APIv3 overseas, APIv3 on the mainland, or v2.', 'needed', { api: 'x' }],
  ['mchid', 'The merchant; of an institution or partner, its own number.', 'needed', { mchid: 'x' }],
  ['subMchid', 'The sub-merchant.', 'none: direct mode', { subMchid: 'x' }],
  ['outTradeNo', 'The number that the merchant gave the order.', 'needed, or `transactionId`', { outTradeNo: '' }],
  [
    'transactionId',
    'WeChat Pay’s number, if the caller has nothing else. An unpaid order cannot be found by it.',
    '–',
    { outTradeNo: undefined, transactionId: '' },
  ],
  ['appid', 'The app, as at placement. v2 sends it.', 'the merchant’s first', { appid: '' }],
  ['subAppid', 'The sub-merchant’s app, as at placement.', 'none', { subAppid: 'x' }],
  ['amount', 'What the order costs: `{ total, currency }`.', 'needed, or `amountUnknown`', { amount: 'x' }],
  ['amount.total', 'In the smallest unit.', '–', { amount: { total: 0, currency: 'HKD' } }],
  ['amount.currency', 'Its code.', '–', { amount: { total: 1, currency: 'x' } }],
  ['amountUnknown', '`true`: a payment of any amount ends the order as paid.', '–', { amountUnknown: false }],
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

const RIGHT_INPUT = {
  api: 'v3-global',
  mchid: '1',
  outTradeNo: '1',
  amount: { total: 1, currency: 'HKD' },
  payWithin: '15m',
};

/** The form of an order number depends on the API: its rule here names all forms. */
function check(probe: object): Checked<unknown> {
  const input = Object.entries({ ...RIGHT_INPUT, ...probe }).filter(([, value]) => value !== undefined);
  const checked = checkOrder(Object.fromEntries(input), 0);
  if (checked.ok) return checked;
  const forms = ORDER_APIS.map((api) => `${code(api)} ${OUT_TRADE_NO[api].inWords}`).join('; ');
  const faults = checked.faults.map((each) => {
    return each.field === 'outTradeNo' ? { ...each, rule: each.rule.replace(/: .*$/, `: ${forms}`) } : each;
  });
  return { ok: false, faults };
}

/** What may come at any time, and what a person does. */
const ANYTIME: readonly Trigger[] = ['notificationPaid', 'notificationWrong', 'checkRequested', 'releaseRequested'];
const UNDRAWN_GUARDS: readonly GuardName[] = [
  'releasing',
  'releasingUnconfirmed',
  'resolutionConfirmed',
  'resolutionPending',
  'notifiedPaid',
  'notifiedWrong',
  'personIsAsked',
  'onlyChecking',
];

function isLeftOut({ on, when = '', to }: DrawnRow, from: string): boolean {
  const isUnusual = on.some((each) => [...ANYTIME, 'close:superseded'].includes(each));
  // Side paths. At its deadline an order goes to its close at once, and it waits for its payment again only after a query
  // that was not part of a close.
  const isSide =
    when === '' &&
    ((from === 'awaitingPayment' && on.includes('timer')) || (from === 'closing' && to === 'awaitingPayment'));
  const wasNotAccepted = from === 'confirming' && when === 'mayClose';
  return isUnusual || isSide || wasNotAccepted || UNDRAWN_GUARDS.some((each) => each === when);
}

const PAUSING = ['userIsPaying', 'notFoundYet', 'unsettled'] as const;

const DRAWING: Drawing = {
  start: 'awaitingPayment',
  labels: {
    timer: 'time is up',
    closeRequested: 'close asked for',
    retryRequested: 'a person',
    unpaid: 'unpaid',
    unclear: 'unclear',
    hint: 'signature refused',
    'close:accepted': 'accepted',
    'close:paid': 'called paid',
    'close:lost': 'lost',
    'close:inProgress': 'refused for now',
    'close:tooOften': 'refused for now',
    'close:notFound': 'refused for now',
    'close:refusedState': 'refused for now',
    'close:unclear': 'unclear',
    'close:tooEarly': 'too early',
  } satisfies Partial<Record<Trigger, string>>,
  conditions: {
    mayCloseNow: 'deadline',
    closeIsNewlyDue: 'close asked for',
    placementFailed: 'placement failed',
    mayClose: 'unpaid and due',
    closeDidNotSettle: 'close did not settle',
    payingTooLong: 'paying too long',
    mayCloseUnseen: 'not found twice',
    neverExisted: 'never found',
    paidClaimed: 'unpaid, called paid',
    closeIsSettling: 'close is settling',
  } satisfies Partial<Record<GuardName, string>>,
  isLeftOut,
  sameAs: { confirming: 'checking', checking: 'closing' },
  unlabelled: { from: [...PAUSING, 'needsAttention'], to: ['userIsPaying', 'notFoundYet', 'needsAttention'] },
};

/** Conditions of rows that the overview leaves out. */
const UNUSUAL: readonly GuardName[] = [
  'payingTooLong',
  'mayCloseUnseen',
  'paidClaimed',
  'closeIsSettling',
  'closeDidNotSettle',
  'neverExisted',
  'placementFailed',
];

const OVERVIEW: Drawing = {
  ...DRAWING,
  nodes: Object.fromEntries(PAUSING.map((phase) => [phase, 'pausing'])),
  titles: { pausing: 'user is paying,<br/>not found yet,<br/>unsettled' },
  isLeftOut: (row, from) => isLeftOut(row, from) || UNUSUAL.some((each) => each === row.when),
  unlabelled: { from: ['pausing', 'needsAttention'], to: ['pausing', 'needsAttention'] },
};

/** An overview of the life of an order. */
export const orderOverview = (): string => diagram(TIMEOUT_THEN_CLOSE, OVERVIEW);

export const ORDERS: DocumentedFlow = {
  rows: TIMEOUT_THEN_CLOSE,
  phases: PHASES,
  triggers: TRIGGERS,
  guards: GUARDS,
  ends: ENDS,
  fields: FIELDS,
  check,
  timing: DEFAULT_ORDER_TIMING,
  lengths: LENGTHS,
  fixed: FIXED,
  drawing: DRAWING,
};
