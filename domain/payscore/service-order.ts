import type { ErrorKind } from '../errors/kinds.js';
import type { Instant } from '../time.js';

/** WeChat Pay's own key of a PayScore (支付分) service order. Direct merchants only (S1). */
export interface ServiceOrderRef {
  readonly mchid: string;
  /** The merchant's number of the service order: 1–32 of `[0-9A-Za-z_\-|*]`. */
  readonly outOrderNo: string;
  /** As at creation. */
  readonly serviceId: string;
  /** As at creation. */
  readonly appid: string;
}

/** Workflow ids come from WeChat Pay's own key, so that the same service order can only have one owner. */
export function serviceOrderWorkflowId({ mchid, outOrderNo }: Pick<ServiceOrderRef, 'mchid' | 'outOrderNo'>): string {
  return `payscore/${mchid}/${outOrderNo}`;
}

/** The states of a service order (S1 and its navigation). */
export const SERVICE_STATES = ['CREATED', 'DOING', 'DONE', 'REVOKED', 'EXPIRED'] as const;
export type ServiceState = (typeof SERVICE_STATES)[number];

/** What a service order in DOING is at: the user confirmed it, or the merchant completed it and collects. */
export const SERVICE_DESCRIPTIONS = ['USER_CONFIRM', 'MCH_COMPLETE'] as const;
export type ServiceDescription = (typeof SERVICE_DESCRIPTIONS)[number];

export const COLLECTION_STATES = ['USER_PAYING', 'USER_PAID'] as const;
export type CollectionState = (typeof COLLECTION_STATES)[number];

/** A verified answer about our service order. Anything less is a failure of the activity, and decides nothing. */
export interface ServiceOrderFound {
  readonly found: true;
  readonly state: ServiceState;
  /** `null` where WeChat Pay did not say, or said something that is not documented. */
  readonly description: ServiceDescription | null;
  readonly collection: CollectionState | null;
  /** What the user is to pay, in the smallest unit (fen); `null` where nothing is due yet. */
  readonly totalDue: number | null;
  /** WeChat Pay's number of the service order. */
  readonly orderId: string | null;
}

/** Signed, and about a service order that WeChat Pay does not know, or not yet. */
export interface ServiceOrderNotFound {
  readonly found: false;
  readonly code: string;
}

export type ServiceOrderAnswer = (ServiceOrderFound | ServiceOrderNotFound) & {
  /** `Request-ID` of the answer. */
  readonly requestId: string | null;
};

export interface QueryServiceOrderInput {
  readonly order: ServiceOrderRef;
}

export type QueryServiceOrderResult = ServiceOrderAnswer & {
  /** When the query was given out by the Temporal server. */
  readonly askedAt: Instant;
  /** The merchant's, where the worker knows it. */
  readonly timeZone?: string;
};

export interface CancelServiceOrderInput {
  readonly order: ServiceOrderRef;
  /** The same in every attempt (S1): frozen with the first. */
  readonly reason: string;
  /** {@link QueryServiceOrderResult.askedAt} of the query that allowed this cancel. */
  readonly queriedAt: Instant;
}

/**
 * What came of a cancel. None of them is an end: each is confirmed by a query.
 *
 * - `accepted`: 200 or 204
 * - `alreadyCancelled`, `done`: ORDER_CANCELED, ORDER_DONE; claims to be confirmed
 * - `inProgress`, `tooOften`, `notFound`, `refusedState`, `refusedRequest`: refused, by kind
 * - `queryTooOld`: not sent at all
 */
export const CANCEL_ANSWERS = [
  'accepted',
  'alreadyCancelled',
  'done',
  'inProgress',
  'tooOften',
  'notFound',
  'refusedState',
  'refusedRequest',
  'queryTooOld',
] as const;
export type CancelAnswer = (typeof CANCEL_ANSWERS)[number];

export interface CancelServiceOrderResult {
  readonly answer: CancelAnswer;
  /** The error table's code, where the answer carried one. */
  readonly code?: string;
  readonly requestId: string | null;
}

/** A call that brought no answer which decides anything. */
export interface ServiceCallFailure {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly requestId: string | null;
  /** Whether WeChat Pay may have carried the request out all the same. A cancel that cannot have been is none. */
  readonly mayHaveTakenEffect: boolean;
}
