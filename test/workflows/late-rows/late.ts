import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { expect } from 'vitest';
import type { PaymentNotification } from '../../../client/index.js';
import type { LateRecord } from '../../../domain/late/state.js';
import { lateWorkflowId } from '../../../domain/late/state.js';
import type { Outcome } from '../../../domain/orders/state.js';
import type { SandboxTradeState } from '../../../testing/sandbox/orders.js';
import type { Misbehaviour } from '../../../testing/sandbox/misbehaviour.js';
import {
  LATE_PAYMENT_WORKFLOW,
  lateStartOf,
  lateState,
  record,
  retryLate,
  type LatePaymentInput,
  type LateResult,
  type LateView,
  type RecordRequest,
} from '../../../workflows/messages/late.js';
import { DEFAULT_TASK_QUEUE, paymentNotification } from '../../../workflows/messages/orders.js';
import { AMOUNT, callsOf, type Activities, type World } from '../../support/world.js';
import type { Scenario } from '../rows.js';

export const CLOSED: Outcome = { ended: 'closed', closeSent: 'yes' };
export const NEVER_EXISTED: Outcome = { ended: 'never-existed' };

/** A person's record of the first payment. */
export const REFUND = { as: 'refunded', note: 'refund R-1', by: 'Mei' } as const satisfies LateRecord;

/** How long WeChat Pay works on a query in which something else is to happen, on the wall clock. */
const KEPT_BACK_MS = 3_000;

let count = 0;

/** An order that has ended, WeChat Pay's state of it, and the notifications that come after that. */
export class Late {
  private constructor(
    readonly world: World,
    readonly order: { readonly mchid: string; readonly outTradeNo: string },
    /** How the order had ended. */
    private readonly ended: Outcome,
    private readonly timing?: LatePaymentInput['timing'],
  ) {}

  /** An order that had ended, and that WeChat Pay shows in a state. */
  static async after(world: World, ended: Outcome, state: SandboxTradeState = 'SUCCESS'): Promise<Late> {
    count += 1;
    const order = { mchid: world.sandbox.mchid, outTradeNo: `LATE-${count}` };
    await world.sandbox.place({ ...order, amount: AMOUNT });
    const late = new Late(world, order, ended);
    await late.become(state);
    return late;
  }

  /** The same, of an order that had ended with a payment; by default, the one that WeChat Pay shows. */
  static async afterPaid(world: World, changes: Partial<PaymentNotification> = {}): Promise<Late> {
    const late = await Late.after(world, CLOSED);
    const { order: _, ...payment } = { ...late.notified(), ...changes };
    return new Late(world, late.order, { ended: 'paid', refunded: false, toldBy: 'query', ...payment });
  }

  /** The same, with other lengths of time. */
  timed(timing: NonNullable<LatePaymentInput['timing']>): Late {
    return new Late(this.world, this.order, this.ended, timing);
  }

  get workflowId(): string {
    return lateWorkflowId(this.order);
  }

  get workflow(): WorkflowHandle {
    return this.world.client.workflow.getHandle(this.workflowId);
  }

  /** The calls that WeChat Pay received, as `query SUCCESS`. */
  get calls(): string[] {
    return callsOf(this.world, this.order.outTradeNo);
  }

  /** Puts the order into a state at WeChat Pay. */
  async become(state: SandboxTradeState): Promise<void> {
    await this.world.sandbox.become(this.order, state);
  }

  /** A notification of the payment that WeChat Pay shows. */
  notified(changes: Partial<PaymentNotification> = {}): PaymentNotification {
    const transactionId = this.world.sandbox.orders.find(this.order)?.transactionId ?? '4200000000000000000000000099';
    return { order: this.order, transactionId, amount: AMOUNT, paidAt: '2026-03-02T12:01:00Z', ...changes };
  }

  input(notification: PaymentNotification): LatePaymentInput {
    const order = { api: 'v3-global', ...this.order } as const;
    return { order, amount: AMOUNT, ended: this.ended, notification, ...(this.timing && { timing: this.timing }) };
  }

  /** Delivers a notification, as a receiver does. Afterwards the payment has a workflow, or had one already. */
  async told(changes: Partial<PaymentNotification> = {}): Promise<PaymentNotification> {
    const notification = this.notified(changes);
    await this.toldBoth(notification, notification);
    return notification;
  }

