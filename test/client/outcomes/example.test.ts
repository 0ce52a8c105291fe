import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { FastifyInstance } from 'fastify';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { OutcomeEvent } from '../../../client/outcomes/index.js';
import * as withPostgres from '../../../examples/outcomes-fastify.js';
import * as withSqlite from '../../../examples/outcomes-sqlite.js';
import { sent } from '../notifications/sockets.js';
import { eventOf, OTHER_SECRET, PAID, posted, SECRET } from './fixtures.js';

type Row = Readonly<Record<string, unknown>>;

/** A checkout of an example, and what a test needs of its database. */
interface Checkout {
  readonly app: FastifyInstance;
  readonly query: (sql: string) => Promise<readonly Row[]>;
  /** The table that it writes last for an event. */
  readonly lastTable: string;
}

let postgres: PGlite;
beforeAll(async () => {
  postgres = await PGlite.create();
  await postgres.exec(withPostgres.TABLES);
});
afterAll(() => postgres.close());

async function postgresCheckout(): Promise<Checkout> {
  await postgres.exec('TRUNCATE handled_events, order_outcomes, tasks');
  return {
    app: withPostgres.newService(postgres, SECRET),
    query: async (sql) => (await postgres.query<Row>(sql)).rows,
    lastTable: 'tasks',
  };
}

/** The file of a database that is not there yet; deleted with the test. */
async function newFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-checkout-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'shop.db');
}

async function sqliteCheckout(): Promise<Checkout> {
  const file = await newFile();
  const app = withSqlite.newService(file, SECRET);
  const database = new Database(file);
  onTestFinished(() => void database.close());
  const query = (sql: string): readonly Row[] => {
    if (sql.startsWith('SELECT')) return database.prepare(sql).all() as Row[];
    database.exec(sql);
    return [];
  };
  return { app, query: (sql) => Promise.resolve(query(sql)), lastTable: 'order_outcomes' };
}

type Post = (event: object, secret?: string) => Promise<number>;

/** Lets a service listen until the end of the test. */
async function poster(app: FastifyInstance): Promise<Post> {
  onTestFinished(() => app.close());
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return async (event, secret = SECRET) => {
    const { status } = await sent(port, '/wechatpay/outcomes', posted(event, { secrets: [secret] }));
    return status;
  };
}

async function outcomes({ query }: Checkout): Promise<Row[]> {
  const rows = await query('SELECT workflow_id, sequence, type, data FROM order_outcomes ORDER BY workflow_id');
  // SQLite has JSON as a text.
  return rows.map(({ data, ...row }) => ({ ...row, data: typeof data === 'string' ? JSON.parse(data) : data }));
}

async function handled({ query }: Checkout): Promise<unknown[]> {
  return (await query('SELECT id FROM handled_events ORDER BY id')).map(({ id }) => id);
}

const rowOf = ({ workflowId, sequence, type, data }: OutcomeEvent) => ({
  workflow_id: workflowId,
  sequence,
  type,
  data,
});

const ASKS = { ...eventOf('order.needs-attention'), id: 'evt_asks', sequence: PAID.sequence - 1 };
const LATE = { ...eventOf('late-payment.found'), id: 'evt_late', sequence: PAID.sequence - 2 };

