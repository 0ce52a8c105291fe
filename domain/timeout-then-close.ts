import type { CloseAnswer, QueryOrderResult } from './activities.js';
import type { AttentionReason, OrderEvent, OrderState, PhaseName } from './order-state.js';
import { amountIsRight, dueAt, noticeIsRight } from './order-facts.js';
import type { Instant } from './time.js';
import {
  CLOSE_SETTLES_WITHIN,
  HINTS_BEFORE_A_PERSON,
  NOT_FOUNDS_BEFORE_A_CLOSE,
  PAYING_TOO_LONG,
  PAYMENT_LIFE,
  type PauseName,
} from './timing.js';

/** What an event amounts to, whichever call or message brought it. */
export type Trigger =
  | 'timer'
  | 'closeRequested'
  | 'noticePaid'
  | 'noticeWrong'
  /** What a query answered. */
  | 'paid'
  | 'wrongAmount'
  | 'closed'
  | 'unpaid'
  | 'paying'
  | 'notFound'
  /** What a close answered. */
  | `close:${CloseAnswer}`
  /** What any call can come to. */
  | 'unclear'
  | 'hint'
  | 'fatal';

interface RowHead {
  readonly from: readonly PhaseName[];
  readonly on: readonly Trigger[];
  /** Read on what is known after the event. Absent: always. */
  readonly when?: GuardName;
}

/** Where a row leads, with what belongs to that phase: the pause before WeChat Pay is asked again, or why a person is. */
type RowEnd =
  | { readonly to: 'awaitingPayment' | 'checking' | 'closing' | 'end:paid' | 'end:closed' | 'end:neverExisted' }
  | { readonly to: 'confirming'; readonly pause?: PauseName }
  | { readonly to: 'userIsPaying' | 'notFoundYet' | 'unsettled'; readonly pause: PauseName }
  | { readonly to: 'needsAttention'; readonly reason: AttentionReason };

export type Row = RowHead & RowEnd;

type Guard = (state: OrderState, now: Instant) => boolean;

const isDue: Guard = (state, now) => now >= dueAt(state);
const mayClose: Guard = (state, now) => isDue(state, now) && !state.paidClaimed;

/** The conditions of the table, by name. */
export const GUARDS = {
  due: isDue,
  mayClose,
  paidClaimed: (state) => state.paidClaimed,
  paidNoticed: (state) => state.paidNoticed,
  thirdHint: (state) => state.hints >= HINTS_BEFORE_A_PERSON,
  payingTooLong: (state, now) =>
    mayClose(state, now) && state.payingSince !== null && now - state.payingSince >= PAYING_TOO_LONG,
  requestRefused: (state) => state.requestRefused,
  closeIsSettling: (state, now) => state.closeAcceptedAt !== null && now - state.closeAcceptedAt < CLOSE_SETTLES_WITHIN,
  neverExisted: (state, now) =>
    !state.seen && !state.paidClaimed && state.closedUnseen && now >= state.order.createdAt + PAYMENT_LIFE,
  mayCloseUnseen: (state, now) =>
    mayClose(state, now) && !state.closedUnseen && state.notFounds >= NOT_FOUNDS_BEFORE_A_CLOSE,
} as const satisfies Record<string, Guard>;

export type GuardName = keyof typeof GUARDS;

const awaiting = ['awaitingPayment'] as const;
const closing = ['closing'] as const;
const confirming = ['confirming'] as const;
const asking = ['checking', 'confirming'] as const;
const resting = ['userIsPaying', 'notFoundYet', 'unsettled', 'needsAttention'] as const;
const open = [...awaiting, ...asking, ...closing, ...resting] as const;

/**
 * The life of an order, as rows: in `from`, on `on`, `when` it holds, go `to`. The first row that fits is taken; where
 * none fits, the order stays where it is. What an event teaches (see `learn`) is known before the rows are read.
 */
