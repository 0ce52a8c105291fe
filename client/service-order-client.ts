import {
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  type Client,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { checkServiceOrder, checkServiceOrderKey, type ServiceOrderInput } from '../domain/payscore/input.js';
import {
  checkCancelRequest,
  checkServiceOrderNotification,
  type CancelRequestInput,
} from '../domain/payscore/requests.js';
import { serviceDetailsOf, serviceSummaryOf, type VisibleServiceState } from '../domain/page/service-order.js';
import type { ServiceOrderNotification, ServiceOrderStart } from '../domain/payscore/state.js';
import { serviceOrderWorkflowId } from '../domain/payscore/order.js';
import {
  deadlineAttribute,
  DEFAULT_TASK_QUEUE,
  merchantAttribute,
  stateAttribute,
} from '../workflows/messages/orders.js';
import {
  acceptedCancel,
  CANCEL_PAYSCORE_WORKFLOW,
  requestCancel,
  type CancelTaken,
} from '../workflows/messages/payscore.js';
import { Conversation, DEFAULT_ANSWERED_WITHIN_MS } from './conversation.js';
import { CallFailedError } from './errors.js';
import { checkedTime, orThrow } from './fact-inputs.js';
import type { OrderClientOptions } from './order-client.js';
import { inputOfRun } from './run-history.js';
import { ServiceOrderHandle, type ServiceOrderKey } from './service-order-handle.js';

/** A service order without its first request. */
type ServiceOrder = Omit<ServiceOrderInput, 'request'>;

/** The answer to a request to cancel, and the service order that it is about. */
export interface RequestedCancel extends CancelTaken {
  readonly handle: ServiceOrderHandle;
  /** The service order is watched already with another service id or appid, which stay in force. */
  readonly inputDiffers: boolean;
}

const INITIAL_STATE: VisibleServiceState = 'waiting';

/** Starts a workflow for each PayScore (支付分) service order that may have to be cancelled, and gives handles to it. */
export class ServiceOrderClient {
  private readonly taskQueue: string;
  private readonly answeredWithinMs: number;

  constructor(
    private readonly client: Client,
    { taskQueue = DEFAULT_TASK_QUEUE, answeredWithinMs = DEFAULT_ANSWERED_WITHIN_MS }: OrderClientOptions = {},
  ) {
    this.taskQueue = taskQueue;
    this.answeredWithinMs = checkedTime(answeredWithinMs);
  }

  /**
   * Starts the workflow of a service order, without a request to cancel yet. If one runs, it stays. A service order whose
   * workflow has ended gets a new one: every run queries WeChat Pay first.
   *
   * @throws InvalidOrderError with every fault of the input; OtherEncodingError; NoServerError, CallFailedError
   */
  async watch(order: ServiceOrder): Promise<ServiceOrderHandle> {
    const start = orThrow(checkServiceOrder(order, Date.now()));
    const handle = this.serviceOrder(start.order);
    await this.conversation(handle.workflowId).within(async (beforeStart) => {
      await beforeStart(this.taskQueue);
      await this.client.workflow.start(CANCEL_PAYSCORE_WORKFLOW, this.options(order, start));
    });
    return handle;
  }

  /**
   * Asks for a cancel: now, at an instant, or if the user has not confirmed in time. Starts the workflow, or joins the
   * running one; answers at once. The same `requestId` twice is one request, also after the end: it then gets the answer that it
   * got before, and nothing is started. The handle's `outcome()` waits for the end.
   *
   * @throws InvalidOrderError with every fault of the input; AlreadyEndedError if the running workflow ended at that moment;
   *   OtherEncodingError; NoWorkerError, NoServerError, CallFailedError
   */
  async requestCancel(order: ServiceOrder, request: CancelRequestInput): Promise<RequestedCancel> {
    const valid = orThrow(checkCancelRequest(request, Date.now()));
    const start = { ...orThrow(checkServiceOrder(order, Date.now())), request: valid };
    const handle = this.serviceOrder(start.order);
    const accepted = await this.acceptedOnce({ ...order, request }, start, request);
    return { ...accepted, handle, inputDiffers: await this.inputDiffers(handle.workflowId, start) };
  }

  /**
   * Sends a verified and decrypted PayScore notification to the service order that it names, if that is watched. Returns when
   * Temporal has it. `NotificationDelivery` does the same for all kinds of notifications, and also if the order is not watched.
   *
   * @throws InvalidOrderError, AlreadyEndedError, OrderNotFoundError, NoOutcomeError, NoServerError, CallFailedError: Temporal
   *   may not have the notification
   */
  async serviceOrderNotification(notification: ServiceOrderNotification): Promise<void> {
    const checked = orThrow(checkServiceOrderNotification(notification));
    return this.serviceOrder(checked.order).serviceOrderNotification(checked);
  }

  /** The handle of a service order that was started before. Makes no call. @throws InvalidOrderError */
  serviceOrder(key: ServiceOrderKey): ServiceOrderHandle {
    const ref = orThrow(checkServiceOrderKey(key));
    return new ServiceOrderHandle(this.conversation(serviceOrderWorkflowId(ref)), ref);
  }

  private async inputDiffers(workflowId: string, { order }: ServiceOrderStart): Promise<boolean> {
    const input = await this.conversation(workflowId).within(() => inputOfRun(this.client, { workflowId }));
    const standing = checkServiceOrder(input, Date.now(), Infinity);
    return (
      standing.ok && (standing.value.order.serviceId !== order.serviceId || standing.value.order.appid !== order.appid)
    );
  }

  private async acceptedOnce(
    order: ServiceOrderInput,
    start: ServiceOrderStart,
    request: CancelRequestInput,
  ): Promise<CancelTaken> {
    const options = this.options(order, start);
    try {
      return await this.sendRequest({ ...options, workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY' }, request);
    } catch (error) {
      const hasEnded = error instanceof CallFailedError && error.cause instanceof WorkflowExecutionAlreadyStartedError;
      if (!hasEnded) throw error;
      const before = await this.conversation(options.workflowId).query(acceptedCancel, request);
      return before ?? this.sendRequest(options, request);
    }
  }

  /** The request is in the workflow's input, too, so that it is not lost if no worker runs yet. */
  private sendRequest(options: ServiceStartOptions, request: CancelRequestInput): Promise<CancelTaken> {
    return this.conversation(options.workflowId).request(async (updateId, beforeStart) => {
      await beforeStart(this.taskQueue);
      const operation = new WithStartWorkflowOperation(CANCEL_PAYSCORE_WORKFLOW, options);
      // If the start fails, the update fails with the same error.
      operation.workflowHandle().catch(() => undefined);
      return this.client.workflow.startUpdateWithStart(requestCancel, {
        startWorkflowOperation: operation,
        args: [request],
        waitForStage: 'ACCEPTED',
        updateId,
      });
    });
  }

  private options(order: ServiceOrderInput, start: ServiceOrderStart): ServiceStartOptions {
    const { mchid } = start.order;
    return {
      workflowId: serviceOrderWorkflowId(start.order),
      taskQueue: this.taskQueue,
      args: [order],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      typedSearchAttributes: [
        { key: merchantAttribute, value: mchid },
        { key: stateAttribute, value: INITIAL_STATE },
        ...(start.request === null ? [] : [{ key: deadlineAttribute, value: new Date(start.request.dueAt) }]),
      ],
      // If fairness is on in the namespace, many orders of one merchant do not delay those of another.
      priority: { fairnessKey: mchid },
      staticSummary: serviceSummaryOf(start),
      staticDetails: serviceDetailsOf(start),
    };
  }

  private conversation(workflowId: string): Conversation<never> {
    return new Conversation(this.client, workflowId, this.answeredWithinMs);
  }
}

type ServiceStartOptions = WorkflowStartOptions & { readonly workflowIdConflictPolicy: 'USE_EXISTING' };
