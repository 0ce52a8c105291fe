import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { checkOrder } from '../domain/orders/input.js';
import type { Order } from '../domain/orders/order.js';
import { type Instant, toRfc3339 } from '../domain/time.js';
import type { Memo } from './order-start.js';
import { inputOfRun } from './run-history.js';
import type { Outcome } from '../domain/orders/state.js';
import type { LateResult } from '../workflows/messages/late.js';
import type { ClosesAt, OrderView } from '../workflows/messages/orders.js';
import { AlreadyEndedError } from './errors.js';

/** The state of the last run of a workflow, and its outcome. */
export type LastRun<Outcome> =
  | RunningRun
  /** There is none, or Temporal has forgotten it. */
  | { readonly is: 'unknown' }
  | StartableRun
  | EndedRun<Outcome>;

interface Run {
  readonly workflowId: string;
  readonly runId: string;
  readonly startedAt: Instant;
  readonly memo: Memo;
  /** The task queue of its workers. */
  readonly taskQueue: string;
}

export interface RunningRun extends Run {
  readonly is: 'running';
}

/** It ended without an outcome, so the order can be started again. */
export interface StartableRun extends Run {
  readonly is: 'startable';
  /** `terminated`, `failed` or `timed out`. */
  readonly status: string;
}

export interface EndedRun<Outcome> extends Run {
  readonly is: 'ended';
  /** `released`: a person stopped the watching, and the run ended as cancelled. */
  readonly outcome: Outcome | { readonly ended: 'released' };
  /** RFC 3339. */
  readonly endedAt: string;
}

/** Reads the last run of a workflow. Needs no worker: the outcome of a run that has ended is in its history. */
export async function lastRunOf<Outcome>(client: Client, workflowId: string): Promise<LastRun<Outcome>> {
  try {
    const { status, runId, memo, taskQueue, startTime, closeTime } = await client.workflow
      .getHandle(workflowId)
      .describe();
    const run = { workflowId, runId, startedAt: startTime.getTime(), memo, taskQueue };
    if (closeTime === undefined || status.name === 'CONTINUED_AS_NEW') return { is: 'running', ...run };
    const endedAt = toRfc3339(closeTime.getTime());
    if (status.name === 'CANCELLED') return { is: 'ended', ...run, outcome: { ended: 'released' }, endedAt };
    if (status.name !== 'COMPLETED') return { is: 'startable', ...run, status: wordOf(status.name) };
    // With the run's id: a newer run may have begun meanwhile.
    const outcome = (await client.workflow.getHandle(workflowId, runId).result()) as Outcome;
    return { is: 'ended', ...run, outcome, endedAt };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { is: 'unknown' };
    throw error;
  }
}

/** The order of a run, as it was started; `undefined` if its input is not an order, or Temporal has forgotten it. */
export async function orderOf(client: Client, run: Run): Promise<Order | undefined> {
  return orderIn(await inputOfRun(client, run), run.startedAt);
}

/**
 * The order that a workflow was started with; `undefined` if its input is not an order.
 *
 * @param now the instant from which an input without `createdAt` counts. Whether its deadline is long past was checked at
 *   the start, and is not checked again
 */
export function orderIn(input: unknown, now: Instant): Order | undefined {
  const checked = checkOrder(input, now, Infinity);
  return checked.ok ? checked.value : undefined;
}

/** Whether the server accepted a start; `false`: there is a run that it may not replace. */
export async function isAccepted(start: Promise<unknown>): Promise<boolean> {
  try {
    await start;
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** As in `timed out` for `TIMED_OUT`. */
function wordOf(status: string): string {
  return status.toLowerCase().replace('_', ' ');
}

/** An order that has ended, as the answer to a check or a request. Needs no worker. */
export interface EndedOrder {
  readonly ended: true;
  /** How it ended; `released`: a person stopped the watching. */
  readonly outcome: Outcome;
  /** When it ended, RFC 3339. */
  readonly endedAt: string;
  /** When WeChat Pay was queried, RFC 3339. `null`: it was not, because the order had ended before. */
  readonly askedAt: string | null;
  /** A payment that was reported after the end. `null`: none is known. Always `null` if the order ended as paid. */
  readonly latePayment: PaymentAfterEnd | null;
}

/** A payment that came after the end of its order. `OrderClient.latePayment()` gives its handle. */
export interface PaymentAfterEnd {
  /** What was done about it. `null`: nothing yet. */
  readonly outcome: LateResult | { readonly ended: 'released' } | null;
}

/** The answer of {@link OrderHandle.checkNow}: the order as it is now, or how it ended. */
export type CheckedOrder = (OrderView & { readonly ended: false }) | EndedOrder;

/**
 * The answer to a request that may change when an order is closed. `accepted: false`: the order had ended, so nothing
 * changed.
 */
export type RequestedClose = (ClosesAt & Accepted) | NotAccepted;

/** The answer to a report of the checkout: the order as it is then. `accepted: false`: it had ended, so nothing changed. */
export type ReportedPlacement = (OrderView & Accepted) | NotAccepted;

interface Accepted {
  readonly ended: false;
  readonly accepted: true;
}

type NotAccepted = EndedOrder & { readonly accepted: false };

/** Reads how an order ended. */
type ReadEnd = (error: AlreadyEndedError<Outcome>) => Promise<EndedOrder>;

/** The answer of a check: also if the check found that the order ended, or the order had ended before. */
export function checkedOrder(check: Promise<OrderView>, readEnd: ReadEnd): Promise<CheckedOrder> {
  return unlessEnded(check.then(asChecked), readEnd);
}

/** The answer to a request: also if the order had ended before. */
export function acceptedUnlessEnded<Answer extends object>(
  request: Promise<Answer>,
  readEnd: ReadEnd,
): Promise<(Answer & Accepted) | NotAccepted> {
  return unlessEnded(
    request.then((answer) => ({ ...answer, ended: false, accepted: true })),
    async (error) => ({ ...(await readEnd(error)), accepted: false }),
  );
}

function asChecked(view: OrderView): CheckedOrder {
  const { outcome, askedAt, last } = view;
  if (outcome === null) return { ...view, ended: false };
  // The workflow has not ended yet at this moment, so Temporal has no time of its end: the time of the last answer is used.
  return { ended: true, outcome, endedAt: toRfc3339(last?.at ?? Date.now()), askedAt, latePayment: null };
}

async function unlessEnded<Answer, End>(
  request: Promise<Answer>,
  readEnd: (error: AlreadyEndedError<Outcome>) => Promise<End>,
): Promise<Answer | End> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof AlreadyEndedError)) throw error;
    return readEnd(error as AlreadyEndedError<Outcome>);
  }
}