export const TIMEOUT_THEN_CLOSE = [
  // What can come at any time.
  { from: closing, on: ['noticePaid'], to: 'confirming' },
  { from: open, on: ['noticePaid'], to: 'end:paid' },
  { from: open, on: ['noticeWrong'], to: 'needsAttention', reason: 'amount-differs' },
  { from: open, on: ['fatal'], to: 'needsAttention', reason: 'fatal-answer' },
  { from: open, on: ['hint'], when: 'thirdHint', to: 'needsAttention', reason: 'signature-refused' },
  { from: open, on: ['hint'], to: 'unsettled', pause: 'hint' },

  // Waiting for the shopper.
  { from: awaiting, on: ['timer', 'closeRequested'], when: 'due', to: 'checking' },

  // The query's answer.
  { from: asking, on: ['paid'], to: 'end:paid' },
  { from: asking, on: ['wrongAmount'], to: 'needsAttention', reason: 'amount-differs' },
  { from: asking, on: ['closed'], when: 'paidNoticed', to: 'needsAttention', reason: 'notice-and-query-disagree' },
  { from: asking, on: ['closed'], to: 'end:closed' },
  { from: asking, on: ['unpaid'], when: 'paidClaimed', to: 'confirming', pause: 'paidClaimed' },
  { from: confirming, on: ['unpaid'], when: 'closeIsSettling', to: 'confirming', pause: 'stillUnpaid' },
  { from: confirming, on: ['unpaid'], when: 'requestRefused', to: 'needsAttention', reason: 'request-refused' },
  { from: asking, on: ['unpaid'], when: 'mayClose', to: 'closing' },
  { from: asking, on: ['unpaid'], to: 'awaitingPayment' },
  { from: asking, on: ['paying'], when: 'payingTooLong', to: 'closing' },
  { from: asking, on: ['paying'], to: 'userIsPaying', pause: 'userIsPaying' },
  { from: asking, on: ['notFound'], when: 'neverExisted', to: 'end:neverExisted' },
  { from: asking, on: ['notFound'], when: 'mayCloseUnseen', to: 'closing' },
  { from: asking, on: ['notFound'], to: 'notFoundYet', pause: 'notFound' },
  { from: asking, on: ['unclear'], to: 'unsettled', pause: 'unclear' },

  // The close's answer.
  { from: closing, on: ['close:accepted', 'close:alreadyClosed'], to: 'confirming' },
  { from: closing, on: ['close:paid'], to: 'confirming', pause: 'paidClaimed' },
  { from: closing, on: ['close:inProgress'], to: 'confirming', pause: 'inProgress' },
  { from: closing, on: ['close:tooOften'], to: 'confirming', pause: 'tooOften' },
  { from: closing, on: ['close:notFound'], to: 'confirming', pause: 'notFound' },
  { from: closing, on: ['close:refusedState', 'close:refusedRequest'], to: 'confirming', pause: 'refused' },
  { from: closing, on: ['close:queryTooOld', 'close:tooEarly'], to: 'unsettled', pause: 'unclear' },
  { from: closing, on: ['unclear'], to: 'confirming', pause: 'unclear' },

  // A pause is over.
  { from: resting, on: ['timer'], to: 'checking' },
] as const satisfies readonly Row[];

/** The trigger that an event is, for this order. */
export function triggerOf(state: OrderState, event: OrderEvent): Trigger {
  switch (event.type) {
    case 'timerFired':
      return 'timer';
    case 'closeRequested':
      return 'closeRequested';
    case 'paymentNotice':
      return noticeIsRight(state, event.notice) ? 'noticePaid' : 'noticeWrong';
    case 'queryAnswered':
      return triggerOfAnswer(state, event.answer);
    case 'closeAnswered':
      return `close:${event.answer.answer}`;
    case 'queryFailed':
    case 'closeFailed':
      return event.failure.kind === 'fatal' || event.failure.kind === 'hint' ? event.failure.kind : 'unclear';
  }
}

function triggerOfAnswer(state: OrderState, answer: QueryOrderResult): Trigger {
  switch (answer.tradeState) {
    case 'SUCCESS':
    case 'REFUND':
      return amountIsRight(state.order, answer.payment) ? 'paid' : 'wrongAmount';
    case 'CLOSED':
    case 'REVOKED':
      return 'closed';
    case 'NOTPAY':
    case 'PAYERROR':
      return 'unpaid';
    case 'USERPAYING':
      return 'paying';
    case 'NOT_FOUND':
      return 'notFound';
  }
}

const rows: readonly Row[] = TIMEOUT_THEN_CLOSE;

/** The row that an event takes in a state, or `undefined` where the order stays where it is. */
export function rowFor(state: OrderState, trigger: Trigger, now: Instant): Row | undefined {
  return rows.find(
    (row) =>
      row.from.includes(state.phase) &&
      row.on.includes(trigger) &&
      (row.when === undefined || GUARDS[row.when](state, now)),
  );
}
