import type { VisibleLateState } from '../../domain/page/late.js';
import type { VisibleServiceState } from '../../domain/page/service-order.js';
import type { VisibleState } from '../../domain/page/order.js';
import { LATE_OFFERS, LATE_REASONS_TEXT } from '../../domain/page/texts-late.js';
import type { LateReason } from '../../domain/late/state.js';
import type { Text } from '../../domain/locale.js';
import type { AttentionReason, Resolution } from '../../domain/orders/state.js';
import type { ResolvedAs, ServiceAttentionReason } from '../../domain/payscore/state.js';
import { OFFERS } from '../../domain/page/texts.js';
import { REASONS } from '../../domain/page/texts-order.js';
import { SERVICE_REASONS } from '../../domain/page/texts-service-order.js';
import { code, jsonBlock, table, wordsTable } from './markdown.js';

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

const SERVICE_STATES: Record<VisibleServiceState, readonly [means: string, toDo: string]> = {
  waiting: ['It waits for the time of a request, or for a request.', 'Nothing.'],
  cancelling: [
    'A cancel is sent, or its effect is confirmed.',
    'Nothing. The service order must not be completed meanwhile.',
  ],
  unsettled: [
    'The last answer was inconclusive, or a cancel was refused for now. The worker tries again by itself.',
    'Nothing at first, as above.',
  ],
  'needs-attention': ['A person is needed. `WxpayReason` says why.', 'See [below](#service-orders).'],
  cancelled: [
    'It is cancelled. With `raced` in the result, money was due.',
    'With `raced`: collect the money in another way, or write it off.',
  ],
  done: ['WeChat Pay calls it done.', 'Nothing.'],
  expired: ['WeChat Pay calls it expired.', 'Nothing.'],
  kept: [
    'It was not cancelled. The result says [why](cancel-payscore.md#why-it-is-kept).',
    'Nothing; with `stage-unknown`, check it on the merchant platform.',
  ],
  'never-existed': ['WeChat Pay does not know the number.', 'Nothing.'],
  resolved: ['A person said how it ended.', 'Nothing.'],
  released: [
    'A person stopped the watching: no cancel is sent.',
    'If it should be cancelled after all, request a cancel again.',
  ],
};

type Send = readonly [update: 'retry' | 'resolve' | 'record', input: object];

const RETRY: Send = ['retry', {}];

function resolve(as: Resolution['as'] | ResolvedAs, force?: true): Send {
  return ['resolve', { as, note: OFFERS.note.en, by: OFFERS.by.en, ...(force && { force }) }];
}

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

const SERVICE_SENDS: Record<ServiceAttentionReason, readonly Send[]> = {
  raced: [RETRY],
  'notification-and-query-disagree': [RETRY, resolve('cancelled')],
  'fatal-answer': [RETRY],
  'request-refused': [RETRY],
  'signature-refused': [RETRY],
  'cancel-without-effect': [RETRY, resolve('kept')],
  'resolution-contradicted': [RETRY, resolve('cancelled', true)],
  'patience-over': [RETRY],
};

const LATE_STATES: Record<VisibleLateState, string> = {
  'late-payment-checking': 'Nothing: it takes a moment.',
  unsettled: 'Nothing at first: WeChat Pay is asked again by itself. `retry` asks at once.',
  'needs-attention': '`WxpayReason` says why: see [below](#why-a-person-is-needed).',
  known: 'Nothing.',
  refunded: 'Check on the merchant platform that all of it was refunded.',
  recorded: 'Nothing.',
  released: 'The person who stopped it must take care of the money.',
};

const RECORD: Send = [
  'record',
  { as: 'refunded', note: LATE_OFFERS.note.en, by: OFFERS.by.en, transactionIds: ['4200752501201407033233368018'] },
];

const LATE_SENDS: Record<LateReason, readonly Send[]> = {
  'paid-after-close': [RECORD],
  'paid-twice': [RECORD],
  'amount-differs': [RECORD],
  'notification-and-query-disagree': [RECORD],
  'fatal-answer': [RETRY],
  'signature-refused': [RETRY],
  'patience-over': [RETRY],
};

function states(all: Readonly<Record<string, readonly [string, string]>>): string {
  return table(
    ['`WxpayState`', 'what it means', 'what to do'],
    Object.entries(all).map(([state, [means, toDo]]) => [code(state), means, toDo]),
  );
}

function reasons(
  texts: Readonly<Record<string, Text>>,
  sends: Readonly<Record<string, readonly Send[]>>,
  heading = '####',
): string {
  const sections = Object.entries(texts).map(([reason, { en, zh }]) => {
    const updates = (sends[reason] ?? []).map(([update, input]) => `${code(update)}\n\n${jsonBlock(input)}`);
    return [`${heading} ${code(reason)}`, withAmount(en), withAmount(zh), `Then send ${updates.join('\n\nor ')}`].join(
      '\n\n',
    );
  });
  return sections.join('\n\n');
}

/** A text of a reason, with an example for its amount. */
function withAmount(text: string): string {
  return text.replace('{amount}', 'HKD 8.88');
}

export const orderStatesForOperators = (): string => states(STATES);
export const serviceStatesForOperators = (): string => states(SERVICE_STATES);
export const orderReasons = (): string => reasons(REASONS, SENDS);
export const serviceReasons = (): string => reasons(SERVICE_REASONS, SERVICE_SENDS);
export const lateStatesForOperators = (): string => wordsTable(['`WxpayState`', 'what to do'], LATE_STATES);
export const lateReasons = (): string => reasons(LATE_REASONS_TEXT, LATE_SENDS, '###');
