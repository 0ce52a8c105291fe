import Database from 'libsql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NoServerError, type OrderClient } from '../../client/index.js';
import { HOUR, MINUTE, type Milliseconds } from '../../domain/time.js';
import { adoptOpenOrders, TABLES } from '../../examples/adopt-open-orders.js';
import { newService } from '../../examples/outcomes-sqlite.js';
import { readPage } from '../../tools/docs/pages.js';
import { webhookSigner } from '../../wechatpay/webhook-signature.js';
import { callsOf, newWorld, type World } from '../support/world.js';

const PAGE = readPage('docs/adopting.md');

/** The statements of the page that stand in its blocks of SQL. */
const [COLUMNS = '', DIFFERENCES = ''] = [...PAGE.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql = '']) => sql);

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const FAST = 1_000;
const CNY = { total: 888, currency: 'CNY' };

/** A shop with open orders, a worker, and the example that takes what it tells into the same database. */
async function newShop(): Promise<{ world: World; shop: Database.Database }> {
  const file = `file:shop-${process.pid}-${(count += 1)}?mode=memory&cache=shared`;
  const service = newService(file, SECRET);
  onTestFinished(() => service.close());
  const url = new URL('/wechatpay/outcomes', await service.listen({ host: '127.0.0.1', port: 0 }));
  const endpoint = { url, key: '0123456789ab', wants: () => true, sign: webhookSigner([SECRET]) };
  const world = await newWorld({ outcomes: [endpoint] });
  const shop = new Database(file);
  onTestFinished(() => void shop.close());
  shop.exec(TABLES + COLUMNS);
  return { world, shop };
}

let count = 0;

/** A row of the shop, of an order that could be paid for 15 minutes; and, unless it is unknown there, WeChat Pay's order. */
async function addRow(
  { world, shop }: { world: World; shop: Database.Database },
  outTradeNo: string,
  { age, isPlaced = true }: { age: Milliseconds; isPlaced?: boolean },
) {
  const createdAt = (await world.now()) - age;
  const { mchid } = world.sandbox;
  if (isPlaced) await world.sandbox.place({ mchid, outTradeNo, amount: CNY, createdAt, api: 'v3' });
  const times = [createdAt, createdAt + 15 * MINUTE].map((each) => new Date(each).toISOString());
  const insert = 'INSERT INTO orders (out_trade_no, total, status, created_at, pay_before) VALUES (?, 888, ?, ?, ?)';
  shop.prepare(insert).run(outTradeNo, 'unpaid', ...times);
  return { mchid, outTradeNo };
}

/** What the worker has told of each order. */
function toldOf(shop: Database.Database): Record<string, string> {
  const rows = shop.prepare('SELECT workflow_id, type FROM order_outcomes').all() as {
    workflow_id: string;
    type: string;
  }[];
  return Object.fromEntries(rows.map(({ workflow_id: id, type }) => [id.replace('order/1900000109/', ''), type]));
}

const setStatus = (shop: Database.Database, outTradeNo: string, status: string) =>
  shop.prepare('UPDATE orders SET status = ? WHERE out_trade_no = ?').run(status, outTradeNo);

