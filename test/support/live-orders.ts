import { decide, open } from '../../domain/orders/decide.js';
import type { Decision, OrderEvent } from '../../domain/orders/state.js';
import { DAY, type Instant } from '../../domain/time.js';
import { LawfulWechatPay, type Answer, type Course } from './lawful-orders.js';
import { notification, ORDER, START, timer } from './orders.js';

/** Someone who asks for something, or a fact that is handed over. */
export interface Call {
  readonly at: Instant;
  readonly event: OrderEvent;
}

export interface Moment {
  readonly now: Instant;
  readonly event: OrderEvent;
  readonly before: Decision;
  readonly after: Decision;
}

export interface Lived {
  readonly last: Decision;
  readonly at: Instant;
  readonly wechatPay: LawfulWechatPay;
  readonly moments: readonly Moment[];
}

export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The first of the calls that the notification comes between, where there is one. */
function withNotification(calls: readonly Call[], { payment, notificationAfter }: Course): Call[] {
  const arrives =
    payment === null || notificationAfter === null
      ? []
      : [{ at: payment.ends + notificationAfter, event: notification() }];
  return [...calls, ...arrives].sort((one, other) => one.at - other.at);
}

/** Does what `decide` says, as the workflow does, until the order has ended or ten days are over. */
export function live(course: Course, asked: readonly Call[]): Lived {
  const wechatPay = new LawfulWechatPay(course);
  const waiting = withNotification(asked, course);
  const moments: Moment[] = [];
  let now = START;
  let decision = open(ORDER, now);
  let running: { readonly step: Decision['step']; readonly answer: Answer } | null = null;
  const apply = (event: OrderEvent): void => {
    const before = decision;
    decision = decide(before.state, event, now);
    moments.push({ now, event, before, after: decision });
    if (moments.length > 5_000) throw new Error(`busy, and to no end: ${decision.state.phase}`);
  };
  while (now < START + 10 * DAY) {
    if (running === null) {
      if (decision.step.do === 'finish') break;
      running = { step: decision.step, answer: begin(decision.step, wechatPay, now) };
    }
    const next = waiting[0];
    if (next === undefined || next.at > running.answer.at) {
      const { answer } = running;
      running = null;
      now = answer.at;
      apply(answer.event);
      continue;
    }
    waiting.shift();
    now = Math.max(now, next.at);
    if (next.event.type === 'paymentNotification' && wechatPay.stateAt(now) !== 'SUCCESS') continue;
    if (next.event.type === 'placedAgain') wechatPay.place(now);
    apply(next.event);
    // A close that is overtaken is heard out.
    if (running.step.do !== 'close' && !isSame(running.step, decision.step)) running = null;
  }
  return { last: decision, at: now, wechatPay, moments };
}

function begin(step: Exclude<Decision['step'], { do: 'finish' }>, wechatPay: LawfulWechatPay, now: Instant): Answer {
  switch (step.do) {
    case 'query':
      return wechatPay.query(now);
    case 'close':
      return wechatPay.close(now);
    case 'wait':
    case 'askPerson':
      return { event: timer, at: Math.max(step.until, now + 1) };
  }
}

/** Whether a step begins. One that is repeated begins anew. */
export const begins = ({ before, after }: Moment, step: Decision['step']['do']): boolean =>
  after.step.do === step && (before.step.do !== step || before.state.phase !== after.state.phase);

export const closesIn = ({ moments }: Lived): Moment[] => moments.filter((moment) => begins(moment, 'close'));

/** Each moment with the one before it. */
export function pairs(moments: readonly Moment[]): (readonly [Moment, Moment])[] {
  return moments
    .slice(1)
    .flatMap((moment, index) => moments.slice(index, index + 1).map((before) => [before, moment] as const));
}

/** Whether a person is asked, and why. */
export function isAsked({ step }: Decision, reason: string): boolean {
  return step.do === 'askPerson' && step.reason === reason;
}

interface Gone {
  readonly decision: Decision;
  readonly now: Instant;
  /** When the story before ended. */
  readonly begun: Instant;
  readonly steps: number;
}

/** Goes on where a story ended, with nothing but time and answers, until the order has ended, or a limit is reached. */
export function goOn(
  moments: readonly Moment[],
  limit: number,
  answerTo: (step: 'query' | 'close', now: Instant) => OrderEvent,
  isOver: (decision: Decision) => boolean = () => false,
): Gone {
  const last = moments.at(-1);
  const begun = last?.now ?? START;
  let now = begun;
  let decision = last?.after ?? open(ORDER, START);
  for (let steps = 0; steps < limit; steps += 1) {
    const { step } = decision;
    if (step.do === 'finish' || isOver(decision)) return { decision, now, begun, steps };
    if (step.do === 'query' || step.do === 'close') decision = decide(decision.state, answerTo(step.do, now), now);
    else {
      now = Math.max(now, step.until);
      decision = decide(decision.state, timer, now);
    }
  }
  return { decision, now, begun, steps: limit };
}
