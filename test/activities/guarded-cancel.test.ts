import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/index.js';
import type { CancelServiceOrderInput } from '../../domain/payscore/order.js';
import type { CancelRequest } from '../../domain/payscore/write.js';
import type { Misbehaviour } from '../../testing/sandbox/misbehaviour.js';
import type { Sandbox } from '../../testing/sandbox/sandbox.js';
import { cancelBodiesOf } from '../../testing/sandbox/ledger.js';
import { merchantsOf } from '../support/merchant.js';
import { startSandbox } from '../support/sandbox.js';
import { attempt, cancelAttempt, CANCELLED, failureOf, type AttemptOptions } from './attempts.js';

const REQUEST: CancelRequest = {
  requestId: 'r-1',
  reason: '用户取消',
  dueAt: 0,
  mayCancel: ['created'],
  giveUp: null,
};
const CREATED = { stage: 'created', totalDue: null };

let sandbox: Sandbox;
let activities: ReturnType<typeof createActivities>;
let count = 0;

beforeAll(async () => {
  sandbox = await startSandbox();
  activities = createActivities(await merchantsOf(sandbox));
});
afterAll(() => sandbox.stop());

/** A service order, and what its workflow asks for. */
async function created(misbehaviours: readonly Misbehaviour[], changes: Partial<CancelServiceOrderInput> = {}) {
  const { mchid } = sandbox;
  const outOrderNo = `CANCEL-${++count}`;
  const { serviceId, appid } = await sandbox.createServiceOrder({ mchid, outOrderNo });
  const order = { mchid, outOrderNo, serviceId, appid };
  for (const misbehaviour of misbehaviours) sandbox.misbehave(outOrderNo, misbehaviour);
  const known = { furthest: null, paidClaimed: false };
  const input: CancelServiceOrderInput = { order, reason: '用户取消', requests: [REQUEST], known, ...changes };
  const calls = (): string[] => sandbox.ledger.entries(outOrderNo).map(({ call, answer }) => `${call} ${answer}`);
  return { order, input, calls };
}

async function cancel(
  misbehaviours: readonly Misbehaviour[],
  changes: Partial<CancelServiceOrderInput> = {},
  options: AttemptOptions = {},
) {
  const { order, input, calls } = await created(misbehaviours, changes);
  const made = cancelAttempt(order, options);
  const running = made.run(activities.cancelServiceOrder, input);
  return { order, made, running, calls };
}

describe('a guarded cancel', () => {
  it('asks, says so to Temporal with what it gives up, sends and asks again', async () => {
    const { made, running, calls } = await cancel([]);
    expect(await running).toMatchObject({
      before: { state: 'CREATED' },
      sent: 'yes',
      write: { answer: { answer: 'accepted' } },
      after: { answer: { state: 'REVOKED' } },
    });
    expect(made.announced).toEqual([{ sent: 'maybe', allowedFor: CREATED }]);
    expect(calls()).toEqual(['query CREATED', 'cancel 200', 'query REVOKED']);
  });

  it('is refused to whoever is not the workflow of that very service order', async () => {
    const { order, input, calls } = await created([]);
    const id = `payscore/${order.mchid}/${order.outOrderNo}`;
    const others = [
      attempt({ workflowType: 'timeoutThenClose', workflowId: id }),
      attempt({ workflowType: 'cancelPayscore', workflowId: `${id}0` }),
      attempt({ workflowType: undefined, workflowId: undefined }),
    ];
    for (const other of others) {
      const failure = await failureOf(other.run(activities.cancelServiceOrder, input));
      expect(failure).toMatchObject({ type: 'LOCAL_NOT_ITS_WORKFLOW', nonRetryable: true });
    }
    expect(calls()).toEqual([]);
  });

  it('of a merchant that this worker does not know is retried', async () => {
    const { order, input } = await created([]);
    const other = { ...order, mchid: '42' };
    const running = cancelAttempt(other).run(activities.cancelServiceOrder, { ...input, order: other });
    expect(await failureOf(running)).toMatchObject({ type: 'LOCAL_UNKNOWN_MERCHANT', nonRetryable: false });
  });
});

