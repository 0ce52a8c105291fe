import type { CallFailure, Sent, WriteFailure } from '../calls.js';
import type { Decision } from '../flow.js';
import type { ReadIn } from '../locale.js';
import type { LastAnswer } from '../orders/state.js';
import type { Instant } from '../time.js';
import type { WaitingFacts } from '../waiting.js';
import type {
  CancelServiceOrderResult,
  QueryServiceOrderResult,
  ServiceOrderRef,
  ServiceOrderTiming,
  Stage,
} from './order.js';
import type { CancelRequest, Progress } from './write.js';

/** The checked input of the watch over a service order, with every default filled in. */
export interface ServiceOrderStart {
  readonly order: ServiceOrderRef;
  /** `null`: the service order is watched until a request comes. */
  readonly request: CancelRequest | null;
  readonly locale: ReadIn;
  readonly timing: ServiceOrderTiming;
}

/** How a person may say that a service order ended. */
export const RESOLVED_AS = ['cancelled', 'done', 'expired', 'kept', 'never-existed'] as const;
export type ResolvedAs = (typeof RESOLVED_AS)[number];

/** How a service order ended, as a person says. */
export interface Resolution {
  readonly as: ResolvedAs;
  readonly note: string;
  readonly by: string;
  /** The service order ends so even if WeChat Pay does not confirm it. */
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
 * Why a service order was not cancelled: the user had confirmed it; money is due; it is paid; WeChat Pay says DOING and
 * nothing more; or no request allows a cancel before the user confirms.
 */
export type KeptReason = 'confirmed' | 'amount-due' | 'paid' | 'stage-unknown' | 'not-allowed';

/** How the watch over a service order ended. It has exactly one outcome. */
export type ServiceOutcome =
  | {
      readonly ended: 'cancelled';
      /** Whether this worker sent a cancel. It is not who cancelled the service order: WeChat Pay never says that. */
      readonly cancelSent: Sent;
      /** The reason that was sent. */
      readonly reason?: string;
      /** Money had become due between the query and the cancel. */
      readonly raced?: true;
      /** What was due, in fen, if WeChat Pay said it. */
      readonly totalDue?: number;
    }
  | { readonly ended: 'done' }
  | { readonly ended: 'expired' }
  | { readonly ended: 'kept'; readonly reason: KeptReason; readonly totalDue?: number }
  | { readonly ended: 'never-existed' }
  /** A person's resolution, and WeChat Pay's last answer (`said`). */
  | ({ readonly ended: 'resolved'; readonly said: string } & Omit<Resolution, 'force'>)
  /** A person stopped the watching: the workflow ends as cancelled. */
  | { readonly ended: 'released' };

/** Where a service order is in its life. */
export type ServicePhase =
  | { readonly phase: 'waiting'; readonly until: Instant }
  | { readonly phase: 'checking' }
  /** `isSuperseded`: an event came that changes what the cancel may do. Its result is awaited, and no other follows. */
  | { readonly phase: 'cancelling'; readonly isSuperseded: boolean }
  | { readonly phase: 'confirming'; readonly until: Instant }
  | { readonly phase: 'unsettled'; readonly until: Instant }
  | { readonly phase: 'needsAttention'; readonly reason: ServiceAttentionReason; readonly until: Instant }
  | { readonly phase: 'ended'; readonly outcome: ServiceOutcome };

export type ServicePhaseName = ServicePhase['phase'];

/** What is known about a service order in any phase. */
export interface ServiceFacts extends WaitingFacts {
  readonly order: ServiceOrderRef;
  readonly timing: ServiceOrderTiming;
  /** Each request has its own conditions. One that is due and allows the stage is enough. */
  readonly requests: readonly CancelRequest[];
  /** The body of every cancel, fixed when the first one is scheduled (S1). `null` again if none was sent. */
  readonly frozen: { readonly requestId: string; readonly reason: string } | null;
  /** The progress that the last cancel was allowed for. Its `totalDue` is the amount that was given up. */
  readonly allowedFor: Progress | null;
  /** WeChat Pay said USER_PAID or ORDER_DONE. From then on no cancel is sent. */
  readonly paidClaimed: boolean;
  /** A verified notification said USER_PAID. From then on REVOKED and EXPIRED are contradictions. */
  readonly paidNotified: boolean;
  /** The furthest stage that a verified answer or notification showed. An answer that shows an earlier one is outdated. */
  readonly furthest: Stage | null;
  /** The stage in the last verified answer. `null`: it did not show one. */
  readonly stage: Stage | null;
  /** The last amount due that a verified answer showed, in fen. */
  readonly totalDue: number | null;
  /** Whether a cancel was sent. */
  readonly cancelSent: Sent;
  /** A cancel may have been sent, and no query was answered since. */
  readonly cancelUnconfirmed: boolean;
  /** When the last cancel ended that was carried out, or may have been. */
  readonly cancelLandedAt: Instant | null;
  /** When WeChat Pay last accepted a cancel, or answered one with ORDER_CANCELED. */
  readonly cancelAcceptedAt: Instant | null;
  /** How many cancels WeChat Pay accepted, or answered with ORDER_CANCELED. */
  readonly acceptedCancels: number;
  /** When the first of the signed not-founds in a row came. */
  readonly notFoundSince: Instant | null;
  /** A person's resolution, until the query that must confirm it is answered. */
  readonly resolution: Resolution | null;
  /** The last resolution that was not confirmed, and what WeChat Pay said instead. */
  readonly contradicted: { readonly resolution: Resolution; readonly said: string } | null;
  /** A person has seen that money became due during the cancel, and asked to go on. */
  readonly raceKnown: boolean;
  readonly last: LastAnswer | null;
  readonly locale: ReadIn;
  /** The merchant's, once an answer has brought it. For what people read, never for a decision. */
  readonly timeZone: string;
}

export type ServiceOrderState = ServiceFacts & ServicePhase;

/** A verified notification: the user confirmed the service order (`PAYSCORE.USER_CONFIRM`), or paid it. */
export interface ServiceOrderNotification {
  readonly order: Pick<ServiceOrderRef, 'mchid' | 'outOrderNo'>;
  readonly said: 'USER_CONFIRM' | 'USER_PAID';
}

export type ServiceOrderEvent =
  | { readonly type: 'timerFired' }
  | { readonly type: 'queryAnswered'; readonly answer: QueryServiceOrderResult }
  | { readonly type: 'queryFailed'; readonly failure: CallFailure }
  | { readonly type: 'cancelAnswered'; readonly result: CancelServiceOrderResult }
  | { readonly type: 'cancelFailed'; readonly failure: WriteFailure }
  | { readonly type: 'notificationReceived'; readonly notification: ServiceOrderNotification }
  | { readonly type: 'cancelRequested'; readonly request: CancelRequest }
  | { readonly type: 'retryRequested' }
  | { readonly type: 'resolveRequested'; readonly resolution: Resolution }
  | { readonly type: 'releaseRequested' };

/** What the workflow does next. */
export type ServiceStep =
  | { readonly do: 'wait'; readonly until: Instant }
  | { readonly do: 'query' }
  | { readonly do: 'cancel'; readonly isSuperseded: boolean }
  | { readonly do: 'askPerson'; readonly reason: ServiceAttentionReason; readonly until: Instant }
  | { readonly do: 'finish'; readonly outcome: ServiceOutcome };

export type ServiceDecision = Decision<ServiceOrderState, ServiceStep>;
