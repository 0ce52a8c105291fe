import type { OrderHandle, OrderInput } from '../../../client/index.js';
import { AMOUNT, type World } from '../../support/world.js';
import type { Key } from './moves.js';

/** Of every order that was never placed, in this process: decisions are kept by number. */
let count = 0;

/** An order whose workflow runs, and which WeChat Pay does not know. */
export async function notPlaced(
  { sandbox, orders }: World,
  changes: Pick<OrderInput, 'timing'> = {},
): Promise<Key & { handle: OrderHandle }> {
  count += 1;
  const order = { mchid: sandbox.mchid, outTradeNo: `NOT-PLACED-${count}` };
  const { handle } = await orders.start({ api: 'v3-global', ...order, amount: AMOUNT, payWithin: '15m', ...changes });
  return { ...order, handle };
}

/** The checkout's report that WeChat Pay refused the placement. */
export const REFUSED = { code: 'PARAM_ERROR' } as const;
