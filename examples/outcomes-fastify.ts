import type { PGlite, Transaction } from '@electric-sql/pglite';
import fastify, { type FastifyInstance } from 'fastify';
// In your own service: from 'wechatpay-order-lifecycle-client/outcomes'.
import { outcomePlugin, type OutcomeSecrets, type VerifiedOutcome } from '../client/outcomes/index.js';

/** What a checkout stores of the events, in PostgreSQL. */
export const TABLES = `
  CREATE TABLE IF NOT EXISTS handled_events (
    id text PRIMARY KEY,
    handled_at timestamptz NOT NULL DEFAULT now()
  );
  -- One row for each order, and one for its late payment: they have workflow ids of their own.
  CREATE TABLE IF NOT EXISTS order_outcomes (
    workflow_id text PRIMARY KEY,
    sequence bigint NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL
  );
  -- What a person of the shop must look at, once for each event.
  CREATE TABLE IF NOT EXISTS tasks (
    event_id text PRIMARY KEY,
    what text NOT NULL
  );
`;

/**
 * Takes what the worker tells, each event once, and never an older one after a newer. With `pg` in place of PGlite, a
 * PostgreSQL in this process, the statements are the same, between BEGIN and COMMIT of one client.
 */
export function newService(database: PGlite, secrets: OutcomeSecrets): FastifyInstance {
  const app = fastify();
  app.register(outcomePlugin, {
    path: '/wechatpay/outcomes',
    secrets,
    // One transaction: if any of it fails, none of it is stored, and the worker posts the event again.
    handle: (event) => database.transaction((transaction) => store(event, transaction)),
  });
  return app;
}

async function store(event: VerifiedOutcome, transaction: Transaction): Promise<void> {
  if (!(await isFirst(event, transaction))) return;
  if (!(await isNewest(event, transaction))) return;
  const what = taskOf(event);
  if (what !== null) await transaction.query('INSERT INTO tasks (event_id, what) VALUES ($1, $2)', [event.id, what]);
}

/** The same event at the same time waits here, for the end of the first one's transaction. */
async function isFirst({ id }: VerifiedOutcome, transaction: Transaction): Promise<boolean> {
  const stored = await transaction.query(
    'INSERT INTO handled_events (id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id',
    [id],
  );
  return stored.rows.length === 1;
}

/** What `isNewer` does, in one statement, so that two events of an order cannot come between each other. */
async function isNewest(event: VerifiedOutcome, transaction: Transaction): Promise<boolean> {
  const { workflowId, sequence, type, data } = event;
  const stored = await transaction.query(
    `INSERT INTO order_outcomes (workflow_id, sequence, type, data) VALUES ($1, $2, $3, $4)
     ON CONFLICT (workflow_id) DO UPDATE SET sequence = excluded.sequence, type = excluded.type, data = excluded.data
     WHERE order_outcomes.sequence < excluded.sequence
     RETURNING workflow_id`,
    [workflowId, sequence, type, JSON.stringify(data)],
  );
  return stored.rows.length === 1;
}

/** What a person of the shop must do about it. `null`: nothing. */
function taskOf(event: VerifiedOutcome): string | null {
  switch (event.type) {
    case 'order.needs-attention':
    case 'service-order.needs-attention':
      return `look at it in Temporal UI: ${event.data.reason}`;
    case 'late-payment.found':
      return `refund the payment, or reopen the order: ${event.data.reason}`;
    case 'unknown':
      return `upgrade wechatpay-order-lifecycle here: it does not know ${event.unknownType}`;
    default:
      return null;
  }
}
