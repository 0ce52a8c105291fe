import { fault } from '../domain/validation.js';
import type { Outcome, PaymentNotification } from '../domain/orders/state.js';
import {
  CHECK_ANSWERED_WITHIN,
  lateWorkflowId,
  type MerchantRef,
  type OrderNumber,
  orderWorkflowId,
} from '../domain/orders/order.js';
import type { LateResult } from '../workflows/messages/late.js';
import {
  checkNow,
  closeNow,
  extend,
  orderState,
  paymentNotification,
  placedAgain,
  placementFailed,
  resolve,
  retry,
  type CloseNowRequest,
  type ExtendRequest,
  type OrderView,
  type PlacementFailedRequest,
  type ResolveReply,
  type ResolveRequest,
} from '../workflows/messages/orders.js';
import type { Conversation } from './conversation.js';
import {
  acceptedUnlessEnded,
  checkedOrder,
  type CheckedOrder,
  type EndedOrder,
  type PaymentAfterEnd,
  type ReportedPlacement,
  type RequestedClose,
} from './ended-order.js';
import { InvalidOrderError, type AlreadyEndedError } from './errors.js';
import { orThrow } from './fact-inputs.js';
import { checkNotification } from '../domain/orders/notification.js';

const FOREIGN = 'must name the order that the notification is given to';

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
   * under another number, or when the shopper gave up. Answers at once; {@link outcome} tells the end. If the order has ended,
   * the answer says how.
   *
   * @throws InvalidOrderError, OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError
   */
  closeNow(request: CloseNowRequest = {}): Promise<RequestedClose> {
    return acceptedUnlessEnded(this.conversation.update(closeNow, [request]), this.readEnd);
  }

  /**
   * Asks WeChat Pay now: for the moment when the shopper's page returns. It can find the order paid, and never closes one.
   * Answers after at most 8 s with the order as it is then: `tradeState` is what WeChat Pay said last, and `askedAt` when it
   * was asked. Callers within 2 s share one answer. If the order has ended, the answer says how, and WeChat Pay is not asked.
   *
   * @throws OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError
   */
  checkNow(): Promise<CheckedOrder> {
    return checkedOrder(this.conversation.update(checkNow, [], CHECK_ANSWERED_WITHIN + CHECK_SLACK_MS), this.readEnd);
  }

  /**
   * Closes the order later. Only before a close was asked for or sent, and at most 7 days after creation. The
   * `time_expire` that WeChat Pay was given does not move by this. If the order has ended, the answer says how.
   *
   * @throws InvalidOrderError that says why not; OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError
   */
  extend(request: ExtendRequest): Promise<RequestedClose> {
    return acceptedUnlessEnded(this.conversation.update(extend, [request]), this.readEnd);
  }

  /**
   * Tells that WeChat Pay accepted a placement under the same number once more: the 5 minutes begin anew. If the order has
   * ended, the answer says how: then nobody watches the new placement, unless you start the order again (after
   * `never-existed`) or place it under a new number.
   *
   * @throws OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError
   */
  placedAgain(): Promise<RequestedClose> {
    return acceptedUnlessEnded(this.conversation.update(placedAgain, []), this.readEnd);
  }

  /**
   * Tells that WeChat Pay *answered* the placement with a refusal, and with which code. Not for a time-out, after which
   * the order may exist, and not for Quick Pay. An order that WeChat Pay does not know ends as `never-existed` soon after its
   * 5 minutes, instead of after the whole life of a payment. If the order has ended, the answer says how.
   *
   * @throws InvalidOrderError, also if WeChat Pay has shown the order; OrderNotFoundError, NoOutcomeError, NoWorkerError,
   *   NoServerError
   */
  placementFailed(request: PlacementFailedRequest): Promise<ReportedPlacement> {
    return acceptedUnlessEnded(this.conversation.update(placementFailed, [request]), this.readEnd);
  }

  /**
   * Asks again, with new patience, after a person fixed what was wrong.
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
    const checked = orThrow(checkNotification(notification));
    if (orderWorkflowId(checked.order) !== this.workflowId)
      throw new InvalidOrderError([fault('notification.order', checked.order, FOREIGN)]);
    return this.conversation.signal(paymentNotification, checked);
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

  private readonly readEnd = async ({ outcome, endedAt }: AlreadyEndedError<Outcome>): Promise<EndedOrder> => {
    const latePayment = outcome.ended === 'paid' ? null : await this.paymentAfterEnd();
    return { ended: true, outcome, endedAt, askedAt: null, latePayment };
  };

  /** A workflow for payments after the end is only started when one is reported. */
  private async paymentAfterEnd(): Promise<PaymentAfterEnd | null> {
    const last = await this.conversation.lastRun<LateResult>(lateWorkflowId(this.ref));
    if (last.is === 'unknown') return null;
    return { outcome: last.is === 'ended' ? last.outcome : null };
  }
}
