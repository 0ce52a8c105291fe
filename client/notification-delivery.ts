import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/client';
import { fault, isRecord } from '../domain/validation.js';
import { checkOrder } from '../domain/orders/input.js';
import { checkNotification } from '../domain/orders/notification.js';
import { checkServiceOrderNotification } from '../domain/payscore/requests.js';
import { serviceOrderWorkflowId } from '../domain/payscore/order.js';
import { lateWorkflowId } from '../domain/late/state.js';
import { orderWorkflowId } from '../domain/orders/order.js';
import type { Outcome, PaymentNotification } from '../domain/orders/state.js';
import { DEFAULT_TASK_QUEUE, paymentNotification, TIMEOUT_THEN_CLOSE_WORKFLOW } from '../workflows/messages/orders.js';
import { serviceOrderNotification } from '../workflows/messages/payscore.js';
import { Conversation } from './conversation.js';
import type { BeforeStart } from './encoding.js';
import { InvalidOrderError } from './errors.js';
import { type EndedRun, isAccepted, lastRunOf, orderOf, type StartableRun } from './ended-order.js';
import type { Delivered, DeliverNotification, PaymentFact } from './notifications/outcomes.js';
import type { OrderClientOptions } from './order-client.js';
import { apiIsGuessed, notificationMemo, orderStart } from './order-start.js';
import { byTransactionId, checkedTime, inputAgain, inputOf, lateInputOf, orThrow } from './fact-inputs.js';
import { checkLateInput } from '../domain/late/input.js';
import { isReportedAsKnown } from '../domain/late/facts.js';
import { LATE_PAYMENT_WORKFLOW, type LateResult, lateStartOf } from '../workflows/messages/late.js';

/** How long a delivery may take in all: WeChat Pay waits 5 s for its answer. In milliseconds. */
const DELIVERED_WITHIN_MS = 4_000;

/**
 * Delivers what a verified notification says to the workflow that it concerns, at any point of the order's life:
 *
 * - the order runs: its workflow gets the notification
 * - it was not started, or it ended without an outcome: it is started with the notification, and ends as paid
 * - it ended with this very payment: there is nothing to do
 * - it ended otherwise, or a person released it: the workflow `late/…` of the order gets the notification
 *
 * Needs no worker.
 */
export class NotificationDelivery {
  private readonly taskQueue: string;
  private readonly answeredWithinMs: number;

  /**
   * @param options `taskQueue`: for orders that were not started before; any other stays on its own. `answeredWithinMs`: for
   *   a delivery with all its calls; milliseconds; default: 4 000
   */
  constructor(
    private readonly client: Client,
    { taskQueue = DEFAULT_TASK_QUEUE, answeredWithinMs = DELIVERED_WITHIN_MS }: OrderClientOptions = {},
  ) {
    this.taskQueue = taskQueue;
    this.answeredWithinMs = checkedTime(answeredWithinMs);
  }

  /**
   * Delivers a fact: only of a notification whose signature was verified. Returns when Temporal has it, and only then may
   * WeChat Pay get its success answer. The same fact twice is the same as once.
   *
   * @throws InvalidOrderError if it does not have the form of a fact; OtherEncodingError, NoServerError, CallFailedError:
   *   Temporal may not have it, so WeChat Pay must send the notification again
   */
  readonly deliver: DeliverNotification = async (fact) => {
    // Without TypeScript, a caller may give anything.
    const of: unknown = isRecord(fact) ? fact.of : undefined;
    if (of !== 'order' && of !== 'service-order')
      throw new InvalidOrderError([fault('fact.of', of, "must be 'order' or 'service-order'")]);
    switch (fact.of) {
      case 'order': {
        const checked = { ...fact, notification: orThrow(checkNotification(fact.notification)) };
        return this.inTime(orderWorkflowId(checked.notification.order), (_, beforeStart) =>
          this.deliverPayment(checked, beforeStart),
        );
      }
      case 'service-order': {
        const notification = orThrow(checkServiceOrderNotification(fact.notification));
        return this.inTime(serviceOrderWorkflowId(notification.order), async (workflowId) => {
          // Every run queries WeChat Pay first, so one that begins later needs no notification.
          return (await this.signal(workflowId, serviceOrderNotification, notification)) ? 'signalled' : 'unwatched';
        });
      }
    }
  };

