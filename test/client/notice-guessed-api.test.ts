import { beforeEach, expect, it } from 'vitest';
import { NoticeDelivery } from '../../client/index.js';
import { createNoticeReceiver } from '../../client/notices/index.js';
import { newWorld, type World } from '../support/world.js';
import { listOf, MCHID, merchant, PAYMENT, v3Notice } from './notices/stage.js';

const YUAN = { total: 888, currency: 'CNY' };

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

/** Receives the signed notice of a payment in yuan, of a merchant whose file does not say which api it uses. */
async function noticed(
  outTradeNo: string,
  { api, taskQueue }: { readonly api?: 'v3'; readonly taskQueue?: string } = {},
) {
  const receiver = createNoticeReceiver({
    merchants: listOf(await merchant({}, api && { api })),
    deliver: new NoticeDelivery(world.client, taskQueue === undefined ? {} : { taskQueue }).deliver,
  });
  const { body, headers } = await v3Notice({ resource: { ...PAYMENT, out_trade_no: outTradeNo, amount: YUAN } });
  return receiver.receive(body, headers);
}

const startAs = (api: 'v3' | 'v3-global', outTradeNo: string) =>
  world.orders.start({ api, mchid: MCHID, outTradeNo, amount: YUAN, payWithin: '15m' });

it.each(['1', 'A1', 'ABCDE'])(
  'a payment in yuan of the order %s is not refused: it can be of v3-global',
  async (no) => {
    expect(await noticed(no)).toMatchObject({
      outcome: 'signalled',
      answer: { status: 204 },
      fact: { api: 'v3-global' },
    });
    const outcome = { ended: 'paid', amount: YUAN };
    expect(await world.orders.order({ mchid: MCHID, outTradeNo: no }).outcome()).toMatchObject(outcome);
  },
);

it('an api that was only guessed is no difference to the checkout, before and after the end', async () => {
  await noticed('GUESSED');
  expect(await startAs('v3-global', 'GUESSED')).toMatchObject({ inputDiffers: false });
  const { handle } = await startAs('v3', 'GUESSED');
  await handle.outcome();
  expect(await startAs('v3-global', 'GUESSED')).toMatchObject({ inputDiffers: false });
});

it('it stays a guess where the order is begun again', async () => {
  const order = { mchid: MCHID, outTradeNo: 'GUESSED-TWICE' };
  const taskQueue = 'where-nobody-works';
  await noticed(order.outTradeNo, { taskQueue });
  await world.client.workflow.getHandle(world.orders.order(order).workflowId).terminate();
  await noticed(order.outTradeNo);
  expect(await startAs('v3-global', order.outTradeNo)).toMatchObject({ inputDiffers: false });
});

it('an api that the merchants file says is one', async () => {
  expect(await noticed('SAID-BY-THE-FILE', { api: 'v3' })).not.toHaveProperty('fact.apiIsGuessed');
  expect(await startAs('v3-global', 'SAID-BY-THE-FILE')).toMatchObject({ inputDiffers: true });
});
