import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createActivities } from '../../activities/index.js';
import { SECOND } from '../../domain/time.js';
import type { Sandbox } from '../../testing/sandbox/sandbox.js';
import type { MerchantDirectory, V3Access } from '../../wechatpay/merchant.js';
import type { Signer } from '../../wechatpay/signature-v3.js';
import { merchantsOf } from '../support/merchant.js';
import { startSandbox } from '../support/sandbox.js';
import { CANCELLED, cancelAttempt, closeAttempt, failureOf, type Attempt, type AttemptOptions } from './attempts.js';

/** Nobody listens there. */
const CLOSED_PORT = 'http://127.0.0.1:1';

let sandbox: Sandbox;
let known: MerchantDirectory;
let count = 0;

beforeAll(async () => {
  sandbox = await startSandbox();
  known = await merchantsOf(sandbox);
});
afterAll(() => sandbox.stop());

/** What is done at a moment of a write, before its request is signed. */
interface Moments {
  readonly beforeQuery?: () => unknown;
  readonly beforeWrite?: () => unknown;
  /** Where the write goes. Default: to the sandbox. */
  readonly writeHost?: string;
}

/** The activities of a worker, with a signer that does something at those moments. */
function activitiesOf({ beforeQuery, beforeWrite, writeHost }: Moments) {
  const merchant = known.find(sandbox.mchid);
  if (merchant?.v3 === undefined) throw new Error('it speaks v3');
  const { v3 } = merchant;
  let isWrite = false;
  const signer: Signer = {
    ...v3.signer,
    sign: async (text) => {
      isWrite = text.startsWith('POST');
      await (isWrite ? beforeWrite?.() : beforeQuery?.());
      return v3.signer.sign(text);
    },
  };
  // The host is read before its request is signed: the second one is the write's.
  let asked = 0;
  const access: V3Access = Object.defineProperty({ ...v3, signer }, 'host', {
    get: () => (++asked === 2 ? (writeHost ?? sandbox.url) : sandbox.url),
  });
  return createActivities({ find: () => ({ ...merchant, v3: access }) });
}

interface Written {
  readonly attempt: Attempt;
  readonly running: Promise<{ readonly sent: string }>;
  readonly calls: () => string[];
}

/** The two guarded writes, which are to behave alike, and how old each lets its query be. */
const WRITES = {
  close: {
    validFor: 10 * SECOND,
    begin: async (moments: Moments, options: AttemptOptions = {}): Promise<Written> => {
      const order = { api: 'v3-global', mchid: sandbox.mchid, outTradeNo: `WRITE-${++count}` } as const;
      await sandbox.place({ ...order, amount: { total: 888, currency: 'HKD' }, createdAt: 0 });
      const attempt = closeAttempt(order, options);
      const { closeOrder } = activitiesOf(moments);
      const running = attempt.run(closeOrder, { order, floor: 0, allows: ['unpaid'] });
      return { attempt, running, calls: () => callsOf(order.outTradeNo) };
    },
  },
  cancel: {
    validFor: 5 * SECOND,
    begin: async (moments: Moments, options: AttemptOptions = {}): Promise<Written> => {
      const { mchid } = sandbox;
      const outOrderNo = `WRITE-${++count}`;
      const { serviceId, appid } = await sandbox.createServiceOrder({ mchid, outOrderNo });
      const order = { mchid, outOrderNo, serviceId, appid };
      const attempt = cancelAttempt(order, options);
      const request = { requestId: 'r-1', reason: '用户取消', dueAt: 0, mayCancel: ['created'], giveUp: null } as const;
      const input = { order, reason: '用户取消', requests: [request], known: { furthest: null, paidClaimed: false } };
      const running = attempt.run(activitiesOf(moments).cancelServiceOrder, input);
      return { attempt, running, calls: () => callsOf(outOrderNo) };
    },
  },
};

function callsOf(number: string): string[] {
  return sandbox.ledger.entries(number).map(({ call }) => call);
}

const saidOf = ({ announced }: Attempt): string[] => announced.map(({ sent }) => sent);

/** Lets one of the process's clocks run ahead, as if the process had been frozen, or its machine asleep. */
function jump(clock: 'wall' | 'monotonic', by: number): void {
  const shift = (of: { now(): number }): void => {
    const now = of.now.bind(of);
    vi.spyOn(of, 'now').mockImplementation(() => now() + by);
  };
  shift(clock === 'wall' ? Date : performance);
}

