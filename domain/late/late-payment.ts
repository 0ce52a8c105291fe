import type { QueryOrderResult } from '../activities.js';
import { isThirdHint } from '../hints.js';
import { amountDiffers, disagree, initialLateFacts, isFinding, isKnown, learnLate } from './facts.js';
import type {
  LateDecision,
  LateEvent,
  LateFacts,
  LateOutcome,
  LatePhase,
  LateReason,
  LateState,
  LateStep,
} from './state.js';
import type { Outcome, PaymentNotice } from '../orders/state.js';
import type { Order } from '../orders/order.js';
import type { Instant, Milliseconds } from '../time.js';
import { lengthOfPause, PATIENCE, PAUSES } from '../timing.js';

export type LateTrigger =
  | 'timer'
  | 'retryRequested'
  | 'recorded'
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
  /** The order ended as paid: by itself, or by a person's word. */
  endedPaid: ({ known }) => known !== null,
  isSecond: ({ isSecond }) => isSecond,
  amountDiffers: (state) => state.known !== null && state.shown !== null && amountDiffers(state, state.shown),
  noticeDisagrees: ({ known, shown, notice }) => known !== null && shown !== null && disagree(notice, shown),
  thirdHint: ({ hints }, now) => isThirdHint(hints, now),
  personAsked: ({ asked }) => asked !== null,
  moneyFound: ({ asked }) => isFinding(asked),
} as const satisfies Record<string, Guard>;

export type LateGuardName = keyof typeof LATE_GUARDS;

interface RowHead {
  readonly from: readonly LatePhase['phase'][];
  readonly on: readonly LateTrigger[];
  /** Read on what is known after the event. Absent: always. */
  readonly when?: LateGuardName;
}

type RowEnd =
  | { readonly to: 'checking' | 'end:known' | 'end:refunded' | 'end:recorded' }
  | { readonly to: 'unsettled'; readonly pause: 'unclear' | 'hint' }
  /** `asBefore`: a person who is asked already goes on being asked about the same. */
  | { readonly to: 'needsAttention'; readonly reason: LateReason | 'asBefore' };

export type LateRow = RowHead & RowEnd;

const checking = ['checking'] as const;
const resting = ['unsettled', 'needsAttention'] as const;
const seen = ['paid', 'refunded'] as const;

/**
 * What happens to a payment after the end of its order, as rows: the first that fits is taken; where none fits, it stays
 * where it is. What an event teaches (see `learnLate`) is known before the rows are read.
 */
export const LATE_PAYMENT = [
  // A rest is over, or a person ends it.
  { from: resting, on: ['timer'], when: 'restIsOver', to: 'checking' },
  { from: resting, on: ['retryRequested'], to: 'checking' },
  { from: [...checking, ...resting], on: ['recorded'], to: 'end:recorded' },

  // The order had ended as paid: by the query's payment, it is known, or it is not.
  { from: checking, on: seen, when: 'isSecond', to: 'needsAttention', reason: 'paid-twice' },
  { from: checking, on: [...seen, 'unnamed'], when: 'amountDiffers', to: 'needsAttention', reason: 'amount-differs' },
  { from: checking, on: seen, when: 'noticeDisagrees', to: 'needsAttention', reason: 'notice-and-query-disagree' },
  { from: checking, on: seen, when: 'endedPaid', to: 'end:known' },

  // The order had ended in another way.
  { from: checking, on: ['refunded'], to: 'end:refunded' },
  { from: checking, on: ['paid'], to: 'needsAttention', reason: 'paid-after-close' },
  { from: checking, on: ['closed'], to: 'needsAttention', reason: 'notice-and-query-disagree' },

  // What any query can come to. What a person is asked about the money stands.
  { from: checking, on: ['fatal'], when: 'moneyFound', to: 'needsAttention', reason: 'asBefore' },
  { from: checking, on: ['fatal'], to: 'needsAttention', reason: 'fatal-answer' },
  { from: checking, on: ['hint', 'unclear', 'unnamed'], when: 'personAsked', to: 'needsAttention', reason: 'asBefore' },
  { from: checking, on: ['hint'], when: 'thirdHint', to: 'needsAttention', reason: 'signature-refused' },
  { from: checking, on: ['hint'], to: 'unsettled', pause: 'hint' },
  { from: checking, on: ['unclear', 'unnamed'], to: 'unsettled', pause: 'unclear' },
] as const satisfies readonly LateRow[];

const rows: readonly LateRow[] = LATE_PAYMENT;

/**
 * A verified notice for an order that has ended.
 *
 * @param ended how the order had ended
 */
