import { describe, expect, it } from 'vitest';
import { SECOND } from '../../domain/time.js';
import { writesOf } from '../../testing/sandbox/ledger.js';
import { CANCEL_PAYSCORE_WORKFLOW } from '../../workflows/messages/payscore.js';
import { DEFAULT_TASK_QUEUE } from '../../workflows/messages/orders.js';
import { newWorld } from '../support/world.js';
import { CANCELLED, GUARDED, Rental, REQUEST } from './service-rows/rental.js';

describe('a cancel and the query that allows it', () => {
  it('are made by one attempt, so that a busy worker delays both and never the cancel alone', async () => {
    const world = await newWorld({ callsAtOnce: 1 });
    const [rental, other] = [new Rental(world, await world.rental()), new Rental(world, await world.rental())];
    other.keepsBack('query');
    await other.request();
    await other.received('query');
    await rental.request();
    expect(await rental.outcome()).toEqual(CANCELLED);
    expect(await other.outcome()).toEqual(CANCELLED);
    expect(world.sandbox.ledger.entries().map(({ call }) => call)).toEqual([
      ...['query', 'cancel', 'query'],
      ...['query', 'cancel', 'query'],
    ]);
    for (const each of [rental, other]) await each.promisesAreKept();
  });

  it('are less than five seconds apart: a query that takes longer than three is given up, and nothing is sent', async () => {
    const world = await newWorld();
    const rental = new Rental(world, await world.rental());
    rental.meets({ what: 'slow', on: 'query', delayMs: 6 * SECOND });
    await rental.request();
    await rental.backsOffBefore(2);
    expect(rental.calls).toEqual(['query CREATED']);
    await world.pass(2 * SECOND);
    expect(await rental.outcome()).toEqual(CANCELLED);
    expect(rental.calls).toEqual(['query CREATED', ...GUARDED]);
    await rental.promisesAreKept();
  });

  it('see what happened between two attempts: what has become due meanwhile is not given up', async () => {
    const world = await newWorld();
    const rental = new Rental(world, await world.rental());
    rental.meets({ what: 'systemError', on: 'query', times: 4 });
    await rental.request();
    await rental.backsOffBefore(4);
    rental.complete(700);
    await world.pass(30 * SECOND);
    expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'amount-due', totalDue: 700 });
    expect(writesOf(rental.entries)).toEqual([]);
    await rental.promisesAreKept();
  });
});

it('a workflow under an id that is not the service order’s is refused, and asks and sends nothing', async () => {
  const world = await newWorld();
  const rental = new Rental(world, await world.rental());
  const workflow = await world.client.workflow.start(CANCEL_PAYSCORE_WORKFLOW, {
    workflowId: 'payscore/evil',
    taskQueue: DEFAULT_TASK_QUEUE,
    args: [{ ...rental.order, request: REQUEST }],
  });
  await expect(workflow.result()).rejects.toMatchObject({
    cause: { type: 'INVALID_ORDER', details: [[{ field: 'workflowId' }]] },
  });
  expect(rental.calls).toEqual([]);
});
