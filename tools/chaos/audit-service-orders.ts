import { isRecord } from '../../domain/validation.js';
import type { Evidence, ServiceOrderEvidence } from './evidence.js';
import { callsByOrder, queryBefore } from './wire-order.js';

/** S1: a cancel that is sent again must be the same, byte for byte. */
export function bodiesThatDiffer({ serviceOrders, calls }: Evidence): string[] {
  const byOrder = callsByOrder(calls);
  return serviceOrders.flatMap(({ key, kind }) => {
    const cancels = (byOrder.get(key) ?? []).filter(({ call }) => call === 'cancel');
    const bodies = new Set(cancels.map(({ body }) => body));
    return bodies.size > 1 ? [`${key} (${kind}): ${bodies.size} bodies of ${cancels.length} cancels`] : [];
  });
}

/**
 * A service order that is revoked while money was due, which no request gave up; or that was paid. If the money became due after
 * the query of the last cancel was answered, nobody could have known it: the order must have told a person then.
 */
export function moneyGivenUp(evidence: Evidence): string[] {
  const byOrder = callsByOrder(evidence.calls);
  return evidence.serviceOrders.flatMap((order) => {
    const { key, kind, state, totalDue, paidAt, dueSince, requests } = order;
    if (state !== 'REVOKED' || totalDue === null || totalDue === 0) return [];
    if (paidAt !== null) return [`${key} (${kind}): cancelled, though ${totalDue} fen were paid`];
    if (requests.some(({ giveUp }) => giveUp === totalDue)) return [];
    const own = byOrder.get(key) ?? [];
    const place = own.findLastIndex(({ call }) => call === 'cancel');
    const cancel = own[place];
    const known = cancel === undefined ? null : (queryBefore(cancel, own.slice(0, place))?.answeredAt ?? null);
    const couldBeKnown = known === null || dueSince === null || dueSince < known;
    if (couldBeKnown) return [`${key} (${kind}): ${totalDue} fen given up unasked`];
    return isTold(evidence, order)
      ? []
      : [`${key} (${kind}): ${totalDue} fen given up in a race that was reported to no person`];
  });
}

function isTold({ runs }: Evidence, { workflowId }: ServiceOrderEvidence): boolean {
  return runs.some(({ workflowId: id, result }) => {
    if (id !== workflowId || !isRecord(result)) return false;
    const { ended, raced } = result;
    return raced === true || ended === 'resolved';
  });
}
