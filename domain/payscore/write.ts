import type { WriteRules } from '../guarded-write.js';
import type { Instant } from '../time.js';
import { isLate, stageOf, STAGES, type ServiceOrderAnswer, type Stage } from './order.js';

/** The stages in which a request can allow a cancel by name. For a completed order, an amount is given up instead. */
export const CANCELLABLE = ['created', 'in-service'] as const;
export type Cancellable = (typeof CANCELLABLE)[number];

/** A request to cancel that was checked, with every default filled in. */
export interface CancelRequest {
  /** The same id is the same request. */
  readonly requestId: string;
  /** Sent to WeChat Pay with the cancel, 1–30 characters (S1). */
  readonly reason: string;
  /** The first instant at which the cancel may be sent. */
  readonly dueAt: Instant;
  readonly mayCancel: readonly Cancellable[];
  /** An amount due that may be lost, in fen: that one exactly. `null`: none. */
  readonly giveUp: { readonly total: number } | null;
}

/** What is known about a service order before the first query. */
export interface Known {
  /** The furthest stage that a verified answer or notification showed. */
  readonly furthest: Stage | null;
  /** WeChat Pay said USER_PAID or ORDER_DONE. */
  readonly paidClaimed: boolean;
}

/** How far a service order has come, and what is due, in fen. */
export interface Progress {
  readonly stage: Stage | null;
  readonly totalDue: number | null;
}

export function cancelRules(requests: readonly CancelRequest[], known: Known): WriteRules<ServiceOrderAnswer> {
  const allows = (answer: ServiceOrderAnswer): boolean =>
    isOpen(answer) && !known.paidClaimed && isAllowed(answer, requests, known);
  // A retry needs a second query that still allows the cancel. Otherwise it could lose money that has become due meanwhile.
  return { allows, isOpen: allows };
}

function isAllowed(answer: ServiceOrderAnswer, requests: readonly CancelRequest[], { furthest }: Known): boolean {
  const progress = progressOf(answer);
  return !isLate(progress.stage, furthest) && requests.some((request) => allows(request, progress));
}

/** Whether a service order can still be cancelled: it is created or in service, and not paid. */
function isOpen(answer: ServiceOrderAnswer): boolean {
  return answer.found && (answer.state === 'CREATED' || answer.state === 'DOING') && answer.collection !== 'USER_PAID';
}

/** DOING and nothing more shows no stage that a request can allow. */
export function progressOf(answer: ServiceOrderAnswer): Progress {
  if (!answer.found) return { stage: null, totalDue: null };
  const stage = stageOf(answer);
  if (stage === 'in-service' && answer.description === null) return { stage: null, totalDue: null };
  return { stage, totalDue: stage === 'completed' ? answer.totalDue : null };
}

/** Whether a request allows a cancel. It gives up an amount only if WeChat Pay shows exactly that amount. */
export function allows({ mayCancel, giveUp }: CancelRequest, { stage, totalDue }: Progress): boolean {
  switch (stage) {
    case 'created':
    case 'in-service':
      return mayCancel.includes(stage);
    case 'completed':
      return giveUp !== null && giveUp.total === totalDue;
    case null:
      return false;
  }
}

/** Whether a request allows a cancel at a stage that may follow. */
export function allowsAfter({ mayCancel, giveUp }: CancelRequest, stage: Stage | null): boolean {
  const at = stage === null ? -1 : STAGES.indexOf(stage);
  return mayCancel.some((each) => STAGES.indexOf(each) > at) || (giveUp !== null && at < STAGES.indexOf('completed'));
}
