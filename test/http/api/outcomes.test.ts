import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OutcomeEvent } from '../../../client/index.js';
import { clientsOf } from '../../../http/api/run.js';
import { DEFAULT_TASK_QUEUE } from '../../../workflows/messages/orders.js';
import { MCHIDS, newFeedWorld, type FeedWorld } from '../../support/feed-world.js';
import { type Ask, serving } from './serving.js';

let world: FeedWorld;
let ask: Ask;
const ends: (() => Promise<void>)[] = [];
beforeAll(async () => {
  world = await newFeedWorld();
  ends.push(() => world.end());
  ({ ask } = await serving(clientsOf(world.client, DEFAULT_TASK_QUEUE), {}, (stop) => ends.push(stop)));
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

const [MINE, OTHER] = MCHIDS;
const pathOf = (mchid: string): string => `/v1/merchants/${mchid}/outcomes`;

it("tells a merchant's outcomes, and no other's, page by page", async () => {
  const since = new Date().toISOString();
  const handles = [await world.paid(MINE), await world.paid(MINE), await world.paid(OTHER)];
  for (const handle of handles) await handle.outcome();
  const seen = async () => {
    const ids = new Map<string, OutcomeEvent>();
    let page = await ask(`GET ${pathOf(MINE)}?since=${encodeURIComponent(since)}&limit=1`);
    for (;;) {
      expect(page).toMatchObject({ status: 200, body: { lostBefore: null, unwatched: [] } });
      for (const event of page.body['events'] as OutcomeEvent[]) ids.set(event.id, event);
      if (page.body['isCaughtUp'] === true) return { ids, cursor: String(page.body['cursor']) };
      page = await ask(`GET ${pathOf(MINE)}?cursor=${String(page.body['cursor'])}&limit=1`);
    }
  };
  await expect.poll(async () => (await seen()).ids.size, { timeout: 30_000 }).toBe(2);
  const { ids, cursor } = await seen();
  expect([...ids.values()].map(({ workflowId }) => workflowId).sort()).toEqual(
    handles
      .slice(0, 2)
      .map(({ workflowId }) => workflowId)
      .sort(),
  );
  expect(await ask(`GET ${pathOf(OTHER)}?cursor=${cursor}`)).toMatchObject({
    status: 400,
    body: { faults: [{ field: 'cursor', rule: 'is the cursor of a feed of another merchant' }] },
  });
});

it.each([
  ['', 'position'],
  ['since=yesterday', 'since'],
  ['cursor=x', 'cursor'],
  ['since=2026-01-01T00:00:00Z&cursor=x', 'position'],
  ['since=2026-01-01T00:00:00Z&limit=0', 'limit'],
  ['since=2026-01-01T00:00:00Z&limit=1001', 'limit'],
  ['since=2026-01-01T00:00:00Z&limit=ten', 'limit'],
  ['since=2026-01-01T00:00:00Z&limit=0x10', 'limit'],
  ['since=2026-01-01T00:00:00Z&limit=1e2', 'limit'],
  ['since=2026-01-01T00:00:00Z&until=x', 'until'],
])('refuses the query %j', async (query, field) => {
  expect(await ask(`GET ${pathOf(MINE)}?${query}`)).toMatchObject({
    status: 400,
    body: { code: 'invalid-order', faults: [{ field }] },
  });
});

it('refuses a merchant number that is none', async () => {
  expect(await ask(`GET ${pathOf('mch')}?since=2026-01-01T00:00:00Z`)).toMatchObject({
    status: 400,
    body: { faults: [{ field: 'mchid' }] },
  });
});