describe('the open orders of a shop', () => {
  it('are adopted once each, also by a run after one that was stopped, and end as WeChat Pay says', async () => {
    const { world, shop } = await newShop();
    const at = { world, shop };
    await addRow(at, 'OVERDUE', { age: 3 * HOUR });
    await world.sandbox.pay(await addRow(at, 'OPEN-AND-PAID', { age: 5 * MINUTE }));
    const closed = await addRow(at, 'CLOSED-BY-CRON', { age: 2 * HOUR });
    await world.sandbox.become(closed, 'CLOSED');
    await world.sandbox.become(await addRow(at, 'OVERDUE-AND-PAID', { age: 3 * HOUR }), 'SUCCESS');
    await addRow(at, 'UNKNOWN-THERE', { age: 3 * HOUR, isPlaced: false });
    await addRow(at, 'NO!NUMBER', { age: 3 * HOUR, isPlaced: false });
    await addRow(at, 'JUST-PLACED', { age: MINUTE });

    const adopted: string[] = [];
    const orders = (reachable: () => boolean): Pick<OrderClient, 'adopt'> => ({
      adopt: async (input) => {
        if (!reachable()) throw new NoServerError(`order/1900000109/${input.outTradeNo}`, 10_000);
        const started = await world.orders.adopt(input);
        adopted.push(input.outTradeNo ?? '');
        return started;
      },
    });
    const stopped = adoptOpenOrders(
      shop,
      orders(() => adopted.length < 3),
      FAST,
    );
    await expect(stopped).rejects.toMatchObject({ code: 'no-server' });
    expect(adopted).toEqual(['OVERDUE', 'OPEN-AND-PAID', 'CLOSED-BY-CRON']);
    const refused = await adoptOpenOrders(
      shop,
      orders(() => true),
      FAST,
    );
    expect(refused).toMatchObject([{ outTradeNo: 'NO!NUMBER', why: expect.stringContaining('outTradeNo') }]);
    expect(adopted.slice(3)).toEqual(['OVERDUE-AND-PAID', 'UNKNOWN-THERE', 'JUST-PLACED']);

    await world.pass(MINUTE);
    await expect.poll(() => toldOf(shop)).toMatchObject({ OVERDUE: 'order.closed', 'OVERDUE-AND-PAID': 'order.paid' });
    expect(callsOf(world, 'OVERDUE')).toEqual(['query NOTPAY', 'close 204', 'query CLOSED']);
    expect(callsOf(world, 'CLOSED-BY-CRON')).toEqual(['query CLOSED']);
    expect(callsOf(world, 'OVERDUE-AND-PAID')).toEqual(['query SUCCESS']);
    expect(callsOf(world, 'JUST-PLACED')).toEqual([]);

    await world.pass(15 * MINUTE);
    await expect
      .poll(() => toldOf(shop))
      .toEqual({
        OVERDUE: 'order.closed',
        'OPEN-AND-PAID': 'order.paid',
        'CLOSED-BY-CRON': 'order.closed',
        'OVERDUE-AND-PAID': 'order.paid',
        'UNKNOWN-THERE': 'order.never-existed',
        'JUST-PLACED': 'order.closed',
      });
    const ends = Object.entries(toldOf(shop)).map(([number, type]) => [number, type.replace('order.', '')] as const);
    expect(world.sandbox.audit(new Map(ends))).toEqual({ early: [], closedWhilePaid: [], needless: [], wrong: [] });
    expect(await world.orders.order(closed).outcome()).toEqual({ ended: 'closed', closeSent: 'no' });
  });

  it('are compared with what the worker tells by the query of the page', async () => {
    const { world, shop } = await newShop();
    const at = { world, shop };
    for (const [number, status] of [
      ['BOTH-CLOSED', 'closed'],
      ['NEVER-THERE', 'closed'],
      ['BOTH-PAID', 'paid'],
      ['PAID-AFTER-ALL', 'closed'],
      ['NOT-TOLD', 'closed'],
      ['A-PERSON', 'paid'],
      ['MISSED', 'unpaid'],
    ] as const) {
      await addRow(at, number, { age: 3 * HOUR, isPlaced: false });
      setStatus(shop, number, status);
    }
    await addRow(at, 'YOUNG', { age: MINUTE, isPlaced: false });
    const tell = shop.prepare("INSERT INTO order_outcomes VALUES ('order/1900000109/' || ?, 1, ?, '{}')");
    tell.run('BOTH-CLOSED', 'order.closed');
    tell.run('NEVER-THERE', 'order.never-existed');
    tell.run('BOTH-PAID', 'order.paid');
    tell.run('PAID-AFTER-ALL', 'order.paid');
    tell.run('A-PERSON', 'order.needs-attention');
    tell.run('MISSED', 'order.paid');
    const anHourAgo = new Date((await world.now()) - HOUR).toISOString();
    expect(shop.prepare(DIFFERENCES).all({ an_hour_ago: anHourAgo })).toEqual([
      { out_trade_no: 'PAID-AFTER-ALL', status: 'closed', type: 'order.paid' },
      { out_trade_no: 'NOT-TOLD', status: 'closed', type: null },
      { out_trade_no: 'A-PERSON', status: 'paid', type: 'order.needs-attention' },
      { out_trade_no: 'MISSED', status: 'unpaid', type: 'order.paid' },
    ]);
  });
});

it('the page shows the loop of the example as it is', () => {
  const [, loop] = /```ts\nimport .*\n\n(async function[\s\S]*?)```/.exec(PAGE) ?? [];
  expect(loop).toBeDefined();
  expect(readPage('examples/adopt-open-orders.ts')).toContain(loop);
});