export function openLate(order: Order, ended: Outcome, notice: PaymentNotice, now: Instant): LateDecision {
  const facts = initialLateFacts(order, ended, notice, now);
  return decisionOf({ ...facts, ...(isKnown(facts) ? end({ ended: 'known' }) : { phase: 'checking' }) });
}

/**
 * What an event does to a late payment, and what is to be done next. Pure.
 *
 * @param now the server's clock when the event is handled
 */
export function decideLate(state: LateState, event: LateEvent, now: Instant): LateDecision {
  if (state.phase === 'ended') return decisionOf(state);
  const trigger = triggerOf(state, event);
  const learned = learnLate(state, event, now);
  const row = rowFor(learned, trigger, now);
  if (row === undefined) return decisionOf(learned);
  return { ...decisionOf(follow(learned, row, event, now)), row: rows.indexOf(row) + 1 };
}

function rowFor(state: LateState, trigger: LateTrigger, now: Instant): LateRow | undefined {
  return rows.find(
    ({ from, on, when }) =>
      from.includes(state.phase) && on.includes(trigger) && (when === undefined || LATE_GUARDS[when](state, now)),
  );
}

function decisionOf(state: LateState): LateDecision {
  return { state, step: stepOf(state) };
}

function stepOf(state: LateState): LateStep {
  switch (state.phase) {
    case 'checking':
      return { do: 'query' };
    case 'unsettled':
      return { do: 'wait', until: state.until };
    case 'needsAttention':
      return { do: 'askPerson', reason: state.reason, until: state.until };
    case 'ended':
      return { do: 'finish', outcome: state.outcome };
  }
}

function follow(state: LateState, row: LateRow, event: LateEvent, now: Instant): LateState {
  switch (row.to) {
    case 'checking':
      return { ...state, phase: 'checking' };
    case 'unsettled':
      return rest(state, row.pause, now);
    case 'needsAttention':
      return askPerson(state, row.reason === 'asBefore' ? state.asked : row.reason, now);
    case 'end:known':
      return { ...state, ...end({ ended: 'known' }) };
    case 'end:refunded':
      return { ...state, ...end({ ended: 'refunded' }) };
    case 'end:recorded':
      return { ...state, ...end(recorded(event)) };
  }
}

/** Patience ends where a late payment would pause once more. */
function rest(state: LateState, pause: 'unclear' | 'hint', now: Instant): LateState {
  if (now - state.patienceFrom >= PATIENCE) return askPerson(state, 'patience-over', now);
  return { ...state, ...counted(state, pause), phase: 'unsettled', until: now + lengthOf(pause, state) };
}

function counted({ unclear }: LateFacts, pause: 'unclear' | 'hint'): Partial<LateFacts> {
  return { unclear: pause === 'unclear' ? unclear + 1 : unclear };
}

/** Only pauses of one kind grow; each row of them begins with the shortest. */
function lengthOf(pause: 'unclear' | 'hint', { unclear }: LateFacts): Milliseconds {
  return lengthOfPause(PAUSES[pause], pause === 'unclear' ? unclear : 0);
}

function askPerson(state: LateState, reason: LateReason | null, now: Instant): LateState {
  if (reason === null) throw new Error('a row goes on asking a person who is not asked');
  const until = now + PAUSES.needsAttention.first;
  return { ...state, asked: reason, unclear: 0, phase: 'needsAttention', reason, until };
}

function end(outcome: LateOutcome): LatePhase {
  return { phase: 'ended', outcome };
}

function recorded(event: LateEvent): LateOutcome {
  if (event.type !== 'recorded') throw new Error(`a row ends a late payment as recorded on ${event.type}`);
  return { ended: 'recorded', as: event.as, note: event.note, by: event.by };
}

function triggerOf({ known }: LateFacts, event: LateEvent): LateTrigger {
  switch (event.type) {
    case 'timerFired':
      return 'timer';
    case 'retryRequested':
    case 'recorded':
      return event.type;
    case 'queryFailed': {
      const { kind } = event.failure;
      return kind === 'fatal' || kind === 'hint' ? kind : 'unclear';
    }
    case 'queryAnswered': {
      const isUnnamed = 'payment' in event.answer && event.answer.payment.transactionId === null;
      return isUnnamed && known !== null ? 'unnamed' : triggerOfState(event.answer.tradeState);
    }
  }
}

function triggerOfState(tradeState: QueryOrderResult['tradeState']): LateTrigger {
  switch (tradeState) {
    case 'SUCCESS':
      return 'paid';
    case 'REFUND':
      return 'refunded';
    case 'CLOSED':
    case 'REVOKED':
      return 'closed';
    case 'NOTPAY':
    case 'PAYERROR':
    case 'USERPAYING':
    case 'NOT_FOUND':
      return 'unclear';
  }
}
