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

/** What a state asks of an operator. */
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
    'Check that the checkout really placed this number with this merchant. If not, it ends as `never-existed` by itself; soon after its 5 minutes if the checkout says `placementFailed`.',
  ],
  unsettled: [
    'The last answer was inconclusive, or a close was refused for now. The worker tries again by itself.',
    'Nothing at first. If many orders are so, look at the [alerts](configuration.md#metrics). `retry` asks at once.',
  ],
  'needs-attention': ['A person is needed. `WxpayReason` says why.', 'See [below](#why-a-person-is-needed).'],
  paid: [
    'It is paid, with the right amount.',
    'Nothing; if it was placed under another number too (`replacedBy`), see that one payment only is kept.',
  ],
  closed: ['It is closed at WeChat Pay, and cannot be paid any more.', 'Nothing.'],
  'never-existed': ['WeChat Pay never knew the number.', 'Nothing.'],
  resolved: ['A person said how it ended.', 'Nothing.'],
  released: [
    'A person stopped the watching: nobody closes it. If it is paid after all, a person is asked, in [`late/…`](late-payments.md).',
    'If it is to be closed after all, have the checkout `adopt` it.',
  ],
};

const SERVICE_STATES: Record<VisibleServiceState, readonly [means: string, toDo: string]> = {
  waiting: ['It waits for the time of a request, or for a request.', 'Nothing.'],
  cancelling: [
    'A cancel is sent, or its effect is confirmed.',
    'Nothing. See that nobody completes the service order meanwhile.',
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
    'Nothing; with `stage-unknown`, look at it on the merchant platform.',
  ],
  'never-existed': ['WeChat Pay does not know the number.', 'Nothing.'],
  resolved: ['A person said how it ended.', 'Nothing.'],
  released: [
    'A person stopped the watching: no cancel is sent.',
    'If it is to be cancelled after all, request a cancel again.',
  ],
};

type Send = readonly [update: 'retry' | 'resolve' | 'record', input: object];

const RETRY: Send = ['retry', {}];

function resolve(as: Resolution['as'] | ResolvedAs, force?: true): Send {
  return ['resolve', { as, note: OFFERS.note.en, by: OFFERS.by.en, ...(force && { force }) }];
}

/** What is sent once the matter has been looked at. */
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
  refunded: 'See on the merchant platform that all of it was refunded.',
  recorded: 'Nothing.',
  released: 'Whoever stopped it has taken care of the money, or must.',
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

/** A section for each reason. */
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

/** Of an amount that is shown as an example. */
function withAmount(text: string): string {
  return text.replace('{amount}', 'HKD 8.88');
}

export const orderStatesForOperators = (): string => states(STATES);
export const serviceStatesForOperators = (): string => states(SERVICE_STATES);
export const orderReasons = (): string => reasons(REASONS, SENDS);
export const serviceReasons = (): string => reasons(SERVICE_REASONS, SERVICE_SENDS);
export const lateStatesForOperators = (): string => wordsTable(['`WxpayState`', 'what to do'], LATE_STATES);
export const lateReasons = (): string => reasons(LATE_REASONS_TEXT, LATE_SENDS, '###');
