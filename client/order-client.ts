import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { checkOrder } from '../domain/orders/check-order.js';
import { detailsOf, summaryOf, type VisibleState } from '../domain/describe/order.js';
import {
  orderWorkflowId,
  type MerchantRef,
  type Order,
  type OrderInput,
  type OrderNumber,
} from '../domain/orders/order.js';
import type { Outcome, PaymentNotice } from '../domain/orders/state.js';
import { toRfc3339 } from '../domain/time.js';
import {
  deadlineAttribute,
  DEFAULT_TASK_QUEUE,
  MEMO,
  merchantAttribute,
  stateAttribute,
  TIMEOUT_THEN_CLOSE_WORKFLOW,
} from '../workflows/messages.js';
import { Conversation, DEFAULT_ANSWERED_WITHIN_MS } from './conversation.js';
import { InvalidOrderError, NoServerError } from './errors.js';
import { hashOf } from './input-hash.js';
import { OrderHandle } from './order-handle.js';

export interface OrderClientOptions {
  /** The task queue that the workers listen on. Default: `wechatpay-orders`. */
  readonly taskQueue?: string;
  /**
   * How long a call waits for the Temporal server, and a message for a worker to take it, before it gives up with
   * `no-server` or `no-worker`. Milliseconds; default: 10 000. An outcome is awaited for as long as it takes.
   */
  readonly answeredWithinMs?: number;
}

/** What a start tells of the order, whether it was this start that began it or an earlier one. */
export interface StartedOrder {
  readonly handle: OrderHandle;
  /**
   * Until when the order may be paid, RFC 3339: give it to WeChat Pay as `time_expire` when you place the order. It is
   * the first line of defence, since WeChat Pay then stops taking the payment by itself.
   */
  readonly timeExpire: string;
  /** The order was started before with another input, which stands. This one was not taken. */
  readonly inputDiffers: boolean;
}

const INITIAL_STATE: VisibleState = 'awaiting-payment';

/** Starts a workflow for each order of a checkout, and speaks with it. */
export class OrderClient {
  private readonly taskQueue: string;
  private readonly answeredWithinMs: number;

  constructor(
    private readonly client: Client,
    { taskQueue = DEFAULT_TASK_QUEUE, answeredWithinMs = DEFAULT_ANSWERED_WITHIN_MS }: OrderClientOptions = {},
  ) {
    this.taskQueue = taskQueue;
    this.answeredWithinMs = answeredWithinMs;
  }

  /**
   * Gives an order its owner. Call it at the moment the order is created, before or after it is placed at WeChat Pay.
   * Starting the same order again changes nothing: it returns the first, also when that has ended.
   *
   * @throws InvalidOrderError with every fault of the input, and nothing is started then; NoServerError
   */
  async start(input: OrderInput): Promise<StartedOrder> {
    const order = checked(input);
    const inputHash = hashOf(input);
    const timeExpire = toRfc3339(order.payBefore);
    const handle = this.order(order.ref);
    const conversation = this.conversation(handle.workflowId);
    try {
      await conversation.within(NoServerError, () =>
        this.client.workflow.start(TIMEOUT_THEN_CLOSE_WORKFLOW, {
          workflowId: handle.workflowId,
          taskQueue: this.taskQueue,
          args: [withDeadline(input, timeExpire)],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
          memo: { [MEMO.inputHash]: inputHash, [MEMO.payBefore]: timeExpire },
          typedSearchAttributes: [
            { key: merchantAttribute, value: order.ref.mchid },
            { key: stateAttribute, value: INITIAL_STATE },
            { key: deadlineAttribute, value: new Date(Math.max(order.payBefore, order.floor)) },
          ],
          // Where fairness is on, one merchant's flood does not keep another's orders waiting.
          priority: { fairnessKey: order.ref.mchid },
          staticSummary: summaryOf(order),
          staticDetails: detailsOf(order),
        }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    const { memo } = await conversation.within(NoServerError, () =>
      this.client.workflow.getHandle(handle.workflowId).describe(),
    );
    return {
      handle,
      timeExpire: textOr(memo?.[MEMO.payBefore], timeExpire),
      inputDiffers: textOr(memo?.[MEMO.inputHash], inputHash) !== inputHash,
    };
  }

  /**
   * Takes up an order that was created before: one whose workflow was terminated, or that another system had watched.
   * The caller vouches for `createdAt`, so an order that is older than 5 minutes may be closed at once.
   *
   * @throws as {@link start}
   */
  adopt(input: OrderInput & { readonly createdAt: string }): Promise<StartedOrder> {
    return this.start({ ...input, trustCreatedAt: true });
  }

  /**
   * Hands a verified and decrypted payment notice to the order that it names. Returns when Temporal has it.
   *
   * @throws AlreadyEndedError, OrderNotFoundError, NoOutcomeError, NoServerError: the notice was not taken then
   */
  async paymentNotice(notice: PaymentNotice): Promise<void> {
    return this.order(notice.order).paymentNotice(notice);
  }

  /** An order that was started before. Nothing is asked of the server yet. */
  order(ref: MerchantRef & OrderNumber): OrderHandle {
    return new OrderHandle(this.conversation(orderWorkflowId(ref)), keyOf(ref));
  }

  private conversation(workflowId: string): Conversation<Outcome> {
    return new Conversation(this.client, workflowId, this.answeredWithinMs);
  }
}

/** Only what makes the key: a caller may hand in more. */
function keyOf(ref: MerchantRef & OrderNumber): MerchantRef & OrderNumber {
  const merchant = { mchid: ref.mchid, ...(ref.subMchid !== undefined && { subMchid: ref.subMchid }) };
  if (ref.outTradeNo === undefined) return { ...merchant, transactionId: ref.transactionId };
  return { ...merchant, outTradeNo: ref.outTradeNo };
}

/** The deadline is an instant from the start on, so that WeChat Pay and the workflow have the same one. */
function withDeadline(input: OrderInput, payBefore: string): OrderInput {
  if ('payBefore' in input) return input;
  const { payWithin: _, ...rest } = input;
  return { ...rest, payBefore };
}

function checked(input: OrderInput): Order {
  const result = checkOrder(input, Date.now());
  if (!result.ok) throw new InvalidOrderError(result.faults);
  return result.value;
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
