import type { MerchantRef, OrderNumber } from '../domain/orders/order.js';
import {
  lateState,
  record,
  retryLate,
  type LateResult,
  type LateView,
  type RecordRequest,
} from '../workflows/messages/late.js';
import type { Conversation } from './conversation.js';

/** A payment that came after the end of its order, and what is said to its owner by those who see to it. */
export class LatePaymentHandle {
  constructor(
    private readonly conversation: Conversation<LateResult>,
    /** WeChat Pay's key of the order. */
    readonly ref: MerchantRef & OrderNumber,
  ) {}

  /** The id of the late payment's workflow, as Temporal UI shows it. */
  get workflowId(): string {
    return this.conversation.workflowId;
  }

  /**
   * The late payment as it is now. Needs a running worker, also after the end.
   *
   * @throws OrderNotFoundError, NoWorkerError, NoServerError
   */
  state(): Promise<LateView> {
    return this.conversation.query(lateState);
  }

  /**
   * Records what was done about it, a refund or a reopened order, and so ends the watch over it. `transactionIds` are
   * those of {@link state} when it was looked at.
   *
   * @throws InvalidOrderError, also if a notification reported a payment that it does not name; AlreadyEndedError,
   *   OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError
   */
  record(request: RecordRequest): Promise<LateView> {
    return this.conversation.update(record, [request]);
  }

  /**
   * Asks WeChat Pay again, with new patience, after a person fixed what was wrong.
   *
   * @throws InvalidOrderError where there is nothing to try again; AlreadyEndedError, OrderNotFoundError,
   *   NoOutcomeError, NoWorkerError, NoServerError
   */
  retry(): Promise<LateView> {
    return this.conversation.update(retryLate, []);
  }

  /**
   * Waits for what becomes of it, however long that takes. `released`: a person stopped the watching; the next notification
   * starts it again.
   *
   * @throws OrderNotFoundError, NoOutcomeError
   */
  outcome(): Promise<LateResult | { readonly ended: 'released' }> {
    return this.conversation.outcome();
  }
}
