import { WorkflowNotFoundError, WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Fault } from '../domain/check.js';
import type { Outcome, PaymentNotice } from '../domain/order-state.js';
import { orderWorkflowId, type MerchantRef, type OrderNumber } from '../domain/order.js';
import {
  closeNow,
  orderState,
  paymentNotice,
  type CloseNowReply,
  type CloseNowRequest,
  type OrderView,
} from '../workflows/messages.js';
import { AlreadyEndedError, InvalidOrderError, OrderNotFoundError } from './errors.js';
import { outcomeOf } from './outcome.js';

/** One order, and what a checkout says to its owner. */
export class OrderHandle {
  constructor(
    private readonly workflow: WorkflowHandle,
    /** WeChat Pay's key of the order. */
    readonly ref: MerchantRef & OrderNumber,
  ) {}

  /** The id of the order's workflow, as Temporal UI shows it. */
  get workflowId(): string {
    return this.workflow.workflowId;
  }

  /**
   * Asks for the order to be closed at the first allowed instant: when a payment failed and the order is placed anew
   * under another number, or when the shopper gave up. Answers at once; the end is {@link outcome}'s to tell.
   *
   * @throws AlreadyEndedError, OrderNotFoundError, InvalidOrderError
   */
  async closeNow(request: CloseNowRequest = {}): Promise<CloseNowReply> {
    return this.heard(() => this.workflow.executeUpdate(closeNow, { args: [request] }));
  }

  /**
   * Hands over a payment notice that was verified and decrypted. Returns when Temporal has it.
   *
   * @param notice with the merchant and the number that **it** names, not those of this handle: a notice that was led
   *   to the wrong order is refused
   * @throws InvalidOrderError, AlreadyEndedError, OrderNotFoundError, NoOutcomeError: the notice was not taken then
   */
  async paymentNotice(notice: PaymentNotice): Promise<void> {
    if (orderWorkflowId(notice.order) !== this.workflowId) throw new InvalidOrderError([foreignNotice(notice)]);
    return this.heard(() => this.workflow.signal(paymentNotice, notice));
  }

  /**
   * The order as it is now. Needs a running worker, also after the end.
   *
   * @throws OrderNotFoundError
   */
  async state(): Promise<OrderView> {
    try {
      return await this.workflow.query(orderState);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw new OrderNotFoundError(this.workflowId);
      throw error;
    }
  }

  /**
   * Waits for how the order ends, however long that takes; it survives a restart of everything but the caller.
   *
   * @throws OrderNotFoundError, NoOutcomeError
   */
  outcome(): Promise<Outcome> {
    return outcomeOf(this.workflow);
  }

  /** Sends a message, and tells an order that has ended from one that never was. */
  private async heard<T>(message: () => Promise<T>): Promise<T> {
    try {
      return await message();
    } catch (error) {
      if (error instanceof WorkflowUpdateFailedError) throw await this.refusal(error);
      if (error instanceof WorkflowNotFoundError) {
        throw new AlreadyEndedError(this.workflowId, await this.outcome());
      }
      throw error;
    }
  }

  private async refusal(error: WorkflowUpdateFailedError): Promise<Error> {
    const { cause } = error;
    if (!(cause instanceof ApplicationFailure)) return error;
    if (cause.type === 'INVALID_REQUEST') return new InvalidOrderError((cause.details?.[0] ?? []) as Fault[]);
    if (cause.type === 'ALREADY_ENDED') return new AlreadyEndedError(this.workflowId, await this.outcome());
    return error;
  }
}

function foreignNotice({ order }: PaymentNotice): Fault {
  return {
    field: 'notice.order',
    value: JSON.stringify(order),
    rule: 'must name the order that the notice is given to',
  };
}
