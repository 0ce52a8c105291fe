import type { Announced, CallFailure, Sent, WriteReply } from '../../domain/calls.js';
import type { Call } from '../../domain/call-policies.js';
import type { ErrorKind } from '../../domain/errors/table.js';
import { decideServiceOrder, openServiceOrder } from '../../domain/payscore/decide.js';
import {
  type CancelAnswer,
  type CancelReply,
  DEFAULT_SERVICE_ORDER_TIMING,
  type ServiceOrderAnswer,
  type ServiceOrderFound,
  type ServiceOrderRef,
} from '../../domain/payscore/order.js';
import type { Resolution, ServiceDecision, ServiceOrderEvent, ServiceOrderStart } from '../../domain/payscore/state.js';
import type { CancelRequest, Progress } from '../../domain/payscore/write.js';
import type { Instant } from '../../domain/time.js';
import { withoutStory } from './story.js';

/** Some day at noon. */
export const NOON: Instant = Date.parse('2026-03-02T12:00:00Z');

export const SERVICE_ORDER: ServiceOrderRef = {
  mchid: '1230000109',
  outOrderNo: '2304203423948239423',
  serviceId: '500001',
  appid: 'wxd678efh567hg6787',
};

/** A watch that begins without a request. */
export const START: ServiceOrderStart = {
  order: SERVICE_ORDER,
  request: null,
  locale: 'en',
  timing: DEFAULT_SERVICE_ORDER_TIMING,
};

/** A cancel that is due at once, of a service order that the user has not confirmed. */
export const REQUEST: CancelRequest = {
  requestId: 'request-1',
  reason: '用户投诉',
  dueAt: NOON,
  mayCancel: ['created'],
  giveUp: null,
};

/** The cancel that may be sent at any stage, if 100 fen are due. */
export const ANYTIME: CancelRequest = { ...REQUEST, mayCancel: ['created', 'in-service'], giveUp: { total: 100 } };

/** The answers to a query, by short names. */
export const SHOWN = {
  created: { state: 'CREATED' },
  inService: { state: 'DOING', description: 'USER_CONFIRM' },
  completed: { state: 'DOING', description: 'MCH_COMPLETE', collection: 'USER_PAYING', totalDue: 100 },
  completed70: { state: 'DOING', description: 'MCH_COMPLETE', collection: 'USER_PAYING', totalDue: 70 },
  completedUnsaid: { state: 'DOING', description: 'MCH_COMPLETE' },
  completedNothing: { state: 'DOING', description: 'MCH_COMPLETE', totalDue: 0 },
  otherDoing: { state: 'DOING' },
  confirmedPaying: { state: 'DOING', description: 'USER_CONFIRM', collection: 'USER_PAYING', totalDue: 100 },
  confirmedPayingUnsaid: { state: 'DOING', description: 'USER_CONFIRM', collection: 'USER_PAYING' },
  confirmedDue: { state: 'DOING', description: 'USER_CONFIRM', totalDue: 100 },
  confirmedNothingDue: { state: 'DOING', description: 'USER_CONFIRM', totalDue: 0 },
  confirmedPaid: { state: 'DOING', description: 'USER_CONFIRM', collection: 'USER_PAID', totalDue: 100 },
  otherPaying: { state: 'DOING', collection: 'USER_PAYING', totalDue: 100 },
  otherDue: { state: 'DOING', totalDue: 100 },
  createdPaying: { state: 'CREATED', collection: 'USER_PAYING', totalDue: 100 },
  createdPaid: { state: 'CREATED', collection: 'USER_PAID', totalDue: 100 },
  paid: { state: 'DOING', description: 'MCH_COMPLETE', collection: 'USER_PAID', totalDue: 100 },
  done: { state: 'DONE', description: 'MCH_COMPLETE', collection: 'USER_PAID', totalDue: 100 },
  revoked: { state: 'REVOKED' },
  revokedDue: { state: 'REVOKED', totalDue: 100 },
  revokedUnsaid: { state: 'REVOKED', description: 'MCH_COMPLETE' },
  expired: { state: 'EXPIRED' },
} as const satisfies Record<string, Partial<ServiceOrderFound>>;

/** What a query can show, by the name of one of {@link SHOWN}. */
export type Shown = keyof typeof SHOWN | 'notFound';

/** How a call can fail. */
export type FailureKind = Extract<ErrorKind, 'retry' | 'slowDown' | 'hint' | 'fatal' | 'unknown'>;

export const FAILURE_KINDS: readonly FailureKind[] = ['retry', 'slowDown', 'hint', 'fatal', 'unknown'];

/** The failures after which WeChat Pay is asked again soon. */
export const UNCLEAR_KINDS = ['retry', 'slowDown', 'unknown'] as const;

export const timer: ServiceOrderEvent = { type: 'timerFired' };
export const retry: ServiceOrderEvent = { type: 'retryRequested' };
export const release: ServiceOrderEvent = { type: 'releaseRequested' };

export function answerThat(shown: Shown): ServiceOrderAnswer {
  const asked = { requestId: 'wx-1' };
  return shown === 'notFound'
    ? { found: false, code: 'ORDER_NOT_EXIST', ...asked }
    : { found: true, description: null, collection: null, totalDue: null, orderId: null, ...SHOWN[shown], ...asked };
}

function isKind(what: string): what is FailureKind {
  return FAILURE_KINDS.some((kind) => kind === what);
}

function failureOf(call: Call, kind: FailureKind, code = 'SYSTEM_ERROR'): CallFailure {
  return { call, code, kind, requestId: 'wx-9' };
}

