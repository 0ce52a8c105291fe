import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/index.js';
import type { CloseOrderInput } from '../../domain/calls.js';
import type { OrderApi, OrderRef } from '../../domain/orders/order.js';
import type { Misbehaviour } from '../../testing/sandbox/misbehaviour.js';
import type { Sandbox } from '../../testing/sandbox/sandbox.js';
import { merchantsOf } from '../support/merchant.js';
import { startSandbox } from '../support/sandbox.js';
import { attempt, CANCELLED, closeAttempt, failureOf, GIVEN_UP, type AttemptOptions } from './attempts.js';

const AMOUNT = { total: 888, currency: 'HKD' };
const MAYBE = { sent: 'maybe' };
const YES = { sent: 'yes' };

let sandbox: Sandbox;
let activities: ReturnType<typeof createActivities>;
let count = 0;

beforeAll(async () => {
  sandbox = await startSandbox();
  activities = createActivities(await merchantsOf(sandbox));
});
afterAll(() => sandbox.stop());

/** An order that may be closed, and what its workflow asks for. */
async function placed(...misbehaviours: readonly Misbehaviour[]) {
  const order = { api: 'v3-global' as OrderApi, mchid: sandbox.mchid, outTradeNo: `CLOSE-${++count}` };
  await sandbox.place({ ...order, amount: AMOUNT, createdAt: Date.now() - 600_000 });
  for (const misbehaviour of misbehaviours) sandbox.misbehave(order.outTradeNo, misbehaviour);
  const input: CloseOrderInput = { order, floor: Date.now() - 1, allows: ['unpaid'] };
  const calls = (): string[] => sandbox.ledger.entries(order.outTradeNo).map(({ call, answer }) => `${call} ${answer}`);
  return { order, input, calls };
}

/** One attempt at the close of an order, with what was announced and sent. */
async function close(misbehaviours: readonly Misbehaviour[], options: AttemptOptions = {}) {
  const { order, input, calls } = await placed(...misbehaviours);
  const made = closeAttempt(order, options);
  const result = await made.run(activities.closeOrder, input);
  return { result, announced: made.announced, calls: calls() };
}

/** The same, of one that fails. */
async function failedClose(misbehaviours: readonly Misbehaviour[], options: AttemptOptions = {}) {
  const { order, input, calls } = await placed(...misbehaviours);
  const made = closeAttempt(order, options);
  const failure = await failureOf(made.run(activities.closeOrder, input));
  return { failure, announced: made.announced, calls: calls() };
}

