import type { Decision, Flow, Row } from '../../domain/flow.js';
import { LATE_FLOW, openLate } from '../../domain/late/decide.js';
import { DEFAULT_LATE_TIMING, type LateEvent, type LateState, type LateStep } from '../../domain/late/state.js';
import type { LateRow } from '../../domain/late/table.js';
import type { LateTrigger } from '../../domain/late/triggers.js';
import { openOrder, ORDER_FLOW } from '../../domain/orders/decide.js';
import type { OrderEvent, OrderState, Outcome, Step } from '../../domain/orders/state.js';
import type { Row as OrderRow } from '../../domain/orders/table.js';
import type { Trigger } from '../../domain/orders/triggers.js';
import { closeRules, type Allowed } from '../../domain/orders/write.js';
import { cancelInput } from '../../domain/payscore/due.js';
import { openServiceOrder, SERVICE_ORDER_FLOW } from '../../domain/payscore/decide.js';
import type {
  ServiceDecision,
  ServiceOrderEvent,
  ServiceOrderState,
  ServiceStep,
} from '../../domain/payscore/state.js';
import type { ServiceRow } from '../../domain/payscore/table.js';
import type { ServiceTrigger } from '../../domain/payscore/triggers.js';
import { cancelRules, type CancelRequest } from '../../domain/payscore/write.js';
import { DAY, HOUR, MINUTE, type Instant, type Milliseconds } from '../../domain/time.js';
import * as late from './late-payments.js';
import * as orders from './orders.js';
import * as payscore from './service-orders.js';

/** A step of any flow: a call, a wait until an instant, or the end. */
export interface AnyStep {
  readonly do: string;
  readonly until?: Instant;
}

/** A flow as data, with all that can happen to it. */
export interface Subject<
  State extends { readonly phase: string },
  Event,
  T extends string,
  R extends Row<State['phase'], T, string>,
  S extends AnyStep,
> {
  readonly flow: Flow<State, Event, T, R, S>;
  /** Whether each end is told; of a late payment, only if a person was needed before. */
  readonly tellsEveryEnd: boolean;
  /** How long it goes on by itself, if nothing can change that. */
  readonly fixedPatience?: Milliseconds;
  /** Since when something is due that has not succeeded. `null`: nothing is. */
  readonly dueSince: (state: State) => Instant | null;
  /** Some beginnings, at {@link BEGINNING}. Something becomes due in each. */
  readonly starts: (patience: Milliseconds) => readonly Decision<State, S>[];
  /** Beginnings in which nothing becomes due by itself. */
  readonly idle: readonly Decision<State, S>[];
  /** What comes with the start, so that every version knows it. */
  readonly given: readonly (keyof State)[];
  /** All results of a call in flight. */
  readonly answers: (state: State, step: S, now: Instant) => readonly Event[];
  /** Results of a call in flight that end nothing, and that repeating may fix. */
  readonly failures: (state: State, step: S) => readonly Event[];
  /** All messages that can come at any time. */
  readonly messages: (now: Instant) => readonly Event[];
  readonly timer: Event;
  readonly release: Event;
}

export const BEGINNING: Instant = orders.START;

const KINDS = ['retry', 'slowDown', 'unknown', 'hint'] as const;
const REFUSALS = ['inProgress', 'tooOften', 'notFound', 'refusedState'] as const;
const SENT = ['no', 'maybe', 'yes'] as const;

const STATES = ['NOTPAY', 'PAYERROR', 'USERPAYING', 'NOT_FOUND', 'CLOSED', 'REVOKED', 'SUCCESS', 'REFUND'] as const;
const PAYMENTS = [
  orders.PAYMENT,
  orders.WRONG_PAYMENT,
  { ...orders.PAYMENT, transactionId: null },
  { ...orders.PAYMENT, transactionId: 'another' },
  { ...orders.PAYMENT, amount: null },
] as const;

/** Made once for each kind of call: thousands of lives ask for them. */
function once<Event>(make: (key: string) => readonly Event[]): (key: string) => readonly Event[] {
  const made = new Map<string, readonly Event[]>();
  return (key) => {
    const events = made.get(key) ?? make(key);
    made.set(key, events);
    return events;
  };
}

