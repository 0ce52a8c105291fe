import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { type Answer, codeOf, Refusal } from './answers.js';
import type { Instant, SandboxApi, SandboxCall } from './calls.js';
import type { KeyRing } from './key-ring.js';
import type { Signing } from './keys.js';
import type { Ledger } from './ledger.js';
import {
  DEFAULT_DELAY_MS,
  DEFAULT_TOTAL_AMOUNT,
  isCoded,
  MISBEHAVIOUR_ROWS,
  type MisbehaviourName,
  type Misbehaviour,
} from './misbehaviour.js';
import { namesOf, type MisbehaviourStore } from './misbehaviour-store.js';

/** A request of an authenticated merchant. */
export interface Asked {
  readonly api: SandboxApi;
  readonly call: SandboxCall;
  readonly mchid: string;
  readonly subMchid?: string | undefined;
  readonly outTradeNo: string;
  readonly nonce: string;
  readonly timestamp: string;
}

/** What a request asks for. */
export interface Task {
  readonly asked: Asked;
  /** Does it, at an instant of the order clock. @throws Refusal if the request is refused before the order is looked up */
  readonly act: (at: Instant) => Answer;
  /** What WeChat Pay keeps of a request even if it then fails to act on it. */
  readonly remember?: () => void;
  /** What others do just before, if a misbehaviour says so. */
  readonly moves?: Moves;
  /** The answer to the same query about another order, which is paid; `undefined` if this one does not exist. */
  readonly otherOrder?: (at: Instant) => Answer | undefined;
}

/** What a shopper, a user or a merchant can do just before a request is handled. */
export interface Moves {
  /** The shopper pays; the user of a service order confirms, or pays what is due: `totalAmount`, if it is given. */
  readonly pay: (at: Instant, totalAmount?: number) => void;
  /** Of a service order: the user confirms. */
  readonly confirm?: () => void;
  /** Of a service order: the merchant completes it, with so much due, in fen. */
  readonly complete?: (totalAmount: number) => void;
}

/** An answer as it is sent. */
export interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/** How answers to a request are put into bytes and signed. */
export interface Dialect {
  refuse(status: number, code: string, message: string): Answer;
  /** What a wrong signature is answered. It is sent unsigned. */
  refuseSignature(status: number, code: string, message: string): Answer;
  render(answer: Answer, signing: Signing): Rendered;
}

const SIGNINGS: Partial<Record<MisbehaviourName, Signing>> = {
  signWrongly: 'wrong',
  unsigned: 'none',
  stale: 'stale',
  probe: 'probe',
  signError: 'none',
};

const OVERSIZE = 'x'.repeat(1024 * 1024);
const PAGE = '<!DOCTYPE html><html><body><h1>Welcome to this network</h1></body></html>';

export interface RequestHandlerParts {
  readonly ledger: Ledger;
  readonly misbehaviours: MisbehaviourStore;
  readonly keys: KeyRing;
  readonly orderClock: () => Instant | Promise<Instant>;
}

/** Handles an authenticated request: misbehaves if planned, acts, writes the ledger, and sends the answer. */
export class RequestHandler {
  constructor(private readonly parts: RequestHandlerParts) {}

  async serve(reply: FastifyReply, dialect: Dialect, task: Task): Promise<void> {
    const { asked } = task;
    const { ledger, misbehaviours, keys, orderClock } = this.parts;
    const receivedAt = Date.now();
    const met = misbehaviours.take(asked);
    const what = met.answer?.what;
    const at = await orderClock();
    if (met.before?.what === 'rotateKey') await keys.rotate();
    move(met.before, task, at);
    const answer = answerTo(met.answer, dialect, task, at);
    const isBelievable =
      !answer.isForOtherOrder && (what === undefined || MISBEHAVIOUR_ROWS[what].isBelievable !== false);
    const delivered = isBelievable && met.late === undefined;
    const body = asked.call === 'query' ? undefined : textOf(reply.request.body);
    const entry = { ...asked, body, at, receivedAt, answer: answer.said, delivered, misbehaviours: namesOf(met) };
    const hasBeenSent = ledger.write(entry);
    if (met.late !== undefined) {
      await untilLateOrGone(reply, met.late.delayMs ?? DEFAULT_DELAY_MS);
      if (reply.raw.destroyed) return;
      if (isBelievable) hasBeenSent();
    }
    if (what === 'reset' || what === 'loseAnswer') return cut(reply, what);
    await send(reply, what === 'bare404' || what === 'html' ? proxy(what) : render(dialect, answer, what));
  }
}