describe('a guarded close', () => {
  it('asks, says so to Temporal, sends and asks again', async () => {
    const { result, announced, calls } = await close([]);
    expect(result).toMatchObject({
      before: { tradeState: 'NOTPAY' },
      sent: 'yes',
      write: { answer: { answer: 'accepted' } },
      after: { answer: { tradeState: 'CLOSED' } },
    });
    expect(announced).toEqual([MAYBE]);
    expect(calls).toEqual(['query NOTPAY', 'close 204', 'query CLOSED']);
  });

  it('goes over v2 as well', async () => {
    const order: OrderRef = { api: 'v2', mchid: sandbox.mchid, outTradeNo: `CLOSE-${++count}` };
    await sandbox.place({ ...order, outTradeNo: order.outTradeNo ?? '', amount: AMOUNT, createdAt: 0 });
    const made = closeAttempt(order);
    const result = await made.run(activities.closeOrder, { order, floor: 0, allows: ['unpaid'] });
    expect(result).toMatchObject({ sent: 'yes', after: { answer: { tradeState: 'CLOSED' } } });
    expect(made.announced).toEqual([MAYBE]);
  });

  it('is refused to whoever is not the workflow of that very order', async () => {
    const { order, input, calls } = await placed();
    const others = [
      attempt({ workflowType: 'cancelPayscore', workflowId: `order/${order.mchid}/${order.outTradeNo}` }),
      attempt({ workflowType: 'timeoutThenClose', workflowId: 'evil' }),
      closeAttempt({ ...order, outTradeNo: 'ANOTHER' }),
      // `temporal activity execute`: there is no workflow at all.
      attempt({ workflowType: undefined, workflowId: undefined }),
    ];
    for (const other of others) {
      const failure = await failureOf(other.run(activities.closeOrder, { ...input, floor: 0 }));
      expect(failure).toMatchObject({ type: 'LOCAL_NOT_ITS_WORKFLOW', nonRetryable: true, told: { kind: 'fatal' } });
    }
    expect(calls()).toEqual([]);
  });

  it('keeps the floor by when the activity was first scheduled, whatever time this attempt was planned for', async () => {
    const { order, input, calls } = await placed();
    const floor = Date.now() - 60_000;
    const at = (scheduledAt: number) =>
      closeAttempt(order, { scheduledAt, attemptAt: Date.now() + 60_000 }).run(activities.closeOrder, {
        ...input,
        floor,
      });
    expect(await at(floor - 1)).toEqual({ before: null, sent: 'no', write: null, after: null });
    expect(calls()).toEqual([]);
    expect(await at(floor)).toMatchObject({ sent: 'yes' });
  });

  it('of a merchant that this worker does not know is retried, since another may know it', async () => {
    const { order, input } = await placed();
    const other = { ...order, mchid: '42' };
    const failure = await failureOf(closeAttempt(other).run(activities.closeOrder, { ...input, order: other }));
    expect(failure).toMatchObject({ type: 'LOCAL_UNKNOWN_MERCHANT', nonRetryable: false, told: { announced: null } });
  });

  it.each(['SUCCESS', 'REFUND', 'CLOSED', 'REVOKED', 'USERPAYING'] as const)(
    'sends nothing, and announces nothing, if WeChat Pay says %s',
    async (state) => {
      const { order, input, calls } = await placed();
      await sandbox.become(order, state);
      const made = closeAttempt(order);
      expect(await made.run(activities.closeOrder, input)).toMatchObject({
        before: { tradeState: state },
        sent: 'no',
        write: null,
        after: null,
      });
      expect(calls()).toEqual([`query ${state}`]);
      expect(made.announced).toEqual([]);
    },
  );
});

describe('what fails before the close is sent', () => {
  it.each([
    ['systemError', 'SYSTEM_ERROR', 'retry', true],
    ['tooOften', 'FREQUENCY_LIMITED', 'slowDown', true],
    ['reset', 'LOCAL_NO_ANSWER', 'retry', true],
    ['noAuth', 'NO_AUTH', 'fatal', false],
    ['signError', 'SIGN_ERROR', 'hint', false],
    ['signWrongly', 'LOCAL_UNVERIFIED', 'unknown', false],
  ] as const)('fails the attempt with that call and its code: %s', async (what, code, kind, isRetried) => {
    const { failure, announced, calls } = await failedClose([{ what, on: 'query' }]);
    expect(failure).toMatchObject({ type: code, nonRetryable: !isRetried });
    expect(failure.told).toMatchObject({ call: 'queryOrder', kind, announced: null });
    expect(announced).toEqual([]);
    expect(calls).toHaveLength(1);
  });

  it('says what an earlier attempt has sent', async () => {
    const { failure } = await failedClose([{ what: 'systemError', on: 'query' }], { before: { sent: 'yes' } });
    expect(failure.told.announced).toEqual(YES);
  });

  it.each([
    [CANCELLED, 'LOCAL_SUPERSEDED', false],
    [GIVEN_UP, 'LOCAL_NOT_ANNOUNCED', true],
    [new Error('14 UNAVAILABLE'), 'LOCAL_NOT_ANNOUNCED', true],
  ] as [Error, string, boolean][])(
    'sends nothing if Temporal answers the announcement with %s',
    async (said, code, isRetried) => {
      const { failure, announced, calls } = await failedClose([], { says: [said] });
      expect(failure).toMatchObject({ type: code, nonRetryable: !isRetried });
      expect(failure.told).toMatchObject({ call: 'closeOrder', announced: null });
      expect(announced).toEqual([MAYBE]);
      expect(calls).toEqual(['query NOTPAY']);
    },
  );
});

