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
import { code, inWords, jsonBlock, pauseInWords, table } from './markdown.js';
import { ruleFor, stateTable } from './tables.js';

const rows: readonly LateRow[] = LATE_PAYMENT;

/** What a person says, and what may come at any time, is told of in a sentence. */
function isLeftOut({ on, when }: DrawnRow): boolean {
  return on.includes('noticeAnother') || on.includes('releaseRequested') || when === 'releasing';
}

export function lateDiagram(): string {
  return diagram(rows, {
    start: 'checking',
    nodes: {},
    titles: {},
    words: Object.fromEntries(Object.entries(LATE_TRIGGERS).map(([name, { brief }]) => [name, brief])),
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

export function lateEnds(): string {
  return table(
    ['`ended`', 'what it means'],
    Object.entries(LATE_END_WORDS).map(([ended, means]) => [code(ended), means]),
  );
}

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
      ['`PATIENCE`', inWords(PATIENCE), 'from the notice, or a person’s retry, until a person is asked'],
      ['`unclear`', pauseInWords(PAUSES.unclear), 'an answer that decides nothing'],
      ['`hint`', pauseInWords(PAUSES.hint), 'a query was refused for its signature'],
      ['`needsAttention`', pauseInWords(PAUSES.needsAttention), 'a person is asked'],
    ],
  );
}

export function lateTriggers(): string {
  return table(
    ['on', 'what it is'],
    Object.entries(LATE_TRIGGERS).map(([trigger, { means }]) => [code(trigger), means]),
  );
}

export function lateConditions(): string {
  return table(
    ['when', 'what must be so'],
    Object.entries(LATE_CONDITIONS).map(([name, words]) => [code(name), words]),
  );
}

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

export function lateStatesForOperators(): string {
  return table(
    ['`WxpayState`', 'what to do'],
    Object.entries(TO_DO).map(([state, toDo]) => [code(state), toDo]),
  );
}

type Send = readonly [update: 'retry' | 'record', input: object];

const RETRY: Send = ['retry', {}];
const RECORD: Send = [
  'record',
  { as: 'refunded', note: LATE_OFFERS.note.en, by: OFFERS.by.en, transactionIds: ['4200752501201407033233368018'] },
];

/** What is sent once the matter has been looked at. */
const SENDS: Record<LateReason, Send> = {
  'paid-after-close': RECORD,
  'paid-twice': RECORD,
  'amount-differs': RECORD,
  'notice-and-query-disagree': RECORD,
  'fatal-answer': RETRY,
  'signature-refused': RETRY,
  'patience-over': RETRY,
};

/** A section for each reason. */
export function lateReasons(): string {
  const reasons = Object.entries(LATE_REASONS_TEXT) as [LateReason, { readonly en: string; readonly zh: string }][];
  return reasons
    .map(([reason, { en, zh }]) => {
      const [update, input] = SENDS[reason];
      return [`### ${code(reason)}`, en, zh, `Then send ${code(update)}`, jsonBlock(input)].join('\n\n');
    })
    .join('\n\n');
}
