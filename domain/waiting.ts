import type { ErrorKind } from './errors/table.js';
import type { Text } from './locale.js';
import { HOUR, MINUTE, SECOND, type Instant, type Milliseconds } from './time.js';

/** A pause that doubles each time it is taken in a row, from `first` up to `max`. */
export interface Pause {
  readonly first: Milliseconds;
  readonly max: Milliseconds;
}

interface PauseRow extends Pause {
  /** What ends a row of it: a query that was answered otherwise, or a write that was. The wait ends all. */
  readonly endedBy: 'query' | 'write';
  readonly means: Text;
}

/** Every pause before WeChat Pay is asked again, by what made it necessary. */
export const PAUSES = {
  userIsPaying: {
    first: 5 * SECOND,
    max: MINUTE,
    endedBy: 'query',
    means: { en: 'the shopper is entering a password', zh: '用户正在输入密码' },
  },
  settling: {
    first: 2 * SECOND,
    max: MINUTE,
    endedBy: 'query',
    means: {
      en: 'a close or cancel was accepted, or a notification said more, and the query does not show it yet',
      zh: '关单或取消已被受理，或通知所述更新，而查询尚未体现',
    },
  },
  paidClaimed: {
    first: 2 * SECOND,
    max: 5 * MINUTE,
    endedBy: 'query',
    means: {
      en: 'WeChat Pay said that it is paid, and the query does not show it yet',
      zh: '微信支付称已支付，而查询尚未体现',
    },
  },
  notFound: {
    first: 5 * MINUTE,
    max: 30 * MINUTE,
    endedBy: 'query',
    means: { en: 'WeChat Pay does not know the number, or not yet', zh: '微信支付查不到该单号，或尚未查到' },
  },
  unclear: {
    first: SECOND,
    max: 5 * MINUTE,
    endedBy: 'query',
    means: { en: 'a query got no answer that could be used', zh: '查询未得到可用的应答' },
  },
  hint: {
    first: MINUTE,
    max: MINUTE,
    endedBy: 'query',
    means: { en: 'WeChat Pay refused our signature', zh: '微信支付拒绝了我方签名' },
  },
  inProgress: {
    first: MINUTE,
    max: MINUTE,
    endedBy: 'write',
    means: {
      en: 'a close or cancel was refused because a payment is in progress',
      zh: '关单或取消因支付进行中而被拒绝',
    },
  },
  tooOften: {
    first: 10 * SECOND,
    max: 5 * MINUTE,
    endedBy: 'write',
    means: { en: 'a close or cancel was refused because of a rate limit', zh: '关单或取消因频率限制而被拒绝' },
  },
  refused: {
    first: 2 * SECOND,
    max: MINUTE,
    endedBy: 'write',
    means: { en: 'a close or cancel was refused for the state of the order', zh: '关单或取消因订单状态而被拒绝' },
  },
  unclearWrite: {
    first: SECOND,
    max: 5 * MINUTE,
    endedBy: 'write',
    means: { en: 'a close or cancel got no answer that could be used', zh: '关单或取消未得到可用的应答' },
  },
  needsAttention: {
    first: HOUR,
    max: HOUR,
    endedBy: 'query',
    means: { en: 'a person is asked, and WeChat Pay still is', zh: '已请人工处理，同时仍继续查询' },
  },
} as const satisfies Record<string, PauseRow>;

export type PauseName = keyof typeof PAUSES;

/** From the first check that was due until a person is asked. */
export const PATIENCE: Milliseconds = 24 * HOUR;

/** What every flow may be given other lengths of. */
export interface WaitingTiming {
  readonly pauses: Readonly<Record<PauseName, Pause>>;
  readonly patience: Milliseconds;
}

/** The default lengths, without their words: state is kept small. */
export const DEFAULT_PAUSES: WaitingTiming['pauses'] = Object.fromEntries(
  Object.entries(PAUSES).map(([name, { first, max }]) => [name, { first, max }]),
) as Record<PauseName, Pause>;

/** The lengths of a run that goes on in a new one: those that an earlier version did not know have their defaults. */
export function restoreTiming<Timing extends WaitingTiming>(defaults: Timing, soFar: Timing | undefined): Timing {
  return { ...defaults, ...soFar, pauses: { ...defaults.pauses, ...soFar?.pauses } };
}

/** After so many refused signatures in a row, over the pauses between them, it is no longer one worker's clock or key. */
export const REFUSALS_BEFORE_A_PERSON = 3;

/** The time between two signed not-founds before a number is believed not to exist, unless its pause is shorter. */
export const NOT_FOUND_APART: Milliseconds = 5 * MINUTE;

