/**
 * The smallest checkout that takes what the worker tells: one file of SQLite, and no database server. To try it:
 *
 *     OUTCOME_SECRET=whsec_… npx tsx examples/outcomes-sqlite.ts
 *     curl http://127.0.0.1:8080/orders/1900000109/SHOP-1
 */
import { fileURLToPath } from 'node:url';
import fastify, { type FastifyInstance } from 'fastify';
// SQLite for each Node. `better-sqlite3`, and `node:sqlite` of a newer Node, have the same statements.
import Database from 'libsql';
// In your own service: from 'wechatpay-order-lifecycle-client/outcomes'.
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
`;

export function newService(file: string, secrets: OutcomeSecrets): FastifyInstance {
  const database = new Database(file);
  database.exec(TABLES);
  const app = fastify();
  app.addHook('onClose', () => void database.close());
  app.register(outcomePlugin, { path: '/wechatpay/outcomes', secrets, handle: (event) => store(event, database) });
  // What the shop reads: the order of 1900000109/SHOP-1 ended as order.closed.
  app.get<{ Params: { '*': string } }>('/orders/*', ({ params }, reply) => {
    const select = database.prepare('SELECT type FROM order_outcomes WHERE workflow_id = ?');
    const row = select.get(`order/${params['*']}`) as { type: string } | undefined;
    return row === undefined ? reply.code(404).send({ type: null }) : { type: row.type };
  });
  return app;
}

/**
 * One transaction: if any of it fails, none of it is stored, and the worker posts the event again. There must be no `await`
 * in it: another event would come into the same transaction.
 */
function store(event: VerifiedOutcome, database: Database.Database): void {
  const storing = database.transaction(() => {
    if (isFirst(event, database)) keepNewest(event, database);
  });
  storing.immediate();
}

function isFirst({ id }: VerifiedOutcome, database: Database.Database): boolean {
  return database.prepare('INSERT INTO handled_events (id) VALUES (?) ON CONFLICT DO NOTHING').run(id).changes === 1;
}

/** What `isNewer` does, in one statement. */
function keepNewest(event: VerifiedOutcome, database: Database.Database): void {
  const type = event.type === 'unknown' ? event.unknownType : event.type;
  const insert = database.prepare(
    `INSERT INTO order_outcomes (workflow_id, sequence, type, data) VALUES (?, ?, ?, ?)
     ON CONFLICT (workflow_id) DO UPDATE SET sequence = excluded.sequence, type = excluded.type, data = excluded.data
     WHERE order_outcomes.sequence < excluded.sequence`,
  );
  insert.run(event.workflowId, event.sequence, type, JSON.stringify(event.data));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await newService('shop.db', process.env['OUTCOME_SECRET'] ?? '').listen({ port: 8080 });
}