const orderQueryFailures = [...KINDS.map((kind) => orders.queryFailed(kind)), orders.answered('NOTPAY')];
const orderQueryAnswers = [
  ...STATES.flatMap((said) =>
    said === 'SUCCESS' || said === 'REFUND'
      ? PAYMENTS.map((payment) => orders.answered(said, payment))
      : [orders.answered(said)],
  ),
  orders.queryFailed('fatal'),
  ...orderQueryFailures,
];

const allowedStates = (allows: string): (typeof STATES)[number][] => {
  const rules = closeRules(allows.split(' ') as Allowed[]);
  return STATES.filter((before) => rules.allows(orders.answerOf(before)));
};

const closeFailures = once((allows) => {
  const [before = 'NOTPAY'] = allowedStates(allows);
  const writes = [...REFUSALS, 'accepted', orders.NO_ANSWER, orders.failure('hint', 'closeOrder')] as const;
  return [
    ...KINDS.flatMap((kind) => SENT.map((sent) => orders.closeFailed(kind, sent))),
    ...writes.flatMap((write) => [
      orders.closeAnswered(write, { before }),
      orders.closeAnswered(write, { before, after: orders.UNASKED }),
    ]),
    orders.closeLost(),
  ];
});

const closeResults = once((allows) => {
  const allowed = allowedStates(allows);
  const writes = ['accepted', 'alreadyClosed', 'paid', 'refusedRequest'] as const;
  return [
    ...STATES.filter((before) => !allowed.includes(before)).map((before) => orders.notAllowed(before)),
    ...allowed.flatMap((before) =>
      [...writes, orders.failure('fatal', 'closeOrder')].flatMap((write) =>
        STATES.map((after) => orders.closeAnswered(write, { before, after })),
      ),
    ),
    ...SENT.map((sent) => orders.closeFailed('fatal', sent)),
    orders.tooEarly,
    ...closeFailures(allows),
  ];
});

const orderMessages: readonly OrderEvent[] = [
  ...PAYMENTS.map((payment) => orders.notification(payment)),
  orders.notification({ order: { mchid: '1900000109', outTradeNo: 'OTHER' } }),
  orders.closeRequested,
  { type: 'closeRequested', replacedBy: 'ANEW' },
  orders.checkRequested,
  orders.placedAgain,
  orders.placementFailed,
  orders.retryRequested,
  ...(['paid', 'closed', 'never-existed'] as const).flatMap((as) => [orders.resolveAs(as), orders.resolveAs(as, true)]),
  orders.releaseRequested,
];

export const ORDERS: Subject<OrderState, OrderEvent, Trigger, OrderRow, Step> = {
  flow: ORDER_FLOW,
  tellsEveryEnd: true,
  dueSince: ({ patienceFrom }) => patienceFrom,
  starts: (patience) => {
    const order = { ...orders.ORDER, timing: { ...orders.ORDER.timing, patience } };
    const overdue = { ...order, payBefore: BEGINNING - HOUR };
    const unpriced = { ...order, amount: null, payBefore: BEGINNING + 6 * MINUTE };
    return [order, overdue, unpriced].map((each) => openOrder(each, BEGINNING));
  },
  idle: [],
  given: ['order'],
  answers: (_, step) => {
    if (step.do !== 'close') return orderQueryAnswers;
    const results = closeResults(step.allows.join(' '));
    return step.isSuperseded ? [...results, ...SENT.map((sent) => orders.superseded(sent))] : results;
  },
  failures: (_, step) => (step.do === 'close' ? closeFailures(step.allows.join(' ')) : orderQueryFailures),
  messages: (now) => [...orderMessages, orders.extended(now + HOUR)],
  timer: orders.timer,
  release: orders.releaseRequested,
};

const SHOWN = [...Object.keys(payscore.SHOWN), 'notFound'] as payscore.Shown[];

const serviceQueryFailures = [...KINDS.map((kind) => payscore.failed(kind)), payscore.shows('created')];
const serviceQueryAnswers = [...SHOWN.map(payscore.shows), payscore.failed('fatal'), ...serviceQueryFailures];

const cancelFailures = [
  ...KINDS.flatMap((kind) => SENT.map((sent) => payscore.cancelFailed(kind, sent))),
  ...([...REFUSALS, 'accepted', 'unknown', 'hint'] as const).flatMap((write) => [
    payscore.cancels('created', write, 'created'),
    payscore.cancels('created', write, 'unknown'),
  ]),
];