describe.each([
  ['PostgreSQL', postgresCheckout],
  ['SQLite', sqliteCheckout],
])('the checkout of the example with %s', (_, newCheckout) => {
  it('stores an event, and what it says', async () => {
    const checkout = await newCheckout();
    const post = await poster(checkout.app);
    expect(await post(PAID)).toBe(204);
    expect(await outcomes(checkout)).toEqual([rowOf(PAID)]);
    expect(await handled(checkout)).toEqual([PAID.id]);
  });

  it('stores what comes with one webhook-id once, and answers with success each time', async () => {
    const checkout = await newCheckout();
    const post = await poster(checkout.app);
    expect([await post(ASKS), await post({ ...PAID, id: ASKS.id })]).toEqual([204, 204]);
    expect(await outcomes(checkout)).toEqual([rowOf(ASKS)]);
  });

  it('stores an event once that is posted twice at the same time, and answers both with success', async () => {
    const checkout = await newCheckout();
    const post = await poster(checkout.app);
    expect(await Promise.all([post(ASKS), post(ASKS)])).toEqual([204, 204]);
    expect(await outcomes(checkout)).toEqual([rowOf(ASKS)]);
    expect(await handled(checkout)).toEqual([ASKS.id]);
  });

  it('changes nothing for an event that is older than what is stored', async () => {
    const checkout = await newCheckout();
    const post = await poster(checkout.app);
    expect([await post(PAID), await post(ASKS)]).toEqual([204, 204]);
    expect(await outcomes(checkout)).toEqual([rowOf(PAID)]);
  });

  it('goes on from an older event to a newer one', async () => {
    const checkout = await newCheckout();
    const post = await poster(checkout.app);
    expect([await post(ASKS), await post(PAID)]).toEqual([204, 204]);
    expect(await outcomes(checkout)).toEqual([rowOf(PAID)]);
  });

  it('keeps a late payment beside its order, whatever its number', async () => {
    const checkout = await newCheckout();
    const post = await poster(checkout.app);
    expect([await post(PAID), await post(LATE)]).toEqual([204, 204]);
    expect(await outcomes(checkout)).toEqual([rowOf(LATE), rowOf(PAID)]);
  });

  it('answers with failure while the database fails, stores nothing of the event, and takes it again', async () => {
    const checkout = await newCheckout();
    const post = await poster(checkout.app);
    await checkout.query(`ALTER TABLE ${checkout.lastTable} RENAME TO away`);
    const status = await post(ASKS);
    await checkout.query(`ALTER TABLE away RENAME TO ${checkout.lastTable}`);
    expect(status).toBe(500);
    expect(await outcomes(checkout)).toEqual([]);
    expect(await handled(checkout)).toEqual([]);
    expect(await post(ASKS)).toBe(204);
    expect(await outcomes(checkout)).toEqual([rowOf(ASKS)]);
  });

  it('stores nothing that was signed with another secret', async () => {
    const checkout = await newCheckout();
    const post = await poster(checkout.app);
    expect(await post(PAID, OTHER_SECRET)).toBe(400);
    expect(await handled(checkout)).toEqual([]);
  });
});

describe('the tasks of the example with PostgreSQL', () => {
  /** What a person of the shop must do after these events, and that each was taken. */
  async function tasksAfter(...events: object[]): Promise<readonly Row[]> {
    const { app, query } = await postgresCheckout();
    const post = await poster(app);
    for (const event of events) expect(await post(event)).toBe(204);
    return query('SELECT event_id, what FROM tasks ORDER BY event_id');
  }

  it('are one for each event that needs a person', async () => {
    expect(await tasksAfter(ASKS, ASKS, PAID, LATE)).toMatchObject([{ event_id: ASKS.id }, { event_id: LATE.id }]);
  });

  it('are none for an event that is older than what is stored', async () => {
    expect(await tasksAfter(PAID, ASKS)).toEqual([]);
  });

  it('ask for an upgrade if an event has a type that is not known', async () => {
    const tasks = await tasksAfter({ ...PAID, type: 'order.refunded' });
    expect(tasks).toMatchObject([{ what: expect.stringContaining('order.refunded') }]);
  });
});

describe('the orders of the example with SQLite', () => {
  const CLOSED = { ...eventOf('order.closed'), id: 'evt_closed' };
  const NUMBER = PAID.workflowId.replace('order/', '');

  async function typeOf(app: FastifyInstance, number: string): Promise<unknown> {
    const response = await app.inject(`/orders/${number}`);
    return response.statusCode === 200 ? response.json<unknown>() : response.statusCode;
  }

  it.each([PAID, CLOSED, ASKS, { ...PAID, type: 'order.refunded' }])('are as $type says', async (event) => {
    const { app } = await sqliteCheckout();
    const post = await poster(app);
    expect(await typeOf(app, NUMBER)).toBe(404);
    expect(await post(event)).toBe(204);
    expect(await typeOf(app, NUMBER)).toEqual({ type: event.type });
    // Another merchant may have the same number.
    expect(await typeOf(app, NUMBER.replace(/^\d+/, '1'))).toBe(404);
  });

  it('are closed whatever is told of a late payment, and when', async () => {
    const { app } = await sqliteCheckout();
    const post = await poster(app);
    for (const event of [LATE, CLOSED, { ...LATE, id: 'evt_later', sequence: CLOSED.sequence + 1 }]) {
      expect(await post(event)).toBe(204);
    }
    expect(await typeOf(app, NUMBER)).toEqual({ type: 'order.closed' });
  });

  it('are there after a restart', async () => {
    const file = await newFile();
    const before = withSqlite.newService(file, SECRET);
    const post = await poster(before);
    expect(await post(CLOSED)).toBe(204);
    await before.close();
    const after = withSqlite.newService(file, SECRET);
    const postAgain = await poster(after);
    expect(await postAgain(ASKS)).toBe(204);
    expect(await typeOf(after, NUMBER)).toEqual({ type: 'order.closed' });
  });
});
