import { describe, expect, it } from 'vitest';
import { type CallFailure, type CloseAnswer, TRADE_STATES } from '../../../domain/calls.js';
import { decideOrder, ORDER_FLOW } from '../../../domain/orders/decide.js';
import type { Facts, OrderEvent, OrderState, Phase, Step } from '../../../domain/orders/state.js';
import { type Allowed, closeRules } from '../../../domain/orders/write.js';
import { HOUR, type Instant, MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  answered,
  answerOf,
  closeAnswered,
  closeFailed,
  closeLost,
  NO_ANSWER,
  notAllowed,
  ORDER,
  PAYMENT,
  queryFailed,
  type Said,
  START,
  superseded,
  timer,
  tooEarly,
  UNASKED,
} from '../../support/orders.js';

const NOW = START + 3 * HOUR;

/** Facts about an order, by what teaches them. Every combination is tried. */
const KNOWN: readonly (readonly Partial<Facts>[])[] = [
  [{}, { payingSince: NOW - HOUR }, { notFoundSince: NOW - HOUR }, { notFoundSince: NOW, closedUnseen: true }],
  [
    {},
    { closeTriedAt: NOW - HOUR, closeSent: 'yes', closeAcceptedAt: NOW - HOUR },
    { closeTriedAt: NOW, closeSent: 'yes', closeAcceptedAt: NOW },
    { closeTriedAt: NOW - MINUTE, closeSent: 'maybe', closeUnconfirmed: true },
  ],
  [{}, { seen: true }],
  [{}, { paidClaimed: true, seen: true }],
  [{}, { releaseRequested: true }],
  [{}, { placementFailed: { code: 'PARAM_ERROR' } }],
];

const PHASES: readonly Phase[] = [
  { phase: 'awaitingPayment' },
  { phase: 'checking' },
  { phase: 'closing', allows: ['unpaid'], isSuperseded: false, extension: null },
  { phase: 'closing', allows: ['notFound'], isSuperseded: false, extension: null },
  { phase: 'closing', allows: ['unpaid', 'paying'], isSuperseded: true, extension: null },
  { phase: 'confirming', until: NOW },
  { phase: 'userIsPaying', until: NOW },
  { phase: 'notFoundYet', until: NOW },
  { phase: 'unsettled', until: NOW },
  { phase: 'needsAttention', reason: 'fatal-answer', until: NOW },
];

const KINDS: readonly CallFailure['kind'][] = ['retry', 'hint', 'fatal'];
const CLOSE_ANSWERS: readonly CloseAnswer[] = [
  'accepted',
  'paid',
  'inProgress',
  'tooOften',
  'notFound',
  'refusedRequest',
];
const STATES: readonly Said[] = [...TRADE_STATES, 'NOT_FOUND'];

/** A query that is in flight may be a check's. */
const INTERRUPTED: readonly Partial<Facts>[] = [{}, { interrupted: { phase: 'unsettled', until: NOW } }];

function everythingKnown({ phase }: Phase): Facts[] {
  const known = phase === 'checking' || phase === 'confirming' ? [...KNOWN, INTERRUPTED] : KNOWN;
  return known.reduce<Facts[]>(
    (all, each) => all.flatMap((facts) => each.map((more) => ({ ...facts, ...more }))),
    [after().state],
  );
}

/** All results of a query. */
const ANSWERS: readonly OrderEvent[] = [
  ...STATES.map((state) => answered(state)),
  answered('SUCCESS', { ...PAYMENT, amount: null }),
  ...KINDS.map((kind) => queryFailed(kind)),
];

/** All that it can make of a guarded close. Those that end an order by themselves need no loop. */
function resultsOf(allows: readonly Allowed[], isSuperseded: boolean): OrderEvent[] {
  const sent = STATES.filter((state) => closeRules(allows).allows(answerOf(state)));
  return [
    ...STATES.filter((state) => !sent.includes(state)).map((state) => notAllowed(state)),
    ...sent.flatMap((before) => {
      const afters = ['NOTPAY', 'USERPAYING', 'NOT_FOUND', UNASKED] as const;
      return afters.flatMap((each) =>
        [...CLOSE_ANSWERS, NO_ANSWER].map((write) => closeAnswered(write, { before, after: each })),
      );
    }),
    ...KINDS.flatMap((kind) => [closeFailed(kind), closeFailed(kind, 'yes', 'closeOrder')]),
    closeLost(),
    tooEarly,
    ...(isSuperseded ? [superseded(), superseded('maybe')] : []),
  ];
}

interface Busy {
  /** Guarded closes that may have sent something. */
  readonly closes: number;
  readonly calls: number;
}

const sends = (event: OrderEvent): boolean =>
  (event.type === 'closeAnswered' && event.result.write !== null) ||
  (event.type === 'closeFailed' && event.failure.sent !== 'no');

const busiest = new Map<string, Busy>();

/** The most that an order can do by itself within a second, whatever it is answered, and at once. */
function busiestFrom(state: OrderState, now: Instant, depth = 0): Busy {
  if (depth > 15) throw new Error(`turns on the spot, in ${state.phase}`);
  const step = ORDER_FLOW.stepOf(state, now);
  if (step.do === 'finish') return { closes: 0, calls: 0 };
  if (step.do === 'wait' || step.do === 'askPerson') {
    if (step.until >= NOW + SECOND) return { closes: 0, calls: 0 };
    const fired = Math.max(step.until, now);
    return busiestFrom(decideOrder(state, timer, fired).state, fired, depth + 1);
  }
  // Checks within a second change nothing and are left out, so that each state is visited once.
  const key = JSON.stringify([{ ...state, pauses: 0, last: 0, verified: 0, told: 0 }, now]);
  const known = busiest.get(key);
  if (known !== undefined) return known;
  const busy = busiestCall(state, step, now, depth);
  busiest.set(key, busy);
  return busy;
}

function busiestCall(state: OrderState, step: Step, now: Instant, depth: number): Busy {
  const events = step.do === 'close' ? resultsOf(step.allows, step.isSuperseded) : ANSWERS;
  const courses = events.map((event) => {
    const then = busiestFrom(decideOrder(state, event, now).state, now, depth + 1);
    return { closes: then.closes + (sends(event) ? 1 : 0), calls: then.calls + 1 };
  });
  return {
    closes: Math.max(...courses.map(({ closes }) => closes)),
    calls: Math.max(...courses.map(({ calls }) => calls)),
  };
}

describe.each(PHASES)('from %j, whatever WeChat Pay answers, within a second', (phase) => {
  /** The most that is done for a known fact of an order with this deadline. */
  const most = (payBefore: Instant): Busy => {
    const all = everythingKnown(phase).map((facts) =>
      busiestFrom({ ...facts, order: { ...ORDER, payBefore }, ...phase }, NOW),
    );
    return {
      closes: Math.max(...all.map(({ closes }) => closes)),
      calls: Math.max(...all.map(({ calls }) => calls)),
    };
  };

  it('an order that is due sends one close at most: every loop has a pause', () => {
    const { closes, calls } = most(ORDER.payBefore);
    expect(closes).toBeLessThanOrEqual(1);
    expect(calls).toBeLessThanOrEqual(5);
  });

  it('an order that becomes due sends one more, for its deadline', () => {
    const { closes, calls } = most(NOW + SECOND / 2);
    expect(closes).toBeLessThanOrEqual(2);
    expect(calls).toBeLessThanOrEqual(6);
  });
});
