import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { describe, expect, inject, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { GOLDEN, MUST_FAIL, readHistories, textOf, type RecordedHistory } from './history-files.js';
import { LATE_SCENES, LONG_LATE_SCENES } from './scenes/late-payments.js';
import { LONG_OUTCOME_SCENES, OUTCOME_SCENES } from './scenes/outcomes.js';
import { LONG_ORDER_SCENES, ORDER_SCENES } from './scenes/orders.js';
import { LONG_SERVICE_SCENES, SERVICE_SCENES } from './scenes/service-orders.js';

const golden = readHistories(GOLDEN);
const mustFail = readHistories(MUST_FAIL);
const { version } = packageJson;

/** Replays a history against the workflows as they are now; the error, if they would do something else. */
async function replay({ workflowId, json }: RecordedHistory): Promise<Error | undefined> {
  const histories = [{ workflowId, history: historyFromJSON(json) }];
  const results = Worker.runReplayHistories({ workflowBundle: { codePath: inject('workflowBundle') } }, histories);
  for await (const { error } of results) return error;
  throw new Error('nothing was replayed');
}

describe('orders in flight and orders that ended', () => {
  it('are recorded by this version for each way that an order goes', () => {
    const names = golden.filter((each) => each.version === version).map(({ name }) => name);
    const short = { ...ORDER_SCENES, ...SERVICE_SCENES, ...LATE_SCENES, ...OUTCOME_SCENES };
    const long = { ...LONG_ORDER_SCENES, ...LONG_SERVICE_SCENES, ...LONG_LATE_SCENES, ...LONG_OUTCOME_SCENES };
    expect(names.sort()).toEqual(Object.keys({ ...short, ...long }).sort());
  });

  it.each(golden)('replay: $name of $version', async (history) => {
    expect(await replay(history)).toBeUndefined();
  });

  it.each(mustFail)('do not replay if the workflow was changed: $name', async (history) => {
    expect(await replay(history)).toBeInstanceOf(DeterminismViolationError);
  });
});

describe('a history', () => {
  it.each([
    ['paid-by-notification', 11],
    ['found-paid', 17],
    ['unpaid-and-closed', 17],
    ['paid-between-query-and-close', 17],
    ['cancelled-on-request', 14],
    ['not-confirmed-in-time', 19],
    ['late-and-known', 14],
    // Six more for each event that is told.
    ['told-closed', 23],
    ['told-cancelled-on-request', 20],
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
    expect(everything).not.toMatch(/PRIVATE KEY|signature["'=:]|openid|oUpF8|WECHATPAY2|nonce/i);
    expect(everything).not.toMatch(/\d+@[\w.-]+|\/(home|root|tmp|work|Users)\//);
  });

  it.each(golden)('tells people what each timer and each call is for: $name', ({ name, events }) => {
    const [started, ...others] = events;
    // A new run does not get these from the old one, and who starts an order with another SDK may leave them out.
    if (!/new-run|another-sdk/.test(name)) {
      expect(textOf(started?.userMetadata?.summary)).toMatch(
        /(WeChat Pay|PayScore service) order|微信支付|checkout|商户系统/,
      );
      expect(textOf(started?.userMetadata?.details)).toMatch(/\n\n|order\/1900000109/);
    }
    const steps = others.filter(({ eventType }) => /TIMER_STARTED|ACTIVITY_TASK_SCHEDULED/.test(eventType));
    expect(steps).not.toEqual([]);
    for (const { userMetadata } of steps) expect(textOf(userMetadata?.summary)).not.toBe('');
  });

  it.each(['cut-in-attention', 'service-cut-in-the-wait', 'late-cut-in-attention'])(
    'speaks Chinese if it was asked to: %s',
    (name) => {
      const { events } = golden.find((each) => each.name === name) ?? { events: [] };
      const texts = events.map(({ userMetadata }) => textOf(userMetadata?.summary)).filter((text) => text !== '');
      expect(texts.length).toBeGreaterThan(1);
      for (const text of texts) expect(text).toMatch(/[\u4e00-\u9fff]/);
    },
  );
});