/** A query is answered. */
export const sees = (shown: Shown, at: Instant = NOON): Happening => [at, shows(shown)];

export function shows(shown: Shown): ServiceOrderEvent {
  return { type: 'queryAnswered', answer: answerThat(shown) };
}

/** A query fails. */
export function failed(kind: FailureKind, code?: string): ServiceOrderEvent {
  return { type: 'queryFailed', failure: failureOf('queryServiceOrder', kind, code) };
}

/** A guarded cancel, from its first query to its last, that sent: what each query shows, and what the cancel is answered. */
export function cancels(
  before: Shown,
  write: CancelAnswer | FailureKind,
  after: Shown | FailureKind,
  { code, earlier }: { readonly code?: string; readonly earlier?: Announced } = {},
): ServiceOrderEvent {
  const result = {
    before: answerThat(before),
    sent: 'yes',
    ...(earlier !== undefined && { earlier }),
    write: replyOf(write, code),
    after: isKind(after) ? { failure: failureOf('queryServiceOrder', after) } : { answer: answerThat(after) },
  } as const;
  return { type: 'cancelAnswered', result };
}

function replyOf(write: CancelAnswer | FailureKind, code?: string): WriteReply<CancelReply> {
  if (isKind(write)) return { failure: failureOf('cancelServiceOrder', write, code) };
  return { answer: { answer: write, requestId: 'wx-2', ...(code !== undefined && { code }) } };
}

/** A guarded cancel whose query did not allow it. `sent`, `allowedFor`: what the attempts before it had sent, and for what. */
export function refrains(shown: Shown | null, sent: Sent = 'no', allowedFor?: Progress): ServiceOrderEvent {
  const before = shown === null ? null : answerThat(shown);
  const earlier = allowedFor && { earlier: { sent, allowedFor } };
  return { type: 'cancelAnswered', result: { before, sent, ...earlier, write: null, after: null } };
}

/** A guarded cancel that ended without a result: before it was sent, or with its worker. */
export function cancelFailed(
  kind: FailureKind,
  sent: Sent = 'no',
  { code = 'LOCAL_LOST', announced = null }: { readonly code?: string; readonly announced?: Announced | null } = {},
): ServiceOrderEvent {
  return {
    type: 'cancelFailed',
    failure: { ...failureOf(sent === 'no' ? 'queryServiceOrder' : 'cancelServiceOrder', kind, code), sent, announced },
  };
}

/** A guarded cancel that another event superseded. */
export const superseded = (sent: Sent = 'no'): ServiceOrderEvent =>
  cancelFailed('unknown', sent, { code: 'LOCAL_SUPERSEDED' });

/** An answer, or a result, that brings the merchant's time zone along. */
export function inTimeZone(timeZone: string, event: ServiceOrderEvent): ServiceOrderEvent {
  if (event.type === 'queryAnswered') return { ...event, answer: { ...event.answer, timeZone } };
  return event.type === 'cancelAnswered' ? { ...event, result: { ...event.result, timeZone } } : event;
}

export function requested(changes: Partial<CancelRequest> = {}): ServiceOrderEvent {
  return { type: 'cancelRequested', request: { ...REQUEST, requestId: 'request-2', ...changes } };
}

export function notified(said: 'USER_CONFIRM' | 'USER_PAID', order = SERVICE_ORDER): ServiceOrderEvent {
  return { type: 'notificationReceived', notification: { order, said } };
}

export function resolve(changes: Partial<Resolution> = {}): ServiceOrderEvent {
  return {
    type: 'resolveRequested',
    resolution: { as: 'cancelled', note: 'told so by phone', by: 'ops', force: false, ...changes },
  };
}

export type Happening = readonly [Instant, ServiceOrderEvent];

/** A service order to which some events have happened, each at its instant. */
export function after(first: CancelRequest | null, ...events: readonly Happening[]): ServiceDecision {
  return andThen(openServiceOrder({ ...START, request: first }, NOON), ...events);
}

export function andThen(decision: ServiceDecision, ...events: readonly Happening[]): ServiceDecision {
  return events.reduce(({ state }, [now, event]) => decideServiceOrder(state, event, now), decision);
}

/** The phases in which a call is in flight, and how that call shows something, or fails. */
export const CALLING = [
  {
    phase: 'checking',
    from: (request: CancelRequest) => after(null, [NOON, timer], [NOON, requested(request)]),
    shows,
    fails: failed,
  },
  {
    phase: 'confirming',
    from: (request: CancelRequest) => after(request, [NOON, cancelFailed('unknown', 'maybe')]),
    shows,
    fails: failed,
  },
  {
    phase: 'cancelling',
    from: (request: CancelRequest) => after(request),
    shows: (shown: Shown) => refrains(shown),
    fails: (kind: FailureKind) => cancelFailed(kind),
  },
] as const;

/**
 * Confirming, after a cancel that was refused and that no query followed: nothing of it can take effect any more.
 *
 * @param before what the query before the cancel showed, which the request allows
 */
export const confirmingRefused = (request: CancelRequest, before: Shown): ServiceDecision =>
  andThen(overtaken(after(request, [NOON, cancels(before, 'tooOften', 'unknown')], [NOON, timer])), [
    NOON,
    superseded(),
  ]);

/** The cancel in flight was overtaken, by something that has changed nothing else. */
function overtaken({ state, ...decision }: ServiceDecision): ServiceDecision {
  return { ...decision, state: state.phase === 'cancelling' ? { ...state, isSuperseded: true } : state };
}

/** A decision without the row that it was taken by. */
export const withoutRow = ({ state, step }: ServiceDecision): ServiceDecision => ({ state: withoutStory(state), step });