  /** Starts the workflow with one notification and signals another, both before it has begun. */
  async toldBoth(first: PaymentNotification, further: PaymentNotification): Promise<void> {
    await this.world.client.workflow.signalWithStart(LATE_PAYMENT_WORKFLOW, {
      ...lateStartOf(this.input(first)),
      taskQueue: DEFAULT_TASK_QUEUE,
      signal: paymentNotification,
      signalArgs: [further],
    });
  }

  meets(...misbehaviours: Misbehaviour[]): void {
    for (const misbehaviour of misbehaviours) this.world.sandbox.misbehave(this.order.outTradeNo, misbehaviour);
  }

  /** Keeps the answer to the next query back for a moment, long enough for a test to do something meanwhile. */
  keepsBack(): void {
    this.meets({ what: 'slow', on: 'query', delayMs: KEPT_BACK_MS });
  }

  /** Waits until WeChat Pay has received so many queries. No time passes but that of the wall. */
  async asked(times = 1): Promise<void> {
    await expect.poll(() => this.calls.length).toBeGreaterThanOrEqual(times);
  }

  state(): Promise<LateView> {
    return this.workflow.query(lateState);
  }

  /** Waits until it is so. No time passes but that of the wall. */
  async is(view: Partial<LateView>): Promise<void> {
    await expect.poll(() => this.state()).toMatchObject(view);
  }

  /** Waits until a person is asked, in a way that a list shows. */
  async needsPerson(reason: NonNullable<LateView['reason']>): Promise<void> {
    await this.is({ phase: 'needsAttention', visible: 'needs-attention', reason });
  }

  retry(): Promise<LateView> {
    return this.workflow.executeUpdate(retryLate);
  }

  record(request: RecordRequest): Promise<LateView> {
    return this.workflow.executeUpdate(record, { args: [request] });
  }

  /** Records what was done about every payment that was reported. */
  async recordAll(changes: Partial<LateRecord> = {}): Promise<LateView> {
    const { transactionIds } = await this.state();
    return this.record({ ...REFUND, ...changes, transactionIds });
  }

  /**
   * Presses Request Cancellation in Temporal UI, and waits until the workflow has it: of a request and a notification in
   * one workflow task, the SDK hands the notification over first.
   */
  async release(): Promise<void> {
    await this.workflow.cancel();
    const isKnown = async (): Promise<boolean> => {
      const { events } = await this.workflow.fetchHistory();
      const at = events?.findIndex((event) => event.workflowExecutionCancelRequestedEventAttributes) ?? -1;
      return at >= 0 && events?.slice(at).some((event) => event.workflowTaskCompletedEventAttributes) === true;
    };
    await expect.poll(isKnown).toBe(true);
  }

  async result(): Promise<LateResult | 'released'> {
    try {
      return (await this.workflow.result()) as LateResult;
    } catch (error) {
      if (error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure) return 'released';
      throw error;
    }
  }

  /** That it has ended so, and about which payments. */
  async endedAs(ended: LateResult['ended'], ...transactionIds: (string | null)[]): Promise<void> {
    expect(await this.result()).toMatchObject({ ended, transactionIds });
  }
}

/** WeChat Pay's number of a payment that its query does not show. */
export const SECOND_PAYMENT = '4200000000000000000000000002';

/** A worker whose queries show a payment without WeChat Pay's number, as an answer may. */
export const UNNAMED = {
  activities: ({ queryOrder }: Activities): Partial<Activities> => ({
    queryOrder: async (input) => {
      const answer = await queryOrder(input);
      return 'payment' in answer ? { ...answer, payment: { ...answer.payment, transactionId: null } } : answer;
    },
  }),
};

/** A scenario about one late payment. */
export function ofLate(
  { row, name, world: options }: Pick<Scenario, 'row' | 'name' | 'world'>,
  play: (world: World) => Promise<Late>,
): Scenario {
  return {
    row,
    name,
    ...(options !== undefined && { world: options }),
    play: async (world) => {
      const late = await play(world);
      expect(world.sandbox.ledger.refused).toEqual([]);
      return late.workflowId;
    },
  };
}
