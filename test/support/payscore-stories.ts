import fc from 'fast-check';
import { REFUSALS, type Sent } from '../../domain/calls.js';
import { decideServiceOrder, openServiceOrder } from '../../domain/payscore/decide.js';
import { cancelInput } from '../../domain/payscore/due.js';
import type { CancelServiceOrderInput, ServiceOrderAnswer } from '../../domain/payscore/order.js';
import type { ServiceDecision, ServiceOrderEvent } from '../../domain/payscore/state.js';
import { cancelRules, type CancelRequest } from '../../domain/payscore/write.js';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../../domain/time.js';
import { holds } from './property.js';
import {
  ANYTIME,
  answerThat,
  cancelFailed,
  cancels,
  failed,
  FAILURE_KINDS,
  NOON,
  notified,
  refrains,
  release,
  REQUEST,
  requested,
  resolve,
  retry,
  SHOWN,
  shows,
  START,
  superseded,
  timer,
  type Shown,
} from './service-orders.js';

const request: fc.Arbitrary<CancelRequest> = fc
  .record({
    requestId: fc.constantFrom('a', 'b', 'c'),
    reason: fc.constantFrom('one', 'two', 'three'),
    dueAt: fc.constantFrom(NOON, NOON + HOUR, NOON + DAY),
    mayCancel: fc.constantFrom(REQUEST.mayCancel, ANYTIME.mayCancel, []),
    giveUp: fc.constantFrom(null, { total: 100 }, { total: 70 }),
  })
  .map((changes) => ({ ...REQUEST, ...changes }));

/** What ends nothing comes more often, so that stories grow long. */
const shown = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Shown>('created') },
  { weight: 4, arbitrary: fc.constantFrom<Shown>('inService', 'completed', 'notFound') },
  { weight: 2, arbitrary: fc.constantFrom(...(Object.keys(SHOWN) as Shown[])) },
);
const kind = fc.constantFrom(...FAILURE_KINDS);
const sent = fc.constantFrom<Sent>('no', 'maybe', 'yes');
const reply = fc.oneof(
  kind,
  fc.constantFrom('accepted' as const, 'alreadyCancelled' as const, 'done' as const),
  fc.constantFrom(...REFUSALS),
);

const queried = fc.oneof(
  { weight: 5, arbitrary: shown.map(shows) },
  { weight: 1, arbitrary: kind.map((each) => failed(each)) },
);

/** The result of a guarded cancel, as its query allows. */
type Cancelled = (input: CancelServiceOrderInput) => ServiceOrderEvent;

const cancelled: fc.Arbitrary<Cancelled> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(shown, reply, fc.oneof(shown, kind), sent).map(
      ([before, write, after, earlier]): Cancelled =>
        ({ requests, known }) =>
          cancelRules(requests, known).allows(answerThat(before))
            ? cancels(before, write, after, earlier === 'no' ? {} : { earlier: { sent: earlier } })
            : refrains(before, earlier),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(kind, sent).map(
      ([each, earlier]): Cancelled =>
        () =>
          cancelFailed(each, earlier),
    ),
  },
  {
    weight: 1,
    arbitrary: sent.map(
      (earlier): Cancelled =>
        () =>
          superseded(earlier),
    ),
  },
);

const message = fc.oneof(
  { weight: 4, arbitrary: request.map((each) => requested(each)) },
  { weight: 2, arbitrary: fc.constantFrom(notified('USER_CONFIRM'), notified('USER_PAID')) },
  { weight: 3, arbitrary: fc.constantFrom(retry, resolve(), resolve({ as: 'kept' }), resolve({ force: true })) },
  { weight: 1, arbitrary: fc.constant(release) },
);

/** How much time goes by: often little, sometimes enough to pass every limit. */
const passing = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 10 * SECOND }),
  fc.integer({ min: SECOND, max: 10 * MINUTE }),
  fc.integer({ min: HOUR, max: 30 * HOUR }),
);

