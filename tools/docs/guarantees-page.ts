import type { Locale, Text } from '../../domain/locale.js';
import type { Sent } from '../../domain/calls.js';
import { CANCEL_LIMITS, CLOSE_LIMITS, GUARDED_WRITE, type WriteLimits } from '../../domain/guarded-write.js';
import { code, inWords, table } from './markdown.js';

const HEADS = {
  en: ['', 'step', 'what must be so', 'otherwise', 'this attempt has sent'],
  zh: ['', '步骤', '须满足', '否则', '本次是否已发送'],
} as const;

/** What happens to an attempt if a step fails. */
const OTHERWISE: Record<(typeof GUARDED_WRITE)[number]['otherwise'], Text> = {
  refused: { en: 'it fails, and is not retried', zh: '失败，不重试' },
  result: { en: 'it ends with what it knows', zh: '以已知信息作为结果返回' },
  retried: {
    en: 'it fails; Temporal retries what retrying can fix, from the first step on',
    zh: '失败；重试可解决的，由 Temporal 从第一步起重试',
  },
  reported: {
    en: 'the result says so; SYSTEM_ERROR: see above',
    zh: '由结果告知；SYSTEM_ERROR 等且订单仍未了结的，从第一步起重试',
  },
};

const SENT: Record<Sent, Text> = {
  no: { en: '`no`', zh: '`no`（否）' },
  maybe: { en: '`maybe`', zh: '`maybe`（可能）' },
  yes: { en: '`yes`', zh: '`yes`（是）' },
};

/** The script of a guarded write, step by step. */
export function guardedWrite(locale: Locale): string {
  return table(
    HEADS[locale],
    GUARDED_WRITE.map(({ step, otherwise, sent, means }, index) => [
      String(index + 1),
      code(step),
      means[locale],
      OTHERWISE[otherwise][locale],
      SENT[sent][locale],
    ]),
  );
}

const LIMITS: Record<keyof WriteLimits, string> = {
  queryWithin: 'for the first query, with all that belongs to it',
  queryValidFor:
    'from before that query was sent to the write’s bytes at the socket, by the clock that shows more time',
  writeBegunWithin: 'from the beginning of the attempt to the same instant',
  startToClose:
    'for the whole attempt; then Temporal gives it up, and one that died with its worker is known to be lost',
};

/** The limits of a guarded write. */
export function writeLimits(): string {
  return table(
    ['limit', 'a close', 'a cancel', 'what it is'],
    (Object.keys(LIMITS) as (keyof WriteLimits)[]).map((name) => [
      code(name),
      inWords(CLOSE_LIMITS[name]),
      inWords(CANCEL_LIMITS[name]),
      LIMITS[name],
    ]),
  );
}
