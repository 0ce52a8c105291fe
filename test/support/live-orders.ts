import { decideOrder, openOrder } from '../../domain/orders/decide.js';
import type { OrderDecision, OrderEvent } from '../../domain/orders/state.js';
import { DAY, type Instant } from '../../domain/time.js';
import { cancelled, LawfulWechatPay, type Course, type Running } from './lawful-orders.js';
import { notification, ORDER, START, timer } from './orders.js';

/** Someone who asks for something, or a fact that is handed over. */
export interface Call {
  readonly at: Instant;
  readonly event: OrderEvent;
}

export interface Moment {
  readonly now: Instant;
  readonly event: OrderEvent;
  readonly before: OrderDecision;
  readonly after: OrderDecision;
}

export interface Lived {
  readonly last: OrderDecision;
  readonly at: Instant;
  readonly wechatPay: LawfulWechatPay;
  readonly moments: readonly Moment[];
}

interface RunningStep extends Running {
  readonly step: OrderDecision['step'];
}

export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The calls, and the notification at its time, if there is one. */
function withNotification(calls: readonly Call[], { payment, notificationAfter }: Course): Call[] {
  const arrives =
    payment === null || notificationAfter === null
      ? []
      : [{ at: payment.ends + notificationAfter, event: notification() }];
  return [...calls, ...arrives].sort((one, other) => one.at - other.at);
}

/** Does the steps, as the workflow does, until the order has ended or ten days are over. */
export function live(course: Course, asked: readonly Call[]): Lived {
  const wechatPay = new LawfulWechatPay(course);
  const waiting = withNotification(asked, course);
  const moments: Moment[] = [];
  let now = START;
  let decision = openOrder(ORDER, now);
  let running: RunningStep | null = null;
  const apply = (event: OrderEvent): void => {
    const before = decision;
    decision = decideOrder(before.state, event, now);
    moments.push({ now, event, before, after: decision });
    if (moments.length > 5_000) throw new Error(`busy, and to no end: ${decision.state.phase}`);
  };
  while (now < START + 10 * DAY) {
    if (running === null) {
      if (decision.step.do === 'finish') break;
      running = { step: decision.step, ...begin(decision, wechatPay, now) };
    }
    const next = waiting[0];
    if (next === undefined || next.at > running.at) {
      now = running.at;
      const result: OrderEvent | Running = running.then();
      running = 'then' in result ? { step: running.step, ...result } : null;
      if ('type' in result) apply(result);
      continue;
    }
    waiting.shift();
    now = Math.max(now, next.at);
    if (next.event.type === 'paymentNotification' && wechatPay.stateAt(now) !== 'SUCCESS') continue;
    if (next.event.type === 'placementFailed' && wechatPay.willBePlaced(now)) continue;
    if (next.event.type === 'placedAgain') wechatPay.place(now);
    apply(next.event);
    running = cancelIfSuperseded(running, decision, now);
  }
  return { last: decision, at: now, wechatPay, moments };
}

/** A close that has sent is awaited; one that has not ends at once, and says so. Anything else is left. */
function cancelIfSuperseded(running: RunningStep, { step }: OrderDecision, now: Instant): RunningStep | null {
  if (isSame(running.step, step)) return running;
  if (running.step.do !== 'close') return null;
  return running.isUnsent ? { ...running, at: now, then: () => cancelled } : running;
}

function begin({ state, step }: OrderDecision, wechatPay: LawfulWechatPay, now: Instant): Running {
  switch (step.do) {
    case 'query':
      return wechatPay.query(now);
    case 'close':
      return wechatPay.close(now, step.allows, state.order.floor);
    case 'wait':
    case 'askPerson':
      return { at: Math.max(step.until, now + 1), isUnsent: true, then: () => timer };
    case 'finish':
      throw new Error('nothing is left to do');
  }
}

/** Whether a step begins. One that is repeated begins anew; one that is superseded does not. */
export function begins({ before, after }: Moment, step: OrderDecision['step']['do']): boolean {
  if (after.step.do !== step) return false;
  if (after.step.do === 'close') return !after.step.isSuperseded && after.row !== undefined;
  return before.step.do !== step || before.state.phase !== after.state.phase;
}

export const closesIn = ({ moments }: Lived): Moment[] => moments.filter((moment) => begins(moment, 'close'));

/** Each with the one before it. */
export function pairs<T>(each: readonly T[]): (readonly [T, T])[] {
  return each.slice(1).flatMap((one, index) => each.slice(index, index + 1).map((before) => [before, one] as const));
}

/** Whether a person is asked, and why. */
export function isAsked({ step }: OrderDecision, reason: string): boolean {
  return step.do === 'askPerson' && step.reason === reason;
}

interface Gone {
  readonly decision: OrderDecision;
  readonly now: Instant;
  /** When the story before ended. */
  readonly begun: Instant;
  readonly steps: number;
}

/** Goes on after a story, with nothing but time and answers, until the order has ended, or a limit is reached. */
export function goOnAfter(
  moments: readonly Moment[],
  limit: number,
  answerTo: (decision: OrderDecision, now: Instant) => OrderEvent,
  isOver: (decision: OrderDecision) => boolean = () => false,
): Gone {
  const last = moments.at(-1);
  const begun = last?.now ?? START;
  let now = begun;
  let decision = last?.after ?? openOrder(ORDER, START);
  for (let steps = 0; steps < limit; steps += 1) {
    const { step } = decision;
    if (step.do === 'finish' || isOver(decision)) return { decision, now, begun, steps };
    if (step.do === 'query' || step.do === 'close') {
      decision = decideOrder(decision.state, answerTo(decision, now), now);
    } else {
      now = Math.max(now, step.until);
      decision = decideOrder(decision.state, timer, now);
    }
  }
  return { decision, now, begun, steps: limit };
}
