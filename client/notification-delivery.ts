import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import { checkOrder } from '../domain/orders/input.js';
import { checkNotification } from '../domain/orders/notification.js';
import { checkServiceOrderNotification } from '../domain/payscore/requests.js';
import { serviceOrderWorkflowId } from '../domain/payscore/order.js';
import { lateWorkflowId, orderWorkflowId } from '../domain/orders/order.js';
import type { Outcome, PaymentNotification } from '../domain/orders/state.js';
import { DEFAULT_TASK_QUEUE, paymentNotification, TIMEOUT_THEN_CLOSE_WORKFLOW } from '../workflows/messages/orders.js';
import { serviceOrderNotification } from '../workflows/messages/payscore.js';
import { Conversation } from './conversation.js';
import { NoServerError } from './errors.js';
import { type EndedRun, isTaken, lastRunOf, orderOf, type StartableRun } from './ended-order.js';
import type { Delivered, DeliverNotification, PaymentFact } from './notifications/outcomes.js';
import type { OrderClientOptions } from './order-client.js';
import { apiIsGuessed, notificationMemo, orderStart } from './order-start.js';
import { byTransactionId, inputAgain, inputOf, lateInputOf, orThrow } from './fact-inputs.js';
import { checkLateInput } from '../domain/late/input.js';
import { isReportedAsKnown } from '../domain/late/facts.js';
import { LATE_PAYMENT_WORKFLOW, type LateResult, lateStartOf } from '../workflows/messages/late.js';

/** How long a delivery may take in all: WeChat Pay wants its answer within 5 s. In milliseconds. */
const DELIVERED_WITHIN_MS = 4_000;

/**
 * Brings what a verified notification says to the workflow that it concerns, wherever the order is in its life:
 *
 * - it runs: its workflow has the notification
 * - nobody has started it, or it ended without an outcome: it is started with the notification, and ends as paid
 * - it ended with this very payment: nothing is to be done
 * - it ended otherwise, or a person released it: the workflow `late/…` of the order has the notification
 *
 * No worker needs to run for that.
 */
export class NotificationDelivery {
  private readonly taskQueue: string;
  private readonly answeredWithinMs: number;

  /**
   * @param options `taskQueue` is for orders that nobody has started: any other goes on where it was.
   *   `answeredWithinMs` is for a delivery with all its calls; default: 4 000
   */
  constructor(
    private readonly client: Client,
    { taskQueue = DEFAULT_TASK_QUEUE, answeredWithinMs = DELIVERED_WITHIN_MS }: OrderClientOptions = {},
  ) {
    this.taskQueue = taskQueue;
    this.answeredWithinMs = answeredWithinMs;
  }

  /**
   * Hands over a fact: only of a notification whose signature was verified. Returns when Temporal has it, and only then may
   * WeChat Pay be told that it was received. The same fact twice is the same as once.
   *
   * @throws InvalidOrderError where it has not the form of one; NoServerError: deliver it again
   */
  readonly deliver: DeliverNotification = async (fact) => {
    switch (fact.of) {
      case 'order': {
        const checked = { ...fact, notification: orThrow(checkNotification(fact.notification)) };
        return this.inTime(orderWorkflowId(checked.notification.order), () => this.deliverPayment(checked));
      }
      case 'service-order': {
        const notification = orThrow(checkServiceOrderNotification(fact.notification));
        return this.inTime(serviceOrderWorkflowId(notification.order), async (workflowId) => {
          // Every run asks WeChat Pay first, so one that begins later needs no notification.
          return (await this.isSignalled(workflowId, serviceOrderNotification, notification))
            ? 'signalled'
            : 'unwatched';
        });
      }
    }
  };

  /** An order that is not known by the merchant's number may be known by WeChat Pay's. */
  private async deliverPayment(fact: PaymentFact): Promise<Delivered> {
    const other = byTransactionId(fact);
    for (;;) {
      const delivered = (await this.deliverTo(fact)) ?? (other && (await this.deliverTo(other)));
      if (delivered !== undefined) return delivered;
      if (await this.isStarted(fact)) return 'signalled';
    }
  }

