import type { CloseAnswer } from '../activities.js';
import { dueAt } from './facts.js';
import type { AttentionReason, OrderState, PhaseName, Refusals, Resolution } from './state.js';
import type { Instant } from '../time.js';
import { CLOSE_GIVEN_OUT_WITHIN, HINTS_BEFORE_A_PERSON, NOT_FOUNDS_BEFORE_A_CLOSE, type PauseName } from '../timing.js';

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
  | 'notificationPaid'
  | 'notificationWrong'
  /** About another order. No row hears it. */
  | 'notificationForeign'
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
  /** To the rest that a check interrupted, as it was. */
  | { readonly to: 'back' }
  | { readonly to: 'confirming'; readonly pause?: PauseName }
  | { readonly to: 'userIsPaying' | 'notFoundYet' | 'unsettled'; readonly pause: PauseName }
  | { readonly to: 'needsAttention'; readonly reason: AttentionReason };

type End = 'end:paid' | 'end:closed' | 'end:neverExisted' | 'end:resolved' | 'end:released';

export type Row = RowHead & RowEnd;

type Guard = (state: OrderState, now: Instant, trigger: Trigger) => boolean;

const isDue: Guard = (state, now) => now >= dueAt(state);
/** A check only asks: it never closes an order, due or not. */
const mayClose: Guard = (state, now, trigger) =>
  isDue(state, now, trigger) && !state.paidClaimed && isFresh(state, now) && state.interrupted === null;

/** From then on, an order that was never seen will not appear at WeChat Pay any more. */
function endOfLife({ order, placedAt }: OrderState): Instant {
  return Math.max(placedAt + order.timing.paymentLife, order.payBefore, order.floor);
}

/** Three in a row, over the time that the pauses between them last: no longer one worker's clock or key. */
function areTooMany(refusals: Refusals | null, { timing }: OrderState['order'], now: Instant): boolean {
  const span = (HINTS_BEFORE_A_PERSON - 1) * timing.pauses.hint.first;
  return refusals !== null && refusals.count >= HINTS_BEFORE_A_PERSON && now - refusals.since >= span;
}

/** Whether no close was tried for as long as the rests between two questions grow while the shopper pays. */
function noCloseWasTriedOfLate({ closeTriedAt, order }: OrderState, now: Instant): boolean {
  return closeTriedAt === null || now - closeTriedAt >= order.timing.pauses.userIsPaying.max;
}

/** A close goes by a query of the last half minute. Its answer may have waited longer than that for a worker. */
function isFresh({ lastQueryAt }: OrderState, now: Instant): boolean {
  return lastQueryAt !== null && now - lastQueryAt <= CLOSE_GIVEN_OUT_WITHIN;
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
  thirdHint: ({ hints, order }, now) => areTooMany(hints.query, order, now) || areTooMany(hints.close, order, now),
  /** Not while a query is on its way, which will tell, and not sooner than that of another check may have. */
  mayCheck: (state, now) =>
    !(state.phase === 'confirming' && now >= state.until) &&
    (state.askedAt === null || now - state.askedAt >= state.order.timing.checkInterval),
  onlyChecking: (state) => state.interrupted !== null,
  personIsAsked: (state) => state.interrupted?.phase === 'needsAttention',
  /** The first request for a close, which is the one that counts. */
  closeIsNewlyDue: (state, now, trigger) => isDue(state, now, trigger) && state.closeRequested?.at === now,
  releasing: (state) => state.releaseRequested,
  resolutionStands: ({ resolution }, _, trigger) =>
    resolution !== null && (resolution.force || CONFIRMS[resolution.as] === trigger),
  resolutionPending: (state) => state.resolution !== null,
  closedForSure: (state) => !state.paidShown,
  payingTooLong: (state, now, trigger) =>
    mayClose(state, now, trigger) &&
    state.payingSince !== null &&
    now - state.payingSince >= state.order.timing.payingTooLong &&
    noCloseWasTriedOfLate(state, now),
  requestRefused: (state, _, trigger) => state.refusedAfter === trigger,
  closeIsSettling: ({ closeAcceptedAt, order }, now) =>
    closeAcceptedAt !== null && now - closeAcceptedAt < order.timing.closeSettlesWithin,
  neverExisted: (state, now) => !state.seen && !state.paidClaimed && state.closedUnseen && now >= endOfLife(state),
  mayCloseUnseen: (state, now, trigger) =>
    mayClose(state, now, trigger) && !state.closedUnseen && state.notFounds >= NOT_FOUNDS_BEFORE_A_CLOSE,
} as const satisfies Record<string, Guard>;

