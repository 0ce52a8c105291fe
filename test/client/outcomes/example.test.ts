import type { AddressInfo } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { OutcomeEvent } from '../../../client/outcomes/index.js';
import { newService, TABLES } from '../../../examples/outcomes-fastify.js';
import { sent } from '../notifications/sockets.js';
import { eventOf, OTHER_SECRET, PAID, posted, SECRET } from './fixtures.js';

let database: PGlite;
beforeAll(async () => {
  database = await PGlite.create();
  await database.exec(TABLES);
});
beforeEach(() => database.exec('TRUNCATE handled_events, order_outcomes, tasks'));
afterAll(() => database.close());

/** A checkout that listens, and a way to post to it. */
async function checkout(): Promise<(event: object, secret?: string) => Promise<number>> {
  const app = newService(database, SECRET);
  onTestFinished(() => app.close());
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return async (event, secret = SECRET) => {
    const { status } = await sent(port, '/wechatpay/outcomes', posted(event, { secrets: [secret] }));
    return status;
  };
}

async function rows(sql: string): Promise<unknown[]> {
  return (await database.query(sql)).rows;
}
const outcomes = () => rows('SELECT workflow_id, sequence, type, data FROM order_outcomes ORDER BY workflow_id');
const tasks = () => rows('SELECT event_id, what FROM tasks ORDER BY event_id');
const handled = async () => (await rows('SELECT id FROM handled_events ORDER BY id')).length;

const rowOf = ({ workflowId, sequence, type, data }: OutcomeEvent) => ({
  workflow_id: workflowId,
  sequence,
  type,
  data,
});

const ASKS = { ...eventOf('order.needs-attention'), id: 'evt_asks', sequence: PAID.sequence - 1 };
const LATE = { ...eventOf('late-payment.found'), id: 'evt_late', sequence: PAID.sequence - 2 };

describe('the checkout of the example', () => {
  it('stores an event, and what it says', async () => {
    const post = await checkout();
    expect(await post(PAID)).toBe(204);
    expect(await outcomes()).toEqual([rowOf(PAID)]);
    expect(await tasks()).toEqual([]);
  });

  it('stores the same event once, and answers with success each time', async () => {
    const post = await checkout();
    expect([await post(ASKS), await post(ASKS)]).toEqual([204, 204]);
    expect(await Promise.all([post(ASKS), post(ASKS)])).toEqual([204, 204]);
    expect(await tasks()).toHaveLength(1);
    expect(await handled()).toBe(1);
  });

  it('changes nothing for an event that is older than what is stored', async () => {
    const post = await checkout();
    expect([await post(PAID), await post(ASKS)]).toEqual([204, 204]);
    expect(await outcomes()).toEqual([rowOf(PAID)]);
    expect(await tasks()).toEqual([]);
  });

  it('goes on from an older event to a newer one', async () => {
    const post = await checkout();
    expect([await post(ASKS), await post(PAID)]).toEqual([204, 204]);
    expect(await outcomes()).toEqual([rowOf(PAID)]);
    expect(await tasks()).toMatchObject([{ event_id: ASKS.id }]);
  });

  it('keeps a late payment beside its order, whatever its number', async () => {
    const post = await checkout();
    expect([await post(PAID), await post(LATE)]).toEqual([204, 204]);
    expect(await outcomes()).toEqual([rowOf(LATE), rowOf(PAID)]);
    expect(await tasks()).toMatchObject([{ event_id: LATE.id }]);
  });

  it('answers with failure while the database fails, stores nothing of the event, and takes it again', async () => {
    const post = await checkout();
    await database.exec('ALTER TABLE tasks RENAME TO tasks_away');
    expect(await post(ASKS)).toBe(500);
    expect(await outcomes()).toEqual([]);
    expect(await handled()).toBe(0);
    await database.exec('ALTER TABLE tasks_away RENAME TO tasks');
    expect(await post(ASKS)).toBe(204);
    expect(await tasks()).toMatchObject([{ event_id: ASKS.id }]);
  });

  it('stores nothing that was signed with another secret', async () => {
    const post = await checkout();
    expect(await post(PAID, OTHER_SECRET)).toBe(400);
    expect(await handled()).toBe(0);
  });

  it('takes an event of a type that it does not know, and asks for an upgrade', async () => {
    const post = await checkout();
    expect(await post({ ...PAID, type: 'order.refunded' })).toBe(204);
    expect(await tasks()).toMatchObject([{ what: expect.stringContaining('order.refunded') }]);
  });
});
