import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CancelRequestInput, ServiceOrderHandle } from '../../client/index.js';
import { SECOND } from '../../domain/time.js';
import type { SandboxCall } from '../../testing/sandbox/calls.js';
import type { Misbehaviour } from '../../testing/sandbox/misbehaviour.js';
import { cancelBodiesOf } from '../../testing/sandbox/ledger.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';
import { ALL_ZERO, auditOf } from '../support/world.js';

const REQUEST = { requestId: 'r-1', reason: '用户取消' } as const satisfies CancelRequestInput;
const GUARDED = ['query CREATED', 'cancel 200', 'query REVOKED'] as const;

/** Longer than any worker of these tests lives. */
const FOR_EVER = 600 * SECOND;

/** A service order whose cancel is in flight when its worker is killed. */
interface Lost {
  readonly outOrderNo: string;
  readonly handle: ServiceOrderHandle;
}

let world: RealWorld;
let sentNothing: Lost;
let tookEffect: Lost;
let didNothing: Lost;
let raced: Lost;
let gaveUp: Lost;

/** Requests a cancel whose worker waits for an answer to `call` until it is killed. */
async function hangs(
  call: 'query' | 'cancel',
  changes: Partial<CancelRequestInput>,
  ...misbehaviours: Misbehaviour[]
): Promise<Lost> {
  const rental = await world.rental();
  if (changes.giveUp !== undefined) {
    world.sandbox.serviceOrders.confirm(rental);
    world.sandbox.serviceOrders.complete(rental, changes.giveUp.total);
  }
  for (const misbehaviour of misbehaviours) world.sandbox.misbehave(rental, misbehaviour);
  world.sandbox.misbehave(rental, { what: 'slow', on: call, delayMs: FOR_EVER });
  const { handle } = await world.serviceOrders.requestCancel(rental, { ...REQUEST, ...changes });
  await untilReceived(rental.outOrderNo, call);
  return { outOrderNo: rental.outOrderNo, handle };
}

async function untilReceived(outOrderNo: string, call: SandboxCall): Promise<void> {
  const received = (): string[] => world.sandbox.ledger.entries(outOrderNo).map((entry) => entry.call);
  await vi.waitFor(() => expect(received()).toContain(call), 60_000);
}

function callsOf({ outOrderNo }: Lost): string[] {
  return world.sandbox.ledger.entries(outOrderNo).map(({ call, answer }) => `${call} ${answer}`);
}

function bodiesOf({ outOrderNo }: Lost): string[] {
  return [...cancelBodiesOf(world.sandbox.ledger.entries(outOrderNo)).values()].flat();
}

beforeAll(async () => {
  world = await newRealWorld();
  const worker = await world.startWorker();
  // The time of their attempts runs out together, so one death is enough for all.
  tookEffect = await hangs('cancel', {});
  didNothing = await hangs('cancel', {}, { what: 'systemError', on: 'cancel' });
  raced = await hangs('cancel', {}, { what: 'completeFirst', on: 'cancel', totalAmount: 700 });
  gaveUp = await hangs('cancel', { mayCancel: [], giveUp: { total: 700 } });
  sentNothing = await hangs('query', {});
  await worker.kill();
  await world.startWorker();
});
afterAll(() => world.end());

describe('a cancel whose worker is killed', () => {
  it('before it was sent counts as not sent: it is made again, query first', async () => {
    expect(await sentNothing.handle.outcome()).toEqual({
      ended: 'cancelled',
      cancelSent: 'yes',
      reason: REQUEST.reason,
    });
    expect(callsOf(sentNothing)).toEqual(['query CREATED', ...GUARDED]);
  });

  it('after it took effect is found so by a query, and never sent again: it may have been sent', async () => {
    expect(await tookEffect.handle.outcome()).toEqual({
      ended: 'cancelled',
      cancelSent: 'maybe',
      reason: REQUEST.reason,
    });
    expect(callsOf(tookEffect)).toEqual(GUARDED);
  });

  it('after it was sent in vain is asked about, and made again with the same body', async () => {
    expect(await didNothing.handle.outcome()).toEqual({
      ended: 'cancelled',
      cancelSent: 'yes',
      reason: REQUEST.reason,
    });
    expect(callsOf(didNothing)).toEqual(['query CREATED', 'cancel SYSTEM_ERROR', 'query CREATED', ...GUARDED]);
    expect(bodiesOf(didNothing)).toHaveLength(1);
  });

  it('while money became due needs a person, who is told how much', async () => {
    await vi.waitFor(async () => expect(await raced.handle.state()).toMatchObject({ visible: 'needs-attention' }), {
      timeout: 60_000,
      interval: 500,
    });
    expect(callsOf(raced)).toEqual(GUARDED);
    await raced.handle.retry();
    const end = { ended: 'cancelled', cancelSent: 'maybe', reason: REQUEST.reason, raced: true, totalDue: 700 };
    expect(await raced.handle.outcome()).toEqual(end);
  });

  it('while exactly the money was due that was given up is no race: what was announced is not lost with it', async () => {
    const end = { ended: 'cancelled', cancelSent: 'maybe', reason: REQUEST.reason, totalDue: 700 };
    expect(await gaveUp.handle.outcome()).toEqual(end);
  });

  it('leaves nothing that must never happen', () => {
    for (const { outOrderNo } of [sentNothing, tookEffect, didNothing, raced, gaveUp]) {
      expect(auditOf(world, outOrderNo, 'cancelled')).toEqual(ALL_ZERO);
    }
    expect(world.sandbox.ledger.refused).toEqual([]);
  });
});

it('a release while the query before a cancel fails ends it: Temporal makes no further attempt', async () => {
  const rental = await world.rental();
  world.sandbox.misbehave(rental, { what: 'slow', on: 'query', delayMs: 1_500 });
  world.sandbox.misbehave(rental, { what: 'systemError', on: 'query', times: 'always' });
  const { handle } = await world.serviceOrders.requestCancel(rental, REQUEST);
  await untilReceived(rental.outOrderNo, 'query');
  await world.client.workflow.getHandle(handle.workflowId).cancel();
  expect(await handle.outcome()).toEqual({ ended: 'released' });
  expect(callsOf({ outOrderNo: rental.outOrderNo, handle })).toEqual(['query SYSTEM_ERROR']);
});
