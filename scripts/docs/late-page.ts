import { visibleLateState, type VisibleLateState } from '../../domain/describe/late.js';
import { OFFERS } from '../../domain/describe/texts.js';
import { LATE_OFFERS, LATE_REASONS_TEXT } from '../../domain/describe/texts-late.js';
import { checkLateInput } from '../../domain/late/check-late.js';
import { LATE_PAYMENT, type LateRow } from '../../domain/late/late-payment.js';
import type { LateReason } from '../../domain/late/state.js';
import { PATIENCE, PAUSES } from '../../domain/timing.js';
import { diagram, type DrawnRow } from './diagram.js';
import {
  inLatePhase,
  LATE_CONDITIONS,
  LATE_END_WORDS,
  LATE_FIELDS,
  LATE_PHASES,
  LATE_TRIGGERS,
  type OpenLatePhase,
} from './late-words.js';
import { code, inWords, pauseInWords, table } from './markdown.js';
import { reasons, RETRY, type Send } from './operating-page.js';
import { briefsOf, conditionsTable, endsTable, ruleFor, stateTable, triggersTable, wordsTable } from './tables.js';

const rows: readonly LateRow[] = LATE_PAYMENT;

/** What a person says, and what may come at any time, is told of in a sentence. */
function isLeftOut({ on, when }: DrawnRow): boolean {
  return on.includes('notificationAnother') || on.includes('releaseRequested') || when === 'releasing';
}

export function lateDiagram(): string {
  return diagram(rows, {
    start: 'checking',
    nodes: {},
    titles: {},
    words: briefsOf(LATE_TRIGGERS),
    conditions: { restIsOver: 'time is up', isTheKnown: 'the same payment', isTheOnly: 'refunded' },
    leftOut: isLeftOut,
    asIn: {},
    unspoken: { from: [], to: ['needsAttention'] },
  });
}

export function lateTable(): string {
  return stateTable(rows, [...Object.keys(LATE_PHASES), 'ended']);
}

export function lateStates(): string {
  const phases = Object.entries(LATE_PHASES) as [OpenLatePhase, string][];
  return table(
    ['state', '`WxpayState`', 'what happens'],
    phases.map(([phase, what]) => [code(phase), code(visibleLateState(inLatePhase(phase)) ?? ''), what]),
  );
}

export const lateEnds = (): string => endsTable(LATE_END_WORDS);

export function lateInput(): string {
  // Every field breaks its rule.
  const checked = checkLateInput({ locale: 'x' });
  return table(
    ['field', 'meaning', 'default', 'rule'],
    LATE_FIELDS.map(([field, meaning, otherwise]) => [code(field), meaning, otherwise, ruleFor(field, checked)]),
  );
}

export function lateTimes(): string {
  return table(
    ['name', 'length', 'what it is'],
    [
      ['`PATIENCE`', inWords(PATIENCE), 'from the notification, or a person’s retry, until a person is asked'],
      ['`unclear`', pauseInWords(PAUSES.unclear), 'an answer that decides nothing'],
      ['`hint`', pauseInWords(PAUSES.hint), 'a query was refused for its signature'],
      ['`needsAttention`', pauseInWords(PAUSES.needsAttention), 'a person is asked'],
    ],
  );
}

export const lateTriggers = (): string => triggersTable(LATE_TRIGGERS);

export const lateConditions = (): string => conditionsTable(LATE_CONDITIONS);

/** What a state asks of an operator. */
const TO_DO: Record<VisibleLateState, string> = {
  'late-payment-checking': 'Nothing: it takes a moment.',
  unsettled: 'Nothing at first: WeChat Pay is asked again by itself. `retry` asks at once.',
  'needs-attention': '`WxpayReason` says why: see [below](#why-a-person-is-needed).',
  known: 'Nothing.',
  refunded: 'See on the merchant platform that all of it was refunded.',
  recorded: 'Nothing.',
  released: 'Whoever stopped it has taken care of the money, or must.',
};

export const lateStatesForOperators = (): string => wordsTable(['`WxpayState`', 'what to do'], TO_DO);

const RECORD: Send = [
  'record',
  { as: 'refunded', note: LATE_OFFERS.note.en, by: OFFERS.by.en, transactionIds: ['4200752501201407033233368018'] },
];

/** What is sent once the matter has been looked at. */
const SENDS: Record<LateReason, readonly Send[]> = {
  'paid-after-close': [RECORD],
  'paid-twice': [RECORD],
  'amount-differs': [RECORD],
  'notification-and-query-disagree': [RECORD],
  'fatal-answer': [RETRY],
  'signature-refused': [RETRY],
  'patience-over': [RETRY],
};

export const lateReasons = (): string => reasons(LATE_REASONS_TEXT, SENDS, '###');
