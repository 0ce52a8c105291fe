import type { Client } from '@temporalio/client';
import { checkNewOrder } from '../domain/orders/input.js';
import { lateWorkflowId } from '../domain/late/state.js';
import {
  keyOf,
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
import { checkedTime, orderKeyOf, orThrow } from './fact-inputs.js';
import { checkNotification } from '../domain/orders/notification.js';
import { type EndedRun, isAccepted, lastRunOf, orderIn, type RunningRun } from './ended-order.js';
import { LatePaymentHandle } from './late-payment-handle.js';
import { OrderHandle } from './order-handle.js';
import { differsFromPaid, isOfCheckout, orderStart, type OrderStart, timeExpireOf } from './order-start.js';
import { inputOfRun } from './run-history.js';

export interface OrderClientOptions {
  /** The task queue of the workers. Default: `wechatpay-orders`. */
  readonly taskQueue?: string;
  /**
   * How long a call waits for the Temporal server, and a message for a worker to accept it, before it fails with
   * `no-server` or `no-worker`. Milliseconds; default: 10 000. An outcome is awaited for as long as it takes.
   */
  readonly answeredWithinMs?: number;
}

/** The answer to a start, whether this one or an earlier one began the order. */
export type StartedOrder = StandingOrder & (OpenOrder | FinishedOrder);

interface OpenOrder {
  readonly ended: false;
}

/** An earlier start began the order, and it has ended: do not place it, even if `timeExpire` is in the future. */
interface FinishedOrder {
  readonly ended: true;
  /** How it ended; `released`: a person stopped the watching. */
  readonly outcome: Outcome;
  /** When it ended, RFC 3339. */
  readonly endedAt: string;
}

interface StandingOrder {
  readonly handle: OrderHandle;
  /** This start began the order. `false`: an earlier start or a notification did. */
  readonly isNew: boolean;
  /**
   * Until when the order may be paid, in the form of its API: RFC 3339; for v2 `yyyyMMddHHmmss` in Beijing time. Send it to
   * WeChat Pay as `time_expire` when you place the order: then it accepts no payment after it, whatever happens to the worker.
   */
  readonly timeExpire: string;
  /**
   * The order was started before with another input, which stays in force. This one was ignored.
   * If a payment notification started the order before the checkout did, the order ends as paid whatever it should have cost.
   * It is true then if the input's `amount`, `api`, `appid` or `subAppid` is not that of the notification: do not deliver the
   * goods before a person has looked.
   */
  readonly inputDiffers: boolean;
}

/** Starts a workflow for each order of a checkout, and gives handles to it. */
export class OrderClient {
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
   * Starts the workflow of an order. Call it when the order is created, before or after it is placed at WeChat Pay.
   * Starting the same order again changes nothing: the answer is about the first workflow, also if that has ended, or if a
   * payment notification has started it. A new workflow begins only if the last one ended without an outcome, was released
   * by a person, or found that the order never existed: then the order may be placed again.
   *
   * @throws InvalidOrderError with every fault, OtherEncodingError: nothing is started; NoServerError, CallFailedError
   */
  async start(input: OrderInput): Promise<StartedOrder> {
    const now = Date.now();
    const started = withCreation(input, now);
    const checked = checkNewOrder(started, now);
    // An order whose deadline is long past is not started, but the start of one that was started in time may be repeated.
    const repeated = checked.ok ? checked : checkNewOrder(started, now, Infinity);
    const order = orThrow(repeated.ok ? repeated : checked);
    const timeExpire = timeExpireOf(order, order.payBefore);
    const handle = this.order(order.ref);
    const options = orderStart(order, started, this.taskQueue);
    return this.conversation(handle.workflowId).within<StartedOrder>(async (beforeStart) => {
      if (checked.ok) await beforeStart(this.taskQueue);
      const run = checked.ok
        ? await this.startUnlessOwned(options)
        : await this.ownerOr(checked.faults, handle.workflowId);
      if (run === 'started') return { handle, isNew: true, timeExpire, inputDiffers: false, ended: false };
      const known = { handle, isNew: false, timeExpire, ...(await this.comparedWith(run, input, order)) };
      if (run.is === 'running') return { ...known, ended: false };
      return { ...known, ended: true, outcome: run.outcome, endedAt: run.endedAt };
    });
  }

  /** Whether an input differs from that of the run that owns the order; and that run's deadline, if its checkout gave it. */
  private async comparedWith(
    run: RunningRun | EndedRun<Outcome>,
    input: OrderInput,
    order: Order,
  ): Promise<Pick<StartedOrder, 'inputDiffers'> & Partial<Pick<StartedOrder, 'timeExpire'>>> {
    const standing = await inputOfRun(this.client, run);
    const now = Date.now();
    const stands = orderIn(standing, now);
    if (stands === undefined) return { inputDiffers: false };
    if (!isOfCheckout(run.memo)) return { inputDiffers: differsFromPaid(run.memo, stands, order) };
    // If the input does not say when the order was created, the order was created when the first input says.
    const createdAt = input.createdAt ?? (isRecord(standing) ? standing['createdAt'] : undefined);
    const again = orderIn({ ...input, createdAt }, now);
    return { inputDiffers: !isSame(again, stands), timeExpire: timeExpireOf(order, stands.payBefore) };
  }

  /** The run that owns an order, or did until its end. @throws InvalidOrderError if there is none */
  private async ownerOr(faults: readonly Fault[], workflowId: string): Promise<RunningRun | EndedRun<Outcome>> {
    const last = await lastRunOf<Outcome>(this.client, workflowId);
    if (last.is === 'running' || last.is === 'ended') return last;
    throw new InvalidOrderError(faults);
  }

  /** @returns the run that owns the order, or did until its end, if there is one */
  private async startUnlessOwned(options: OrderStart): Promise<'started' | RunningRun | EndedRun<Outcome>> {
    const begin = (workflowIdReusePolicy: 'ALLOW_DUPLICATE' | 'ALLOW_DUPLICATE_FAILED_ONLY'): Promise<boolean> => {
      const asNew = { ...options, workflowIdConflictPolicy: 'FAIL', workflowIdReusePolicy } as const;
      return isAccepted(this.client.workflow.start(TIMEOUT_THEN_CLOSE_WORKFLOW, asNew));
    };
    for (;;) {
      if (await begin('ALLOW_DUPLICATE_FAILED_ONLY')) return 'started';
      const last = await lastRunOf<Outcome>(this.client, options.workflowId);
      const neverExisted = last.is === 'ended' && last.outcome.ended === 'never-existed';
      if (neverExisted && (await begin('ALLOW_DUPLICATE'))) return 'started';
      // Otherwise it ended, or was forgotten, between the calls.
      if (last.is === 'running' || (last.is === 'ended' && !neverExisted)) return last;
    }
  }

  /**
   * Starts the workflow of an order that was created before: one whose workflow was terminated, or that another system had
   * watched. The caller vouches for `createdAt`, so an order that is older than 5 minutes may be closed at once.
   *
   * @throws as {@link start}
   */
  adopt(input: OrderInput & { readonly createdAt: string }): Promise<StartedOrder> {
    return this.start({ ...input, trustCreatedAt: true });
  }

  /**
   * Sends a verified and decrypted payment notification to the order that it names, if that order runs. Returns when Temporal
   * has it. Use `NotificationDelivery` instead, unless you handle notifications of orders that do not run yourself.
   *
   * @throws InvalidOrderError, AlreadyEndedError, OrderNotFoundError, NoOutcomeError, NoServerError, CallFailedError: Temporal
   *   may not have the notification
   */
  async paymentNotification(notification: PaymentNotification): Promise<void> {
    const checked = orThrow(checkNotification(notification));
    return this.order(checked.order).paymentNotification(checked);
  }

  /** The handle of an order that was started before. Makes no call. @throws InvalidOrderError */
  order(ref: MerchantRef & OrderNumber): OrderHandle {
    return new OrderHandle(this.conversation(orderWorkflowId(orderKeyOf(ref))), keyOf(ref));
  }

  /** The handle of the payment that came after the end of an order. Makes no call. @throws InvalidOrderError */
  latePayment(ref: MerchantRef & OrderNumber): LatePaymentHandle {
    return new LatePaymentHandle(this.conversation<LateResult>(lateWorkflowId(orderKeyOf(ref))), keyOf(ref));
  }

  private conversation<Ends extends { readonly ended: string } = Outcome>(workflowId: string): Conversation<Ends> {
    return new Conversation(this.client, workflowId, this.answeredWithinMs);
  }
}

/** With `payWithin`, the deadline counts from the creation: written down here, it is the same for all who read the input. */
function withCreation(input: OrderInput, now: Instant): OrderInput {
  if (!isRecord(input) || input['payWithin'] === undefined) return input;
  const { createdAt, trustCreatedAt } = input;
  // Without `createdAt`, `trustCreatedAt` is a fault, which the check reports.
  return createdAt === undefined && !trustCreatedAt ? { ...input, createdAt: toRfc3339(now) } : input;
}
