import type { ErrorKind } from './errors/table.js';
import type { Text } from './locale.js';
import { INITIAL_TELLING, type TellingFacts } from './outcome/telling.js';
import { INITIAL_STORY, type StoryFacts } from './story.js';
import { HOUR, MINUTE, SECOND, type Instant, type Milliseconds } from './time.js';

/** A pause that doubles each time it is taken in a row, from `first` up to `max`. */
export interface Pause {
  readonly first: Milliseconds;
  readonly max: Milliseconds;
}

interface PauseRow extends Pause {
  /** The kind of call that starts the count anew when WeChat Pay answers it. */
  readonly endedBy: 'query' | 'write';
  readonly means: Text;
}

/** Every pause before WeChat Pay is asked again, by its reason. */
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
      en: 'a close or cancel was accepted, or a notification showed more, and the query does not show it yet',
      zh: '关单或取消已被受理，或通知所示更新，而查询尚未体现',
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

/** How long a flow goes on by itself after its first check was due, before it asks a person. */
export const PATIENCE: Milliseconds = 24 * HOUR;

/** The lengths of time that every flow has, and that its start may change. */
export interface WaitingTiming {
  readonly pauses: Readonly<Record<PauseName, Pause>>;
  readonly patience: Milliseconds;
}

/** The default lengths, without their texts: they are part of the state, which must stay small. */
export const DEFAULT_PAUSES: WaitingTiming['pauses'] = Object.fromEntries(
  Object.entries(PAUSES).map(([name, { first, max }]) => [name, { first, max }]),
) as Record<PauseName, Pause>;

/** The lengths for a new run: a length that an earlier version did not have gets its default. */
export function restoreTiming<Timing extends WaitingTiming>(defaults: Timing, soFar: Timing | undefined): Timing {
  return { ...defaults, ...soFar, pauses: { ...defaults.pauses, ...soFar?.pauses } };
}

/** After so many refused signatures in a row, a person is asked: it is no longer the clock or key of one worker. */
export const REFUSALS_BEFORE_A_PERSON = 3;

/** How far apart two signed not-founds must be, unless the pause between them is shorter. */
export const NOT_FOUND_APART: Milliseconds = 5 * MINUTE;

export function notFoundApart({ pauses }: WaitingTiming): Milliseconds {
  return Math.min(NOT_FOUND_APART, pauses.notFound.first);
}

/** Temporal retries one call for no longer than this. Then the flow pauses, and lists show the order as unsettled. */
export const CALL_RETRIED_FOR: Milliseconds = 5 * MINUTE;

export interface RefusedSignatures {
  readonly count: number;
  /** When the first refusal came. */
  readonly since: Instant;
}

/** What every flow of an order knows about its waiting, and about what the checkout was told. */
export interface WaitingFacts extends TellingFacts, StoryFacts {
  /** When the first check was due. Patience counts from here. `null`: nothing is due. */
  readonly patienceFrom: Instant | null;
  /** How often each pause was taken in a row. */
  readonly pauses: Readonly<Partial<Record<PauseName, number>>>;
  /** Refused signatures since the call was last answered, by kind of call. */
  readonly refusedSignatures: Readonly<Record<'query' | 'write', RefusedSignatures | null>>;
  /** A person asked to stop watching. A call in flight is awaited first. */
  readonly releaseRequested: boolean;
}

export const INITIAL_WAITING: WaitingFacts = {
  patienceFrom: null,
  pauses: {},
  refusedSignatures: { query: null, write: null },
  releaseRequested: false,
  telling: INITIAL_TELLING,
  ...INITIAL_STORY,
};

/** What a person's retry forgets: patience, pauses and refusals begin anew. */
export const RETRIED: Pick<WaitingFacts, 'patienceFrom' | 'pauses' | 'refusedSignatures'> = {
  patienceFrom: null,
  pauses: {},
  refusedSignatures: { query: null, write: null },
};

/** Which calls WeChat Pay answered, by an event. */
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
  return doubled(timing.pauses[name], pauses[name] ?? 1);
}

/** The length of a pause that is taken for the `count`-th time in a row. */
export function doubled({ first, max }: Pause, count: number): Milliseconds {
  return Math.min(first * 2 ** (count - 1), max);
}

/** Patience counts from the first step that was due. */
export function patienceFrom(facts: WaitingFacts, isDue: boolean, now: Instant): Instant | null {
  return facts.patienceFrom ?? (isDue ? now : null);
}

export function patienceIsOver({ patienceFrom: since }: WaitingFacts, timing: WaitingTiming, now: Instant): boolean {
  return since !== null && now - since >= timing.patience;
}

/** How long Temporal may retry a call: until patience is over, but long enough for one attempt. */
export function retriedFor(
  { patienceFrom: since }: WaitingFacts,
  timing: WaitingTiming,
  oneAttempt: Milliseconds,
  now: Instant,
): Milliseconds {
  const left = since === null ? CALL_RETRIED_FOR : since + timing.patience - now;
  return Math.max(Math.min(left, CALL_RETRIED_FOR), oneAttempt);
}

/** Counts a refused signature. A failure of any other kind leaves the count as it is. */
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

/** Whether a person is asked, because one of the calls was refused for its signature too often. */
export function signatureIsRefused({ refusedSignatures }: WaitingFacts, timing: WaitingTiming, now: Instant): boolean {
  const span = (REFUSALS_BEFORE_A_PERSON - 1) * timing.pauses.hint.first;
  return Object.values(refusedSignatures).some(
    (each) => each !== null && each.count >= REFUSALS_BEFORE_A_PERSON && now - each.since >= span,
  );
}

/** What the refusals mean in a flow that makes more calls than a query. */
export const REFUSAL_TRIGGERS = {
  hint: {
    en: 'a call was refused for its signature, or by an answer that is not signed',
    zh: '因签名被拒绝，或拒绝的应答未签名',
  },
  fatal: { en: 'a call was refused in a way that repeating cannot fix', zh: '调用被拒绝，重试无法解决' },
} as const satisfies Record<string, Text>;

/** The trigger of a failed call, in every flow. */
export function failureTrigger({ kind }: { readonly kind: ErrorKind }): 'fatal' | 'hint' | 'unclear' {
  return kind === 'fatal' || kind === 'hint' ? kind : 'unclear';
}
