import { DAY, type Milliseconds, MINUTE, SECOND } from '../time.js';
import { DEFAULT_PAUSES, PATIENCE, type WaitingTiming } from '../waiting.js';
import type { GuardedResult, MerchantFacts, Refusal } from '../calls.js';
import type { CancelRequest, Known } from './write.js';

/** How many accepted cancels may leave the service order open before a person is asked. */
export const CANCELS_BEFORE_A_PERSON = 5;

/** How often WeChat Pay is asked about a service order that no cancel was requested for. */
export const UNREQUESTED_CHECK: Milliseconds = DAY;

/** A wait lasts at least this long, even if a request becomes due sooner. */
export const SHORTEST_WAIT: Milliseconds = SECOND;

/** How far ahead a cancel may be requested. */
export const MAX_CANCEL_DELAY: Milliseconds = 365 * DAY;

/** How many requests to cancel a service order keeps. Each cancel gets all that are due as input. */
export const MAX_REQUESTS = 100;

/** Every length of time that the start of a service order may change. */
export interface ServiceOrderTiming extends WaitingTiming {
  /**
   * For how long after a cancel was accepted, or may have been carried out, a query that still shows the service order
   * open is treated as outdated.
   */
  readonly cancelSettlesWithin: Milliseconds;
}

export const DEFAULT_SERVICE_ORDER_TIMING: ServiceOrderTiming = {
  // While the user is being charged, WeChat Pay asks for a pause of three minutes.
  pauses: { ...DEFAULT_PAUSES, inProgress: { first: 3 * MINUTE, max: 3 * MINUTE } },
  patience: PATIENCE,
  cancelSettlesWithin: 5 * MINUTE,
};

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

/** A service order number. It has no dot or slash, so it is safe in an id and in a path. */
export const OUT_ORDER_NO = /^[0-9A-Za-z_\-|*]{1,32}$/;

/** The type of the workflow that owns a service order. */
export const CANCEL_PAYSCORE_WORKFLOW = 'cancelPayscore';

/** Workflow ids are made of WeChat Pay's own key, so that a service order can only have one owner. */
export function serviceOrderWorkflowId({ mchid, outOrderNo }: Pick<ServiceOrderRef, 'mchid' | 'outOrderNo'>): string {
  return `payscore/${mchid}/${outOrderNo}`;
}

/** The states of a service order (S1 and its navigation). */
export const SERVICE_STATES = ['CREATED', 'DOING', 'DONE', 'REVOKED', 'EXPIRED'] as const;
export type ServiceState = (typeof SERVICE_STATES)[number];

/** How far a service order in DOING is: the user confirmed it, or the merchant completed it and collects the money. */
export const SERVICE_DESCRIPTIONS = ['USER_CONFIRM', 'MCH_COMPLETE'] as const;
export type ServiceDescription = (typeof SERVICE_DESCRIPTIONS)[number];

export const COLLECTION_STATES = ['USER_PAYING', 'USER_PAID'] as const;
export type CollectionState = (typeof COLLECTION_STATES)[number];

/** A verified answer about our service order. Any other answer is a failure of the activity, and is inconclusive. */
export interface ServiceOrderFound {
  readonly found: true;
  readonly state: ServiceState;
  /** `null`: WeChat Pay did not say, or sent a value that is not documented. */
  readonly description: ServiceDescription | null;
  readonly collection: CollectionState | null;
  /** What the user is to pay, in fen. `null`: nothing is due yet. */
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

/** How far a service order has come: created, confirmed by the user, completed by the merchant (money may be due). */
export const STAGES = ['created', 'in-service', 'completed'] as const;
export type Stage = (typeof STAGES)[number];

/**
 * The stage that an answer shows. If money is due or is being collected, the merchant has completed the service, whatever
 * else the answer says. In a service order that is only created, an amount may be a plan. In one that is cancelled, it
 * means that money had become due.
 */
export function stageOf({ state, description, collection, totalDue }: ServiceOrderFound): Stage {
  const amountIsDue = state !== 'CREATED' && (totalDue ?? 0) > 0;
  if (description === 'MCH_COMPLETE' || collection !== null || amountIsDue) return 'completed';
  return state === 'DOING' ? 'in-service' : 'created';
}

/** The further of two stages. */
export function furthest(one: Stage | null, other: Stage): Stage {
  return one !== null && STAGES.indexOf(one) > STAGES.indexOf(other) ? one : other;
}

/** Whether an answer shows an earlier stage than is known already. */
export function isLate(stage: Stage | null, known: Stage | null): boolean {
  return stage !== null && known !== null && STAGES.indexOf(stage) < STAGES.indexOf(known);
}

export interface QueryServiceOrderInput {
  readonly order: ServiceOrderRef;
}

export type QueryServiceOrderResult = ServiceOrderAnswer & MerchantFacts;

export interface CancelServiceOrderInput {
  readonly order: ServiceOrderRef;
  /** The same in every attempt (S1): frozen when the first cancel is scheduled. */
  readonly reason: string;
  /** Every request that is due. One that allows the cancel is enough. */
  readonly requests: readonly CancelRequest[];
  /** What the workflow knows already. An answer that shows an earlier stage allows nothing. */
  readonly known: Known;
}

/**
 * What WeChat Pay answered to a cancel. None of them ends the service order: a query must confirm it.
 *
 * - `accepted`: 200 or 204
 * - `alreadyCancelled`, `done`: ORDER_CANCELED, ORDER_DONE
 * - the others: refused, by kind
 */
export type CancelAnswer = 'accepted' | 'alreadyCancelled' | 'done' | Refusal;

export interface CancelReply {
  readonly answer: CancelAnswer;
  /** The error table's code, if the answer carried one. */
  readonly code?: string;
  readonly requestId: string | null;
}

export type CancelServiceOrderResult = GuardedResult<ServiceOrderAnswer, CancelReply>;

/** The activities for PayScore service orders. They fail like those for orders. */
export interface ServiceOrderActivities {
  readonly queryServiceOrder: (input: QueryServiceOrderInput) => Promise<QueryServiceOrderResult>;
  /** A guarded write: query, cancel if the answer and a request allow it, query. */
  readonly cancelServiceOrder: (input: CancelServiceOrderInput) => Promise<CancelServiceOrderResult>;
}
