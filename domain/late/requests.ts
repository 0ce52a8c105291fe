import {
  bad,
  BY_LENGTH,
  fault,
  ok,
  isRecord,
  isVisibleText,
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
    'must name every reported payment, as a list of texts: look at those that came meanwhile, and copy the JSON from the page of the late payment',
  notResting: 'is taken only while the late payment rests between two questions to WeChat Pay',
} as const;

/** A longer list names payments that were never reported. */
const MAX_NAMED = 100;

const MAX_NUMBERS_LENGTH = 1_000;

const RECORDED_AS = ['refunded', 'reopened'] as const;

/** Checks what a person says was done about a late payment. */
export function checkRecord(request: unknown, state: LateState): Checked<LateRecord> {
  if (!isRecord(request)) return bad('request', request, RULES.object);
  const { as, note, by, transactionIds } = request;
  const faults = unknownFields(request, ['as', 'note', 'by', 'transactionIds']);
  const recordedAs = RECORDED_AS.find((each) => each === as);
  if (recordedAs === undefined) faults.push(fault('as', as, RULES.as));
  if (!isVisibleText(note, NOTE_LENGTH)) faults.push(fault('note', note, RULES.note));
  if (!isVisibleText(by, BY_LENGTH)) faults.push(fault('by', by, RULES.by));
  if (!namesAll(transactionIds, state)) {
    faults.push(
      fault(
        'transactionIds',
        transactionIds,
        `${RULES.transactionIds} (${numbersIn(state) || 'none has a number: []'})`,
      ),
    );
  }
  if (faults.length > 0 || recordedAs === undefined) return { ok: false, faults };
  return ok({ as: recordedAs, note: note as string, by: by as string });
}

/** The numbers, cut to what fits into a message. */
function numbersIn(state: LateState): string {
  const all = transactionIdsOf(state).join(', ');
  return all.length > MAX_NUMBERS_LENGTH ? `${all.slice(0, MAX_NUMBERS_LENGTH)}…` : all;
}

/** Whether a request names every payment. One that was reported while the person wrote must not count as done. */
function namesAll(transactionIds: unknown, state: LateState): boolean {
  if (!Array.isArray(transactionIds) || transactionIds.length > MAX_NAMED) return false;
  if (transactionIds.some((id) => typeof id !== 'string')) return false;
  return transactionIdsOf(state).every((id) => transactionIds.includes(id));
}

/** Whether there is something to retry: the late payment pauses, or a person is asked. */
export function checkLateRetry({ phase }: LateState): Checked<null> {
  const isResting = phase === 'unsettled' || phase === 'needsAttention';
  return isResting ? ok(null) : bad('request', undefined, RULES.notResting);
}
