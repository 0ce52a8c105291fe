import { fault } from '../domain/validation.js';
import type { Outcome, PaymentNotification } from '../domain/orders/state.js';
import { lateWorkflowId } from '../domain/late/state.js';
import { CHECK_ANSWERED_WITHIN, type MerchantRef, type OrderNumber, orderWorkflowId } from '../domain/orders/order.js';
import { outcomeWorkflowId } from '../domain/outcome/state.js';
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
import { DeliveryHandle } from './delivery-handle.js';
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

const FOREIGN = 'must be the order of this handle';

/** How long a last query to WeChat Pay may take, with all its retries. In milliseconds. */
const LAST_QUERY_MS = 6 * 60_000;

/** How long a check may take in addition to the time in which the workflow answers it. In milliseconds. */
const CHECK_SLACK_MS = 10_000;

/** One order, for its checkout and its operators. */
export class OrderHandle {
  constructor(
    private readonly conversation: Conversation<Outcome>,
    /** The merchant and the number of the order. */
    readonly ref: MerchantRef & OrderNumber,
  ) {}

  /** The id of the order's workflow, as Temporal UI shows it. */
  get workflowId(): string {
    return this.conversation.workflowId;
  }

  /**
   * Asks for the order to be closed at the first allowed instant: if a payment failed and the order is placed again under
   * another number, or if the shopper gave up. Answers at once; {@link outcome} waits for the end. If the order has ended, the
   * answer says how.
   *
   * @throws InvalidOrderError, OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError, CallFailedError
   */
  closeNow(request: CloseNowRequest = {}): Promise<RequestedClose> {
    return acceptedUnlessEnded(this.conversation.update(closeNow, [request]), this.readEnd);
  }

  /**
   * Queries WeChat Pay now: for the moment when the shopper's page returns. It can find the order paid, and never closes one.
   * Answers after at most 8 s with the order as it is then: `tradeState` is WeChat Pay's last answer, and `askedAt` its time.
   * Callers within 2 s share one answer. If the order has ended, the answer says how, and WeChat Pay is not queried.
   *
   * @throws OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError, CallFailedError
   */
  checkNow(): Promise<CheckedOrder> {
    return checkedOrder(this.conversation.update(checkNow, [], CHECK_ANSWERED_WITHIN + CHECK_SLACK_MS), this.readEnd);
  }

  /**
   * Moves the deadline: only later, only before a close was asked for or sent, and at most to 7 days after creation. The
   * `time_expire` that WeChat Pay has stays as it is. If the order has ended, the answer says how.
   *
   * @throws InvalidOrderError, which says why not; OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError, CallFailedError
   */
  extend(request: ExtendRequest): Promise<RequestedClose> {
    return acceptedUnlessEnded(this.conversation.update(extend, [request]), this.readEnd);
  }

  /**
   * Reports that WeChat Pay accepted a placement under the same number once more: the 5 minutes begin again. If the order has
   * ended, the answer says how: then the new placement is not watched. Start the order again (after `never-existed`), or place
   * it under a new number.
   *
   * @throws OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError, CallFailedError
   */
  placedAgain(): Promise<RequestedClose> {
    return acceptedUnlessEnded(this.conversation.update(placedAgain, []), this.readEnd);
  }

  /**
   * Reports that WeChat Pay *answered* the placement with a refusal, and its code. Not for a timeout, after which the order
   * may exist, and not for Quick Pay. If WeChat Pay does not know the order, it ends as `never-existed` soon after its 5
   * minutes, instead of after the whole life of a payment. If the order has ended, the answer says how.
   *
   * @throws InvalidOrderError, also if WeChat Pay has shown the order; OrderNotFoundError, NoOutcomeError, NoWorkerError,
   *   NoServerError, CallFailedError
   */
  placementFailed(request: PlacementFailedRequest): Promise<ReportedPlacement> {
    return acceptedUnlessEnded(this.conversation.update(placementFailed, [request]), this.readEnd);
  }

  /**
   * Tries again, with new patience, after a person fixed what was wrong.
   *
   * @throws InvalidOrderError if there is nothing to try again; AlreadyEndedError, OrderNotFoundError, NoOutcomeError,
   *   NoWorkerError, NoServerError, CallFailedError
   */
  retry(): Promise<OrderView> {
    return this.conversation.update(retry, []);
  }

  /**
   * Records how the order ended, if it needs attention. WeChat Pay is queried once more. If its answer contradicts that, the
   * order stays open, and the reply has the answer; with `force` it ends as recorded even so.
   *
   * @throws InvalidOrderError, AlreadyEndedError, OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError,
   *   CallFailedError
   */
  resolve(request: ResolveRequest): Promise<ResolveReply> {
    return this.conversation.update(resolve, [request], LAST_QUERY_MS);
  }

  /**
   * Sends a payment notification that was verified and decrypted, if the order runs. Returns when Temporal has it.
   * `NotificationDelivery` also handles orders that do not run.
   *
   * @param notification with the merchant and the number that **it** names, not those of this handle: the notification of
   *   another order is refused
   * @throws InvalidOrderError, AlreadyEndedError, OrderNotFoundError, NoOutcomeError, NoServerError, CallFailedError: Temporal
   *   may not have the notification
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
   * @throws OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError, CallFailedError
   */
  state(): Promise<OrderView> {
    return this.conversation.query(orderState);
  }

  /**
   * Waits for the outcome, however long that takes, also through restarts of the worker and the server.
   *
   * @throws OrderNotFoundError, NoOutcomeError, CallFailedError
   */
  outcome(): Promise<Outcome> {
    return this.conversation.outcome();
  }

  /** The handle of the delivery of what the checkout did not take at once. Makes no call. */
  delivery(): DeliveryHandle {
    return new DeliveryHandle(this.conversation.about(outcomeWorkflowId(this.workflowId)));
  }

  private readonly readEnd = async ({ outcome, endedAt }: AlreadyEndedError<Outcome>): Promise<EndedOrder> => {
    const latePayment = outcome.ended === 'paid' ? null : await this.paymentAfterEnd();
    return { ended: true, outcome, endedAt, askedAt: null, latePayment };
  };

  /** The workflow of a late payment exists only if a payment was reported after the end. */
  private async paymentAfterEnd(): Promise<PaymentAfterEnd | null> {
    const last = await this.conversation.lastRun<LateResult>(lateWorkflowId(this.ref));
    if (last.is === 'unknown') return null;
    return { outcome: last.is === 'ended' ? last.outcome : null };
  }
}
