import { expect } from 'vitest';
import type { OrderHandle } from '../../../client/index.js';
import { HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import { AMOUNT, callsOf, type World } from '../../support/world.js';
import type { Scenario } from '../rows.js';
import { DEADLINE, during, pay, release, type Key } from './moves.js';

const WORD = { note: 'seen in the bill', by: 'Mei' } as const;

/** An order that was paid, and not with the amount that the checkout said. */
async function paidWithAnotherAmount(world: World): Promise<{ order: Key; handle: OrderHandle }> {
  const { handle, ...order } = await world.checkout({ amount: { ...AMOUNT, total: AMOUNT.total - 1 } });
  await pay(world, order);
  await world.pass(DEADLINE + 3 * SECOND);
  expect(await handle.state()).toMatchObject({ visible: 'needs-attention' });
  return { order, handle };
}

/** A person says how the order ended. */
export const RESOLVED: readonly Scenario[] = [
  {
    row: { on: 'resolveRequested', to: 'checking' },
    name: 'a resolution that WeChat Pay confirms ends the order, after one more query',
    play: async (world) => {
      const { order, handle } = await paidWithAnotherAmount(world);
      expect(await handle.resolve({ ...WORD, as: 'paid' })).toMatchObject({ ended: 'resolved', said: 'SUCCESS' });
      const outcome = { ended: 'resolved', as: 'paid', said: 'SUCCESS', ...WORD };
      expect(await handle.outcome()).toMatchObject(outcome);
      expect(callsOf(world, order.outTradeNo)).toEqual(['query SUCCESS', 'query SUCCESS']);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'wrongAmount', to: 'end:resolved' },
    name: 'a resolution that WeChat Pay confirms goes before a release that comes during its query',
    play: async (world) => {
      const { order, handle } = await paidWithAnotherAmount(world);
      const replies: unknown[] = [];
      const say = async (): Promise<void> => void replies.push(await handle.resolve({ ...WORD, as: 'paid' }));
      await during(world, order, 'query', 5 * SECOND, () => release(world, handle), say);
      expect(await handle.outcome()).toMatchObject({ ended: 'resolved', as: 'paid' });
      expect(replies).toMatchObject([{ ended: 'resolved', said: 'SUCCESS' }]);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'wrongAmount', reason: 'resolution-contradicted' },
    name: 'a resolution that WeChat Pay contradicts ends nothing, and the person gets WeChat Pay’s answer',
    play: async (world) => {
      const { handle } = await paidWithAnotherAmount(world);
      expect(await handle.resolve({ ...WORD, as: 'closed' })).toMatchObject({ ended: null, said: 'SUCCESS' });
      expect(await handle.state()).toMatchObject({ phase: 'needsAttention', outcome: null });
      await world.pass(HOUR + MINUTE);
      expect(await handle.state()).toMatchObject({ phase: 'needsAttention' });
      return handle.workflowId;
    },
  },
  {
    row: { on: 'fatal', to: 'end:resolved' },
    name: 'a resolution with force ends the order, though WeChat Pay gives no answer',
    play: async (world) => {
      const { handle, outTradeNo } = await world.checkout();
      world.sandbox.misbehave(outTradeNo, { what: 'noAuth', on: 'query', times: 9 });
      await world.pass(DEADLINE + 3 * SECOND);
      expect(await handle.resolve({ ...WORD, as: 'closed' })).toMatchObject({ ended: null, said: 'NO_AUTH' });
      expect(await handle.resolve({ ...WORD, as: 'closed', force: true })).toMatchObject({ ended: 'resolved' });
      expect(await handle.outcome()).toMatchObject({ ended: 'resolved', as: 'closed', said: 'NO_AUTH' });
      expect(callsOf(world, outTradeNo)).toEqual(['query NO_AUTH', 'query NO_AUTH', 'query NO_AUTH']);
      return handle.workflowId;
    },
  },
  {
    row: { on: 'closed', to: 'end:closed' },
    name: 'a resolution for an order that WeChat Pay calls closed after all is not needed: it ends as closed',
    play: async (world) => {
      const { handle, ...order } = await world.checkout();
      world.sandbox.misbehave(order.outTradeNo, { what: 'noAuth', on: 'query' });
      await world.pass(DEADLINE + 3 * SECOND);
      await world.sandbox.become(order, 'CLOSED');
      expect(await handle.resolve({ ...WORD, as: 'closed' })).toMatchObject({ ended: 'closed', said: 'CLOSED' });
      expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'no' });
      return handle.workflowId;
    },
  },
];
