import { ADVICE } from './advice.js';
import { errorRow } from './error-table.js';
import { dueAt } from './order-facts.js';
import type { AttentionReason, LastAnswer, OrderState, Outcome, PhaseName, Step } from './order-state.js';
import { numberOf, orderWorkflowId, type Amount, type Order } from './order.js';
import { toRfc3339, type Instant } from './time.js';

/** The states that operators filter orders by. A check takes a moment only, so it is not one of them. */
export type VisibleState =
  | 'awaiting-payment'
  | 'user-is-paying'
  | 'closing'
  | 'not-found-yet'
  | 'unsettled'
  | 'needs-attention'
  | Outcome['ended'];

const VISIBLE: Record<Exclude<PhaseName, 'ended' | 'checking'>, VisibleState> = {
  awaitingPayment: 'awaiting-payment',
  userIsPaying: 'user-is-paying',
  closing: 'closing',
  confirming: 'closing',
  notFoundYet: 'not-found-yet',
  unsettled: 'unsettled',
  needsAttention: 'needs-attention',
};

/** What a list of orders shows for this one; `undefined` where it goes on showing what it did. */
export function visibleState(state: OrderState): VisibleState | undefined {
  if (state.phase === 'ended') return state.outcome.ended;
  return state.phase === 'checking' ? undefined : VISIBLE[state.phase];
}

const WHAT_HAPPENS: Record<Exclude<PhaseName, 'ended'>, string> = {
  awaitingPayment: 'Waiting for the payment',
  checking: 'Asking WeChat Pay for the state of the order',
  userIsPaying: 'The shopper is paying; asking again soon',
  closing: 'Closing the order at WeChat Pay',
  confirming: 'Confirming with a query what came of the close',
  notFoundYet: 'WeChat Pay does not know the order yet; asking again',
  unsettled: 'The last answer decided nothing; asking again',
  needsAttention: 'A person is needed; WeChat Pay is still asked every hour',
};

const REASONS: Record<AttentionReason, string> = {
  'amount-differs':
    'The order is paid with an amount that is not the expected one. Compare both, then refund or accept it.',
  'notice-and-query-disagree':
    'A verified notice said paid, the query says closed. Ask WeChat Pay with the Request-ID.',
  'fatal-answer': 'Asking again does not mend the last answer.',
  'request-refused': 'WeChat Pay refuses the close, and the order is still unpaid.',
  'signature-refused': 'WeChat Pay refuses our signature three times in a row.',
  'resolution-contradicted':
    'WeChat Pay does not confirm what it was resolved as. Resolve it again with force if it stands.',
  'patience-over': 'The order could not be settled in a day.',
};

/** One line for the list of workflows. */
export function summaryOf({ ref, amount }: Order): string {
  return `WeChat Pay order ${numberOf(ref)} of merchant ${ref.subMchid ?? ref.mchid}, ${moneyOf(amount)}`;
}

/** What an order needs to be known by, in Markdown; it does not change. */
export function detailsOf(order: Order): string {
  return [
    `Order \`${orderWorkflowId(order.ref)}\` (${order.ref.api}), ${moneyOf(order.amount)}.`,
    `Created ${toRfc3339(order.createdAt)}, to be paid before ${toRfc3339(order.payBefore)}; never closed before ${toRfc3339(order.floor)}.`,
  ].join('\n\n');
}

/** What operators see of an order as it is now, in Markdown. */
export function currentDetailsOf(state: OrderState, step: Step): string {
  return [headline(state, step), ...deadline(state), lastAnswer(state.last), ...whatToDo(state)].join('\n\n');
}

function headline(state: OrderState, step: Step): string {
  if (state.phase === 'ended') return `**${endOf(state.outcome)}**`;
  const until = 'until' in step ? ` until ${toRfc3339(step.until)}` : '';
  return `**${WHAT_HAPPENS[state.phase]}**${until}`;
}

function deadline(state: OrderState): string[] {
  if (state.phase === 'ended') return [];
  const { closeRequested, paidClaimed } = state;
  const asked = closeRequested === null ? '' : `, as asked at ${toRfc3339(closeRequested.at)}`;
  if (paidClaimed) return ['WeChat Pay calls it paid: no close is sent any more.'];
  return [`If unpaid, it is closed from ${toRfc3339(dueAt(state))} on${asked}.`];
}

function lastAnswer(last: LastAnswer | null): string {
  if (last === null) return 'WeChat Pay was not asked yet.';
  const requestId = last.requestId === null ? '' : `, Request-ID \`${last.requestId}\``;
  return `Last answer: \`${last.said}\` to ${last.call} at ${toRfc3339(last.at)}${requestId}.`;
}

function whatToDo(state: OrderState): string[] {
  if (state.phase !== 'needsAttention' && state.phase !== 'unsettled') return [];
  const reason = state.phase === 'needsAttention' ? REASONS[state.reason] : '';
  const advice = state.last === null ? '' : adviceFor(state.last);
  const text = `${reason} ${advice}`.trim();
  return text === '' ? [] : [`What to do: ${text}`];
}

function adviceFor({ call, said }: LastAnswer): string {
  const row = call === 'notice' ? undefined : errorRow(call, said);
  return row === undefined ? '' : ADVICE[row.advice].en;
}

function endOf(outcome: Outcome): string {
  const replaced = outcome.replacedBy === undefined ? '' : `, placed anew as ${outcome.replacedBy}`;
  switch (outcome.ended) {
    case 'paid':
      return `Paid${outcome.refunded ? ' and refunded' : ''}, transaction ${outcome.transactionId ?? 'unknown'}${replaced}`;
    case 'closed':
      return `Closed ${outcome.by === 'us' ? 'by this worker' : 'elsewhere'}${replaced}`;
    case 'never-existed':
      return `WeChat Pay never knew this order${replaced}`;
    case 'resolved':
      return `Resolved as ${outcome.as} by ${outcome.by}${replaced}`;
    case 'released':
      return `No longer watched, as a person asked${replaced}`;
  }
}

function moneyOf(amount: Amount | null): string {
  return amount === null ? 'amount unknown' : `${amount.currency} ${amount.total} (in the smallest unit)`;
}

/** One line for a timer or an activity in the history. */
export function stepSummary(state: OrderState, until?: Instant): string {
  switch (state.phase) {
    case 'awaitingPayment':
      return `Close if unpaid at ${toRfc3339(until ?? dueAt(state))}`;
    case 'checking':
      return 'Is it paid?';
    case 'closing':
      return 'Close at WeChat Pay';
    case 'confirming':
      return until === undefined ? 'Confirm with a query' : 'Pause before it is confirmed';
    case 'userIsPaying':
    case 'notFoundYet':
    case 'unsettled':
    case 'needsAttention':
      return WHAT_HAPPENS[state.phase];
    case 'ended':
      return endOf(state.outcome);
  }
}
