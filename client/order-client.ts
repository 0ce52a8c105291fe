import type { Client } from '@temporalio/client';
import { checkOrder } from '../domain/orders/input.js';
import {
  keyOf,
  lateWorkflowId,
  orderWorkflowId,
  type MerchantRef,
  type Order,
  type OrderInput,
  type OrderNumber,
} from '../domain/orders/order.js';
import type { Outcome, PaymentNotification } from '../domain/orders/state.js';
import { toRfc3339, type Instant } from '../domain/time.js';
import { isRecord, isSame, type Fault } from '../domain/validation.js';
import type { LateResult } from '../workflows/messages/late.js';
import { DEFAULT_TASK_QUEUE, TIMEOUT_THEN_CLOSE_WORKFLOW } from '../workflows/messages/orders.js';
import { Conversation, DEFAULT_ANSWERED_WITHIN_MS } from './conversation.js';
import { InvalidOrderError } from './errors.js';
import { orThrow } from './fact-inputs.js';
import { checkNotification } from '../domain/orders/notification.js';
import { type EndedRun, inputOfRun, isAccepted, orderIn, type RunningRun } from './ended-order.js';
import { LatePaymentHandle } from './late-payment-handle.js';
import { OrderHandle } from './order-handle.js';
import { differsFromPaid, isOfCheckout, orderStart, type OrderStart } from './order-start.js';

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
export type StartedOrder = StandingOrder & (OpenOrder | FinishedOrder);

interface OpenOrder {
  readonly ended: false;
}

/** An earlier start began the order, and it has ended: do not place it, also if `timeExpire` lies ahead. */
interface FinishedOrder {
  readonly ended: true;
  /** How it ended; `released`: a person stopped the watching. */
  readonly outcome: Outcome;
  /** When it ended, RFC 3339. */
  readonly endedAt: string;
}

