/**
 * The smallest checkout that takes what the worker tells: one file of SQLite, and no database server. To try it:
 *
 *     OUTCOME_SECRET=whsec_… npx tsx examples/outcomes-sqlite.ts
 *     curl http://127.0.0.1:8080/orders/SHOP-1
 */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastify, { type FastifyInstance } from 'fastify';
import sqlite, { type Database } from 'node-sqlite3-wasm';
// In your own service: from 'wechatpay-order-lifecycle/outcomes'.
import { outcomePlugin, type OutcomeSecrets, type VerifiedOutcome } from '../client/outcomes/index.js';

const TABLES = `
  CREATE TABLE IF NOT EXISTS handled_events (id TEXT PRIMARY KEY, handled_at TEXT DEFAULT CURRENT_TIMESTAMP);
  -- One row for each order, and one for its late payment: they have workflow ids of their own.
  CREATE TABLE IF NOT EXISTS order_outcomes (
    workflow_id TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL
  );
  -- What the shop reads: SHOP-1 is closed.
  CREATE VIEW IF NOT EXISTS orders AS
    SELECT data ->> '$.order.outTradeNo' AS out_trade_no, replace(type, 'order.', '') AS state
    FROM order_outcomes WHERE type LIKE 'order.%';
`;

/** With `better-sqlite3`, or `node:sqlite` of a newer Node, the statements are the same, and no lock is left by a kill. */
export function newService(file: string, secrets: OutcomeSecrets): FastifyInstance {
  // One process has the file, so a lock that is there already was left by one that was killed.
  rmSync(`${file}.lock`, { recursive: true, force: true });
  const database = new sqlite.Database(file);
  database.exec(TABLES);
  const app = fastify();
  app.addHook('onClose', () => database.close());
  app.register(outcomePlugin, { path: '/wechatpay/outcomes', secrets, handle: (event) => store(event, database) });
  app.get<{ Params: { outTradeNo: string } }>('/orders/:outTradeNo', ({ params }, reply) => {
    const order = database.get('SELECT state FROM orders WHERE out_trade_no = ?', params.outTradeNo);
    return order ?? reply.code(404).send({ state: 'not told' });
  });
  return app;
}

/**
 * One transaction: if any of it fails, none of it is stored, and the worker posts the event again. There must be no `await`
 * in it: another event would come into the same transaction.
 */
function store(event: VerifiedOutcome, database: Database): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    if (isFirst(event, database)) keepNewest(event, database);
    database.exec('COMMIT');
  } catch (error) {
    // After some errors, such as a full disk, SQLite has rolled back by itself.
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function isFirst({ id }: VerifiedOutcome, database: Database): boolean {
  return database.run('INSERT INTO handled_events (id) VALUES (?) ON CONFLICT DO NOTHING', id).changes === 1;
}

/** What `isNewer` does, in one statement. */
function keepNewest(event: VerifiedOutcome, database: Database): void {
  const type = event.type === 'unknown' ? event.unknownType : event.type;
  database.run(
    `INSERT INTO order_outcomes (workflow_id, sequence, type, data) VALUES (?, ?, ?, ?)
     ON CONFLICT (workflow_id) DO UPDATE SET sequence = excluded.sequence, type = excluded.type, data = excluded.data
     WHERE order_outcomes.sequence < excluded.sequence`,
    [event.workflowId, event.sequence, type, JSON.stringify(event.data)],
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await newService('shop.db', process.env['OUTCOME_SECRET'] ?? '').listen({ port: 8080 });
}