const cancelResults = once((allowed) => {
  const isAllowed = (before: payscore.Shown): boolean => allowed.split(' ').includes(before);
  const writes = ['accepted', 'alreadyCancelled', 'done', 'refusedRequest', 'fatal'] as const;
  return [
    ...SHOWN.filter((before) => !isAllowed(before)).map((before) => payscore.refrains(before)),
    ...SHOWN.filter(isAllowed).flatMap((before) =>
      writes.flatMap((write) => SHOWN.map((after) => payscore.cancels(before, write, after))),
    ),
    ...SENT.map((sent) => payscore.cancelFailed('fatal', sent)),
    ...cancelFailures,
  ];
});

const serviceMessages: readonly ServiceOrderEvent[] = [
  payscore.requested({ requestId: 'request-1' }),
  payscore.notified('USER_CONFIRM'),
  payscore.notified('USER_PAID'),
  payscore.notified('USER_PAID', { ...payscore.SERVICE_ORDER, outOrderNo: 'OTHER' }),
  payscore.retry,
  ...(['cancelled', 'done', 'kept'] as const).flatMap((as) => [
    payscore.resolve({ as }),
    payscore.resolve({ as, force: true }),
  ]),
  payscore.release,
];

const opened = (patience: Milliseconds, request: CancelRequest | null): ServiceDecision =>
  openServiceOrder({ ...payscore.START, timing: { ...payscore.START.timing, patience }, request }, BEGINNING);

export const SERVICE_ORDERS: Subject<ServiceOrderState, ServiceOrderEvent, ServiceTrigger, ServiceRow, ServiceStep> = {
  flow: SERVICE_ORDER_FLOW,
  tellsEveryEnd: true,
  dueSince: ({ patienceFrom }) => patienceFrom,
  starts: (patience) => {
    const later: CancelRequest = { ...payscore.REQUEST, dueAt: BEGINNING + HOUR };
    return [payscore.REQUEST, later, payscore.ANYTIME].map((request) => opened(patience, request));
  },
  idle: [opened(DAY, null)],
  given: ['order', 'timing', 'locale'],
  answers: (state, step, now) => {
    if (step.do !== 'cancel') return serviceQueryAnswers;
    const { requests, known } = cancelInput(state, now);
    const rules = cancelRules(requests, known);
    const results = cancelResults(SHOWN.filter((before) => rules.allows(payscore.answerThat(before))).join(' '));
    return step.isSuperseded ? [...results, ...SENT.map((sent) => payscore.superseded(sent))] : results;
  },
  failures: (_, step) => (step.do === 'cancel' ? cancelFailures : serviceQueryFailures),
  messages: (now) => [
    ...serviceMessages,
    payscore.requested({ requestId: 'request-3', dueAt: now }),
    payscore.requested({ requestId: 'request-4', dueAt: now + DAY }),
    payscore.requested({ ...payscore.ANYTIME, requestId: 'request-5', dueAt: now, reason: 'another' }),
  ],
  timer: payscore.timer,
  release: payscore.release,
};

const ENDS: readonly Outcome[] = [late.CLOSED, late.PAID, late.PAID_UNNAMED, late.RESOLVED, { ended: 'released' }];

const lateFailures = [...KINDS.map((kind) => late.queryFailed(kind)), late.said('NOTPAY'), late.said('NOT_FOUND')];
const lateAnswers = [
  ...STATES.flatMap((said) => PAYMENTS.map((payment) => late.said(said, payment))),
  late.fatal,
  ...lateFailures,
];
const lateMessages = [...PAYMENTS.map(late.notified), late.retry, late.recorded, late.release];

export const LATE_PAYMENTS: Subject<LateState, LateEvent, LateTrigger, LateRow, LateStep> = {
  flow: LATE_FLOW,
  tellsEveryEnd: false,
  dueSince: ({ patienceFrom }) => patienceFrom,
  starts: (patience) =>
    ENDS.flatMap((ended) =>
      PAYMENTS.map((payment) =>
        openLate(late.startOf(ended, payment, { timing: { ...DEFAULT_LATE_TIMING, patience } }), BEGINNING),
      ),
    ),
  idle: [],
  given: ['order', 'ended', 'told', 'last'],
  answers: () => lateAnswers,
  failures: () => lateFailures,
  messages: () => lateMessages,
  timer: late.timer,
  release: late.release,
};

/** A late payment may still learn the number of a payment that is known, also after its end. */
export const withoutNumbers = ({ state, step }: Decision<object, unknown>) => ({
  ...state,
  told: 'told' in state,
  step,
});
