import { log, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SearchAttributeUpdatePair } from '@temporalio/common';
import type { LastAnswer } from '../domain/orders/state.js';
import { MINUTE, type Instant, type Milliseconds } from '../domain/time.js';
import { deadlineAttribute, merchantAttribute, reasonAttribute, stateAttribute } from './messages/shared.js';

/**
 * How far the deadline in a list may be off. The client sets it at the start by its own clock, and a smaller difference is
 * not worth an event.
 */
const TOLERANCE: Milliseconds = MINUTE;

/** What people see of an order. */
export interface Page {
  readonly mchid: string;
  /** Which order it is, in Markdown. Shown only if the static details do not say it. */
  readonly identity: () => string;
  /** The current details, in Markdown. */
  readonly details: string;
  /** What a list shows. `undefined`: the same as before. */
  readonly visible: string | undefined;
  /** Why a person is needed. `null`: none is. */
  readonly reason: string | null;
  readonly last: LastAnswer | null;
  /** From when on it is closed or cancelled. `null`: that is not planned. */
  readonly dueAt: Instant | null;
}

/**
 * Makes what keeps the page in step with the order, as a run begins. Only a change of what a list shows costs an event.
 *
 * Who starts a workflow without this project's client may leave out its search attributes and details: they are set here.
 */
export function newPage<Decision>(pageOf: (decision: Decision) => Page): (decision: Decision) => void {
  const hasDetails = hasStaticDetails();
  return (decision) => {
    const { identity, details, ...listed } = pageOf(decision);
    setCurrentDetails(hasDetails ? details : `${identity()}\n\n${details}`);
    list(listed);
  };
}

/** Temporal does not carry them over to a continued run. Otherwise, whoever sets the merchant sets them, too. */
function hasStaticDetails(): boolean {
  const { typedSearchAttributes: shown, continuedFromExecutionRunId } = workflowInfo();
  return continuedFromExecutionRunId === undefined && shown.get(merchantAttribute) !== undefined;
}

function list({ mchid, visible, reason, last, dueAt }: Omit<Page, 'identity' | 'details'>): void {
  const { typedSearchAttributes: shown } = workflowInfo();
  const changes: SearchAttributeUpdatePair[] = [];
  if (mchid !== shown.get(merchantAttribute)) changes.push({ key: merchantAttribute, value: mchid });
  if (visible !== undefined) {
    if (visible !== shown.get(stateAttribute)) changes.push({ key: stateAttribute, value: visible });
    if (reason !== (shown.get(reasonAttribute) ?? null)) changes.push({ key: reasonAttribute, value: reason });
  }
  if (hasMoved(shown.get(deadlineAttribute), dueAt)) changes.push({ key: deadlineAttribute, value: new Date(dueAt) });
  if (changes.length === 0) return;
  upsertSearchAttributes(changes);
  if (visible === undefined || visible === shown.get(stateAttribute)) return;
  log.info('the order changed state', {
    state: visible,
    said: last?.said ?? null,
    requestId: last?.requestId ?? null,
  });
}

function hasMoved(shown: Date | undefined, dueAt: Instant | null): dueAt is Instant {
  return dueAt !== null && (shown === undefined || Math.abs(dueAt - shown.getTime()) > TOLERANCE);
}
