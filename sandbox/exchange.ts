import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { Refusal, type Answer } from './answers.js';
import type { Instant, SandboxApi, SandboxCall } from './calls.js';
import type { KeyRing } from './key-ring.js';
import type { Signing } from './keys.js';
import type { Ledger } from './ledger.js';
import { DEFAULT_DELAY_MS, MISBEHAVIOURS, type Form, type Misbehaviour, type Mischiefs } from './misbehaviour.js';

/** A request of a merchant who is who he says he is. */
export interface Asked {
  readonly api: SandboxApi;
  readonly call: SandboxCall;
  readonly mchid: string;
  readonly subMchid?: string | undefined;
  readonly outTradeNo: string;
  readonly nonce: string;
  readonly timestamp: string;
}

/** What is to be done about a request. */
export interface Task {
  readonly asked: Asked;
  /** Does it, at an instant of the order clock. @throws Refusal where that is not even to be looked at */
  readonly act: (at: Instant) => Answer;
  /** What is kept of a request even where WeChat Pay then fails to act on it. */
  readonly remember?: () => void;
  /** The move that the user makes just before, where the sandbox is told so. */
  readonly userActs?: (at: Instant) => void;
  /** The same question's answer about another order, which is paid. */
  readonly otherOrder?: (at: Instant) => Answer;
}

/** An answer as it is sent. */
export interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/** How answers to a request are put into bytes and signed. */
export interface Dialect {
  readonly form: Form;
  readonly systemError: Answer;
  readonly tooOften: Answer;
  render(answer: Answer, signing: Signing): Rendered;
}

const SIGNINGS: Partial<Record<Misbehaviour, Signing>> = {
  signWrongly: 'wrong',
  unsigned: 'none',
  stale: 'stale',
  probe: 'probe',
};

const OVERSIZE = 'x'.repeat(1024 * 1024);
const PAGE = '<!DOCTYPE html><html><body><h1>Welcome to this network</h1></body></html>';

export interface ExchangeParts {
  readonly ledger: Ledger;
  readonly mischiefs: Mischiefs;
  readonly keys: KeyRing;
  readonly orderClock: () => Instant | Promise<Instant>;
}

/** The way of every request, from the moment that its sender is known: what happens to it, what is written, what is sent. */
export class Exchange {
  constructor(private readonly parts: ExchangeParts) {}

  async serve(reply: FastifyReply, dialect: Dialect, task: Task): Promise<void> {
    const { asked } = task;
    const { ledger, mischiefs, keys, orderClock } = this.parts;
    const receivedAt = Date.now();
    const mischief = mischiefs.take(asked.outTradeNo, asked.call, dialect.form);
    const what = mischief?.what;
    const at = await orderClock();
    if (what === 'rotateKey') await keys.rotate();
    const answer = answerTo(what, dialect, task, at);
    const isBelievable = what === undefined || MISBEHAVIOURS[what].isBelievable;
    const delivered = isBelievable && what !== 'slow';
    const entry = { ...asked, at, receivedAt, answer: answer.said, delivered, misbehaviour: what };
    const hasBeenSent = ledger.write(entry);
    if (what === 'slow') {
      await untilLateOrGone(reply, mischief?.delayMs ?? DEFAULT_DELAY_MS);
      if (reply.raw.destroyed) return;
      hasBeenSent();
    }
    if (what === 'reset' || what === 'loseAnswer') return cut(reply, what);
    await send(reply, what === 'bare404' || what === 'html' ? proxy(what) : render(dialect, answer, what));
  }
}

function answerTo(what: Misbehaviour | undefined, dialect: Dialect, task: Task, at: Instant): Answer {
  switch (what) {
    case 'reset':
    case 'bare404':
    case 'html':
      // WeChat Pay never saw it.
      return { status: 0, said: what };
    case 'systemError':
      task.remember?.();
      return dialect.systemError;
    case 'tooOften':
      return dialect.tooOften;
    case 'accepted':
      task.remember?.();
      return { status: 202, body: {}, said: '202' };
    case 'otherOrder':
      return task.otherOrder?.(at) ?? acted(task, at);
    case 'payFirst':
      task.userActs?.(at);
      return acted(task, at);
    default:
      return acted(task, at);
  }
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

function render(dialect: Dialect, answer: Answer, what: Misbehaviour | undefined): Rendered {
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

/** Waits, but not for a caller who has hung up, nor longer than the sandbox lives. */
async function untilLateOrGone(reply: FastifyReply, delayMs: number): Promise<void> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  await sleep(delayMs, undefined, { signal: gone.signal }).catch(() => undefined);
}
