import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CancelRequestInput } from '../../domain/payscore/requests.js';
import type { VisibleServiceState } from '../../domain/page/service-order.js';
import type { LastAnswer } from '../../domain/orders/state.js';
import type {
  Resolution,
  ServiceOrderNotification,
  ServiceOutcome,
  ServicePhaseName,
} from '../../domain/payscore/state.js';
import type { ServiceOrderRef } from '../../domain/payscore/order.js';

export { CANCEL_PAYSCORE_WORKFLOW } from '../../domain/payscore/order.js';

/** A fact: a PayScore notification of WeChat Pay that was verified and decrypted. */
export const serviceOrderNotification = defineSignal<[ServiceOrderNotification]>('serviceOrderNotification');

/** The answer to an accepted request to cancel. */
export interface CancelTaken {
  readonly requestId: string;
  /** The first instant at which the cancel may be sent, RFC 3339. */
  readonly dueAt: string;
  /** The reason that was sent, which every further attempt repeats (S1). `null`: none was sent yet. */
  readonly reasonSent: string | null;
  /** The request came with another reason, which is not sent. */
  readonly reasonDiffers: boolean;
  /** A request of this id was taken before with other conditions or another reason. That one stands, this does not. */
  readonly requestDiffers: boolean;
}

/**
 * A request to cancel. The same `requestId` twice is one request. Answered at once; the outcome is the workflow's result.
 */
export const requestCancel = defineUpdate<CancelTaken, [CancelRequestInput]>('requestCancel');

/** A person fixed what was wrong: ask again, with new patience. */
export const retryService = defineUpdate<ServiceOrderView>('retry');

/** A person's word on how the service order ended; `force`: also where WeChat Pay says otherwise. */
export type ResolveServiceRequest = Omit<Resolution, 'force'> & Partial<Pick<Resolution, 'force'>>;

/** What came of a person's word. */
export interface ResolveServiceReply {
  /** How the service order has ended by it; `null`: it has not, because WeChat Pay does not confirm it. */
  readonly ended: ServiceOutcome['ended'] | null;
  /** What WeChat Pay said when it was asked a last time. */
  readonly said: string;
}

/** Answered after a last query to WeChat Pay. */
export const resolveService = defineUpdate<ResolveServiceReply, [ResolveServiceRequest]>('resolve');

/** A service order as it is now. */
export interface ServiceOrderView {
  readonly order: ServiceOrderRef;
  readonly phase: ServicePhaseName;
  /** What a list shows; absent during a first check. */
  readonly visible: VisibleServiceState | null;
  /**
   * A request to cancel is due, so a cancel may be sent at any moment, or was: the service must not complete the order
   * meanwhile.
   */
  readonly isCancelling: boolean;
  /** When the next request to cancel becomes due, RFC 3339; `null` where none will. */
  readonly cancelsAt: string | null;
  /** Until when the service order rests before the next question to WeChat Pay, RFC 3339. */
  readonly until: string | null;
  readonly last: LastAnswer | null;
  /** How it ended; `null` while it has not. */
  readonly outcome: ServiceOutcome | null;
}

export const serviceOrderState = defineQuery<ServiceOrderView>('orderState');
