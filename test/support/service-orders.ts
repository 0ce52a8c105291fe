import { decideServiceOrder, openServiceOrder } from '../../domain/payscore/decide.js';
import type { CancelRequest, Resolution, ServiceDecision, ServiceOrderEvent } from '../../domain/payscore/state.js';
import type {
  CancelAnswer,
  QueryServiceOrderResult,
  ServiceCallFailure,
  ServiceOrderFound,
  ServiceOrderRef,
} from '../../domain/payscore/service-order.js';
import type { Instant } from '../../domain/time.js';

/** Some day at noon. */
export const NOON: Instant = Date.parse('2026-03-02T12:00:00Z');

export const SERVICE_ORDER: ServiceOrderRef = {
  mchid: '1230000109',
  outOrderNo: '2304203423948239423',
  serviceId: '500001',
  appid: 'wxd678efh567hg6787',
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

/** What a query can show, as short as a sentence needs it. */
export const SHOWN = {
  created: { state: 'CREATED' },
  inService: { state: 'DOING', description: 'USER_CONFIRM' },
  completed: { state: 'DOING', description: 'MCH_COMPLETE', collection: 'USER_PAYING', totalDue: 100 },
  completed70: { state: 'DOING', description: 'MCH_COMPLETE', collection: 'USER_PAYING', totalDue: 70 },
  completedUnsaid: { state: 'DOING', description: 'MCH_COMPLETE' },
  otherDoing: { state: 'DOING' },
  confirmedPaying: { state: 'DOING', description: 'USER_CONFIRM', collection: 'USER_PAYING', totalDue: 100 },
  confirmedPayingUnsaid: { state: 'DOING', description: 'USER_CONFIRM', collection: 'USER_PAYING' },
  confirmedDue: { state: 'DOING', description: 'USER_CONFIRM', totalDue: 100 },
  confirmedNothingDue: { state: 'DOING', description: 'USER_CONFIRM', totalDue: 0 },
  confirmedPaid: { state: 'DOING', description: 'USER_CONFIRM', collection: 'USER_PAID', totalDue: 100 },
  otherPaying: { state: 'DOING', collection: 'USER_PAYING', totalDue: 100 },
  otherDue: { state: 'DOING', totalDue: 100 },
  createdPaying: { state: 'CREATED', collection: 'USER_PAYING', totalDue: 100 },
  paid: { state: 'DOING', description: 'MCH_COMPLETE', collection: 'USER_PAID', totalDue: 100 },
  done: { state: 'DONE', description: 'MCH_COMPLETE', collection: 'USER_PAID', totalDue: 100 },
  revoked: { state: 'REVOKED' },
  revokedDue: { state: 'REVOKED', totalDue: 100 },
  expired: { state: 'EXPIRED' },
} as const satisfies Record<string, Partial<ServiceOrderFound>>;

export type Shown = keyof typeof SHOWN;

export const timer: ServiceOrderEvent = { type: 'timerFired' };
export const retry: ServiceOrderEvent = { type: 'retryRequested' };
export const release: ServiceOrderEvent = { type: 'releaseRequested' };

export function shows(shown: Shown | 'notFound', askedAt: Instant): ServiceOrderEvent {
  const asked = { askedAt, requestId: 'wx-1' };
  const answer: QueryServiceOrderResult =
    shown === 'notFound'
      ? { found: false, code: 'ORDER_NOT_EXIST', ...asked }
      : { found: true, description: null, collection: null, totalDue: null, orderId: null, ...SHOWN[shown], ...asked };
  return { type: 'queryAnswered', answer };
}

export function cancelAnswered(answer: CancelAnswer, code?: string): ServiceOrderEvent {
  return { type: 'cancelAnswered', answer: { answer, requestId: 'wx-2', ...(code !== undefined && { code }) } };
}

/** A call that failed. Unless a test says otherwise, WeChat Pay did nothing where it refused what was asked. */
export function failed(
  call: 'query' | 'cancel',
  kind: ServiceCallFailure['kind'],
  code = 'SYSTEM_ERROR',
  mayHaveTakenEffect = kind !== 'hint' && kind !== 'fatal',
): ServiceOrderEvent {
  const failure = { code, kind, requestId: null, mayHaveTakenEffect };
  return call === 'query' ? { type: 'queryFailed', failure } : { type: 'cancelFailed', failure };
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
  return andThen(openServiceOrder({ order: SERVICE_ORDER, request: first, locale: 'en' }, NOON), ...events);
}

export function andThen(decision: ServiceDecision, ...events: readonly Happening[]): ServiceDecision {
  return events.reduce(({ state }, [now, event]) => decideServiceOrder(state, event, now), decision);
}

/** A decision without the row that it was taken by. */
export const told = ({ state, step }: ServiceDecision): ServiceDecision => ({ state, step });

/** A query that was asked and answered at the same instant. */
export const sees = (shown: Shown | 'notFound', at: Instant = NOON): Happening => [at, shows(shown, at)];
