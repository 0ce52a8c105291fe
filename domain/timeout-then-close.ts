import type { CloseAnswer, QueryOrderResult } from './activities.js';
import type { AttentionReason, CallFailure, OrderEvent, OrderState, PhaseName, Resolution } from './order-state.js';
import { amountIsRight, dueAt, noticeIsOurs } from './order-facts.js';
import type { Instant } from './time.js';
import {
  CHECK_INTERVAL,
  CLOSE_FRESHNESS,
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
  | 'checkRequested'
  | 'extended'
  | 'placedAgain'
  | 'retryRequested'
  | 'resolveRequested'
  | 'releaseRequested'
  | 'noticePaid'
  | 'noticeWrong'
  /** About another order. No row hears it. */
  | 'noticeForeign'
  /** What came of a close after another event had overtaken it. No row hears it; what it teaches is kept. */
  | 'overtaken'
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
  | { readonly to: 'awaitingPayment' | 'checking' | 'closing' | End }
  | { readonly to: 'confirming'; readonly pause?: PauseName }
  | { readonly to: 'userIsPaying' | 'notFoundYet' | 'unsettled'; readonly pause: PauseName }
  | { readonly to: 'needsAttention'; readonly reason: AttentionReason };

type End = 'end:paid' | 'end:closed' | 'end:neverExisted' | 'end:resolved' | 'end:released';

export type Row = RowHead & RowEnd;

type Guard = (state: OrderState, now: Instant, trigger: Trigger) => boolean;

const isDue: Guard = (state, now) => now >= dueAt(state);
const mayClose: Guard = (state, now, trigger) =>
  isDue(state, now, trigger) && !state.paidClaimed && isFresh(state, now);

/** A close goes by a query of the last half minute. Its answer may have waited longer than that for a worker. */
function isFresh({ lastQueryAt }: OrderState, now: Instant): boolean {
  return lastQueryAt !== null && now - lastQueryAt <= CLOSE_FRESHNESS;
}

/** What a query says that confirms a person's word. (A payment of the right amount, and a sure close, end the order anyway.) */
const CONFIRMS: Record<Resolution['as'], Trigger> = {
  paid: 'wrongAmount',
  closed: 'closed',
  'never-existed': 'notFound',
};

/** The conditions of the table, by name. */
export const GUARDS = {
  due: isDue,
  mayClose,
  isStale: (state, now, trigger) => isDue(state, now, trigger) && !isFresh(state, now),
  paidClaimed: (state) => state.paidClaimed,
  thirdHint: ({ hints }) => Math.max(hints.query, hints.close) >= HINTS_BEFORE_A_PERSON,
  mayCheck: (state, now) => state.askedAt === null || now - state.askedAt >= CHECK_INTERVAL,
  releasing: (state) => state.releaseRequested,
  resolutionStands: ({ resolution }, _, trigger) =>
    resolution !== null && (resolution.force || CONFIRMS[resolution.as] === trigger),
  resolutionPending: (state) => state.resolution !== null,
  closedForSure: (state) => !state.paidNoticed,
  payingTooLong: (state, now, trigger) =>
    mayClose(state, now, trigger) && state.payingSince !== null && now - state.payingSince >= PAYING_TOO_LONG,
  requestRefused: (state) => state.requestRefused,
  closeIsSettling: (state, now) => state.closeAcceptedAt !== null && now - state.closeAcceptedAt < CLOSE_SETTLES_WITHIN,
  neverExisted: (state, now) =>
    !state.seen && !state.paidClaimed && state.closedUnseen && now >= state.order.createdAt + PAYMENT_LIFE,
  mayCloseUnseen: (state, now, trigger) =>
    mayClose(state, now, trigger) && !state.closedUnseen && state.notFounds >= NOT_FOUNDS_BEFORE_A_CLOSE,
} as const satisfies Record<string, Guard>;

export type GuardName = keyof typeof GUARDS;

const awaiting = ['awaitingPayment'] as const;
const closing = ['closing'] as const;
const confirming = ['confirming'] as const;
const asking = ['checking', 'confirming'] as const;
const resting = ['userIsPaying', 'notFoundYet', 'unsettled', 'needsAttention'] as const;
/** Where a call is in flight. */
const calling = [...asking, ...closing] as const;
const open = [...awaiting, ...asking, ...closing, ...resting] as const;

/** What a call can come to that ends nothing by itself. */
const inconclusive = ['wrongAmount', 'unpaid', 'paying', 'notFound', 'unclear', 'hint', 'fatal'] as const;
/** What a close can come to that is not confirmed at once anyway. */
const closeHeard = [
  'close:paid',
  'close:inProgress',
  'close:tooOften',
  'close:notFound',
  'close:refusedState',
  'close:refusedRequest',
  'close:tooEarly',
  'close:queryTooOld',
  'unclear',
  'hint',
  'fatal',
] as const;

/**
 * The life of an order, as rows: in `from`, on `on`, `when` it holds, go `to`. The first row that fits is taken; where
 * none fits, the order stays where it is. What an event teaches (see `learn`) is known before the rows are read.
 */
export const TIMEOUT_THEN_CLOSE = [
  // What is decisive comes first, whatever else was asked for.
  { from: closing, on: ['noticePaid'], to: 'confirming' },
  { from: [...awaiting, ...asking, ...resting], on: ['noticePaid'], to: 'end:paid' },
  { from: open, on: ['noticeWrong'], to: 'needsAttention', reason: 'amount-differs' },
  { from: asking, on: ['paid'], to: 'end:paid' },
  { from: asking, on: ['closed'], when: 'closedForSure', to: 'end:closed' },

  // A person's word, after the query that it waits for.
  { from: asking, on: ['closed', ...inconclusive], when: 'resolutionStands', to: 'end:resolved' },
  {
    from: asking,
    on: ['closed', ...inconclusive],
    when: 'resolutionPending',
    to: 'needsAttention',
    reason: 'resolution-contradicted',
  },

  // A person stops the watching: what is in flight is heard out, and one query follows a close.
  { from: closing, on: closeHeard, when: 'releasing', to: 'confirming' },
  { from: asking, on: ['closed', ...inconclusive], when: 'releasing', to: 'end:released' },
  { from: confirming, on: ['releaseRequested'], to: 'confirming' },
  { from: [...awaiting, ...resting], on: ['releaseRequested'], to: 'end:released' },

  // What can come of any call.
  { from: calling, on: ['fatal'], to: 'needsAttention', reason: 'fatal-answer' },
  { from: calling, on: ['hint'], when: 'thirdHint', to: 'needsAttention', reason: 'signature-refused' },
  { from: calling, on: ['hint'], to: 'unsettled', pause: 'hint' },

  // Waiting for the shopper.
  { from: awaiting, on: ['timer', 'closeRequested'], when: 'due', to: 'checking' },

  { from: [...awaiting, ...resting], on: ['checkRequested'], when: 'mayCheck', to: 'checking' },

  // The query's answer.
  { from: asking, on: ['wrongAmount'], to: 'needsAttention', reason: 'amount-differs' },
  { from: asking, on: ['closed'], to: 'needsAttention', reason: 'notice-and-query-disagree' },
  { from: asking, on: ['unpaid'], when: 'paidClaimed', to: 'confirming', pause: 'paidClaimed' },
  { from: asking, on: ['unpaid'], when: 'closeIsSettling', to: 'confirming', pause: 'stillUnpaid' },
  { from: asking, on: ['unpaid'], when: 'requestRefused', to: 'needsAttention', reason: 'request-refused' },
  { from: asking, on: ['unpaid'], when: 'mayClose', to: 'closing' },
  { from: asking, on: ['unpaid'], when: 'isStale', to: 'unsettled', pause: 'unclear' },
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
  { from: closing, on: ['placedAgain'], to: 'confirming' },

  // A pause is over, or a person ends it.
  { from: resting, on: ['timer', 'retryRequested'], to: 'checking' },
  { from: ['needsAttention'], on: ['resolveRequested'], to: 'checking' },
] as const satisfies readonly Row[];

/** The trigger that an event is, for this order. */
export function triggerOf(state: OrderState, event: OrderEvent): Trigger {
  switch (event.type) {
    case 'timerFired':
      return 'timer';
    case 'closeRequested':
    case 'checkRequested':
    case 'extended':
    case 'placedAgain':
    case 'retryRequested':
    case 'resolveRequested':
    case 'releaseRequested':
      return event.type;
    case 'paymentNotice':
      if (!noticeIsOurs(state, event.notice)) return 'noticeForeign';
      return amountIsRight(state.order, event.notice) ? 'noticePaid' : 'noticeWrong';
    case 'queryAnswered':
      return triggerOfAnswer(state, event.answer);
    case 'closeAnswered':
      return state.phase === 'closing' ? `close:${event.answer.answer}` : 'overtaken';
    case 'closeFailed':
      return state.phase === 'closing' ? triggerOfFailure(event.failure) : 'overtaken';
    case 'queryFailed':
      return triggerOfFailure(event.failure);
  }
}

function triggerOfFailure({ kind }: CallFailure): Trigger {
  return kind === 'fatal' || kind === 'hint' ? kind : 'unclear';
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
      (row.when === undefined || GUARDS[row.when](state, now, trigger)),
  );
}