  /**
   * Whatever state the order is found in, it may be in another when it is spoken to: then it is looked at again.
   *
   * @returns `undefined` where no order is known by the number that the notification names
   */
  private async deliverTo(fact: PaymentFact): Promise<Delivered | undefined> {
    const workflowId = orderWorkflowId(fact.notification.order);
    for (;;) {
      if (await this.isSignalled(workflowId, paymentNotification, fact.notification)) return 'signalled';
      const last = await lastRunOf<Outcome>(this.client, workflowId);
      if (last.is === 'unknown') return undefined;
      if (last.is === 'startable' && (await this.isStarted(fact, last))) return 'signalled';
      if (last.is === 'ended') return deliverLate(this.client, fact, last);
    }
  }

  /** Whether the workflow ran, and so has it. */
  private async isSignalled<Args extends unknown[]>(
    workflowId: string,
    signal: SignalDefinition<Args>,
    ...args: Args
  ): Promise<boolean> {
    try {
      await this.client.workflow.getHandle(workflowId).signal(signal, ...args);
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  /** Whether the order runs by now, and has the notification. */
  private async isStarted(fact: PaymentFact, last?: StartableRun): Promise<boolean> {
    const before = last && (await orderOf(this.client, last));
    const now = Date.now();
    // One that was started before is started as it was, so that its amount is compared.
    const input = before === undefined ? inputOf(fact, now) : inputAgain(before, now);
    const order = orThrow(checkOrder(input, now));
    const memo = notificationMemo(
      fact.notification.amount,
      before === undefined ? fact.apiIsGuessed === true : apiIsGuessed(last?.memo),
    );
    return isTaken(() =>
      this.client.workflow.signalWithStart(TIMEOUT_THEN_CLOSE_WORKFLOW, {
        ...orderStart(order, input, last?.taskQueue ?? this.taskQueue, memo),
        signal: paymentNotification,
        signalArgs: [fact.notification],
      }),
    );
  }

  /** One deadline for all the calls of a delivery: gRPC's own, which also ends the calls. */
  private inTime(workflowId: string, call: (workflowId: string) => Promise<Delivered>): Promise<Delivered> {
    const conversation = new Conversation(this.client, workflowId, this.answeredWithinMs);
    return conversation.within(NoServerError, () => call(workflowId));
  }
}

/**
 * Tells of a payment after the end of its order, unless that ended with this very payment.
 *
 * Where a run that has ended knew of other payments only, a new one takes up this: those are seen to. If that one ends
 * between the last two calls of another receiver, one more begins, asks WeChat Pay, and ends as it did.
 *
 * @param run the one in which the order ended
 */
export async function deliverLate(
  client: Client,
  fact: PaymentFact,
  run: EndedRun<Outcome>,
): Promise<'late' | 'known'> {
  const { outcome, taskQueue } = run;
  const input = lateInputOf(fact, outcome, await orderOf(client, run));
  const { order, ended, notification } = orThrow(checkLateInput(input));
  // The workflow goes by the same.
  if (isReportedAsKnown(order, ended, notification)) return 'known';
  const begin = (workflowIdReusePolicy: 'ALLOW_DUPLICATE' | 'ALLOW_DUPLICATE_FAILED_ONLY'): Promise<boolean> =>
    isTaken(() =>
      client.workflow.signalWithStart(LATE_PAYMENT_WORKFLOW, {
        ...lateStartOf(input),
        taskQueue,
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy,
        signal: paymentNotification,
        signalArgs: [notification],
      }),
    );
  for (;;) {
    if (await begin('ALLOW_DUPLICATE_FAILED_ONLY')) return 'late';
    const last = await lastRunOf<LateResult>(client, lateWorkflowId(order.ref));
    if (last.is === 'ended') {
      if (isAmong(last.outcome, notification)) return 'known';
      if (await begin('ALLOW_DUPLICATE')) return 'late';
    }
  }
}

function isAmong(outcome: EndedRun<LateResult>['outcome'], { transactionId }: PaymentNotification): boolean {
  return transactionId !== null && outcome.ended !== 'released' && outcome.transactionIds.includes(transactionId);
}
