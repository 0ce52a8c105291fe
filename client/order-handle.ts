import type { Outcome, PaymentNotification } from '../domain/orders/state.js';
import { CHECK_ANSWERED_WITHIN } from '../domain/timing.js';
import { orderWorkflowId, type MerchantRef, type OrderNumber } from '../domain/orders/order.js';
import {
  checkNow,
  closeNow,
  extend,
  orderState,
  paymentNotification,
  placedAgain,
  resolve,
  retry,
  type CloseNowRequest,
  type ClosesAt,
  type ExtendRequest,
  type OrderView,
  type ResolveReply,
  type ResolveRequest,
} from '../workflows/messages.js';
import type { Conversation } from './conversation.js';
import { InvalidOrderError } from './errors.js';

/** How long a last query to WeChat Pay may take, with all its retries. In milliseconds. */
const LAST_QUERY_MS = 6 * 60_000;

/** What a check may take beyond the time in which the workflow answers it. In milliseconds. */
const CHECK_SLACK_MS = 10_000;

/** One order, and what a checkout says to its owner. */
export class OrderHandle {
  constructor(
    private readonly conversation: Conversation<Outcome>,
    /** WeChat Pay's key of the order. */
    readonly ref: MerchantRef & OrderNumber,
  ) {}

  /** The id of the order's workflow, as Temporal UI shows it. */
  get workflowId(): string {
    return this.conversation.workflowId;
  }

  /**
   * Asks for the order to be closed at the first allowed instant: when a payment failed and the order is placed anew
   * under another number, or when the shopper gave up. Answers at once; the end is {@link outcome}'s to tell.
   *
   * @throws AlreadyEndedError, OrderNotFoundError, InvalidOrderError, NoWorkerError, NoServerError
   */
  closeNow(request: CloseNowRequest = {}): Promise<ClosesAt> {
    return this.conversation.update(closeNow, [request]);
  }

  /**
   * Asks WeChat Pay now, at most every 2 s: for the moment when the shopper's page returns. It can find the order paid,
   * and never closes one. Answers with the order as it is then, after at most 8 s.
   *
   * @throws AlreadyEndedError with the outcome, OrderNotFoundError, NoWorkerError, NoServerError
   */
  checkNow(): Promise<OrderView> {
    return this.conversation.update(checkNow, [], CHECK_ANSWERED_WITHIN + CHECK_SLACK_MS);
  }

  /**
   * Closes the order later. Only before a close was asked for or sent, and at most 7 days after creation. The
   * `time_expire` that WeChat Pay was given does not move by this.
   *
   * @throws InvalidOrderError that says why not; AlreadyEndedError, OrderNotFoundError, NoWorkerError, NoServerError
   */
  extend(request: ExtendRequest): Promise<ClosesAt> {
    return this.conversation.update(extend, [request]);
  }

  /**
   * Tells that WeChat Pay accepted a placement under the same number once more: the 5 minutes begin anew.
   *
   * @throws AlreadyEndedError, OrderNotFoundError, NoWorkerError, NoServerError
   */
  placedAgain(): Promise<ClosesAt> {
    return this.conversation.update(placedAgain, []);
  }

  /**
   * Asks again, with new patience, after a person mended what was wrong.
   *
   * @throws InvalidOrderError where there is nothing to try again; AlreadyEndedError, OrderNotFoundError, NoWorkerError,
   *   NoServerError
   */
  retry(): Promise<OrderView> {
    return this.conversation.update(retry, []);
  }

  /**
   * Tells, while the order needs attention, how it ended. WeChat Pay is asked once more; where it says otherwise, the
   * order stays open, and the reply says what it said: `force` makes the word stand all the same.
   *
   * @throws InvalidOrderError, AlreadyEndedError, OrderNotFoundError, NoWorkerError, NoServerError
   */
  resolve(request: ResolveRequest): Promise<ResolveReply> {
    return this.conversation.update(resolve, [request], LAST_QUERY_MS);
  }

  /**
   * Hands over a payment notification that was verified and decrypted, if the order runs. Returns when Temporal has it. What is
   * to be done with one that it does not take, `NotificationDelivery` does.
   *
   * @param notification with the merchant and the number that **it** names, not those of this handle: a notification that was led
   *   to the wrong order is refused
   * @throws InvalidOrderError, AlreadyEndedError, OrderNotFoundError, NoOutcomeError, NoServerError: the notification was not
   *   taken then
   */
  async paymentNotification(notification: PaymentNotification): Promise<void> {
    if (orderWorkflowId(notification.order) !== this.workflowId)
      throw new InvalidOrderError([foreignNotification(notification)]);
    return this.conversation.signal(paymentNotification, notification);
  }

  /**
   * The order as it is now. Needs a running worker, also after the end.
   *
   * @throws OrderNotFoundError, NoWorkerError, NoServerError
   */
  state(): Promise<OrderView> {
    return this.conversation.query(orderState);
  }

  /**
   * Waits for how the order ends, however long that takes; it survives a restart of everything but the caller.
   *
   * @throws OrderNotFoundError, NoOutcomeError
   */
  outcome(): Promise<Outcome> {
    return this.conversation.outcome();
  }
}

function foreignNotification({ order }: PaymentNotification): InvalidOrderError['faults'][number] {
  return {
    field: 'notification.order',
    value: JSON.stringify(order),
    rule: 'must name the order that the notification is given to',
  };
}
