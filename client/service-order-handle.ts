import { fault } from '../domain/validation.js';
import { checkServiceOrderNotification, type CancelRequestInput } from '../domain/payscore/requests.js';
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
import { InvalidOrderError } from './errors.js';
import { orThrow } from './fact-inputs.js';

const FOREIGN = 'must name the service order that the notification is given to';

/** How long a last query to WeChat Pay may take, with all its retries. In milliseconds. */
const LAST_QUERY_MS = 6 * 60_000;

/** WeChat Pay's key of a service order. */
export type ServiceOrderKey = Pick<ServiceOrderRef, 'mchid' | 'outOrderNo'>;

/** One PayScore service order, and what a service says to its owner. */
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
   * Asks the running workflow for a cancel. To start one where none runs, ask the client instead.
   *
   * @throws InvalidOrderError, AlreadyEndedError, OrderNotFoundError, NoWorkerError, NoServerError
   */
  requestCancel(request: CancelRequestInput): Promise<CancelTaken> {
    return this.conversation.update(requestCancel, [request]);
  }

  /**
   * Whether a cancel may be sent at any moment, or was: the service must not complete the service order while it is so.
   *
   * @throws OrderNotFoundError, NoWorkerError, NoServerError
   */
  async isCancelling(): Promise<boolean> {
    return (await this.state()).isCancelling;
  }

  /**
   * Hands over a PayScore notification that was verified and decrypted. Returns when Temporal has it.
   *
   * @throws InvalidOrderError, AlreadyEndedError, OrderNotFoundError, NoOutcomeError, NoServerError: the notification was not
   *   taken then
   */
  async serviceOrderNotification(notification: ServiceOrderNotification): Promise<void> {
    const checked = orThrow(checkServiceOrderNotification(notification));
    if (serviceOrderWorkflowId(checked.order) !== this.workflowId)
      throw new InvalidOrderError([fault('notification.order', checked.order, FOREIGN)]);
    return this.conversation.signal(serviceOrderNotification, checked);
  }

  /**
   * Asks again, with new patience, after a person fixed what was wrong.
   *
   * @throws InvalidOrderError where no person is asked; AlreadyEndedError, OrderNotFoundError, NoWorkerError, NoServerError
   */
  retry(): Promise<ServiceOrderView> {
    return this.conversation.update(retryService, []);
  }

  /**
   * Tells, while the service order needs attention, how it ended. WeChat Pay is asked once more; where it says
   * otherwise, the reply says what it said, and `force` is needed.
   *
   * @throws InvalidOrderError, AlreadyEndedError, OrderNotFoundError, NoWorkerError, NoServerError
   */
  resolve(request: ResolveServiceRequest): Promise<ResolveServiceReply> {
    return this.conversation.update(resolveService, [request], LAST_QUERY_MS);
  }

  /**
   * The service order as it is now. Needs a running worker, also after the end.
   *
   * @throws OrderNotFoundError, NoWorkerError, NoServerError
   */
  state(): Promise<ServiceOrderView> {
    return this.conversation.query(serviceOrderState);
  }

  /**
   * Waits for how the service order ends, however long that takes.
   *
   * @throws OrderNotFoundError, NoOutcomeError
   */
  outcome(): Promise<ServiceOutcome> {
    return this.conversation.outcome();
  }
}
