import type { DeliveryOutcome } from '../domain/outcome/state.js';
import {
  deliveryState,
  giveUp,
  retryDelivery,
  type DeliveryView,
  type GiveUpRequest,
} from '../workflows/messages/outcome.js';
import type { Conversation } from './conversation.js';

/**
 * The delivery of what a checkout did not take at once, for the people who handle it. It exists only if the checkout did not
 * take an event of the order.
 */
export class DeliveryHandle {
  constructor(private readonly conversation: Conversation<DeliveryOutcome>) {}

  /** The id of the delivery's workflow, as Temporal UI shows it. */
  get workflowId(): string {
    return this.conversation.workflowId;
  }

  /**
   * The delivery as it is now, with the events that are left. Needs a running worker, also after the end.
   *
   * @throws OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError, CallFailedError
   */
  state(): Promise<DeliveryView> {
    return this.conversation.query(deliveryState);
  }

  /**
   * Posts the events again, for three more days, after a person fixed what was wrong.
   *
   * @throws InvalidOrderError during a try; AlreadyEndedError, OrderNotFoundError, NoOutcomeError, NoWorkerError,
   *   NoServerError, CallFailedError
   */
  retry(): Promise<DeliveryView> {
    return this.conversation.update(retryDelivery, []);
  }

  /**
   * Posts the events no more, because the checkout knows them or need not. The order is not changed by that.
   * `OutcomeFeed.resend` posts one again.
   *
   * @throws InvalidOrderError, AlreadyEndedError, OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError,
   *   CallFailedError
   */
  giveUp(request: GiveUpRequest): Promise<DeliveryView> {
    return this.conversation.update(giveUp, [request]);
  }

  /**
   * Waits for the outcome, however long that takes. `released`: a person stopped the delivery.
   *
   * @throws OrderNotFoundError, NoOutcomeError, CallFailedError
   */
  outcome(): Promise<DeliveryOutcome> {
    return this.conversation.outcome();
  }
}
