import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { expect } from 'vitest';
import {
  outcomeWorkflowId,
  type DeliveryOutcome,
  type GivenUp,
  type Undelivered,
} from '../../../domain/outcome/state.js';
import type { OutcomeEndpoint } from '../../../wechatpay/merchant.js';
import { DEFAULT_TASK_QUEUE } from '../../../workflows/messages/orders.js';
import {
  DELIVER_OUTCOMES_WORKFLOW,
  deliveryStartOf,
  deliveryState,
  giveUp,
  retryDelivery,
  type DeliveryView,
} from '../../../workflows/messages/outcome.js';
import { startCheckout, type Behaviour, type Checkout } from '../../support/checkout.js';
import { event } from '../../support/deliveries.js';
import type { World } from '../../support/world.js';
import type { Scenario } from '../rows.js';

/** What a person says who gives up. */
export const GIVEN_UP: GivenUp = { note: 'they know', by: 'Mei' };

let count = 0;

/** What one workflow has to tell a checkout, and the checkout that is posted to. */
export class Delivery {
  constructor(
    readonly world: Pick<World, 'client' | 'sandbox'>,
    readonly checkout: Checkout,
    /** The id of the workflow that tells. */
    private readonly teller = newTeller(world),
  ) {}

  get workflowId(): string {
    return outcomeWorkflowId(this.teller);
  }

  get workflow(): WorkflowHandle {
    return this.world.client.workflow.getHandle(this.workflowId);
  }

  /** The events that were posted, in that order, whether or not they were taken. */
  get posted(): string[] {
    return this.checkout.posts.map(({ event: { id } }) => id);
  }

  /** An event of the workflow that tells, as {@link event} numbers them. */
  added(n: number): Undelivered {
    return { event: { ...event(n), workflowId: this.teller }, delivered: [] };
  }

  /** Hands an event over, as the activity that tells does. The delivery begins, or goes on with it. */
  async handOver(n: number, taskQueue = DEFAULT_TASK_QUEUE): Promise<void> {
    const input = { workflowId: this.teller, mchid: this.world.sandbox.mchid };
    const start = deliveryStartOf(input, this.added(n));
    await this.world.client.workflow.signalWithStart(DELIVER_OUTCOMES_WORKFLOW, { ...start, taskQueue });
  }

  /** Waits until so many posts have come. No time passes but that of the wall. */
  async isPosted(times: number): Promise<void> {
    await expect.poll(() => this.posted.length).toBeGreaterThanOrEqual(times);
  }

  /** Keeps all answers back. @returns what gives them */
  keepsBack(): (behaviour: Behaviour) => void {
    let answerNow: (behaviour: Behaviour) => void = () => undefined;
    const answer = new Promise<Behaviour>((resolve) => (answerNow = resolve));
    this.checkout.answer = () => answer;
    return (behaviour) => answerNow(behaviour);
  }

  state(): Promise<DeliveryView> {
    return this.workflow.query(deliveryState);
  }

  /** Waits until it is so. No time passes but that of the wall. */
  async is(view: Partial<DeliveryView>): Promise<void> {
    await expect.poll(() => this.state()).toMatchObject(view);
  }

  retry(): Promise<DeliveryView> {
    return this.workflow.executeUpdate(retryDelivery);
  }

  /** A person gives up the events that they see. */
  async giveUp(seen?: readonly string[]): Promise<DeliveryView> {
    const ids = seen ?? (await this.state()).events.map(({ event }) => event.id);
    return this.workflow.executeUpdate(giveUp, { args: [{ ...GIVEN_UP, ids }] });
  }

  /** Presses Request Cancellation in Temporal UI, and waits until the workflow has it. */
  async release(): Promise<void> {
    await this.workflow.cancel();
    const isKnown = async (): Promise<boolean> => {
      const { events } = await this.workflow.fetchHistory();
      const at = events?.findIndex((each) => each.workflowExecutionCancelRequestedEventAttributes) ?? -1;
      return at >= 0 && events?.slice(at).some((each) => each.workflowTaskCompletedEventAttributes) === true;
    };
    await expect.poll(isKnown).toBe(true);
  }

  async result(): Promise<DeliveryOutcome> {
    try {
      return (await this.workflow.result()) as DeliveryOutcome;
    } catch (error) {
      if (error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure) return { ended: 'released' };
      throw error;
    }
  }
}

function newTeller({ sandbox }: Pick<World, 'sandbox'>): string {
  count += 1;
  return `order/${sandbox.mchid}/DELIVERY-${count}`;
}

/** A scenario about one delivery, to a checkout that is started with it. */
export function ofDelivery(
  { row, name }: Pick<Scenario, 'row' | 'name'>,
  play: (world: World, checkout: Checkout, urls: OutcomeEndpoint[]) => Promise<Delivery>,
): Scenario {
  const outcomes: OutcomeEndpoint[] = [];
  return {
    row,
    name,
    world: { outcomes },
    play: async (world) => {
      const checkout = await startCheckout();
      outcomes.push(checkout.endpoint());
      return (await play(world, checkout, outcomes)).workflowId;
    },
  };
}