describe.each(['close', 'cancel'] as const)('the age of the query before a %s', (name) => {
  const { begin, validFor } = WRITES[name];

  it.each(['wall', 'monotonic'] as const)('is what the %s clock says, if that says more', async (clock) => {
    const { attempt, running, calls } = await begin({ beforeWrite: () => jump(clock, validFor + 1) });
    const failure = await failureOf(running).finally(() => vi.restoreAllMocks());
    expect(failure).toMatchObject({ type: 'LOCAL_GUARD_EXPIRED', nonRetryable: false, told: { announced: null } });
    expect(calls()).toEqual(['query']);
    expect(saidOf(attempt)).toEqual(['maybe', 'no']);
  });

  it('may be that old, and not older', async () => {
    // Half a second is for the calls themselves.
    const { running } = await begin({ beforeWrite: () => jump('wall', validFor - 500) });
    expect(await running.finally(() => vi.restoreAllMocks())).toMatchObject({ sent: 'yes' });
  });

  it('counts from before the query was signed', async () => {
    const { running, calls } = await begin({ beforeQuery: () => jump('wall', validFor + 1) });
    const failure = await failureOf(running).finally(() => vi.restoreAllMocks());
    expect(failure.type).toBe('LOCAL_GUARD_EXPIRED');
    expect(calls()).toEqual(['query']);
  });

  it('counts on while Temporal holds back its answer to the announcement', async () => {
    const { running, calls } = await begin({}, { onAnswered: () => jump('wall', validFor + 1) });
    const failure = await failureOf(running).finally(() => vi.restoreAllMocks());
    expect(failure.type).toBe('LOCAL_GUARD_EXPIRED');
    expect(calls()).toEqual(['query']);
  });
});

describe.each(['close', 'cancel'] as const)('a %s that was announced and not sent', (name) => {
  const { begin } = WRITES[name];

  it('is corrected, if no connection is to be had', async () => {
    const { attempt, running, calls } = await begin({ writeHost: CLOSED_PORT });
    const failure = await failureOf(running);
    expect(failure).toMatchObject({ type: 'LOCAL_NO_ANSWER', told: { announced: null } });
    expect(saidOf(attempt)).toEqual(['maybe', 'no']);
    expect(calls()).toEqual(['query']);
  });

  it('is corrected to what an earlier attempt had announced', async () => {
    const before = { sent: 'yes', allowedFor: 'earlier' } as const;
    const { attempt, running } = await begin({ writeHost: CLOSED_PORT }, { before });
    const failure = await failureOf(running);
    expect(failure.told.announced).toEqual(before);
    expect(saidOf(attempt)).toEqual(['yes', 'yes']);
    expect(attempt.announced[1]).toEqual(before);
  });

  it('is not tried again, if it was superseded meanwhile', async () => {
    const { running } = await begin({ writeHost: CLOSED_PORT }, { says: ['go', CANCELLED] });
    expect((await failureOf(running)).nonRetryable).toBe(true);
  });
});

describe.each(['close', 'cancel'] as const)('a %s whose signer', (name) => {
  const { begin } = WRITES[name];

  it('fails is not announced', async () => {
    const beforeWrite = (): never => {
      throw new Error('the vault is sealed');
    };
    const { attempt, running, calls } = await begin({ beforeWrite });
    expect(await failureOf(running)).toMatchObject({ type: 'LOCAL_NOT_SIGNED', told: { announced: null } });
    expect(attempt.announced).toEqual([]);
    expect(calls()).toEqual(['query']);
  });

  it('fails for the query asks nothing', async () => {
    const { running, calls } = await begin({ beforeQuery: () => Promise.reject(new Error('sealed')) });
    expect((await failureOf(running)).type).toBe('LOCAL_NOT_SIGNED');
    expect(calls()).toEqual([]);
  });
});

describe('an announcement that Temporal does not answer', () => {
  it.concurrent.each(['close', 'cancel'] as const)('is not waited for, and no %s is sent', async (name) => {
    const { running, calls } = await WRITES[name].begin({}, { says: ['nothing'] });
    expect(await failureOf(running)).toMatchObject({ type: 'LOCAL_NOT_ANNOUNCED', nonRetryable: false });
    expect(calls()).toEqual(['query']);
  });
});

describe('an attempt that is cancelled', () => {
  it.each(['close', 'cancel'] as const)('before it announces its %s sends nothing', async (name) => {
    const cancelled: { attempt?: Attempt } = {};
    const { attempt, running, calls } = await WRITES[name].begin({ beforeWrite: () => cancelled.attempt?.cancel() });
    cancelled.attempt = attempt;
    expect((await failureOf(running)).type).toBe('LOCAL_NOT_ANNOUNCED');
    expect(calls()).toEqual(['query']);
  });
});

describe('the query of a cancel', () => {
  it('has 3 seconds, and what comes later allows nothing', async () => {
    const slow = { what: 'slow', on: 'query', delayMs: 20 * SECOND } as const;
    const number = `WRITE-${count + 1}`;
    const beforeQuery = (): void => sandbox.misbehave(number, slow);
    const began = performance.now();
    const { running, calls } = await WRITES.cancel.begin({ beforeQuery });
    expect(await failureOf(running)).toMatchObject({ type: 'LOCAL_NO_ANSWER', told: { call: 'queryServiceOrder' } });
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(2_900);
    expect(took).toBeLessThan(6_000);
    expect(calls()).toEqual(['query']);
  });
});
