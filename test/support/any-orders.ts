import fc from 'fast-check';
import { TRADE_STATES, type CallFailure, type CloseAnswer, type OrderAnswer } from '../../domain/calls.js';
import { decideOrder, openOrder } from '../../domain/orders/decide.js';
import type { OrderDecision, OrderEvent } from '../../domain/orders/state.js';
import { closeRules, type Allowed } from '../../domain/orders/write.js';
import { HOUR, MINUTE, type Instant } from '../../domain/time.js';
import type { Moment } from './live-orders.js';
import {
  answerOf,
  checkRequested,
  closeAnswered,
  closeFailed,
  closeLost,
  closeRequested,
  extended,
  failure,
  NO_ANSWER,
  notAllowed,
  notification,
  ORDER,
  PAYMENT,
  placedAgain,
  placementFailed,
  queryFailed,
  releaseRequested,
  resolveAs,
  retryRequested,
  START,
  superseded,
  timer,
  tooEarly,
  WRONG_PAYMENT,
  wrongNotification,
} from './orders.js';

const CLOSE_ANSWERS: readonly CloseAnswer[] = [
  'accepted',
  'alreadyClosed',
  'paid',
  'inProgress',
  'tooOften',
  'notFound',
  'refusedState',
  'refusedRequest',
];
const KINDS: readonly CallFailure['kind'][] = ['retry', 'slowDown', 'hint', 'fatal', 'unknown'];

/** What WeChat Pay, or the way to it, makes of the call that is in flight. */
interface Reply {
  readonly before: OrderAnswer;
  readonly write: CloseAnswer | CallFailure;
  readonly after: OrderAnswer | { readonly failure: CallFailure };
  /** Instead of a result. */
  readonly fails: OrderEvent | null;
  readonly cancelled: OrderEvent;
}

/** The next thing in a story: a message, or the result of the step in progress. */
type Coming = Reply | { readonly request: (now: Instant) => OrderEvent };

/** Most answers end nothing: the story goes on. */
const answer = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('NOTPAY' as const, 'USERPAYING' as const, 'NOT_FOUND' as const) },
      { weight: 1, arbitrary: fc.constantFrom(...TRADE_STATES) },
    ),
    fc.boolean(),
  )
  .map(([state, right]) => answerOf(state, right ? PAYMENT : WRONG_PAYMENT));

const kind = fc.constantFrom(...KINDS);

const reply: fc.Arbitrary<Coming> = fc.record({
  before: answer,
  write: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...CLOSE_ANSWERS) },
    { weight: 1, arbitrary: fc.constantFrom(NO_ANSWER, failure('hint', 'closeOrder'), failure('fatal', 'closeOrder')) },
  ),
  after: fc.oneof(
    { weight: 4, arbitrary: answer },
    { weight: 1, arbitrary: kind.map((each) => ({ failure: failure(each) })) },
  ),
  fails: fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    {
      weight: 1,
      arbitrary: fc.oneof(
        kind.map((each) => closeFailed(each)),
        fc.constantFrom(closeLost(), closeLost('no'), closeFailed('retry', 'yes', 'closeOrder'), tooEarly),
      ),
    },
  ),
  cancelled: fc.constantFrom(superseded(), superseded('maybe')),
});

const request: fc.Arbitrary<Coming> = fc
  .oneof(
    { weight: 2, arbitrary: fc.constant(() => closeRequested) },
    {
      weight: 4,
      arbitrary: fc.constantFrom<(now: Instant) => OrderEvent>(
        () => checkRequested,
        () => placedAgain,
        () => placementFailed,
        () => retryRequested,
        (now) => extended(now + HOUR),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        () => releaseRequested,
        () => notification(),
        () => wrongNotification,
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('paid' as const, 'closed' as const, 'never-existed' as const), fc.boolean())
        .map(
          ([as, force]) =>
            () =>
              resolveAs(as, force),
        ),
    },
  )
  .map((each) => ({ request: each }));

const coming = fc.oneof({ weight: 3, arbitrary: reply }, { weight: 2, arbitrary: request });

/** How much time goes by: often none, sometimes enough to pass every limit. */
const passing = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: MINUTE }) },
  { weight: 2, arbitrary: fc.integer({ min: MINUTE, max: 20 * MINUTE }) },
  { weight: 1, arbitrary: fc.integer({ min: HOUR, max: 30 * HOUR }) },
);

/** Up to sixty things that happen, whatever was asked. */
const story = fc.array(fc.tuple(passing, coming), { maxLength: 60 });
const deadlines = fc.integer({ min: -HOUR, max: HOUR });

/** The result of a guarded close: it is sent only if its first query allows it, and not before its floor. */
function closeResult(chosen: Reply, allows: readonly Allowed[], isSuperseded: boolean): OrderEvent {
  const { before, write, after, fails, cancelled } = chosen;
  if (fails !== null) return isSuperseded ? cancelled : fails;
  return closeRules(allows).allows(before) ? closeAnswered(write, { before, after }) : notAllowed(before);
}

function queryResult({ before, after }: Reply, now: Instant): OrderEvent {
  if ('failure' in after) return queryFailed(after.failure.kind);
  return { type: 'queryAnswered', answer: before, askedAt: now };
}

/** Plays a story, and keeps every moment of it. */
function live(deadline: number, comings: readonly (readonly [number, Coming])[]): Moment[] {
  let now = START;
  let before = openOrder({ ...ORDER, payBefore: START + deadline }, START);
  return comings.map(([passed, each]) => {
    const { step } = before;
    now += passed;
    if (!('request' in each) && 'until' in step) now = Math.max(now, step.until);
    const event = eventIn(each, step, now);
    const moment = { now, event, before, after: decideOrder(before.state, event, now) };
    before = moment.after;
    return moment;
  });
}

function eventIn(each: Coming, step: OrderDecision['step'], now: Instant): OrderEvent {
  if ('request' in each) return each.request(now);
  switch (step.do) {
    case 'query':
      return queryResult(each, now);
    case 'close':
      return closeResult(each, step.allows, step.isSuperseded);
    case 'wait':
    case 'askPerson':
    case 'finish':
      return timer;
  }
}

/** Whatever can happen to an order, in whatever order. */
export const anyLife: fc.Arbitrary<Moment[]> = fc
  .tuple(deadlines, story)
  .map(([deadline, comings]) => live(deadline, comings));
