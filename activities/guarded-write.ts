import { mostSent, type Announced, type CallFailure, type GuardedResult, type WriteReply } from '../domain/calls.js';
import type { Call } from '../domain/errors/table.js';
import {
  confirmWithin,
  isTriedAgain,
  mayStillSend,
  sentBefore,
  timeLeft,
  type Clocks,
  type WriteLimits,
  type WriteRules,
} from '../domain/guarded-write.js';
import type { Milliseconds } from '../domain/time.js';
import { NOTHING_SENT, ownFailure } from '../wechatpay/failure.js';
import type { WriteGate } from '../wechatpay/http.js';
import { announce, announcedBefore, type AnnounceResult } from './attempt.js';
import { callFailureOf, writeFailure } from './failures.js';

/** A write to WeChat Pay, and the query that it must follow. */
export interface GuardedWrite<Answer, Reply> {
  readonly call: Call;
  readonly limits: WriteLimits;
  readonly rules: WriteRules<Answer>;
  readonly query: (timeoutMs: Milliseconds) => Promise<Answer>;
  readonly send: (gate: WriteGate) => Promise<Reply>;
  /** Whether WeChat Pay answered that the order is paid: nothing may be sent after that. */
  readonly claimsPaid: (reply: Reply) => boolean;
  /** The state that the write is allowed for, if it decides what the write gives up. */
  readonly allowedFor?: (answer: Answer) => unknown;
}

/**
 * Asks, decides, sends and asks again, by the script in `domain/guarded-write.ts`. Until the bytes of the write are handed
 * to a socket, whatever goes wrong fails the attempt, and nothing was sent. From then on everything is a result.
 *
 * @throws WechatPayFailure if nothing was sent; ApplicationFailure whose details say what was
 */
export async function guardedWrite<Answer, Reply>(
  write: GuardedWrite<Answer, Reply>,
): Promise<GuardedResult<Answer, Reply>> {
  const { limits, rules } = write;
  const enteredAt = clocks();
  const earlier = announcedBefore();
  const sent = sentBefore(earlier);
  const queriedAt = clocks();
  const before = await write.query(limits.queryWithin);
  const known = earlier === null ? {} : { earlier };
  if (!rules.allows(before)) return { before, sent, ...known, write: null, after: null };
  const allowedFor = write.allowedFor?.(before);
  const intent: Announced = { sent: mostSent(sent, 'maybe'), ...(allowedFor !== undefined && { allowedFor }) };
  const { reply, error } = await sendGuarded(write, {
    intent,
    earlier,
    announceNow: (announced) => announce(announced, timeLeft(limits, enteredAt, clocks())),
    isYoungEnough: () => mayStillSend(limits, enteredAt, queriedAt, clocks()),
  });
  const sentNow: Announced = { ...intent, sent: 'yes' };
  // A claim of payment outlives this attempt, also if it is lost during the query that confirms it.
  if ('answer' in reply && write.claimsPaid(reply.answer)) {
    void announce({ ...sentNow, paidClaimed: true }, timeLeft(limits, enteredAt, clocks()));
  }
  const after = await confirm(write, confirmWithin(limits, enteredAt, clocks()));
  if (!isTriedAgain(rules, reply, after)) return { before, sent: 'yes', ...known, write: reply, after };
  throw writeFailure(write.call, error, sentNow, await announce(sentNow, timeLeft(limits, enteredAt, clocks())));
}

/** What a write was answered once its bytes were handed over, and the error that this was. */
interface Sent<Reply> {
  readonly reply: WriteReply<Reply>;
  readonly error?: unknown;
}

/** What an attempt knows when it is about to send. */
interface Sending {
  /** What is announced right before the write. */
  readonly intent: Announced;
  /** What earlier attempts announced. It is announced again if this one sends nothing. */
  readonly earlier: Announced | null;
  readonly announceNow: (announced: Announced) => Promise<AnnounceResult>;
  readonly isYoungEnough: () => boolean;
}

async function sendGuarded<Answer, Reply>(
  { call, send }: GuardedWrite<Answer, Reply>,
  { intent, earlier, announceNow, isYoungEnough }: Sending,
): Promise<Sent<Reply>> {
  let isAnnounced = false;
  let isHandedOver = false;
  try {
    const answer = await send({
      announce: async () => {
        const result = await announceNow(intent);
        if (result !== 'go') throw notAllowed(call, result);
        isAnnounced = true;
        if (!isYoungEnough()) throw ownFailure(call, 'LOCAL_GUARD_EXPIRED', TOO_OLD, NOTHING_SENT);
      },
      mayStillSend: () => (isHandedOver = isYoungEnough()),
    });
    return { reply: { answer } };
  } catch (error) {
    if (isHandedOver) return { reply: { failure: callFailureOf(error, call) }, error };
    if (!isAnnounced) throw error;
    throw writeFailure(call, error, earlier, await announceNow(earlier ?? { sent: 'no' }));
  }
}

const TOO_OLD = 'not sent: the query that allowed it has grown too old';

function notAllowed(call: Call, result: Exclude<AnnounceResult, 'go'>): Error {
  const what = {
    superseded: 'something overtook it',
    givenUp: 'the attempt was given up',
    unknown: 'Temporal is away',
  };
  const code = result === 'superseded' ? 'LOCAL_SUPERSEDED' : 'LOCAL_NOT_ANNOUNCED';
  return ownFailure(call, code, `not sent: ${what[result]}`, NOTHING_SENT);
}

async function confirm<Answer, Reply>(
  { call, query }: GuardedWrite<Answer, Reply>,
  timeoutMs: Milliseconds,
): Promise<{ readonly answer: Answer } | { readonly failure: CallFailure }> {
  try {
    return { answer: await query(timeoutMs) };
  } catch (error) {
    return { failure: callFailureOf(error, call) };
  }
}

function clocks(): Clocks {
  return { monotonic: performance.now(), wall: Date.now() };
}
