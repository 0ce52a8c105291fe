import type { Hints } from '../hints.js';
import type { Locale } from '../locale.js';
import type { LastAnswer } from '../orders/state.js';
import type { ServicePauseName } from './timing.js';
import type {
  CancelServiceOrderResult,
  QueryServiceOrderResult,
  ServiceCallFailure,
  ServiceOrderRef,
} from './service-order.js';
import type { Instant } from '../time.js';

/** How far a service order has come: created, confirmed by the user, completed by the merchant (money may be due). */
export const STAGES = ['created', 'in-service', 'completed'] as const;
export type Stage = (typeof STAGES)[number];

/** The stages in which a request can allow a cancel by name. For a completed order, an amount is given up instead. */
export const CANCELLABLE = ['created', 'in-service'] as const;
export type Cancellable = (typeof CANCELLABLE)[number];

/** A request to cancel that was checked, with every default filled in. */
export interface CancelRequest {
  /** The same id is the same request. */
  readonly requestId: string;
  /** Sent to WeChat Pay with the cancel, 1–30 characters (S1). */
  readonly reason: string;
  /** The first instant at which the cancel may be sent. */
  readonly dueAt: Instant;
  readonly mayCancel: readonly Cancellable[];
  /** An amount due that may be lost, in fen: that one exactly. `null`: none. */
  readonly giveUp: { readonly total: number } | null;
}

/** What the watch over a service order starts with, checked, with every default filled in. */
export interface ServiceOrderStart {
  readonly order: ServiceOrderRef;
  /** `null`: none yet; the service order is watched until one comes. */
  readonly request: CancelRequest | null;
  readonly locale: Locale;
}

/** How a person may say that a service order ended. */
export const RESOLVED_AS = ['cancelled', 'done', 'expired', 'kept', 'never-existed'] as const;
export type ResolvedAs = (typeof RESOLVED_AS)[number];

/** A person's word on how a service order ended. */
export interface Resolution {
  readonly as: ResolvedAs;
  readonly note: string;
  readonly by: string;
  /** It stands even if WeChat Pay says otherwise, or nothing. */
  readonly force: boolean;
}

/** Why a person is asked. */
export const SERVICE_ATTENTION_REASONS = [
  /** A cancel took effect while money had become due: it must be collected in another way. */
  'raced',
  'notification-and-query-disagree',
  'fatal-answer',
  'request-refused',
  'signature-refused',
  'cancel-without-effect',
  'resolution-contradicted',
  'patience-over',
] as const;
export type ServiceAttentionReason = (typeof SERVICE_ATTENTION_REASONS)[number];

/**
 * Why a service order was not cancelled: the user had confirmed it; money is due; it is paid; WeChat Pay calls it DOING
 * without saying how far it is; or no request allows a cancel before it is confirmed.
 */
export type KeptReason = 'confirmed' | 'amount-due' | 'paid' | 'stage-unknown' | 'not-allowed';

/** How the watch over a service order ended. There is exactly one end. */
export type ServiceOutcome =
  | {
      readonly ended: 'cancelled';
      /** `us`, where a cancel of ours was carried out, or may have been. */
      readonly by: 'us' | 'elsewhere';
      /** The reason that was sent. */
      readonly reason?: string;
      /** Money had become due between the query and the cancel. */
      readonly raced?: true;
      /** What was due, in fen, where WeChat Pay said it. */
      readonly totalDue?: number;
    }
  | { readonly ended: 'done' }
  | { readonly ended: 'expired' }
  | { readonly ended: 'kept'; readonly reason: KeptReason; readonly totalDue?: number }
  | { readonly ended: 'never-existed' }
  /** A person's word, and what WeChat Pay said when it was last asked. */
  | ({ readonly ended: 'resolved'; readonly said: string } & Omit<Resolution, 'force'>)
  /** A person stopped the watching: the workflow ends as cancelled. */
  | { readonly ended: 'released' };

/** Where a service order is on its way to the end. */
export type ServicePhase =
  | { readonly phase: 'waiting'; readonly until: Instant }
  | { readonly phase: 'checking' }
  | { readonly phase: 'cancelling'; readonly queriedAt: Instant; readonly reason: string }
  | { readonly phase: 'confirming'; readonly until: Instant }
  | { readonly phase: 'unsettled'; readonly until: Instant }
  | { readonly phase: 'needsAttention'; readonly reason: ServiceAttentionReason; readonly until: Instant }
  | { readonly phase: 'ended'; readonly outcome: ServiceOutcome };

export type ServicePhaseName = ServicePhase['phase'];