describe('from the moment that the close is sent', () => {
  it.each([
    ['payFirst', { answer: { answer: 'paid', code: 'ORDERPAID' } }, 'SUCCESS'],
    ['paramError', { answer: { answer: 'refusedRequest' } }, 'NOTPAY'],
    ['invalidState', { answer: { answer: 'refusedState' } }, 'NOTPAY'],
    ['tooOften', { answer: { answer: 'tooOften' } }, 'NOTPAY'],
    ['inProgress', { answer: { answer: 'inProgress' } }, 'NOTPAY'],
    ['notFound', { answer: { answer: 'notFound' } }, 'NOTPAY'],
    ['noAuth', { failure: { code: 'NO_AUTH', kind: 'fatal' } }, 'NOTPAY'],
    ['signError', { failure: { code: 'SIGN_ERROR', kind: 'hint' } }, 'NOTPAY'],
    ['reset', { failure: { code: 'LOCAL_NO_ANSWER', kind: 'unknown' } }, 'NOTPAY'],
    ['bare404', { failure: { kind: 'unknown' } }, 'NOTPAY'],
    ['loseAnswer', { failure: { code: 'LOCAL_NO_ANSWER' } }, 'CLOSED'],
    ['signWrongly', { failure: { code: 'LOCAL_UNVERIFIED' } }, 'CLOSED'],
  ] as const)('whatever comes is a result: %s', async (what, write, after) => {
    const { result, announced } = await close([{ what, on: 'close' }]);
    expect(result).toMatchObject({ sent: 'yes', write, after: { answer: { tradeState: after } } });
    // A claim of payment must outlive an attempt that is lost during its last query.
    expect(announced).toEqual(what === 'payFirst' ? [MAYBE, { ...YES, paidClaimed: true }] : [MAYBE]);
  });

  it('so is a query after it that fails', async () => {
    const { result } = await close([{ what: 'systemError', on: 'query', after: 1 }]);
    expect(result).toMatchObject({
      write: { answer: { answer: 'accepted' } },
      after: { failure: { call: 'queryOrder', code: 'SYSTEM_ERROR', kind: 'retry' } },
    });
  });

  it('a cancelled attempt goes on, and returns the result of the close', async () => {
    const { result, calls } = await close([], { onAnswered: (made) => made.cancel() });
    expect(result).toMatchObject({ sent: 'yes', after: { answer: { tradeState: 'CLOSED' } } });
    expect(calls).toHaveLength(3);
  });
});

describe('SYSTEM_ERROR in answer to the close', () => {
  const SYSTEM_ERROR = { what: 'systemError', on: 'close' } as const;

  it('fails the attempt if the order is still open, and says that a close was sent', async () => {
    const { failure, announced, calls } = await failedClose([SYSTEM_ERROR]);
    expect(failure).toMatchObject({ type: 'SYSTEM_ERROR', nonRetryable: false });
    expect(failure.told).toMatchObject({ call: 'closeOrder', kind: 'retry', announced: YES });
    expect(announced).toEqual([MAYBE, YES]);
    expect(calls).toEqual(['query NOTPAY', 'close SYSTEM_ERROR', 'query NOTPAY']);
  });

  it('is not tried again if something superseded the close meanwhile', async () => {
    const { failure } = await failedClose([SYSTEM_ERROR], { says: ['go', CANCELLED] });
    expect(failure).toMatchObject({ type: 'SYSTEM_ERROR', nonRetryable: true, told: { announced: YES } });
  });

  it.each([
    ['shows an end', { what: 'payFirst', on: 'query', after: 1 }, { answer: { tradeState: 'SUCCESS' } }],
    ['fails', { what: 'reset', on: 'query', after: 1 }, { failure: { code: 'LOCAL_NO_ANSWER' } }],
  ] as const)('is a result if the query after it %s', async (_, misbehaviour, after) => {
    const { result, announced } = await close([SYSTEM_ERROR, misbehaviour]);
    expect(result).toMatchObject({ sent: 'yes', write: { failure: { code: 'SYSTEM_ERROR' } }, after });
    expect(announced).toEqual([MAYBE]);
  });
});

describe('what an earlier attempt sent', () => {
  it('is never forgotten: not by a result, nor by an announcement', async () => {
    const { order, input } = await placed();
    await sandbox.become(order, 'CLOSED');
    const made = closeAttempt(order, { before: { sent: 'maybe' } });
    expect(await made.run(activities.closeOrder, input)).toMatchObject({ sent: 'maybe', write: null });
    expect((await close([], { before: { sent: 'yes' } })).announced).toEqual([YES]);
    expect((await close([], { before: { sent: 'no' } })).announced).toEqual([MAYBE]);
  });
});
