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
import { defineQuery, defineSignal, defineUpdate } from './shared.js';

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
  /** An earlier request of this id had other conditions or another reason. The earlier one counts, this one does not. */
  readonly requestDiffers: boolean;
}

/**
 * A request to cancel. The same `requestId` twice is one request. Answered at once; the outcome is the workflow's result.
 */
export const requestCancel = defineUpdate<CancelTaken, [CancelRequestInput]>('requestCancel');

/** The answer that a request got, also after the end. `null`: no request of its id was accepted. */
export const acceptedCancel = defineQuery<CancelTaken | null, [CancelRequestInput]>('acceptedCancel');

/** A person fixed what was wrong: ask again, with new patience. */
export const retryService = defineUpdate<ServiceOrderView>('retry');

/** How the service order ended, as a person says. `force`: even if WeChat Pay does not confirm it. */
export type ResolveServiceRequest = Omit<Resolution, 'force'> & Partial<Pick<Resolution, 'force'>>;

/** The answer to `resolve`. */
export interface ResolveServiceReply {
  /** How the service order has ended. `null`: it has not, because WeChat Pay does not confirm the resolution. */
  readonly ended: ServiceOutcome['ended'] | null;
  /** What WeChat Pay said when it was asked a last time. */
  readonly said: string;
  /** Whether the resolution stood, in words, in the languages in which the service order is read. */
  readonly inWords: string;
}

/** Answered after a last query to WeChat Pay. */
export const resolveService = defineUpdate<ResolveServiceReply, [ResolveServiceRequest]>('resolve');

/** A service order as it is now. */
export interface ServiceOrderView {
  readonly order: ServiceOrderRef;
  readonly phase: ServicePhaseName;
  /** What a list shows. `null` while a check or a cancel goes on: the list then shows the state before. */
  readonly visible: VisibleServiceState | null;
  /** A request to cancel is due, so a cancel may be sent at any moment, or was: the merchant must not complete the order. */
  readonly isCancelling: boolean;
  /** When the next request to cancel becomes due, RFC 3339. `null`: none will. */
  readonly cancelsAt: string | null;
  /** Until when the service order rests before the next question to WeChat Pay, RFC 3339. */
  readonly until: string | null;
  readonly last: LastAnswer | null;
  /** How it ended; `null` while it has not. */
  readonly outcome: ServiceOutcome | null;
}

export const serviceOrderState = defineQuery<ServiceOrderView>('orderState');
