import type { ApplicationFailure } from '@temporalio/common';
import { mostSent, type Announced, type GuardedResult, type WriteReply } from '../domain/calls.js';
import type { Call } from '../domain/call-policies.js';
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
import { type Failed, ownFailure, type Result } from '../wechatpay/failure.js';
import type { WriteGate } from '../wechatpay/http.js';
import { announce, announcedBefore, type AnnounceResult } from './attempt.js';
import { callFailureOf, faultOf, orThrow, writeFailure } from './failures.js';

/** A write to WeChat Pay, and the query that it must follow. */
export interface GuardedWrite<Answer, Reply> {
  readonly call: Call;
  readonly limits: WriteLimits;
  readonly rules: WriteRules<Answer>;
  readonly query: (timeoutMs: Milliseconds) => Promise<Result<Answer>>;
  readonly send: (gate: WriteGate) => Promise<Result<Reply>>;
  /** Whether WeChat Pay answered that the order is paid: nothing may be sent after that. */
  readonly claimsPaid: (reply: Reply) => boolean;
  /** The state that the write is allowed for, if it decides what the write gives up. */
  readonly allowedFor?: (answer: Answer) => unknown;
}

/**
 * Asks, decides, sends and asks again, by the script in `domain/guarded-write.ts`. Until the bytes of the write are handed
 * to a socket, whatever goes wrong fails the attempt, and nothing was sent. From then on everything is a result.
 *
 * @throws ApplicationFailure with what was sent in its details
 */
export async function guardedWrite<Answer, Reply>(
  write: GuardedWrite<Answer, Reply>,
): Promise<GuardedResult<Answer, Reply>> {
  const { limits, rules } = write;
  const enteredAt = clocks();
  const earlier = announcedBefore();
  const sent = sentBefore(earlier);
  const queriedAt = clocks();
  const before = orThrow(write.call, await write.query(limits.queryWithin));
  const known = earlier === null ? {} : { earlier };
  if (!rules.allows(before)) return { before, sent, ...known, write: null, after: null };
  const allowedFor = write.allowedFor?.(before);
  const intent: Announced = { sent: mostSent(sent, 'maybe'), ...(allowedFor !== undefined && { allowedFor }) };
  const result = await sendGuarded(write, {
    intent,
    earlier,
    announceNow: (announced) => announce(announced, timeLeft(limits, enteredAt, clocks())),
    isYoungEnough: () => mayStillSend(limits, enteredAt, queriedAt, clocks()),
  });
  const sentNow: Announced = { ...intent, sent: 'yes' };
  // A claim of payment outlives this attempt, also if it is lost during the query that confirms it.
  if (result.ok && write.claimsPaid(result.value)) {
    void announce({ ...sentNow, paidClaimed: true }, timeLeft(limits, enteredAt, clocks()));
  }
  const after = await confirm(write, confirmWithin(limits, enteredAt, clocks()));
  const reply = replyOf(result);
  if (result.ok || !isTriedAgain(rules, reply, after)) return { before, sent: 'yes', ...known, write: reply, after };
  throw writeFailure(result.failure, sentNow, await announce(sentNow, timeLeft(limits, enteredAt, clocks())));
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

/** The result of the write once its bytes were handed over. @throws ApplicationFailure if they were not */
async function sendGuarded<Answer, Reply>(
  { call, send }: GuardedWrite<Answer, Reply>,
  { intent, earlier, announceNow, isYoungEnough }: Sending,
): Promise<Result<Reply>> {
  let isAnnounced = false;
  let isHandedOver = false;
  const unsent = async ({ failure }: Failed): Promise<ApplicationFailure> =>
    writeFailure(failure, earlier, isAnnounced ? await announceNow(earlier ?? { sent: 'no' }) : 'go');
  const gate: WriteGate = {
    announce: async () => {
      const result = await announceNow(intent);
      if (result !== 'go') throw await unsent(notAllowed(call, result));
      isAnnounced = true;
      if (!isYoungEnough()) throw await unsent(ownFailure(call, 'LOCAL_GUARD_EXPIRED', TOO_OLD));
    },
    mayStillSend: () => (isHandedOver = isYoungEnough()),
  };
  const result = await send(gate).catch((error: unknown) => faultOf(call, error));
  if (result.ok || isHandedOver) return result;
  throw await unsent(result);
}

const TOO_OLD = 'not sent: the query that allowed it has grown too old';

function notAllowed(call: Call, result: Exclude<AnnounceResult, 'go'>): Failed {
  const what = {
    superseded: 'something overtook it',
    givenUp: 'the attempt was given up',
    unknown: 'Temporal is away',
  };
  const code = result === 'superseded' ? 'LOCAL_SUPERSEDED' : 'LOCAL_NOT_ANNOUNCED';
  return ownFailure(call, code, `not sent: ${what[result]}`);
}

async function confirm<Answer, Reply>(
  { call, query }: GuardedWrite<Answer, Reply>,
  timeoutMs: Milliseconds,
): Promise<WriteReply<Answer>> {
  return replyOf(await query(timeoutMs).catch((error: unknown) => faultOf(call, error)));
}

function replyOf<T>(result: Result<T>): WriteReply<T> {
  return result.ok ? { answer: result.value } : { failure: callFailureOf(result.failure) };
}

function clocks(): Clocks {
  return { monotonic: performance.now(), wall: Date.now() };
}