interface StandingOrder {
  readonly handle: OrderHandle;
  /**
   * Until when the order may be paid, RFC 3339: give it to WeChat Pay as `time_expire` when you place the order. It is
   * the first line of defence, since WeChat Pay then stops taking the payment by itself.
   */
  readonly timeExpire: string;
  /**
   * The order was started before with another input, which stands. This one was not taken.
   *
   * Where a payment notification came before the checkout's own start, the notification has started the order, and it ends as paid
   * whatever it should have cost. Then this tells whether that is the payment you wait for: it is true where the input's
   * `amount`, `api`, `appid` or `subAppid` is another than the notification's. Do not deliver then, before a person has looked.
   */
  readonly inputDiffers: boolean;
}

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
   * Starting the same order again changes nothing: it returns the first, also if that has ended. So does the start of
   * an order that was paid before it, and that its notification has started. A new owner begins only if the last one ended
   * without an outcome, was released by a person, or found that the order never existed: then it may be placed again.
   *
   * @throws InvalidOrderError with every fault of the input, and nothing is started then; NoServerError
   */
  async start(input: OrderInput): Promise<StartedOrder> {
    const now = Date.now();
    const started = withCreation(input, now);
    const checked = checkOrder(started, now);
    // No order is begun whose deadline is long past, but the start of one that was begun in time may be repeated.
    const repeated = checked.ok ? checked : checkOrder(started, now, Infinity);
    const order = orThrow(repeated.ok ? repeated : checked);
    const timeExpire = toRfc3339(order.payBefore);
    const handle = this.order(order.ref);
    const options = orderStart(order, started, this.taskQueue);
    const run = checked.ok
      ? await this.startUnlessOwned(options)
      : await this.ownerOr(checked.faults, options.workflowId);
    if (run === 'started') return { handle, timeExpire, inputDiffers: false, ended: false };
    const known = { handle, timeExpire, ...(await this.comparedWith(run, input, order)) };
    if (run.is === 'running') return { ...known, ended: false };
    return { ...known, ended: true, outcome: run.outcome, endedAt: run.endedAt };
  }

  /** Whether an input is of another order than the run that stands; and that one's deadline, if its checkout named it. */
  private async comparedWith(
    run: RunningRun | EndedRun<Outcome>,
    input: OrderInput,
    order: Order,
  ): Promise<Pick<StartedOrder, 'inputDiffers'> & Partial<Pick<StartedOrder, 'timeExpire'>>> {
    const standing = await this.conversation(run.workflowId).within(() => inputOfRun(this.client, run));
    const now = Date.now();
    const stands = orderIn(standing, now);
    if (stands === undefined) return { inputDiffers: false };
    if (!isOfCheckout(run.memo)) return { inputDiffers: differsFromPaid(run.memo, stands, order) };
    // An input that does not say when the order was created is of one that was created when the standing one was.
    const createdAt = input.createdAt ?? (isRecord(standing) ? standing['createdAt'] : undefined);
    const again = orderIn({ ...input, createdAt }, now);
    return { inputDiffers: !isSame(again, stands), timeExpire: toRfc3339(stands.payBefore) };
  }

  /** The run that owns an order, or did until its end. @throws InvalidOrderError if there is none */
  private async ownerOr(faults: readonly Fault[], workflowId: string): Promise<RunningRun | EndedRun<Outcome>> {
    const last = await this.conversation(workflowId).lastRun();
    if (last.is === 'running' || last.is === 'ended') return last;
    throw new InvalidOrderError(faults);
  }

  /** @returns the run that owns the order, or did until its end, if there is one */
  private async startUnlessOwned(options: OrderStart): Promise<'started' | RunningRun | EndedRun<Outcome>> {
    const conversation = this.conversation(options.workflowId);
    const begin = (workflowIdReusePolicy: 'ALLOW_DUPLICATE' | 'ALLOW_DUPLICATE_FAILED_ONLY'): Promise<boolean> => {
      const asNew = { ...options, workflowIdConflictPolicy: 'FAIL', workflowIdReusePolicy } as const;
      return conversation.within(() => isAccepted(this.client.workflow.start(TIMEOUT_THEN_CLOSE_WORKFLOW, asNew)));
    };
    for (;;) {
      if (await begin('ALLOW_DUPLICATE_FAILED_ONLY')) return 'started';
      const last = await conversation.lastRun();
      const neverExisted = last.is === 'ended' && last.outcome.ended === 'never-existed';
      if (neverExisted && (await begin('ALLOW_DUPLICATE'))) return 'started';
      // Otherwise it ended, or was forgotten, between the calls.
      if (last.is === 'running' || (last.is === 'ended' && !neverExisted)) return last;
    }
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
   * Hands a verified and decrypted payment notification to the order that it names, if that runs. Returns when Temporal has
   * it. What is to be done with one that it does not take, `NotificationDelivery` does: use that, unless you have your own way.
   *
   * @throws AlreadyEndedError, OrderNotFoundError, NoOutcomeError, NoServerError: the notification was not taken then
   */
  async paymentNotification(notification: PaymentNotification): Promise<void> {
    const checked = orThrow(checkNotification(notification));
    return this.order(checked.order).paymentNotification(checked);
  }

  /** An order that was started before. Nothing is asked of the server yet. */
  order(ref: MerchantRef & OrderNumber): OrderHandle {
    return new OrderHandle(this.conversation(orderWorkflowId(ref)), keyOf(ref));
  }

  /** The payment that came after the end of an order, for those who see to it. Nothing is asked of the server yet. */
  latePayment(ref: MerchantRef & OrderNumber): LatePaymentHandle {
    return new LatePaymentHandle(this.conversation<LateResult>(lateWorkflowId(ref)), keyOf(ref));
  }

  private conversation<Ends extends { readonly ended: string } = Outcome>(workflowId: string): Conversation<Ends> {
    return new Conversation(this.client, workflowId, this.answeredWithinMs);
  }
}

/**
 * A deadline that is counted from the creation is counted from the same instant by the checkout, WeChat Pay and the
 * workflow, and by a start that is repeated.
 */
function withCreation(input: OrderInput, now: Instant): OrderInput {
  if (!isRecord(input) || input['payWithin'] === undefined) return input;
  const { createdAt, trustCreatedAt } = input;
  // Who vouches for an instant must name it.
  return createdAt === undefined && !trustCreatedAt ? { ...input, createdAt: toRfc3339(now) } : input;
}
