import { beforeEach, expect, it } from 'vitest';
import { NotificationDelivery } from '../../client/index.js';
import { createNotificationReceiver } from '../../client/notifications/index.js';
import { newWorld, type World } from '../support/world.js';
import { listOf, MCHID, merchant, PAYMENT, v3Notification } from './notifications/fixtures.js';

const YUAN = { total: 888, currency: 'CNY' };

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

/** Receives the signed notification of a payment in yuan, of a merchant whose file does not say which api it uses. */
async function notified(
  outTradeNo: string,
  { api, taskQueue }: { readonly api?: 'v3'; readonly taskQueue?: string } = {},
) {
  const receiver = createNotificationReceiver({
    merchants: listOf(await merchant({}, api && { api })),
    deliver: new NotificationDelivery(world.client, taskQueue === undefined ? {} : { taskQueue }).deliver,
  });
  const { body, headers } = await v3Notification({ resource: { ...PAYMENT, out_trade_no: outTradeNo, amount: YUAN } });
  return receiver.receive(body, headers);
}

const startAs = (api: 'v3' | 'v3-global', outTradeNo: string) =>
  world.orders.start({ api, mchid: MCHID, outTradeNo, amount: YUAN, payWithin: '15m' });

it.each(['1', 'A1', 'ABCDE'])(
  'a payment in yuan of the order %s is not refused: it can be of v3-global',
  async (no) => {
    expect(await notified(no)).toMatchObject({
      outcome: 'signalled',
      answer: { status: 204 },
      fact: { api: 'v3-global' },
    });
    const outcome = { ended: 'paid', amount: YUAN };
    expect(await world.orders.order({ mchid: MCHID, outTradeNo: no }).outcome()).toMatchObject(outcome);
  },
);

it('an api that was only guessed does not count as a difference, before and after the end', async () => {
  await notified('GUESSED');
  expect(await startAs('v3-global', 'GUESSED')).toMatchObject({ inputDiffers: false });
  const { handle } = await startAs('v3', 'GUESSED');
  await handle.outcome();
  expect(await startAs('v3-global', 'GUESSED')).toMatchObject({ inputDiffers: false });
});

it('it stays a guess if the order is started again', async () => {
  const order = { mchid: MCHID, outTradeNo: 'GUESSED-TWICE' };
  const taskQueue = 'no-workers';
  await notified(order.outTradeNo, { taskQueue });
  await world.client.workflow.getHandle(world.orders.order(order).workflowId).terminate();
  await notified(order.outTradeNo);
  expect(await startAs('v3-global', order.outTradeNo)).toMatchObject({ inputDiffers: false });
});

it('an api from the merchants file counts as a difference', async () => {
  expect(await notified('SAID-BY-THE-FILE', { api: 'v3' })).not.toHaveProperty('fact.apiIsGuessed');
  expect(await startAs('v3-global', 'SAID-BY-THE-FILE')).toMatchObject({ inputDiffers: true });
});
