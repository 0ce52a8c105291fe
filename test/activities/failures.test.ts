import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { callFailureOf, failingSafely, faultOf, orThrow, writeFailure } from '../../activities/failures.js';
import type { Call } from '../../domain/call-policies.js';
import type { WechatPayFailure } from '../../wechatpay/failure.js';
import { failureOf } from './attempts.js';

const FACTS: WechatPayFailure = {
  call: 'queryOrder',
  code: 'SYSTEM_ERROR',
  kind: 'retry',
  what: 'status 500',
  status: 500,
  requestId: 'r-1',
  mayHaveTakenEffect: true,
  fatalIfUnchanged: false,
};

/** How an activity fails whose call fails, or that meets an error. */
function failing(call: Call, failure: WechatPayFailure | Error, heartbeatDetails?: unknown) {
  const activity = failingSafely(call, async () => {
    if (failure instanceof Error) return Promise.reject(failure);
    return orThrow(call, await Promise.resolve({ ok: false, failure } as const));
  });
  const logger = new DefaultLogger('ERROR');
  return failureOf(new MockActivityEnvironment({ heartbeatDetails }, { logger }).run(activity, undefined));
}

describe('a failure', () => {
  it.each([
    ['retry', true, 'BENIGN'],
    ['slowDown', true, 'BENIGN'],
    ['hint', false, undefined],
    ['fatal', false, undefined],
    ['unknown', false, undefined],
  ] as const)('of kind %s is retried: %s', async (kind, isRetried, category) => {
    const failure = await failing('queryOrder', { ...FACTS, kind });
    expect(failure).toMatchObject({ type: 'SYSTEM_ERROR', nonRetryable: !isRetried });
    expect(failure.category ?? undefined).toBe(category);
    expect(failure.details).toEqual([{ call: 'queryOrder', kind, requestId: 'r-1', status: 500 }]);
  });

  it('of a rate limit is retried after 10 to 20 seconds', async () => {
    const { nextRetryDelay } = await failing('queryOrder', { ...FACTS, kind: 'slowDown' });
    expect(nextRetryDelay).toBeGreaterThanOrEqual(10_000);
    expect(nextRetryDelay).toBeLessThanOrEqual(20_000);
  });

  it('of a write says what the attempts before have announced, and of a query nothing of the kind', async () => {
    expect((await failing('closeOrder', FACTS)).told.announced).toBeNull();
    expect((await failing('closeOrder', FACTS, { sent: 'yes' })).told.announced).toEqual({ sent: 'yes' });
    expect((await failing('queryOrder', FACTS, { sent: 'yes' })).told).not.toHaveProperty('announced');
  });

  it('names the call that failed, which of a guarded write may be its query', async () => {
    expect((await failing('closeOrder', FACTS)).told.call).toBe('queryOrder');
    expect((await failing('closeOrder', new RangeError('x'))).told.call).toBe('closeOrder');
  });

  it.each(['closeOrder', 'cancelServiceOrder'] as const)(
    'of a write that found no connection is retried: %s',
    async (call) => {
      const failure = { ...FACTS, call, code: 'LOCAL_NO_ANSWER', kind: 'unknown' } as const;
      expect(await failing(call, failure)).toMatchObject({ type: 'LOCAL_NO_ANSWER', nonRetryable: false });
    },
  );

  it('of a write that was superseded meanwhile is not tried again', () => {
    expect(writeFailure(FACTS, null, 'superseded').nonRetryable).toBe(true);
    for (const say of ['go', 'givenUp', 'unknown'] as const) {
      expect(writeFailure(FACTS, null, say).nonRetryable).toBe(false);
    }
  });

  it.each(['queryOrder', 'cancelServiceOrder'] as const)(
    'of our own repeats nothing that the error said: %s',
    async (call) => {
      const error = Object.assign(new RangeError('key: secret-text'), { options: { key: 'secret-text' } });
      const failure = await failing(call, error);
      expect(failure).toMatchObject({ type: 'LOCAL_UNEXPECTED', nonRetryable: true, told: { kind: 'unknown' } });
      expect(`${failure.stack} ${JSON.stringify(failure)} ${String(failure.cause)}`).not.toContain('secret-text');
      expect(failure.stack).toContain('failures.test');
    },
  );
});

describe('a call that went wrong after the write was sent', () => {
  it('is told by its code and kind, and of a fault of our own nothing else', () => {
    expect(callFailureOf(FACTS)).toEqual({
      call: 'queryOrder',
      code: 'SYSTEM_ERROR',
      kind: 'retry',
      requestId: 'r-1',
    });
    expect(callFailureOf(faultOf('closeOrder', new RangeError('secret-text')).failure)).toEqual({
      call: 'closeOrder',
      code: 'LOCAL_UNEXPECTED',
      kind: 'unknown',
      requestId: null,
    });
  });
});
