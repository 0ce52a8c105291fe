import { setTimeout as sleep } from 'node:timers/promises';
import { outcomeWorkflowId } from '../../../domain/outcome/state.js';
import {
  deliveryState,
  giveUp,
  outcomeEvent,
  retryDelivery,
  type DeliveryView,
} from '../../../workflows/messages/outcome.js';
import { LATE_SCENES } from './late-payments.js';
import { ORDER_SCENES, unpaid } from './orders.js';
import { SERVICE_SCENES } from './service-orders.js';
import { checkout, type OrderChanges, type Scene, type Stage } from './stage.js';

/** The checkout does not take what such a number tells: ever, or at the first post. */
export const REFUSED = /REFUSED/;
export const REFUSED_ONCE = /REFUSED-ONCE/;

/** The checkout answers what such a number tells after {@link SLOW_MS}. */
export const SLOW = /SLOW/;
export const SLOW_MS = 2_000;

/** The delivery of what an order had to tell; the checkout has not taken it at once. */
async function undelivered(stage: Stage, name: string, changes: OrderChanges = {}) {
  const { handle } = await checkout(stage, name, changes);
  await handle.outcome();
  const delivery = stage.client.workflow.getHandle(outcomeWorkflowId(handle.workflowId));
  const untilShown = async (visible: DeliveryView['visible']): Promise<void> => {
    while ((await delivery.query(deliveryState)).visible !== visible) await sleep(50);
  };
  return { delivery, untilShown };
}

/** What orders tell a checkout, and how that is delivered. */
export const OUTCOME_SCENES: Readonly<Record<string, Scene>> = {
  'told-closed': unpaid,
  'told-attention-and-paid': (stage, name) => played(ORDER_SCENES, 'paid-by-another-payment')(stage, name),
  'told-cancelled-on-request': (stage, name) => played(SERVICE_SCENES, 'cancelled-on-request')(stage, name),
  'told-late-recorded': (stage, name) => played(LATE_SCENES, 'late-and-recorded')(stage, name),
  'told-refused': unpaid,
  'told-refused-once': async (stage, name) => {
    const { delivery } = await undelivered(stage, name);
    await delivery.result();
    return delivery.workflowId;
  },
  'told-refused-and-given-up': async (stage, name) => {
    const { delivery, untilShown } = await undelivered(stage, name, { locale: 'zh' });
    await untilShown('not-delivered');
    const { events } = await delivery.query(deliveryState);
    const ids = events.map(({ event }) => event.id);
    await delivery.executeUpdate(giveUp, { args: [{ ids, note: 'they know', by: 'Mei' }] });
    await delivery.result();
    return delivery.workflowId;
  },
  'told-refused-and-released': async (stage, name) => {
    const { delivery, untilShown } = await undelivered(stage, name);
    await untilShown('not-delivered');
    await delivery.cancel();
    await delivery.result().catch(() => undefined);
    return delivery.workflowId;
  },
  // The stop comes during a try, and so does a further event, which the person did not know of: it goes on in a new run.
  'told-refused-slow-stop-overtaken': async (stage, name) => {
    const { delivery } = await undelivered(stage, name);
    const { runId } = await delivery.describe();
    await delivery.cancel();
    const { events } = await delivery.query(deliveryState);
    const [added] = events;
    if (added === undefined) throw new Error('nothing is left to deliver');
    await delivery.signal(outcomeEvent, { ...added, event: { ...added.event, id: `evt_${'0'.repeat(32)}` } });
    while ((await delivery.describe()).runId === runId) await sleep(50);
    return { workflowId: delivery.workflowId, runId };
  },
  'told-refused-cut-in-the-pause': async (stage, name) => {
    const { delivery, untilShown } = await undelivered(stage, name);
    await untilShown('not-delivered');
    await delivery.executeUpdate(retryDelivery);
    await untilShown('not-delivered');
    return delivery.workflowId;
  },
};

/** On a server that suggests continue-as-new after few events. */
export const LONG_OUTCOME_SCENES: Readonly<Record<string, Scene>> = {
  'told-refused-in-a-new-run': async (stage, name) => {
    const { delivery, untilShown } = await undelivered(stage, name);
    const { runId } = await delivery.describe();
    while ((await delivery.describe()).runId === runId) {
      await untilShown('not-delivered');
      await delivery.executeUpdate(retryDelivery).catch(() => undefined);
    }
    await untilShown('not-delivered');
    await delivery.executeUpdate(retryDelivery);
    await untilShown('not-delivered');
    return delivery.workflowId;
  },
};

function played(scenes: Readonly<Record<string, Scene>>, name: string): Scene {
  const scene = scenes[name];
  if (scene === undefined) throw new Error(`there is no scene ${name}`);
  return scene;
}
