import type { Announced, CallFailure, GuardedResult, Sent, WriteReply } from './calls.js';
import type { Text } from './locale.js';
import { SECOND, type Instant, type Milliseconds } from './time.js';
import type { Answered } from './waiting.js';

/** The time limits of a guarded write, on the clocks of the process that makes it. */
export interface WriteLimits {
  /** For the first query, with all that belongs to it. */
  readonly queryWithin: Milliseconds;
  /** How old the first query may be when the bytes of the write are handed to the socket. Counted from before it was sent. */
  readonly queryValidFor: Milliseconds;
  /** No write begins later than this after the attempt began. */
  readonly writeBegunWithin: Milliseconds;
  /** After this, Temporal gives the attempt up. Only then does the workflow learn that an attempt was lost. */
  readonly startToClose: Milliseconds;
}

export const CLOSE_LIMITS: WriteLimits = {
  queryWithin: 7 * SECOND,
  queryValidFor: 10 * SECOND,
  writeBegunWithin: 12 * SECOND,
  startToClose: 30 * SECOND,
};

/** Money may become due at any moment, so a cancel must follow its query sooner than a close. */
export const CANCEL_LIMITS: WriteLimits = {
  queryWithin: 3 * SECOND,
  queryValidFor: 5 * SECOND,
  writeBegunWithin: 12 * SECOND,
  startToClose: 20 * SECOND,
};

/** The part of an attempt's time that is kept for its answer to reach Temporal. */
const ANSWER_MARGIN: Milliseconds = SECOND;

/** How long the query after a write may take, at most. */
const CONFIRM_WITHIN: Milliseconds = 8 * SECOND;

interface ScriptStep {
  readonly step: string;
  /** How the attempt goes on if the step does not succeed. */
  readonly otherwise: 'refused' | 'result' | 'retried' | 'reported';
  /** Whether this attempt has sent its write by then. */
  readonly sent: Sent;
  readonly means: Text;
}

/** The script of a guarded write, step by step. One attempt of one activity does all of it, in one process. */
export const GUARDED_WRITE = [
  {
    step: 'identity',
    otherwise: 'refused',
    sent: 'no',
    means: {
      en: 'The activity runs for the workflow type and id of this very order.',
      zh: '该 Activity 由本订单自己的工作流（类型与 ID 均一致）调用。',
    },
  },
  {
    step: 'floor',
    otherwise: 'result',
    sent: 'no',
    means: {
      en: 'The floor has passed, by the time at which Temporal first scheduled the activity.',
      zh: '以 Temporal 首次调度该 Activity 的时间计，已过最早允许时间。',
    },
  },
  {
    step: 'query',
    otherwise: 'retried',
    sent: 'no',
    means: { en: 'A query is answered, and the answer verifies.', zh: '查询得到应答且验签通过。' },
  },
  {
    step: 'decision',
    otherwise: 'result',
    sent: 'no',
    means: { en: 'What it says allows the write.', zh: '应答内容允许写操作。' },
  },
  {
    step: 'announcement',
    otherwise: 'retried',
    sent: 'no',
    means: {
      en: 'Temporal has recorded that a write follows, and says that this attempt still counts.',
      zh: 'Temporal 已记录即将写入，并确认本次尝试仍然有效。',
    },
  },
  {
    step: 'age',
    otherwise: 'retried',
    sent: 'no',
    means: {
      en: 'The socket is connected, and the query is still recent enough.',
      zh: '连接已建立，且查询结果仍在有效期内。',
    },
  },
  {
    step: 'write',
    otherwise: 'reported',
    sent: 'yes',
    means: {
      en: 'The write is handed to the socket, and its answer verifies.',
      zh: '写请求交给连接，其应答验签通过。',
    },
  },
  {
    step: 'confirmation',
    otherwise: 'reported',
    sent: 'yes',
    means: { en: 'A second query shows the result.', zh: '再次查询得知结果。' },
  },
] as const satisfies readonly ScriptStep[];

/** An instant on both clocks of a process: one never jumps, the other goes on while the machine sleeps. */
export interface Clocks {
  readonly monotonic: Milliseconds;
  readonly wall: Instant;
}

/** How much time has passed, by the clock that shows more. */
export function elapsed(since: Clocks, now: Clocks): Milliseconds {
  return Math.max(now.monotonic - since.monotonic, now.wall - since.wall);
}

/** Whether a write may still be handed to the socket. */
export function mayStillSend(limits: WriteLimits, enteredAt: Clocks, queriedAt: Clocks, now: Clocks): boolean {
  return elapsed(queriedAt, now) <= limits.queryValidFor && elapsed(enteredAt, now) <= limits.writeBegunWithin;
}

/** How much time an attempt has left before its answer must be on its way to Temporal. */
export function timeLeft(limits: WriteLimits, enteredAt: Clocks, now: Clocks): Milliseconds {
  return Math.max(limits.startToClose - ANSWER_MARGIN - elapsed(enteredAt, now), 1);
}

/** How long the query after the write may take, so that the attempt ends before Temporal gives it up. */
export function confirmWithin(limits: WriteLimits, enteredAt: Clocks, now: Clocks): Milliseconds {
  return Math.min(timeLeft(limits, enteredAt, now), CONFIRM_WITHIN);
}

/** The decisions in a guarded write that depend on the kind of order. */
export interface WriteRules<Answer> {
  /** Whether the answer to the first query allows the write. */
  readonly allows: (answer: Answer) => boolean;
  /** Whether the second query shows that the write could be sent again. */
  readonly isOpen: (answer: Answer) => boolean;
}

/**
 * Whether the attempt fails with the answer to its write, so that Temporal retries all of it, from the query on. Only if
 * WeChat Pay *answered* SYSTEM_ERROR or the like, and the query after it shows the order open (S0, S1). Everything else is
 * a result.
 */
export function isTriedAgain<Answer, Reply>(
  { isOpen }: WriteRules<Answer>,
  write: WriteReply<Reply>,
  after: GuardedResult<Answer, Reply>['after'],
): write is { readonly failure: CallFailure } {
  if (!('failure' in write) || write.failure.kind !== 'retry') return false;
  return after !== null && 'answer' in after && isOpen(after.answer);
}

/** What the attempts before this one are known to have sent. */
export function sentBefore(announced: Announced | null): Sent {
  return announced?.sent ?? 'no';
}

/** Which calls WeChat Pay answered, by an event of any flow. */
export function answeredIn(event: {
  readonly type: string;
  readonly result?: GuardedResult<unknown, unknown>;
}): Answered {
  const { type, result } = event;
  if (result === undefined) return { query: type === 'queryAnswered', write: false };
  return { query: result.before !== null, write: result.write !== null && 'answer' in result.write };
}