const beat = fc.record({
  passing,
  /** Something that comes instead of what is waited for. */
  message: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: message }),
  queried,
  cancelled,
});
type Beat = typeof beat extends fc.Arbitrary<infer T> ? T : never;

/** One event, and the decision on it. */
export interface Moment {
  readonly now: Instant;
  readonly event: ServiceOrderEvent;
  readonly before: ServiceDecision;
  readonly after: ServiceDecision;
}

/** Plays a story: each step gets its result, or a message comes first. */
function live(first: CancelRequest | null, beats: readonly Beat[]): Moment[] {
  let now = NOON;
  let decision = openServiceOrder({ ...START, request: first }, NOON);
  let input = decision.step.do === 'cancel' ? cancelInput(decision.state, now) : undefined;
  return beats.map(({ passing: passed, message: said, queried: answer, cancelled: outcome }) => {
    const { step } = decision;
    const isResting = step.do === 'wait' || step.do === 'askPerson';
    now = passed + (isResting && said === null ? Math.max(now, step.until) : now);
    const event = said ?? (step.do === 'query' ? answer : step.do === 'cancel' && input ? outcome(input) : timer);
    const moment: Moment = { now, event, before: decision, after: decideServiceOrder(decision.state, event, now) };
    decision = moment.after;
    if (begins(moment, 'cancel')) input = cancelInput(decision.state, now);
    return moment;
  });
}

/** Whether it is the result of a call. */
export const isResult = ({ event }: Moment): boolean => /^(query|cancel)(Answered|Failed)$/.test(event.type);

/** Whether a message overtook the guarded cancel. */
export const wasSuperseded = ({ event }: Moment): boolean =>
  event.type === 'cancelFailed' && event.failure.code === 'LOCAL_SUPERSEDED';

/** Whether a step begins: it was another before, or its result has come. */
export const begins = (moment: Moment, step: ServiceDecision['step']['do']): boolean =>
  moment.after.step.do === step && (moment.before.step.do !== step || isResult(moment));

/** Checks what must be true of every story. */
export const every = (check: (moments: Moment[]) => void): void =>
  holds(
    // Not the few of a test's usual size: a loop shows only in a long story.
    fc.property(fc.option(request), fc.array(beat, { maxLength: 60, size: 'max' }), (first, beats) =>
      check(live(first, beats)),
    ),
    1_000,
  );

/** The verified answers that an event brought, in their order. */
export const answersIn = ({ event }: Moment): readonly ServiceOrderAnswer[] => {
  if (event.type === 'queryAnswered') return [event.answer];
  if (event.type !== 'cancelAnswered') return [];
  const { before, after } = event.result;
  return [before, after !== null && 'answer' in after ? after.answer : null].filter((answer) => answer !== null);
};

/** Whether WeChat Pay said USER_PAID or ORDER_DONE. */
export const tellsOfPayment = (moment: Moment): boolean => {
  const { event } = moment;
  if (event.type === 'notificationReceived') return event.notification.said === 'USER_PAID';
  const write = event.type === 'cancelAnswered' ? event.result.write : null;
  const isClaimed = write !== null && 'answer' in write && write.answer.answer === 'done';
  return isClaimed || answersIn(moment).some((answer) => answer.found && answer.collection === 'USER_PAID');
};

/** What a guarded cancel is known to have sent; `undefined`: there was none. */
export const sentIn = ({ event }: Moment): Sent | undefined => {
  if (event.type === 'cancelAnswered') return event.result.sent;
  return event.type === 'cancelFailed' ? event.failure.sent : undefined;
};

/** Whether a cancel may have been carried out, by the result of its guarded cancel. */
export const mayHaveLanded = (moment: Moment): boolean => {
  const { event } = moment;
  const { write = null, earlier } = event.type === 'cancelAnswered' ? event.result : {};
  if (write === null || earlier !== undefined) return (sentIn(moment) ?? 'no') !== 'no';
  if ('failure' in write) return write.failure.kind !== 'fatal';
  return write.answer.answer === 'accepted' || write.answer.answer === 'alreadyCancelled';
};