  /** An order that is not known by the merchant's number may be known by WeChat Pay's number. */
  private async deliverPayment(fact: PaymentFact, beforeStart: BeforeStart): Promise<Delivered> {
    const other = byTransactionId(fact);
    for (;;) {
      const delivered =
        (await this.deliverTo(fact, beforeStart)) ?? (other && (await this.deliverTo(other, beforeStart)));
      if (delivered !== undefined) return delivered;
      if (await this.start(fact, beforeStart)) return 'signalled';
    }
  }

  /**
   * The order may change its state between two calls: then it is looked up again.
   *
   * @returns `undefined` if no order is known by the number that the notification names
   */
  private async deliverTo(fact: PaymentFact, beforeStart: BeforeStart): Promise<Delivered | undefined> {
    const workflowId = orderWorkflowId(fact.notification.order);
    for (;;) {
      if (await this.signal(workflowId, paymentNotification, fact.notification)) return 'signalled';
      const last = await lastRunOf<Outcome>(this.client, workflowId);
      if (last.is === 'unknown') return undefined;
      if (last.is === 'startable' && (await this.start(fact, beforeStart, last))) return 'signalled';
      if (last.is === 'ended') return deliverLate(this.client, fact, last, beforeStart);
    }
  }

  /** @returns whether the workflow runs, and so has the signal */
  private async signal<Args extends unknown[]>(
    workflowId: string,
    definition: SignalDefinition<Args>,
    ...args: Args
  ): Promise<boolean> {
    try {
      await this.client.workflow.getHandle(workflowId).signal(definition, ...args);
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  /** Starts the order with the notification. @returns `false` if it runs or has ended by now */
  private async start(fact: PaymentFact, beforeStart: BeforeStart, last?: StartableRun): Promise<boolean> {
    const before = last && (await orderOf(this.client, last));
    const now = Date.now();
    // An order that was started before is started with its own input, so that its amount is compared.
    const input = before === undefined ? inputOf(fact, now) : inputAgain(before, now);
    const order = orThrow(checkOrder(input, now));
    const memo = notificationMemo(
      fact.notification.amount,
      before === undefined ? fact.apiIsGuessed === true : apiIsGuessed(last?.memo),
    );
    const taskQueue = last?.taskQueue ?? this.taskQueue;
    await beforeStart(taskQueue);
    return isAccepted(
      this.client.workflow.signalWithStart(TIMEOUT_THEN_CLOSE_WORKFLOW, {
        ...orderStart(order, input, taskQueue, memo),
        signal: paymentNotification,
        signalArgs: [fact.notification],
      }),
    );
  }

  /** One deadline for all the calls of a delivery. */
  private inTime(
    workflowId: string,
    call: (workflowId: string, beforeStart: BeforeStart) => Promise<Delivered>,
  ): Promise<Delivered> {
    const conversation = new Conversation(this.client, workflowId, this.answeredWithinMs);
    return conversation.within((beforeStart) => call(workflowId, beforeStart));
  }
}

/**
 * Delivers a payment after the end of its order to the workflow `late/…`, unless the order ended with this very payment.
 *
 * If the last run of that workflow ended with other payments only, a new run begins. If that one, too, ends between two calls
 * of another receiver, one more begins, queries WeChat Pay, and ends with the same outcome.
 *
 * @param run the run in which the order ended
 */
async function deliverLate(
  client: Client,
  fact: PaymentFact,
  run: EndedRun<Outcome>,
  beforeStart: BeforeStart,
): Promise<'late' | 'known'> {
  const { outcome, taskQueue } = run;
  const input = lateInputOf(fact, outcome, await orderOf(client, run));
  const { order, ended, notification } = orThrow(checkLateInput(input));
  // The workflow uses the same rule.
  if (isReportedAsKnown(order, ended, notification)) return 'known';
  await beforeStart(taskQueue);
  const begin = (workflowIdReusePolicy: 'ALLOW_DUPLICATE' | 'ALLOW_DUPLICATE_FAILED_ONLY'): Promise<boolean> =>
    isAccepted(
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
