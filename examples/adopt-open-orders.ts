/**
 * Hands the open orders of a shop to the worker, once, when a cron scan or a delay queue has closed them until now. Every
 * unpaid row gets a workflow, which asks WeChat Pay how the order stands, and closes it if it is overdue and unpaid. It may be
 * stopped and run again at any time. See docs/adopting.md. To try it:
 *
 *     npx tsx examples/adopt-open-orders.ts
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
// SQLite for each Node. Another database has the same two statements.
import Database from 'libsql';
// In your own service: from 'wechatpay-order-lifecycle-client'.
import { isOrderClientError, OrderClient } from '../client/index.js';

const MCHID = '1900000109';

/** What a shop has of an order. Its columns for outcomes are those of docs/adopting.md. */
export const TABLES = `
  CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY,
    out_trade_no TEXT NOT NULL UNIQUE,
    total INTEGER NOT NULL, -- in fen
    status TEXT NOT NULL,
    created_at TEXT NOT NULL, -- when WeChat Pay accepted it, RFC 3339
    pay_before TEXT NOT NULL -- its time_expire, RFC 3339
  );
`;

interface OpenRow {
  readonly id: number;
  readonly out_trade_no: string;
  readonly total: number;
  readonly created_at: string;
  readonly pay_before: string;
}

/** An order that cannot be adopted as it is in its row, and why. */
export interface Refused {
  readonly outTradeNo: string;
  readonly why: string;
}

/**
 * Adopts every unpaid order that is not adopted yet.
 *
 * @param perSecond starts at Temporal, at most. How often WeChat Pay is asked is WXPAY_CALLS_PER_SECOND of the workers
 * @throws what the client throws if Temporal cannot be reached; run it again then
 */
export async function adoptOpenOrders(
  shop: Database.Database,
  orders: Pick<OrderClient, 'adopt'>,
  perSecond = 20,
): Promise<Refused[]> {
  const page = shop.prepare(
    `SELECT id, out_trade_no, total, created_at, pay_before FROM orders
     WHERE status = 'unpaid' AND adopted_at IS NULL AND id > ? ORDER BY id LIMIT 100`,
  );
  const setAdopted = shop.prepare('UPDATE orders SET adopted_at = ? WHERE id = ?');
  const refused: Refused[] = [];
  let last = 0;
  for (;;) {
    const rows = page.all(last) as OpenRow[];
    if (rows.length === 0) return refused;
    for (const { id, out_trade_no: outTradeNo, total, created_at: createdAt, pay_before: payBefore } of rows) {
      try {
        const amount = { total, currency: 'CNY' };
        await orders.adopt({ api: 'v3', mchid: MCHID, outTradeNo, amount, createdAt, payBefore });
        setAdopted.run(new Date().toISOString(), id);
      } catch (error) {
        // A fault of this row only. Anything else is one of all rows.
        if (!isOrderClientError(error) || error.code !== 'invalid-order') throw error;
        refused.push({ outTradeNo, why: error.message });
      }
      last = id;
      await sleep(1_000 / perSecond);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const connection = await Connection.connect();
  console.table(await adoptOpenOrders(new Database('shop.db'), new OrderClient(new Client({ connection }))));
  await connection.close();
}