/** What is known of a service order in any phase. */
export interface ServiceFacts {
  readonly order: ServiceOrderRef;
  /** Each request counts with its own conditions: one that is due and allows the stage is enough. */
  readonly requests: readonly CancelRequest[];
  /** The reason of the first cancel that was sent: the body is frozen from then on (S1). */
  readonly frozen: { readonly requestId: string; readonly reason: string } | null;
  /** What the last cancel was allowed for; `totalDue` is what it gave up. */
  readonly attempt: { readonly stage: Stage; readonly totalDue: number | null } | null;
  /** USER_PAID or ORDER_DONE was said. From then on no cancel is sent. */
  readonly paidClaimed: boolean;
  /** A verified notification said USER_PAID. From then on REVOKED and EXPIRED are contradictions. */
  readonly paidNotified: boolean;
  /** The furthest stage that a verified answer or notification showed. An answer that shows less is late. */
  readonly furthest: Stage | null;
  /** The stage of the last verified answer; `null` where that says nothing of it. */
  readonly stage: Stage | null;
  /** The last amount due that a verified answer showed, in fen. */
  readonly totalDue: number | null;
  /** `askedAt` of the last verified answer. */
  readonly lastAskedAt: Instant | null;
  /** A cancel was answered, or may have been carried out. One that failed before that was not sent. */
  readonly cancelSent: boolean;
  /** When the last cancel was answered that was carried out, or may have been, or of which WeChat Pay says so. */
  readonly cancelLandedAt: Instant | null;
  /** A cancel of ours was carried out, or may have been. */
  readonly cancelledByUs: boolean;
  /** WeChat Pay accepted a cancel, or said ORDER_CANCELED. */
  readonly cancelClaimed: boolean;
  /** The last cancel was refused as a faulty request, and nothing that was seen since explains it. */
  readonly requestRefused: boolean;
  /** Cancels after which the query still showed the service order open. */
  readonly rounds: number;
  /** Signature refusals in a row, by call. */
  readonly hints: { readonly query: Hints; readonly cancel: Hints };
  /** `askedAt` of the first of the signed not-founds in a row. */
  readonly notFoundSince: Instant | null;
  /** A person's word that waits for a last query. */
  readonly resolution: Resolution | null;
  /** The last one that did not stand, and what WeChat Pay said instead. */
  readonly contradicted: { readonly resolution: Resolution; readonly said: string } | null;
  /** A person said to stop watching. */
  readonly released: boolean;
  /** A person was told of the race and said to go on. */
  readonly raceKnown: boolean;
  /** The first check that was due: here the clock of patience starts. */
  readonly patienceFrom: Instant | null;
  /** How often each pause was taken; each grows for itself. */
  readonly pauses: Readonly<Partial<Record<ServicePauseName, number>>>;
  readonly last: LastAnswer | null;
  readonly locale: Locale;
  /** The merchant's, once an answer has brought it. For what people read, never for a decision. */
  readonly timeZone: string;
}

export type ServiceOrderState = ServiceFacts & ServicePhase;

/** A verified notification: the user confirmed the service order (`PAYSCORE.USER_CONFIRM`), or paid it. */
export interface ServiceNotification {
  readonly order: Pick<ServiceOrderRef, 'mchid' | 'outOrderNo'>;
  readonly said: 'USER_CONFIRM' | 'USER_PAID';
}

export type ServiceOrderEvent =
  | { readonly type: 'timerFired' }
  | { readonly type: 'queryAnswered'; readonly answer: QueryServiceOrderResult }
  | { readonly type: 'queryFailed'; readonly failure: ServiceCallFailure }
  | { readonly type: 'cancelAnswered'; readonly answer: CancelServiceOrderResult }
  | { readonly type: 'cancelFailed'; readonly failure: ServiceCallFailure }
  | { readonly type: 'notificationReceived'; readonly notification: ServiceNotification }
  | { readonly type: 'cancelRequested'; readonly request: CancelRequest }
  | { readonly type: 'retryRequested' }
  | { readonly type: 'resolveRequested'; readonly resolution: Resolution }
  | { readonly type: 'releaseRequested' };

/** What the workflow does next. */
export type ServiceStep =
  | { readonly do: 'wait'; readonly until: Instant }
  | { readonly do: 'query' }
  | { readonly do: 'cancel'; readonly queriedAt: Instant; readonly reason: string }
  | { readonly do: 'askPerson'; readonly reason: ServiceAttentionReason; readonly until: Instant }
  | { readonly do: 'finish'; readonly outcome: ServiceOutcome };

export interface ServiceDecision {
  readonly state: ServiceOrderState;
  readonly step: ServiceStep;
  /** Which row of the table was taken, counted from 1. Absent: none fitted. */
  readonly row?: number;
}
