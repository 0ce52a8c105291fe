import { ADVICE, type AdviceName } from '../errors/advice.js';
import { code } from './markdown.js';
import { formatInstant } from './local-time.js';
import { errorRow } from '../errors/table.js';
import type { Locale, Reader } from '../locale.js';
import type { LateReason } from '../late/state.js';
import type { AttentionReason, LastAnswer } from '../orders/state.js';
import type { ServiceAttentionReason } from '../payscore/state.js';
import { CALL_NAMES, fill, LAST_ANSWER, WHY } from './texts.js';

/** What WeChat Pay said last, to what, when, and under which Request-ID. */
export function describeLast(last: LastAnswer | null, { locale, timeZone }: Reader): string {
  if (last === null) return LAST_ANSWER.none[locale];
  const { call, said, requestId, at } = last;
  return fill(LAST_ANSWER.said, locale, {
    said: code(said),
    call: CALL_NAMES[call][locale],
    at: formatInstant(at, timeZone),
    requestId: requestId === null ? '' : fill(LAST_ANSWER.requestId, locale, { requestId: code(requestId) }),
  });
}

/** Nothing to do, say these; which is wrong where a person is needed all the same. */
const IDLE: readonly AdviceName[] = ['wait', 'confirmed'];

/**
 * What a person should do about the last answer, where the error table knows; as paragraphs.
 *
 * @param reason why a person is needed, where one is
 */
export function adviseOn(
  last: LastAnswer | null,
  locale: Locale,
  reason?: AttentionReason | ServiceAttentionReason | LateReason,
): string[] {
  if (last === null) return [];
  // A code that the table does not know is fatal only where it shares the fate of PARAM_ERROR (see `classify`).
  const name = adviceOn(last) ?? (reason === 'fatal-answer' ? 'request' : undefined);
  if (name === undefined || (reason !== undefined && IDLE.includes(name))) return [];
  return [fill(WHY.advice, locale, { advice: ADVICE[name][locale] })];
}

function adviceOn({ call, said }: LastAnswer): AdviceName | undefined {
  if (call === 'notification') return undefined;
  return said === 'NOT_FOUND' ? 'notPlaced' : errorRow(call, said)?.advice;
}