/** How far apart two signed not-founds must be to count as two. */
export function notFoundApart({ pauses }: WaitingTiming): Milliseconds {
  return Math.min(NOT_FOUND_APART, pauses.notFound.first);
}

/** Temporal retries one call for no longer than this. Then the order is shown as unsettled, pauses, and goes on. */
export const CALL_RETRIED_FOR: Milliseconds = 5 * MINUTE;

/** Refused signatures in a row. */
export interface RefusedSignatures {
  readonly count: number;
  /** When the first of them came. */
  readonly since: Instant;
}

/** What every flow knows about its waiting. */
export interface WaitingFacts {
  /** The first check that was due: the clock of patience starts here. `null`: nothing is due. */
  readonly patienceFrom: Instant | null;
  /** How often in a row each pause was taken. */
  readonly pauses: Readonly<Partial<Record<PauseName, number>>>;
  /** Refused signatures since the call was last answered, by kind of call. */
  readonly refusedSignatures: Readonly<Record<'query' | 'write', RefusedSignatures | null>>;
  /** A person asked to stop watching. What is in flight is awaited first. */
  readonly releaseRequested: boolean;
}

export const INITIAL_WAITING: WaitingFacts = {
  patienceFrom: null,
  pauses: {},
  refusedSignatures: { query: null, write: null },
  releaseRequested: false,
};

/** What a person's retry forgets: patience, pauses and refusals begin anew. */
export const RETRIED: Pick<WaitingFacts, 'patienceFrom' | 'pauses' | 'refusedSignatures'> = {
  patienceFrom: null,
  pauses: {},
  refusedSignatures: { query: null, write: null },
};

/** Which of its calls an event says were answered. */
export interface Answered {
  readonly query: boolean;
  readonly write: boolean;
}

/**
 * How often each pause was taken in a row, after a row of the table.
 *
 * @param next the pause that the row leads to, if any
 */
export function pausesAfter(
  pauses: WaitingFacts['pauses'],
  answered: Answered,
  next: PauseName | undefined,
): WaitingFacts['pauses'] {
  const going = Object.entries(pauses).filter(
    ([name]) => name === next || !answered[PAUSES[name as PauseName].endedBy],
  );
  const kept: WaitingFacts['pauses'] = Object.fromEntries(going);
  return next === undefined ? kept : { ...kept, [next]: (kept[next] ?? 0) + 1 };
}

/** The length of a pause that {@link pausesAfter} has just counted. */
export function lengthOfPause(name: PauseName, { pauses }: WaitingFacts, timing: WaitingTiming): Milliseconds {
  const { first, max } = timing.pauses[name];
  return Math.min(first * 2 ** ((pauses[name] ?? 1) - 1), max);
}

/** The clock of patience starts with the first step that was due. */
export function patienceFrom(facts: WaitingFacts, isDue: boolean, now: Instant): Instant | null {
  return facts.patienceFrom ?? (isDue ? now : null);
}

export function patienceIsOver({ patienceFrom: since }: WaitingFacts, timing: WaitingTiming, now: Instant): boolean {
  return since !== null && now - since >= timing.patience;
}

/** How long Temporal may retry a call: until patience is over, but for one attempt at least. */
export function retriedFor(
  { patienceFrom: since }: WaitingFacts,
  timing: WaitingTiming,
  oneAttempt: Milliseconds,
  now: Instant,
): Milliseconds {
  const left = since === null ? CALL_RETRIED_FOR : since + timing.patience - now;
  return Math.max(Math.min(left, CALL_RETRIED_FOR), oneAttempt);
}

/** Counts a refused signature; an answer of any other kind leaves the count as it is. */
export function countRefusal(
  refusals: WaitingFacts['refusedSignatures'],
  call: 'query' | 'write',
  kind: ErrorKind,
  now: Instant,
): WaitingFacts['refusedSignatures'] {
  if (kind !== 'hint') return refusals;
  const { count, since } = refusals[call] ?? { count: 0, since: now };
  return { ...refusals, [call]: { count: count + 1, since } };
}

/** Whether one of the calls was refused too often for its signature: a person is asked. */
export function signatureIsRefused({ refusedSignatures }: WaitingFacts, timing: WaitingTiming, now: Instant): boolean {
  const span = (REFUSALS_BEFORE_A_PERSON - 1) * timing.pauses.hint.first;
  return Object.values(refusedSignatures).some(
    (each) => each !== null && each.count >= REFUSALS_BEFORE_A_PERSON && now - each.since >= span,
  );
}

/** What a failed call amounts to in every flow. */
export function failureTrigger({ kind }: { readonly kind: ErrorKind }): 'fatal' | 'hint' | 'unclear' {
  return kind === 'fatal' || kind === 'hint' ? kind : 'unclear';
}
