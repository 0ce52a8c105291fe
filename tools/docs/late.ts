import { checkLateInput } from '../../domain/late/input.js';
import { DEFAULT_LATE_TIMING, type LateOutcome, type LateReason, type LateTiming } from '../../domain/late/state.js';
import { GUARDS, LATE_PAYMENT, type LateGuardName, PHASES } from '../../domain/late/table.js';
import { TRIGGERS, type LateTrigger } from '../../domain/late/triggers.js';
import type { VisibleLateState } from '../../domain/page/late.js';
import { OFFERS } from '../../domain/page/texts.js';
import { LATE_OFFERS, LATE_REASONS_TEXT } from '../../domain/page/texts-late.js';
import type { DrawnRow } from './diagram.js';
import type { DocumentedFlow, Field } from './flow-page.js';
import { wordsTable } from './markdown.js';
import { reasonsToAct, RETRY, type Send } from './operating-page.js';

const ENDS: Record<LateOutcome['ended'], string> = {
  known: 'The order had ended as paid, with this very payment.',
  refunded:
    'The order had not ended as paid, and a query says REFUND of the only payment. WeChat Pay says so of a part of the amount, too.',
  recorded: 'A person recorded what was done: `as` (`refunded` or `reopened`), `note`, `by`.',
  released: 'A person pressed _Request Cancellation_: the workflow ends as cancelled, without a result.',
};

/** The fields of the input, and their defaults. For a field that is needed, the empty input breaks the rule. */
const FIELDS: readonly Field[] = [
  ['order', 'The order, as it was [started](timeout-then-close.md#input).', 'needed', {}],
  ['amount', 'What the order should have cost; `null` if it is not known.', 'needed', {}],
  ['ended', 'How the order had ended: [its outcome](timeout-then-close.md#ends).', 'needed', {}],
  ['notification', 'The verified notification that came after that.', 'needed', {}],
  ['locale', 'In which language operators read of it.', '`en`', { locale: 'x' }],
  ['timing', 'Lengths of time that differ from the [defaults](#times).', 'the defaults', { timing: 'x' }],
];

const LENGTHS: Record<Exclude<keyof LateTiming, 'pauses'>, string> = {
  patience: 'from the notification, or a person’s retry, until a person is asked',
};

/** What an operator does in each state. */
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

/** The updates that a person may send when the cause is known. */
const LATE_SENDS: Record<LateReason, readonly Send[]> = {
  'paid-after-close': [RECORD],
  'paid-twice': [RECORD],
  'amount-differs': [RECORD],
  'notification-and-query-disagree': [RECORD],
  'fatal-answer': [RETRY],
  'signature-refused': [RETRY],
  'patience-over': [RETRY],
};

export const lateStatesForOperators = (): string => wordsTable(['`WxpayState`', 'what to do'], LATE_STATES);
export const lateReasons = (): string => reasonsToAct(LATE_REASONS_TEXT, LATE_SENDS, '###');

/** Sentences describe what may come at any time, and what a person does. */
function isLeftOut({ on, when }: DrawnRow): boolean {
  return on.includes('notificationAnother') || on.includes('releaseRequested') || when === 'releasing';
}

export const LATE_PAYMENTS: DocumentedFlow = {
  rows: LATE_PAYMENT,
  phases: PHASES,
  triggers: TRIGGERS,
  guards: GUARDS,
  ends: ENDS,
  fields: FIELDS,
  check: checkLateInput,
  timing: DEFAULT_LATE_TIMING,
  lengths: LENGTHS,
  fixed: [],
  drawing: {
    start: 'checking',
    labels: {
      timer: 'time is up',
      retryRequested: 'a person',
      unnamed: 'not named',
      hint: 'signature refused',
    } satisfies Partial<Record<LateTrigger, string>>,
    conditions: { isTheKnown: 'the same payment', isTheOnly: 'refunded' } satisfies Partial<
      Record<LateGuardName, string>
    >,
    isLeftOut,
    unlabelled: { from: [], to: ['needsAttention'] },
  },
};