function textOf(body: unknown): string | undefined {
  return Buffer.isBuffer(body) ? body.toString('utf8') : undefined;
}

function move(misbehaviour: Misbehaviour | undefined, { moves }: Task, at: Instant): void {
  if (misbehaviour?.what === 'payFirst') moves?.pay(at, misbehaviour.totalAmount);
  if (misbehaviour?.what === 'confirmFirst') moves?.confirm?.();
  if (misbehaviour?.what === 'completeFirst') moves?.complete?.(misbehaviour.totalAmount ?? DEFAULT_TOTAL_AMOUNT);
}

function answerTo(misbehaviour: Misbehaviour | undefined, dialect: Dialect, task: Task, at: Instant): Answer {
  if (misbehaviour === undefined) return acted(task, at);
  const { what } = misbehaviour;
  if (isCoded(what)) {
    const { status, code, message } = codeOf(what, task.asked.api, misbehaviour);
    if (what === 'signError') return dialect.refuseSignature(status, code, message);
    // S1: after a 5xx the call is to be sent again with the same parameters, so the first are remembered.
    if (what === 'systemError') task.remember?.();
    return dialect.refuse(status, code, message);
  }
  switch (what) {
    case 'reset':
    case 'bare404':
    case 'html':
      // The request never reached WeChat Pay.
      return { status: 0, said: what };
    case 'accepted':
      task.remember?.();
      return { status: 202, body: {}, said: '202' };
    case 'otherOrder':
      return acted({ ...task, act: () => answerForOtherOrder(task, at) ?? task.act(at) }, at);
    default:
      return acted(task, at);
  }
}

function answerForOtherOrder({ otherOrder }: Task, at: Instant): Answer | undefined {
  const answer = otherOrder?.(at);
  return answer && { ...answer, isForOtherOrder: true };
}

function acted(task: Task, at: Instant): Answer {
  try {
    task.remember?.();
    return task.act(at);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

function render(dialect: Dialect, answer: Answer, what: MisbehaviourName | undefined): Rendered {
  const signing = (what && SIGNINGS[what]) ?? 'right';
  if (what === 'noContent' && answer.status === 200) return dialect.render({ status: 204, said: answer.said }, signing);
  if (what !== 'oversize') return dialect.render(answer, signing);
  const status = answer.status === 204 ? 200 : answer.status;
  return dialect.render({ ...answer, status, body: { ...answer.body, attach: OVERSIZE } }, signing);
}

function proxy(what: 'bare404' | 'html'): Rendered {
  if (what === 'bare404') return { status: 404, headers: {}, bytes: Buffer.alloc(0) };
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, bytes: Buffer.from(PAGE) };
}

async function send(reply: FastifyReply, { status, headers, bytes }: Rendered): Promise<void> {
  const answer = reply.code(status).headers(headers);
  await (status === 204 ? answer.send() : answer.send(bytes));
}

/** `reset`: as a router does that lost its table; otherwise as a server that dies. */
function cut(reply: FastifyReply, what: 'reset' | 'loseAnswer'): void {
  reply.hijack();
  if (what === 'reset') reply.raw.socket?.resetAndDestroy();
  else reply.raw.destroy();
}

/** Waits, unless the caller hangs up or the sandbox stops. */
async function untilLateOrGone(reply: FastifyReply, delayMs: number): Promise<void> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  await sleep(delayMs, undefined, { signal: gone.signal }).catch(() => undefined);
}
