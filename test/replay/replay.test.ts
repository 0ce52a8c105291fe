import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { describe, expect, inject, it } from 'vitest';
import { quietRuntime } from '../../demo/quiet-runtime.js';
import { GOLDEN, MUST_FAIL, readHistories, type RecordedHistory } from './history-files.js';

quietRuntime();

const golden = readHistories(GOLDEN);
const mustFail = readHistories(MUST_FAIL);

/** Replays a history against the workflows as they are now; the error, if they would do something else. */
async function replay({ name, json }: RecordedHistory): Promise<Error | undefined> {
  const histories = [{ workflowId: name, history: historyFromJSON(json) }];
  const results = Worker.runReplayHistories({ workflowBundle: { codePath: inject('workflowBundle') } }, histories);
  for await (const { error } of results) return error;
  throw new Error('nothing was replayed');
}

describe('orders in flight and orders that ended', () => {
  it('are recorded for each way that an order goes', () => {
    expect(golden.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'paid-by-notice',
        'found-paid',
        'unpaid-and-closed',
        'cut-in-the-wait',
        'cut-in-a-close',
      ]),
    );
  });

  it.each(golden)('replay: $name of $version', async (history) => {
    expect(await replay(history)).toBeUndefined();
  });

  it.each(mustFail)('do not replay where the workflow was changed: $name', async (history) => {
    expect(await replay(history)).toBeInstanceOf(DeterminismViolationError);
  });
});

describe('a history', () => {
  it.each([
    ['paid-by-notice', 12],
    ['found-paid', 20],
    ['unpaid-and-closed', 32],
  ])('of %s has at most %i events', (name, budget) => {
    const lengths = golden.filter((each) => each.name === name).map(({ events }) => events.length);
    expect(lengths).not.toEqual([]);
    for (const length of lengths) expect(length).toBeLessThanOrEqual(budget);
  });

  it.each([...golden, ...mustFail])('holds no secret, no payer and no machine: $name', ({ text, json }) => {
    const payloads: string[] = [];
    JSON.stringify(json, (key, value: unknown) => {
      if (key === 'data' && typeof value === 'string') payloads.push(Buffer.from(value, 'base64').toString());
      return value;
    });
    const everything = `${text}\n${payloads.join('\n')}`;
    expect(payloads.length).toBeGreaterThan(0);
    expect(everything).not.toMatch(/PRIVATE KEY|signature|openid|WECHATPAY2|nonce/i);
    expect(everything).not.toMatch(/\d+@[\w.-]+|\/(home|root|tmp|work|Users)\//);
  });
});
