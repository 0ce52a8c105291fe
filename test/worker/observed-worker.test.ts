import { TypedSearchAttributes } from '@temporalio/common';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Child } from '../../testing/demo/processes.js';
import { MINUTE, SECOND } from '../../domain/time.js';
import { readBacklog } from '../../worker/backlog.js';
import {
  DEFAULT_TASK_QUEUE,
  deadlineAttribute,
  reasonAttribute,
  stateAttribute,
} from '../../workflows/messages/orders.js';
import { ObservedWorker, UNKNOWN_MERCHANT } from './observed.js';

const { TaskQueueType } = proto.temporal.api.enums.v1;

let observed: ObservedWorker;
let worker: Child;
beforeAll(async () => {
  ({ observed, worker } = await ObservedWorker.start());
});
afterAll(() => observed.end());

describe('a worker that is observed', () => {
  it('is alive and ready', async () => {
    expect(await observed.probe('/livez')).toEqual({ status: 200, body: { ok: true, checks: { worker: 'RUNNING' } } });
    const checks = { worker: 'RUNNING', temporal: 'answers' };
    const ready = { status: 200, body: { ok: true, checks } };
    await vi.waitFor(async () => expect(await observed.probe('/readyz')).toEqual(ready), 60_000);
    expect((await observed.probe('/')).status).toBe(404);
    expect((await fetch(`http://${observed.health}/livez`, { method: 'POST' })).status).toBe(405);
  });

  it('counts what its calls brought, by call and code', async () => {
    const handle = await observed.checkout('CLOSES', 6);
    expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
    await observed.eventually('wxpay_answers_total', (answers) => {
      expect(answers).toMatchObject({
        'call="queryOrder",code="NOTPAY"': 1,
        'call="closeOrder",code="accepted"': 1,
        'call="queryOrder",code="CLOSED"': 1,
        'call="queryOrder",code="LOCAL_UNVERIFIED"': 1,
      });
      expect(answers['call="queryOrder",code="LOCAL_NO_ANSWER"']).toBeGreaterThanOrEqual(1);
      expect(answers['call="closeOrder",code="LOCAL_UNKNOWN_MERCHANT"']).toBeGreaterThanOrEqual(1);
    });
  });

  it("measures its clock against WeChat Pay's", async () => {
    await observed.eventually('wxpay_clock_skew_seconds', (skew) => {
      expect(Math.abs(skew['api="v3-global"'] ?? NaN)).toBeLessThanOrEqual(2);
    });
  });

  it('measures the orders that are overdue, and shows zero for each reason that no order has', async () => {
    await observed.eventually('wxpay_orders_overdue', (overdue) => expect(overdue).toEqual({ '': 2 }));
    await observed.eventually('wxpay_orders_overdue_oldest_seconds', ({ '': oldest = 0 }) => {
      // Created 31 minutes ago and never closed before its floor, 5 minutes and a margin later.
      expect(oldest).toBeGreaterThanOrEqual(0.95 * 25 * 60);
      expect(oldest).toBeLessThan(28 * 60);
    });
    const attention = await observed.scrape('wxpay_needs_attention');
    expect(attention).toMatchObject({ 'reason="patience-over"': 0, 'reason="raced"': 0, 'reason="unknown"': 0 });
    expect(await observed.scrape('wxpay_undelivered_outcomes')).toEqual({ '': 0 });
    const [readAt] = Object.values(await observed.scrape('wxpay_orders_read_timestamp_seconds'));
    expect(Math.abs(Date.now() / 1000 - (readAt ?? 0))).toBeLessThan(60);
  });

  it("has Temporal's own metrics in the same place, and makes no more calls at a time than it may", async () => {
    const slots = await observed.scrape('temporal_worker_task_slots_available');
    const ofCalls = Object.entries(slots).filter(
      ([labels]) =>
        labels.includes('worker_type="ActivityWorker"') && labels.includes(`task_queue="${DEFAULT_TASK_QUEUE}"`),
    );
    expect(ofCalls).toHaveLength(1);
    for (const [, available] of ofCalls) expect(available).toBeLessThanOrEqual(7);
  });

  it('keeps no order in memory where it is told not to', async () => {
    const sizes = Object.values(await observed.scrape('temporal_sticky_cache_size'));
    expect(sizes.filter((size) => size > 0)).toEqual([]);
  });

  it('has the server give out no more calls a second than it is told', async () => {
    const { pollers } = await observed.temporal.env.connection.workflowService.describeTaskQueue({
      namespace: 'default',
      taskQueue: { name: DEFAULT_TASK_QUEUE },
      taskQueueType: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    });
    expect(pollers.map(({ ratePerSecond }) => ratePerSecond)).toEqual([50]);
  });

  it('says which merchant it does not know, and what to do', async () => {
    await vi.waitFor(() => {
      const line = observed.log.find(({ failure }) => failure === 'LOCAL_UNKNOWN_MERCHANT');
      expect(line).toMatchObject({
        what: expect.stringContaining(`merchant ${UNKNOWN_MERCHANT} is not in this worker's merchants file`),
        whatToDo: "Add the merchant to the worker's merchants file.",
      });
    }, 60_000);
  });

  it('has no order, payer or secret in its metrics', async () => {
    const text = await observed.metricsText();
    expect(text).not.toMatch(/STUCK|CLOSES|NOBODYS|1900000|openid|PRIVATE/);
  });
});