export type GuardName = keyof typeof GUARDS;

const awaiting = ['awaitingPayment'] as const;
const closing = ['closing'] as const;
const confirming = ['confirming'] as const;
const asking = ['checking', 'confirming'] as const;
const pausing = ['userIsPaying', 'notFoundYet', 'unsettled'] as const;
const resting = [...pausing, 'needsAttention'] as const;
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
  { from: closing, on: ['notificationPaid'], to: 'confirming' },
  { from: [...awaiting, ...asking, ...resting], on: ['notificationPaid'], to: 'end:paid' },
  { from: closing, on: ['notificationWrong'], when: 'releasing', to: 'confirming' },
  { from: asking, on: ['notificationWrong'], when: 'releasing', to: 'end:released' },
  { from: open, on: ['notificationWrong'], to: 'needsAttention', reason: 'amount-differs' },
  { from: asking, on: ['paid'], to: 'end:paid' },
  { from: asking, on: ['closed'], when: 'closedForSure', to: 'end:closed' },

  // A person's word, after the query that it waits for.
  { from: asking, on: ['closed', ...inconclusive], when: 'resolutionStands', to: 'end:resolved' },

  // A person stops the watching: what is in flight is heard out, and one query follows a close.
  { from: closing, on: closeHeard, when: 'releasing', to: 'confirming' },
  { from: asking, on: ['closed', ...inconclusive], when: 'releasing', to: 'end:released' },
  { from: confirming, on: ['releaseRequested'], to: 'confirming' },
  { from: [...awaiting, ...resting], on: ['releaseRequested'], to: 'end:released' },

  // A person's word that WeChat Pay did not confirm.
  {
    from: asking,
    on: ['closed', ...inconclusive],
    when: 'resolutionPending',
    to: 'needsAttention',
    reason: 'resolution-contradicted',
  },

  // What can come of any call. A check whose answer decides nothing leads back to the rest that it interrupted.
  { from: ['checking'], on: ['fatal', 'hint'], when: 'personIsAsked', to: 'back' },
  { from: calling, on: ['fatal'], to: 'needsAttention', reason: 'fatal-answer' },
  { from: calling, on: ['hint'], when: 'thirdHint', to: 'needsAttention', reason: 'signature-refused' },
  { from: asking, on: ['unpaid', 'paying', 'notFound', 'unclear', 'hint'], when: 'onlyChecking', to: 'back' },
  { from: calling, on: ['hint'], to: 'unsettled', pause: 'hint' },

  // What a checkout asks for, and the deadline.
  { from: awaiting, on: ['timer'], when: 'due', to: 'checking' },
  { from: [...awaiting, ...pausing], on: ['closeRequested'], when: 'closeIsNewlyDue', to: 'checking' },
  { from: [...awaiting, ...resting], on: ['checkRequested'], when: 'mayCheck', to: 'checking' },
  { from: confirming, on: ['checkRequested'], when: 'mayCheck', to: 'confirming' },

  // The query's answer.
  { from: asking, on: ['wrongAmount'], to: 'needsAttention', reason: 'amount-differs' },
  { from: asking, on: ['closed'], to: 'needsAttention', reason: 'notification-and-query-disagree' },
  { from: asking, on: ['unpaid'], when: 'paidClaimed', to: 'confirming', pause: 'paidClaimed' },
  { from: asking, on: ['unpaid', 'paying'], when: 'closeIsSettling', to: 'confirming', pause: 'stillUnpaid' },
  {
    from: asking,
    on: ['unpaid', 'paying', 'notFound'],
    when: 'requestRefused',
    to: 'needsAttention',
    reason: 'request-refused',
  },
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
  { from: confirming, on: ['retryRequested'], to: 'confirming' },
  { from: ['needsAttention'], on: ['resolveRequested'], to: 'checking' },
] as const satisfies readonly Row[];

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

/** Where a row stands in the table, counted from 1. */
export function numberOf(row: Row): number {
  return rows.indexOf(row) + 1;
}
