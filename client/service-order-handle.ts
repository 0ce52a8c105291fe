import { fault } from '../domain/validation.js';
import { checkServiceOrderNotification, type CancelRequestInput } from '../domain/payscore/requests.js';
import { outcomeWorkflowId } from '../domain/outcome/state.js';
import type { ServiceOrderNotification, ServiceOutcome } from '../domain/payscore/state.js';
import { serviceOrderWorkflowId, type ServiceOrderRef } from '../domain/payscore/order.js';
import {
  requestCancel,
  resolveService,
  retryService,
  serviceOrderNotification,
  serviceOrderState,
  type CancelTaken,
  type ResolveServiceReply,
  type ResolveServiceRequest,
  type ServiceOrderView,
} from '../workflows/messages/payscore.js';
import type { Conversation } from './conversation.js';
import { DeliveryHandle } from './delivery-handle.js';
import { InvalidOrderError } from './errors.js';
import { orThrow } from './fact-inputs.js';

const FOREIGN = 'must be the service order of this handle';

/** How long a last query to WeChat Pay may take, with all its retries. In milliseconds. */
const LAST_QUERY_MS = 6 * 60_000;

/** The merchant and the number of a service order. */
export type ServiceOrderKey = Pick<ServiceOrderRef, 'mchid' | 'outOrderNo'>;

/** One PayScore service order, for the service and its operators. */
export class ServiceOrderHandle {
  constructor(
    private readonly conversation: Conversation<ServiceOutcome>,
    readonly ref: ServiceOrderKey,
  ) {}

  /** The id of the service order's workflow, as Temporal UI shows it. */
  get workflowId(): string {
    return this.conversation.workflowId;
  }

  /**
   * Asks the running workflow for a cancel. `ServiceOrderClient.requestCancel` also starts one if none runs.
   *
   * @throws InvalidOrderError, AlreadyEndedError, OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError,
   *   CallFailedError
   */
  requestCancel(request: CancelRequestInput): Promise<CancelTaken> {
    return this.conversation.update(requestCancel, [request]);
  }

  /**
   * Whether a cancel may be sent at any moment, or was sent: the service must not complete the service order meanwhile.
   *
   * @throws OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError, CallFailedError
   */
  async isCancelling(): Promise<boolean> {
    return (await this.state()).isCancelling;
  }

  /**
   * Sends a PayScore notification that was verified and decrypted. Returns when Temporal has it.
   *
   * @throws InvalidOrderError, AlreadyEndedError, OrderNotFoundError, NoOutcomeError, NoServerError, CallFailedError: Temporal
   *   may not have the notification
   */
  async serviceOrderNotification(notification: ServiceOrderNotification): Promise<void> {
    const checked = orThrow(checkServiceOrderNotification(notification));
    if (serviceOrderWorkflowId(checked.order) !== this.workflowId)
      throw new InvalidOrderError([fault('notification.order', checked.order, FOREIGN)]);
    return this.conversation.signal(serviceOrderNotification, checked);
  }

  /**
   * Tries again, with new patience, after a person fixed what was wrong.
   *
   * @throws InvalidOrderError if there is nothing to try again; AlreadyEndedError, OrderNotFoundError, NoOutcomeError,
   *   NoWorkerError, NoServerError, CallFailedError
   */
  retry(): Promise<ServiceOrderView> {
    return this.conversation.update(retryService, []);
  }

  /**
   * Records how the service order ended, if it needs attention. WeChat Pay is queried once more. If its answer contradicts
   * that, the service order stays open, and the reply has the answer; with `force` it ends as recorded even so.
   *
   * @throws InvalidOrderError, AlreadyEndedError, OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError,
   *   CallFailedError
   */
  resolve(request: ResolveServiceRequest): Promise<ResolveServiceReply> {
    return this.conversation.update(resolveService, [request], LAST_QUERY_MS);
  }

  /**
   * The service order as it is now. Needs a running worker, also after the end.
   *
   * @throws OrderNotFoundError, NoOutcomeError, NoWorkerError, NoServerError, CallFailedError
   */
  state(): Promise<ServiceOrderView> {
    return this.conversation.query(serviceOrderState);
  }

  /**
   * Waits for the outcome, however long that takes.
   *
   * @throws OrderNotFoundError, NoOutcomeError, CallFailedError
   */
  outcome(): Promise<ServiceOutcome> {
    return this.conversation.outcome();
  }

  /** The handle of the delivery of what the checkout did not take at once. Makes no call. */
  delivery(): DeliveryHandle {
    return new DeliveryHandle(this.conversation.about(outcomeWorkflowId(this.workflowId)));
  }
}