describe('what is in arrears', () => {
  const count = (query: string): Promise<number> => observed.count(query);

  it('is counted by reason, and by age, for one task queue', async () => {
    const deadline = new Date(Date.now() - 3 * 60 * MINUTE);
    for (const [workflowId, reason] of Object.entries({ one: 'fatal-answer', two: 'raced', three: 'of-tomorrow' })) {
      await observed.client.workflow.start('cancelPayscore', {
        workflowId,
        taskQueue: 'nobody-polls',
        typedSearchAttributes: new TypedSearchAttributes([
          { key: stateAttribute, value: 'needs-attention' },
          { key: reasonAttribute, value: reason },
          { key: deadlineAttribute, value: deadline },
        ]),
      });
    }
    for (const state of ['waiting', 'cancelling', 'unsettled']) {
      await observed.client.workflow.start('cancelPayscore', {
        workflowId: state,
        taskQueue: 'nobody-polls',
        typedSearchAttributes: new TypedSearchAttributes([
          { key: stateAttribute, value: state },
          { key: deadlineAttribute, value: deadline },
        ]),
      });
    }
    await vi.waitFor(async () => {
      const { overdue, oldestSeconds, needsAttention } = await readBacklog(count, 'nobody-polls', Date.now());
      expect(overdue).toBe(3);
      expect(oldestSeconds).toBeGreaterThanOrEqual(0.95 * 3 * 3600);
      expect(oldestSeconds).toBeLessThanOrEqual(3 * 3600 + 60);
      const found = Object.fromEntries([...needsAttention].filter(([, orders]) => orders > 0));
      expect(found).toEqual({ 'fatal-answer': 1, raced: 1, unknown: 1 });
    }, 60_000);
  });

  it('is nothing, said with zeros, where nothing is', async () => {
    const { overdue, oldestSeconds, needsAttention } = await readBacklog(count, 'no-such-queue', Date.now());
    expect({ overdue, oldestSeconds }).toEqual({ overdue: 0, oldestSeconds: 0 });
    expect([...needsAttention.values()].every((orders) => orders === 0)).toBe(true);
    expect([...needsAttention.keys()]).toContain('signature-refused');
  });
});

// Last: from here on there is no server.
describe('a worker whose Temporal server is gone', () => {
  it('is alive, and says within three seconds that it is not ready, and stops when it is asked to', async () => {
    await observed.endTemporal();
    const asked = Date.now();
    expect(await observed.probe('/readyz')).toEqual({
      status: 503,
      body: { ok: false, checks: { worker: 'RUNNING', temporal: expect.stringMatching(/reached|nothing/) } },
    });
    expect(Date.now() - asked).toBeLessThan(3 * SECOND);
    expect((await observed.probe('/livez')).status).toBe(200);
    await worker.stop();
    await expect(fetch(`http://${observed.health}/livez`)).rejects.toThrow();
    // The native side complains too, and does it through the same allow-list.
    const complaint = observed.log.find(({ msg }) => msg.includes('describe_namespace'));
    expect(Object.keys(complaint ?? {}).sort()).toEqual(['level', 'msg', 'time']);
  });
});
