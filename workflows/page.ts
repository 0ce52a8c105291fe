import { log, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SearchAttributeUpdatePair } from '@temporalio/common';
import type { LastAnswer } from '../domain/orders/state.js';
import { MINUTE, type Instant, type Milliseconds } from '../domain/time.js';
import { deadlineAttribute, reasonAttribute, stateAttribute } from './messages/shared.js';

/**
 * How far the deadline in a list may be off. The client sets it at the start by its own clock, and a smaller difference is
 * not worth an event.
 */
const TOLERANCE: Milliseconds = MINUTE;

/** What people see of an order. */
export interface Page {
  /** Which order it is, in Markdown. Only a continued run shows it: Temporal does not carry over static details. */
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

/** Keeps what people see in step with the order. Only a change of what a list shows costs an event. */
export function show({ identity, details, visible, reason, last, dueAt }: Page): void {
  const { typedSearchAttributes: shown, continuedFromExecutionRunId } = workflowInfo();
  setCurrentDetails(continuedFromExecutionRunId === undefined ? details : `${identity()}\n\n${details}`);
  const changes: SearchAttributeUpdatePair[] = [];
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
