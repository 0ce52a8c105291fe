import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toApplicationFailure } from '../../activities/failures.js';
import { createOrderActivities } from '../../activities/order-activities.js';
import type { CloseOrderInput, OrderActivities } from '../../domain/activities.js';
import { SECOND } from '../../domain/time.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { WechatPayFailure, type FailureFacts } from '../../wechatpay/failure.js';
import { merchantsOf } from '../support/merchant.js';

const AMOUNT = { total: 888, currency: 'HKD' };

let sandbox: Sandbox;
let activities: OrderActivities;
let count = 0;

beforeAll(async () => {
  sandbox = await Sandbox.start();
  activities = createOrderActivities(await merchantsOf(sandbox));
});
afterAll(() => sandbox.stop());

async function placed(): Promise<CloseOrderInput['order']> {
  const order = { api: 'v3-global', mchid: sandbox.mchid, outTradeNo: `A-${++count}` } as const;
  await sandbox.place({ ...order, amount: AMOUNT, createdAt: Date.now() - 600_000 });
  return order;
}

/** An attempt at an activity, that the server gave out at an instant. */
function attemptAt(currentAttemptScheduledTimestampMs: number): MockActivityEnvironment {
  return new MockActivityEnvironment({ currentAttemptScheduledTimestampMs }, { logger: new DefaultLogger('ERROR') });
}

/** A second attempt, which the server gave out at an instant. */
function secondAttemptAt(currentAttemptScheduledTimestampMs: number): MockActivityEnvironment {
  const info = { currentAttemptScheduledTimestampMs, attempt: 2 };
  return new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
}

/** Runs the close as an attempt that the server gave out at an instant. */
function close(input: CloseOrderInput, givenOutAt: number): Promise<unknown> {
  return attemptAt(givenOutAt).run(activities.closeOrder, input);
}

async function failureOf(call: Promise<unknown>): Promise<ApplicationFailure> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApplicationFailure)) throw new Error('no ApplicationFailure', { cause: error });
  return error;
}

describe('closeOrder', () => {
  const now = Date.now();

  it('sends nothing before the floor, whatever the workflow thought', async () => {
    const order = await placed();
    expect(await close({ order, floor: now, queriedAt: now }, now - 1)).toMatchObject({ answer: 'tooEarly' });
    expect(sandbox.ledger.entries(order.outTradeNo)).toEqual([]);
  });

  it('sends nothing once its query could be older than 30 seconds when a worker has taken it', async () => {
    const order = await placed();
    const input = { order, floor: now, queriedAt: now };
    expect(await close(input, now + 20 * SECOND + 1)).toMatchObject({ answer: 'queryTooOld' });
    expect(sandbox.ledger.entries(order.outTradeNo)).toEqual([]);
    expect(await close(input, now + 20 * SECOND)).toMatchObject({ answer: 'accepted' });
  });
});

describe('a close that was tried before', () => {
  const now = Date.now();

  it('may have taken effect, so that it is too late now is no proof that nothing was sent', async () => {
    const order = await placed();
    const late = secondAttemptAt(now + 30 * SECOND + 1).run(activities.closeOrder, {
      order,
      floor: now,
      queriedAt: now,
    });
    expect(await failureOf(late)).toMatchObject({
      type: 'LOCAL_NOT_SENT_AGAIN',
      nonRetryable: true,
      details: [{ kind: 'unknown', mayHaveTakenEffect: true }],
    });
  });

  it('may have taken effect, whatever is said of the attempt after it', async () => {
    const order = await placed();
    sandbox.misbehave(order.outTradeNo ?? '', { what: 'noAuth', on: 'close', times: 2 });
    const input = { order, floor: now, queriedAt: now };
    const first = await failureOf(attemptAt(now).run(activities.closeOrder, input));
    expect(first).toMatchObject({ type: 'NO_AUTH', details: [{ mayHaveTakenEffect: false }] });
    const second = await failureOf(secondAttemptAt(now).run(activities.closeOrder, input));
    expect(second).toMatchObject({ type: 'NO_AUTH', details: [{ mayHaveTakenEffect: true }] });
  });
});

describe('queryOrder', () => {
  it('tells when the server gave it out, not when this machine thinks it is', async () => {
    const order = await placed();
    expect(await attemptAt(12_345).run(activities.queryOrder, { order })).toMatchObject({
      tradeState: 'NOTPAY',
      askedAt: 12_345,
    });
  });

  it('of a merchant that this worker does not know is retried, since another may know it', async () => {
    const order = { ...(await placed()), mchid: '42' };
    const failure = await failureOf(attemptAt(0).run(activities.queryOrder, { order }));
    expect(failure).toMatchObject({
      type: 'LOCAL_UNKNOWN_MERCHANT',
      nonRetryable: false,
      details: [{ kind: 'fatal' }],
    });
  });
});

describe('a failure', () => {
  const facts: FailureFacts = {
    call: 'queryOrder',
    code: 'SYSTEM_ERROR',
    kind: 'retry',
    what: 'status 500',
    status: 500,
    requestId: 'r-1',
    mayHaveTakenEffect: true,
    fatalIfUnchanged: false,
  };

  it.each([
    ['retry', true, 'BENIGN'],
    ['slowDown', true, 'BENIGN'],
    ['hint', false, undefined],
    ['fatal', false, undefined],
    ['unknown', false, undefined],
  ] as const)('of kind %s is retried: %s', (kind, isRetried, category) => {
    const failure = toApplicationFailure(new WechatPayFailure({ ...facts, kind }));
    expect(failure).toMatchObject({ type: 'SYSTEM_ERROR', nonRetryable: !isRetried });
    expect(failure.category ?? undefined).toBe(category);
    expect(failure.details).toEqual([{ kind, requestId: 'r-1', status: 500, mayHaveTakenEffect: true }]);
  });

  it('of too many requests is retried after 10 to 20 seconds', () => {
    const { nextRetryDelay } = toApplicationFailure(new WechatPayFailure({ ...facts, kind: 'slowDown' }));
    expect(nextRetryDelay).toBeGreaterThanOrEqual(10_000);
    expect(nextRetryDelay).toBeLessThanOrEqual(20_000);
  });

  it('of our own repeats nothing that the error said', () => {
    const failure = toApplicationFailure(
      Object.assign(new RangeError('key: secret-text'), { options: { key: 'secret-text' } }),
    );
    expect(failure).toMatchObject({ type: 'LOCAL_UNEXPECTED', nonRetryable: false });
    expect(`${failure.stack} ${JSON.stringify(failure)} ${String(failure.cause)}`).not.toContain('secret-text');
    expect(failure.stack).toContain('order-activities.test');
  });
});
