import {
  bad,
  BY_LENGTH,
  fault,
  ok,
  isRecord,
  isSaid,
  NOTE_LENGTH,
  unknownFields,
  type Checked,
} from '../validation.js';
import { transactionIdsOf } from './facts.js';
import type { LateRecord, LateState } from './state.js';

const RULES = {
  object: 'must be an object',
  as: 'must be one of refunded, reopened',
  note: `must say which refund or which order, in 1 to ${NOTE_LENGTH} characters`,
  by: `must say who did it, in 1 to ${BY_LENGTH} characters`,
  transactionIds:
    'must name every reported payment, as a list of texts: look at what came in between, and copy the JSON from the page of the late payment',
  notResting: 'is taken only while the late payment rests between two questions to WeChat Pay',
} as const;

/** A longer list names payments that were never reported. */
const MAX_NAMED = 100;

const MAX_NUMBERS_LENGTH = 1_000;

const WORDS = ['refunded', 'reopened'] as const;

/** Checks a person's word on what was done about a late payment. */
export function checkRecord(request: unknown, state: LateState): Checked<LateRecord> {
  if (!isRecord(request)) return bad('request', request, RULES.object);
  const { as, note, by, transactionIds } = request;
  const faults = unknownFields(request, ['as', 'note', 'by', 'transactionIds']);
  const word = WORDS.find((each) => each === as);
  if (word === undefined) faults.push(fault('as', as, RULES.as));
  if (!isSaid(note, NOTE_LENGTH)) faults.push(fault('note', note, RULES.note));
  if (!isSaid(by, BY_LENGTH)) faults.push(fault('by', by, RULES.by));
  if (!namesAll(transactionIds, state)) {
    faults.push(
      fault(
        'transactionIds',
        transactionIds,
        `${RULES.transactionIds} (${numbersIn(state) || 'none has a number: []'})`,
      ),
    );
  }
  if (faults.length > 0 || word === undefined) return { ok: false, faults };
  return ok({ as: word, note: note as string, by: by as string });
}

/** The numbers, as many as a rule can say. */
function numbersIn(state: LateState): string {
  const all = transactionIdsOf(state).join(', ');
  return all.length > MAX_NUMBERS_LENGTH ? `${all.slice(0, MAX_NUMBERS_LENGTH)}…` : all;
}

/** A payment that was reported while the person wrote must not count as done. */
function namesAll(transactionIds: unknown, state: LateState): boolean {
  if (!Array.isArray(transactionIds) || transactionIds.length > MAX_NAMED) return false;
  if (transactionIds.some((id) => typeof id !== 'string')) return false;
  return transactionIdsOf(state).every((told) => transactionIds.includes(told));
}

/** Whether a retry can do something: end a pause, or clear the need for a person. During a query there is nothing to do. */
export function checkLateRetry({ phase }: LateState): Checked<null> {
  const isResting = phase === 'unsettled' || phase === 'needsAttention';
  return isResting ? ok(null) : bad('request', undefined, RULES.notResting);
}
