import type { CancelRequestInput, OrderInput } from '../../client/index.js';
import type { Instant } from '../../domain/time.js';
import type { OrderStory, ServiceStory } from './story-schema.js';

/** What the checkout says of an order when it starts the workflow for it. */
export function orderInput(
  story: OrderStory,
  { mchid, outTradeNo, createdAt }: { mchid: string; outTradeNo: string; createdAt: Instant },
): OrderInput {
  const { api, subMchid, amount, checkoutExpects, payWithin, timing } = story;
  return {
    api,
    mchid,
    ...(subMchid !== undefined && { subMchid }),
    outTradeNo,
    amount: checkoutExpects ?? amount,
    createdAt: new Date(createdAt).toISOString(),
    // Said on purpose: the sandbox has the order from that time on, so the 5 minutes hold for real.
    trustCreatedAt: true,
    payWithin,
    ...(timing !== undefined && { timing }),
  };
}

/** A request to cancel as the client takes it; its id is its place in the story. */
export function cancelRequest(
  { after: _, giveUp, ...request }: ServiceStory['cancel'][number],
  place: number,
): CancelRequestInput {
  return { requestId: `request-${place + 1}`, ...request, ...(giveUp !== undefined && { giveUp }) };
}
