import type { MerchantRef, OrderNumber } from '../domain/orders/order.js';
import { outcomeWorkflowId } from '../domain/outcome/state.js';
import {
  lateState,
  record,
  retryLate,
  type LateResult,
  type LateView,
  type RecordRequest,
} from '../workflows/messages/late.js';
import type { Conversation } from './conversation.js';
import { DeliveryHandle } from './delivery-handle.js';

/** A payment that came after the end of its order, for the people who handle it. */
export class LatePaymentHandle {
  constructor(
    private readonly conversation: Conversation<LateResult>,
    /** The merchant and the number of the order. */
    readonly ref: MerchantRef & OrderNumber,
  ) {}

  /** The id of the late payment's workflow, as Temporal UI shows it. */
  get workflowId(): string {
    return this.conversation.workflowId;
  }

  /**
   * The late payment as it is now. Needs a running worker, also after the end.
   *
   * @throws OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError, CallFailedError
   */
  state(): Promise<LateView> {
    return this.conversation.query(lateState);
  }

  /**
   * Records what was done about the payment, a refund or a reopened order. That is the outcome of the late payment.
   * `transactionIds` are those that {@link state} showed when the decision was made.
   *
   * @throws InvalidOrderError, also if a payment was reported that the request does not name; AlreadyEndedError,
   *   OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError, CallFailedError
   */
  record(request: RecordRequest): Promise<LateView> {
    return this.conversation.update(record, [request]);
  }

  /**
   * Queries WeChat Pay again, with new patience, after a person fixed what was wrong.
   *
   * @throws InvalidOrderError if there is nothing to try again; AlreadyEndedError, OrderNotFoundError, NoOutcomeError,
   *   NoWorkerError, NoServerError, CallFailedError
   */
  retry(): Promise<LateView> {
    return this.conversation.update(retryLate, []);
  }

  /**
   * Waits for the outcome, however long that takes. `released`: a person stopped the watching; the next notification
   * starts it again.
   *
   * @throws OrderNotFoundError, NoOutcomeError, CallFailedError
   */
  outcome(): Promise<LateResult | { readonly ended: 'released' }> {
    return this.conversation.outcome();
  }

  /** The handle of the delivery of what the checkout did not take at once. Makes no call. */
  delivery(): DeliveryHandle {
    return new DeliveryHandle(this.conversation.about(outcomeWorkflowId(this.workflowId)));
  }
}
