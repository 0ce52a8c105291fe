import { isThirdHint } from '../hints.js';
import { differsInAmount, isFinding, isShownAsKnown, isShownAsOnly } from './facts.js';
import type { LatePhaseName, LateReason, LateState } from './state.js';
import type { Instant } from '../time.js';

export type LateTrigger =
  | 'timer'
  | 'retryRequested'
  | 'recorded'
  | 'releaseRequested'
  /** A further notification. */
  | 'notificationAnother'
  | 'notificationRepeated'
  /** What a query answered. */
  | 'paid'
  | 'refunded'
  | 'closed'
  /** A payment without a number, of an order that ended as paid: it cannot be told from another. */
  | 'unnamed'
  /** What any query can come to. */
  | 'unclear'
  | 'hint'
  | 'fatal';

type Guard = (state: LateState, now: Instant) => boolean;

/** The conditions of the table, by name. */
export const LATE_GUARDS = {
  restIsOver: (state, now) => 'until' in state && now >= state.until,
  /** The order ended as paid, with the payment that the query shows, and nothing says otherwise. */
  isTheKnown: isShownAsKnown,
  /** The order ended as paid: by itself, or by a person's word. */
  endedPaid: ({ known }) => known !== null,
  /** The order did not end as paid, and the payment that the query shows is the only one. */
  isTheOnly: isShownAsOnly,
  isSecond: ({ isSecond }) => isSecond,
  amountDiffers: (state) => state.known !== null && state.shown !== null && differsInAmount(state, state.shown),
  releasing: ({ releaseRequested }) => releaseRequested,
  thirdHint: ({ hints }, now) => isThirdHint(hints, now),
  personAsked: ({ asked }) => asked !== null,
  moneyFound: ({ asked }) => isFinding(asked),
} as const satisfies Record<string, Guard>;

export type LateGuardName = keyof typeof LATE_GUARDS;

interface RowHead {
  readonly from: readonly LatePhaseName[];
  readonly on: readonly LateTrigger[];
  /** Read on what is known after the event. Absent: always. */
  readonly when?: LateGuardName;
}

type RowEnd =
  | { readonly to: 'checking' | 'end:known' | 'end:refunded' | 'end:recorded' | 'end:released' }
  | { readonly to: 'unsettled'; readonly pause: 'unclear' | 'hint' }
  /** `asBefore`: a person who is asked already goes on being asked about the same. */
  | { readonly to: 'needsAttention'; readonly reason: LateReason | 'asBefore' };

export type LateRow = RowHead & RowEnd;

const checking = ['checking'] as const;
const resting = ['unsettled', 'needsAttention'] as const;
const open = [...checking, ...resting] as const;
const seen = ['paid', 'refunded'] as const;
const unanswered = ['unclear', 'hint', 'fatal'] as const;

/**
 * What happens to a payment after the end of its order, as rows: the first that fits is taken; where none fits, it stays
 * where it is. What an event teaches (see `learnLate`) is known before the rows are read.
 */
export const LATE_PAYMENT = [
  // A further payment is never lost, also where a person is just done with the first.
  { from: [...open, 'ended'], on: ['notificationAnother'], to: 'needsAttention', reason: 'paid-twice' },

  // A rest is over; or a person ends it, or all of it.
  { from: resting, on: ['timer'], when: 'restIsOver', to: 'checking' },
  { from: resting, on: ['retryRequested'], to: 'checking' },
  { from: open, on: ['recorded'], to: 'end:recorded' },
  { from: resting, on: ['releaseRequested'], to: 'end:released' },

  // What settles it. The query that a release hears out may.
  { from: checking, on: seen, when: 'isTheKnown', to: 'end:known' },
  { from: checking, on: ['refunded'], when: 'isTheOnly', to: 'end:refunded' },
  { from: checking, on: [...seen, 'unnamed', 'closed', ...unanswered], when: 'releasing', to: 'end:released' },

  // What a person must know of the money.
  { from: checking, on: [...seen, 'unnamed', 'closed'], when: 'isSecond', to: 'needsAttention', reason: 'paid-twice' },
  { from: checking, on: [...seen, 'unnamed'], when: 'amountDiffers', to: 'needsAttention', reason: 'amount-differs' },
  { from: checking, on: ['paid'], when: 'endedPaid', to: 'needsAttention', reason: 'notification-and-query-disagree' },
  { from: checking, on: ['paid'], to: 'needsAttention', reason: 'paid-after-close' },
  { from: checking, on: ['refunded', 'closed'], to: 'needsAttention', reason: 'notification-and-query-disagree' },

  // What any query can come to. What a person is asked about the money stands.
  { from: checking, on: ['fatal'], when: 'moneyFound', to: 'needsAttention', reason: 'asBefore' },
  { from: checking, on: ['fatal'], to: 'needsAttention', reason: 'fatal-answer' },
  { from: checking, on: ['hint', 'unclear', 'unnamed'], when: 'personAsked', to: 'needsAttention', reason: 'asBefore' },
  { from: checking, on: ['hint'], when: 'thirdHint', to: 'needsAttention', reason: 'signature-refused' },
  { from: checking, on: ['hint'], to: 'unsettled', pause: 'hint' },
  { from: checking, on: ['unclear', 'unnamed'], to: 'unsettled', pause: 'unclear' },
] as const satisfies readonly LateRow[];

const rows: readonly LateRow[] = LATE_PAYMENT;

/** The row that is taken, if any fits. */
export function lateRowFor(state: LateState, trigger: LateTrigger, now: Instant): LateRow | undefined {
  return rows.find(
    ({ from, on, when }) =>
      from.includes(state.phase) && on.includes(trigger) && (when === undefined || LATE_GUARDS[when](state, now)),
  );
}

/** The number of a row, counted from 1. */
export function numberOfLateRow(row: LateRow): number {
  return rows.indexOf(row) + 1;
}
