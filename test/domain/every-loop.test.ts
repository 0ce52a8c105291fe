import { describe, expect, it } from 'vitest';
import { TRADE_STATES, type CloseAnswer, type QueryOrderResult } from '../../domain/activities.js';
import { decide, stepOf } from '../../domain/orders/decide.js';
import type { CallFailure, Facts, OrderEvent, OrderState, Phase, Step } from '../../domain/orders/state.js';
import { HOUR, MINUTE, SECOND, type Instant } from '../../domain/time.js';
import { CLOSE_FRESHNESS } from '../../domain/timing.js';
import { after, answered, closeAnswered, failed, ORDER, PAYMENT, START, timer } from '../support/orders.js';

const NOW = START + 3 * HOUR;

/** What is known of an order, by what it comes from. Every combination is tried. */
const KNOWN: readonly (readonly Partial<Facts>[])[] = [
  [{}, { payingSince: NOW - HOUR }, { notFounds: 1 }, { notFounds: 5 }],
  [
    {},
    { closeTriedAt: NOW - MINUTE },
    { closeTriedAt: NOW - HOUR, closeAcceptedAt: NOW - HOUR },
    { closeTriedAt: NOW, closeAcceptedAt: NOW },
  ],
  [{}, { refusedAfter: 'unpaid' }, { refusedAfter: 'paying' }],
  [{}, { closedUnseen: true }],
  [{}, { paidClaimed: true }],
  [{}, { releaseRequested: true }],
];

const PHASES: readonly Phase[] = [
  { phase: 'awaitingPayment' },
  { phase: 'checking' },
  { phase: 'closing', queriedAt: NOW },
  { phase: 'confirming', until: NOW },
  { phase: 'userIsPaying', until: NOW },
  { phase: 'notFoundYet', until: NOW },
  { phase: 'unsettled', until: NOW },
  { phase: 'needsAttention', reason: 'fatal-answer', until: NOW },
];

const KINDS: readonly CallFailure['kind'][] = ['retry', 'hint', 'fatal'];
const CLOSE_ANSWERS: readonly CloseAnswer[] = [
  'accepted',
  'alreadyClosed',
  'paid',
  'inProgress',
  'tooOften',
  'notFound',
  'refusedState',
  'refusedRequest',
  'tooEarly',
  'queryTooOld',
];
const STATES: readonly QueryOrderResult['tradeState'][] = [...TRADE_STATES, 'NOT_FOUND'];

/** Where a query may be in flight, it may be a check's. */
const INTERRUPTED: readonly Partial<Facts>[] = [{}, { interrupted: { phase: 'unsettled', until: NOW } }];

function everythingKnown({ phase }: Phase): Facts[] {
  const known = phase === 'checking' || phase === 'confirming' ? [...KNOWN, INTERRUPTED] : KNOWN;
  return known.reduce<Facts[]>(
    (all, each) => all.flatMap((facts) => each.map((more) => ({ ...facts, ...more }))),
    [after().state],
  );
}

/** All that WeChat Pay, or the way to it, can make of a call. */
function answersTo(step: Step, now: Instant): OrderEvent[] {
  if (step.do === 'query') {
    return [
      ...STATES.map((state) => answered(state, now)),
      answered('NOTPAY', now - CLOSE_FRESHNESS - 1),
      answered('SUCCESS', now, { ...PAYMENT, amount: null }),
      ...KINDS.map((kind) => failed('query', kind)),
    ];
  }
  return [...CLOSE_ANSWERS.map(closeAnswered), ...KINDS.map((kind) => failed('close', kind))];
}

interface Course {
  readonly closes: number;
  readonly queries: number;
}

/** The most that an order can do by itself within a second, whatever it is answered, and at once. */
function busiest(state: OrderState, now: Instant, depth = 0): Course {
  if (depth > 12) throw new Error(`turns on the spot, in ${state.phase}`);
  const step = stepOf(state, now);
  if (step.do === 'finish') return { closes: 0, queries: 0 };
  if (step.do === 'wait' || step.do === 'askPerson') {
    if (step.until >= NOW + SECOND) return { closes: 0, queries: 0 };
    const fired = Math.max(step.until, now);
    return busiest(decide(state, timer, fired).state, fired, depth + 1);
  }
  const courses = answersTo(step, now).map((event) => busiest(decide(state, event, now).state, now, depth + 1));
  return {
    closes: Math.max(...courses.map(({ closes }) => closes)) + (step.do === 'close' ? 1 : 0),
    queries: Math.max(...courses.map(({ queries }) => queries)) + (step.do === 'query' ? 1 : 0),
  };
}

describe.each(PHASES)('from $phase, whatever WeChat Pay answers, within a second', (phase) => {
  const deadlines = { 'is due': ORDER.payBefore, 'becomes due': NOW + SECOND / 2 };

  it.each(Object.entries(deadlines))(
    'an order that %s sends one close at most: every loop has a pause',
    (_, payBefore) => {
      for (const facts of everythingKnown(phase)) {
        const order = { ...ORDER, payBefore };
        const { closes, queries } = busiest({ ...facts, order, ...phase }, NOW);
        expect(closes).toBeLessThanOrEqual(1);
        // Before the close and after it; that of a checkout, and one that finds the order not due yet.
        const others = (facts.interrupted === null ? 0 : 1) + (payBefore > NOW ? 1 : 0);
        expect(queries).toBeLessThanOrEqual(2 + others);
      }
    },
  );
});
