import type { Stage } from './state.js';
import type { ServiceOrderFound } from './service-order.js';

/**
 * How far an answer shows a service order to be. Whatever else it says: where it says that money is collected or due,
 * the merchant has completed the service. Of a service order that is only created, an amount may be a plan; of one that
 * is cancelled, it tells that money had become due.
 */
export function stageOf({ state, description, collection, totalDue }: ServiceOrderFound): Stage {
  const amountIsDue = state !== 'CREATED' && (totalDue ?? 0) > 0;
  if (description === 'MCH_COMPLETE' || collection !== null || amountIsDue) return 'completed';
  return state === 'DOING' ? 'in-service' : 'created';
}
