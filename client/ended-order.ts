import { toRfc3339 } from '../domain/time.js';
import type { Outcome } from '../domain/orders/state.js';
import type { LateResult } from '../workflows/messages/late.js';
import type { ClosesAt, OrderView } from '../workflows/messages/orders.js';
import { AlreadyEndedError } from './errors.js';

/** An order that has ended, as an answer to a question or to a request. No worker is needed to tell it. */
export interface EndedOrder {
  readonly ended: true;
  /** How it ended; `released`: a person stopped the watching. */
  readonly outcome: Outcome;
  /** When it ended, RFC 3339. */
  readonly endedAt: string;
  /** When WeChat Pay was asked, RFC 3339. `null`: it was not; the order had ended before. */
  readonly askedAt: string | null;
  /** A payment that was reported after the end. `null`: none is known; nobody looks for one if the order ended as paid. */
  readonly latePayment: PaymentAfterEnd | null;
}

/** A payment that came after the end of its order: `OrderClient.latePayment()` is for those who see to it. */
export interface PaymentAfterEnd {
  /** What became of it. `null`: nobody has seen to it yet. */
  readonly outcome: LateResult | { readonly ended: 'released' } | null;
}

/** What {@link OrderHandle.checkNow} answers: the order as it is, or how it ended. */
export type CheckedOrder = (OrderView & { readonly ended: false }) | EndedOrder;

/**
 * What came of a request that may change when an order is closed. `accepted: false`: the order had ended, so the request changed
 * nothing.
 */
export type RequestedClose = (ClosesAt & Accepted) | NotAccepted;

/** What came of a fact of the checkout: the order as it is then. `accepted: false`: it had ended, and nothing changed. */
export type ReportedPlacement = (OrderView & Accepted) | NotAccepted;

interface Accepted {
  readonly ended: false;
  readonly accepted: true;
}

type NotAccepted = EndedOrder & { readonly accepted: false };

/** What is known of the end of an order that took no request any more. */
type ReadEnd = (error: AlreadyEndedError<Outcome>) => Promise<EndedOrder>;

/** What a check answers, also if it found the end of the order, or the order had ended before. */
export function checkedOrder(check: Promise<OrderView>, readEnd: ReadEnd): Promise<CheckedOrder> {
  return unlessEnded(check.then(asChecked), readEnd);
}

/** What comes of a request, also if the order has ended. */
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
  // Its workflow is just about to end, so only the order tells when: with the last answer.
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
