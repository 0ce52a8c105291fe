import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { ReadIn } from '../domain/locale.js';
import { localeOf } from '../domain/orders/input.js';
import type { OutcomeEvent } from '../domain/outcome/event.js';
import { checkDeliveryInput, checkUndelivered } from '../domain/outcome/input.js';
import { bad, fault, isRecord, ok, type Checked } from '../domain/validation.js';
import { DELIVER_OUTCOMES_WORKFLOW, deliveryStartOf } from '../workflows/messages/outcome.js';
import type { BeforeStart } from './encoding.js';
import { InvalidOrderError, NoOutcomeError, OrderNotFoundError } from './errors.js';
import { orThrow } from './fact-inputs.js';
import { inputOfRun } from './run-history.js';
import { lastEventOf } from './told-event.js';
import { TELLING_TYPES } from './untold-content.js';

const RULES = {
  event: 'must be an event of the feed or of a webhook, as it was given',
  notTeller: 'must be the id of the workflow of an order, a service order or a late payment',
  nothing: 'has nothing to tell: it needs no person, and has not ended',
} as const;

/** The last run of a workflow that tells. */
interface Teller {
  readonly runId: string;
  readonly type: string;
  /** As in `COMPLETED`. */
  readonly status: string;
  readonly taskQueue: string;
}

/** An event, and where and in which language it is delivered. */
interface ToDeliver {
  readonly event: OutcomeEvent;
  readonly taskQueue: string;
  readonly locale: ReadIn;
}

/** Hands an event to the workflow that delivers. @param taskQueue for an order that Temporal has forgotten */
export async function resendEvent(
  client: Client,
  event: unknown,
  taskQueue: string,
  beforeStart: BeforeStart,
): Promise<OutcomeEvent> {
  const checked = orThrow(checkEvent(event));
  const { workflowId } = checked;
  const teller = await tellerOf(client, workflowId);
  const input = teller && (await inputOfRun(client, { workflowId, runId: teller.runId }));
  return deliver(client, beforeStart, {
    event: checked,
    taskQueue: teller?.taskQueue ?? taskQueue,
    locale: localeIn(input),
  });
}

/** Hands the last event of a workflow to the one that delivers. */
export async function resendLast(client: Client, workflowId: string, beforeStart: BeforeStart): Promise<OutcomeEvent> {
  const teller = await tellerOf(client, workflowId);
  if (teller === undefined) throw new OrderNotFoundError(workflowId);
  const { runId, status, taskQueue } = teller;
  const type = TELLING_TYPES.find((each) => each === teller.type);
  if (type === undefined) throw new InvalidOrderError([fault('workflowId', workflowId, RULES.notTeller)]);
  const last = await lastEventOf(client, { workflowId, runId, type, is: stateOf(status) });
  if (last !== undefined) {
    const locale = last.told?.locale ?? localeIn(await inputOfRun(client, { workflowId, runId }));
    return deliver(client, beforeStart, { event: last.event, taskQueue, locale });
  }
  if (stateOf(status) === 'lost') throw new NoOutcomeError(workflowId, status.toLowerCase().replace('_', ' '));
  throw new InvalidOrderError([fault('workflowId', workflowId, RULES.nothing)]);
}

async function tellerOf(client: Client, workflowId: string): Promise<Teller | undefined> {
  try {
    const { runId, type, status, taskQueue } = await client.workflow.getHandle(workflowId).describe();
    return { runId, type, status: status.name, taskQueue };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function stateOf(status: string): 'open' | 'ended' | 'lost' {
  if (status === 'RUNNING' || status === 'CONTINUED_AS_NEW') return 'open';
  return status === 'COMPLETED' || status === 'CANCELLED' ? 'ended' : 'lost';
}

/** To every URL that wants it: which have taken it before is not known. */
async function deliver(
  client: Client,
  beforeStart: BeforeStart,
  { event, taskQueue, locale }: ToDeliver,
): Promise<OutcomeEvent> {
  const { workflowId, data } = event;
  await beforeStart(taskQueue);
  await client.workflow.signalWithStart(DELIVER_OUTCOMES_WORKFLOW, {
    ...deliveryStartOf({ workflowId, mchid: data.order.mchid, locale }, { event, delivered: [] }),
    taskQueue,
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  });
  return event;
}

/** Checks what the workflow that delivers would ignore, or refuse to start with. */
function checkEvent(event: unknown): Checked<OutcomeEvent> {
  if (!isRecord(event) || !isRecord(event['data']) || !isRecord(event['data']['order']))
    return bad('event', event, RULES.event);
  const { workflowId, data } = event as unknown as OutcomeEvent;
  const input = checkDeliveryInput({ workflowId, mchid: data.order.mchid });
  if (!input.ok) return input;
  const checked = checkUndelivered({ event, delivered: [] }, { input: { locale: 'en', ...input.value } });
  return checked.ok ? ok(checked.value.event) : bad('event', event, RULES.event);
}

/** The language of the input of an order; English if it names none, or is not known. */
function localeIn(input: unknown): ReadIn {
  const locale = localeOf(isRecord(input) ? input['locale'] : undefined);
  return locale.ok ? locale.value : 'en';
}