describe('a cancel is sent only if the query before it allows it', () => {
  const COMPLETED = { what: 'completeFirst', on: 'query' } as const;
  const inService = { ...REQUEST, mayCancel: ['created', 'in-service'] } as const;
  const givesUp100 = { ...REQUEST, requestId: 'r-2', giveUp: { total: 100 } } as const;

  it.each([
    ['no request allows what has become of it', [COMPLETED], { requests: [REQUEST, inService] }],
    ['the amount due is another', [{ ...COMPLETED, totalAmount: 700 }], { requests: [givesUp100] }],
    ['it was paid', [{ what: 'payFirst', on: 'query', totalAmount: 100 }], { requests: [givesUp100] }],
    ['a payment was reported', [], { known: { furthest: null, paidClaimed: true } }],
    ['more was reported than the query shows', [], { known: { furthest: 'in-service', paidClaimed: false } }],
    ['the number is not found', [{ what: 'notFound', on: 'query' }], {}],
  ] as const)('not if %s', async (_, misbehaviours, changes) => {
    const { made, running, calls } = await cancel(misbehaviours, changes);
    expect(await running).toMatchObject({ sent: 'no', write: null, after: null });
    expect(made.announced).toEqual([]);
    expect(calls()).toHaveLength(1);
  });

  it('also if only one of the requests allows it; the announcement says what it gives up', async () => {
    const { made, running } = await cancel([COMPLETED], { requests: [REQUEST, givesUp100] });
    expect(await running).toMatchObject({ sent: 'yes', after: { answer: { state: 'REVOKED' } } });
    expect(made.announced).toEqual([{ sent: 'maybe', allowedFor: { stage: 'completed', totalDue: 100 } }]);
  });
});

describe('what fails before the cancel is sent', () => {
  it.each([
    ['systemError', 'SYSTEM_ERROR', true],
    ['noAuth', 'NO_AUTH', false],
    ['signError', 'SIGN_ERROR', false],
  ] as const)('fails the attempt with the code of its query: %s', async (what, code, isRetried) => {
    const { made, running, calls } = await cancel([{ what, on: 'query' }]);
    const failure = await failureOf(running);
    expect(failure).toMatchObject({ type: code, nonRetryable: !isRetried });
    expect(failure.told).toMatchObject({ call: 'queryServiceOrder', announced: null });
    expect(made.announced).toEqual([]);
    expect(calls()).toHaveLength(1);
  });

  it('sends nothing if the announcement fails', async () => {
    const { running, calls } = await cancel([], {}, { says: [new Error('14 UNAVAILABLE')] });
    expect(await failureOf(running)).toMatchObject({ type: 'LOCAL_NOT_ANNOUNCED', nonRetryable: false });
    expect(calls()).toEqual(['query CREATED']);
  });

  it('sends nothing if it was superseded', async () => {
    const { running, calls } = await cancel([], {}, { says: [CANCELLED] });
    expect(await failureOf(running)).toMatchObject({ type: 'LOCAL_SUPERSEDED', nonRetryable: true });
    expect(calls()).toEqual(['query CREATED']);
  });
});

describe('from the moment that the cancel is sent', () => {
  it.each([
    ['completeFirst', { answer: { answer: 'accepted' } }, 'REVOKED'],
    ['payFirst', { answer: { answer: 'accepted' } }, 'REVOKED'],
    ['invalidState', { answer: { answer: 'refusedState' } }, 'CREATED'],
    ['paramError', { answer: { answer: 'refusedRequest' } }, 'CREATED'],
    ['inProgress', { answer: { answer: 'inProgress' } }, 'CREATED'],
    ['noAuth', { failure: { code: 'NO_AUTH', kind: 'fatal' } }, 'CREATED'],
    ['reset', { failure: { code: 'LOCAL_NO_ANSWER', kind: 'unknown' } }, 'CREATED'],
    ['loseAnswer', { failure: { code: 'LOCAL_NO_ANSWER' } }, 'REVOKED'],
    ['unsigned', { failure: { code: 'LOCAL_UNVERIFIED' } }, 'REVOKED'],
  ] as const)('whatever comes is a result: %s', async (what, write, after) => {
    const { running } = await cancel([{ what, on: 'cancel' }]);
    expect(await running).toMatchObject({ sent: 'yes', write, after: { answer: { state: after } } });
  });

  it('SYSTEM_ERROR fails the attempt if the service order is still open, and says what was sent', async () => {
    const { order, made, running, calls } = await cancel([{ what: 'systemError', on: 'cancel' }]);
    const failure = await failureOf(running);
    const announced = { sent: 'yes', allowedFor: CREATED };
    expect(failure).toMatchObject({ type: 'SYSTEM_ERROR', nonRetryable: false });
    expect(failure.told).toMatchObject({ call: 'cancelServiceOrder', announced });
    expect(made.announced).toEqual([{ ...announced, sent: 'maybe' }, announced]);
    expect(calls()).toEqual(['query CREATED', 'cancel SYSTEM_ERROR', 'query CREATED']);
    const [, bodies] = [...cancelBodiesOf(sandbox.ledger.entries(order.outOrderNo))][0] ?? [];
    expect(bodies?.map((body) => (JSON.parse(body) as { reason: string }).reason)).toEqual(['用户取消']);
  });
});
