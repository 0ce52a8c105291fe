import { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { VisibleState } from '../../domain/page/order.js';
import type { VisibleServiceState } from '../../domain/page/service-order.js';
import { HOUR, MINUTE } from '../../domain/time.js';
import { startDevServer } from '../../testing/temporal-server/index.js';
import { readBacklog } from '../../worker/backlog.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import { deadlineAttribute, stateAttribute } from '../../workflows/messages/orders.js';

let server: Awaited<ReturnType<typeof startDevServer>>;
let client: Client;
beforeAll(async () => {
  server = await startDevServer({ ui: false });
  await registerSearchAttributes(server.env.connection, 'default');
  client = new Client({ connection: server.env.connection });
});
afterAll(() => server.env.teardown());

/** Starts a workflow that shows a state and a deadline. No worker listens, so that it goes on showing them. */
async function show(taskQueue: string, type: string, state: string, deadline: number): Promise<void> {
  await client.workflow.start(type, {
    workflowId: `${taskQueue}/${type}/${state}`,
    taskQueue,
    typedSearchAttributes: [
      { key: stateAttribute, value: state },
      { key: deadlineAttribute, value: new Date(deadline) },
    ],
  });
}

/** The backlog of a task queue as soon as visibility has so many workflows of it. */
async function backlogOf(taskQueue: string, workflows: number, now = Date.now()) {
  const count = async (query: string): Promise<number> => (await client.workflow.count(query)).count;
  await vi.waitFor(async () => expect(await count(`TaskQueue = '${taskQueue}'`)).toBe(workflows), 60_000);
  return readBacklog(count, taskQueue, now);
}

const ORDERS: Partial<Record<VisibleState, number>> = {
  'awaiting-payment': 1,
  closing: 1,
  unsettled: 1,
  'not-found-yet': 0,
  'user-is-paying': 0,
  'needs-attention': 0,
};
const SERVICE_ORDERS: Partial<Record<VisibleServiceState, number>> = {
  waiting: 1,
  cancelling: 1,
  unsettled: 1,
  'needs-attention': 0,
};
const PAST_ITS_DEADLINE = [
  ...Object.entries(ORDERS).map((each) => ['timeoutThenClose', ...each] as const),
  ...Object.entries(SERVICE_ORDERS).map((each) => ['cancelPayscore', ...each] as const),
];

describe('what a checkout was not told yet', () => {
  it('is every delivery of the task queue that has been open for 15 minutes, in any state, and none is overdue', async () => {
    const inTime = Date.now() + 14 * MINUTE;
    const later = Date.now() + 17 * MINUTE;
    await show('untold', 'timeoutThenClose', 'awaiting-payment', Date.now() + HOUR);
    await show('other', 'deliverOutcomes', 'not-delivered', Date.now() - HOUR);
    const states = ['delivering', 'not-delivered', 'needs-attention'];
    for (const state of states) await show('untold', 'deliverOutcomes', state, Date.now() - HOUR);
    expect(await backlogOf('untold', 4, inTime)).toMatchObject({ undelivered: 0 });
    const open = await backlogOf('untold', 4, later);
    expect(open).toMatchObject({ undelivered: 3, overdue: 0 });
    expect(open.needsAttention.get('unknown')).toBe(1);
    await client.workflow.getHandle('untold/deliverOutcomes/not-delivered').terminate();
    await vi.waitFor(async () => expect(await backlogOf('untold', 4, later)).toMatchObject({ undelivered: 2 }), 60_000);
  });
});

describe('what is overdue', () => {
  it.each(PAST_ITS_DEADLINE)('counts a %s past its deadline that is %s: %i', async (type, state, overdue) => {
    const taskQueue = `${type}-${state}`;
    await show(taskQueue, type, state, Date.now() - HOUR);
    expect(await backlogOf(taskQueue, 1)).toMatchObject({ overdue });
  });

  it('counts none before its deadline', async () => {
    await show('later', 'timeoutThenClose', 'awaiting-payment', Date.now() + HOUR);
    expect(await backlogOf('later', 1)).toMatchObject({ overdue: 0, oldestSeconds: 0 });
  });

  it('is as old as the oldest that a worker should have closed, and a person is counted apart', async () => {
    await show('ages', 'timeoutThenClose', 'not-found-yet', Date.now() - 5 * HOUR);
    await show('ages', 'timeoutThenClose', 'needs-attention', Date.now() - 4 * HOUR);
    await show('ages', 'timeoutThenClose', 'unsettled', Date.now() - 20 * MINUTE);
    const { overdue, oldestSeconds, needsAttention } = await backlogOf('ages', 3);
    expect(overdue).toBe(1);
    expect(oldestSeconds).toBeGreaterThanOrEqual(0.95 * 20 * 60);
    expect(oldestSeconds).toBeLessThan(21 * 60);
    expect(needsAttention.get('unknown')).toBe(1);
  });
});
