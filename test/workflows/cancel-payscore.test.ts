import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../domain/time.js';
import { deadlineAttribute } from '../../workflows/messages/orders.js';
import { newWorld } from '../support/world.js';
import { CANCELLED, GUARDED, Rental, REQUEST } from './service-rows/rental.js';

const OTHER_REASON = '设备故障';

async function newRental(): Promise<Rental> {
  const world = await newWorld();
  return new Rental(world, await world.rental());
}

async function runOf({ world, handle }: Rental): Promise<string> {
  return (await world.client.workflow.getHandle(handle.workflowId).describe()).runId;
}

describe('a request to cancel', () => {
  it('starts the watch, is answered at once, and the cancel is confirmed', async () => {
    const rental = await newRental();
    const taken = await rental.request();
    expect(taken).toMatchObject({ requestId: 'r-1', reasonSent: REQUEST.reason, reasonDiffers: false });
    expect(await rental.outcome()).toEqual(CANCELLED);
    expect(rental.calls).toEqual(GUARDED);
    await rental.promisesAreKept();
  });

  it('of an id that asked for something else is told so, and the first request counts', async () => {
    const rental = await newRental();
    const { world, order } = rental;
    const later = { when: { ifNotConfirmedWithin: '30m' } } as const;
    const first = await world.serviceOrders.requestCancel(order, { ...REQUEST, ...later });
    expect(first).toMatchObject({ requestDiffers: false, inputDiffers: false });
    const second = await world.serviceOrders.requestCancel(
      { ...order, serviceId: '500002' },
      { ...REQUEST, giveUp: { total: 100 } },
    );
    expect(second).toMatchObject({ requestDiffers: true, inputDiffers: true, dueAt: first.dueAt });
  });

  it('that is sent again after the end gets the answer that it got, and starts nothing', async () => {
    const rental = await newRental();
    const { world, order } = rental;
    const { handle: _, ...first } = await world.serviceOrders.requestCancel(order, REQUEST);
    expect(await rental.outcome()).toEqual(CANCELLED);
    const { handle, ...again } = await world.serviceOrders.requestCancel(order, REQUEST);
    expect(again).toEqual({ ...first, dueAt: first.dueAt });
    const other = await world.serviceOrders.requestCancel(order, { ...REQUEST, reason: 'another' });
    expect(other).toMatchObject({ requestDiffers: true, dueAt: first.dueAt });
    expect(rental.calls).toEqual(GUARDED);
    expect(await handle.outcome()).toEqual(CANCELLED);
  });

  it('of a new id after the end begins a new watch', async () => {
    const rental = await newRental();
    const { world, order } = rental;
    await world.serviceOrders.requestCancel(order, REQUEST);
    expect(await rental.outcome()).toEqual(CANCELLED);
    await world.serviceOrders.requestCancel(order, { ...REQUEST, requestId: 'r-2' });
    expect(await rental.outcome()).toMatchObject({ ended: 'cancelled', cancelSent: 'no' });
    expect(rental.calls).toEqual([...GUARDED, 'query REVOKED']);
  });

  it('that is spent does not make the watch overdue while another is to come', async () => {
    const rental = await newRental();
    const { world, order } = rental;
    const mayCancel = ['created', 'in-service'] as const;
    const at = new Date((await world.now()) + 3 * DAY).toISOString();
    await world.serviceOrders.requestCancel(order, { ...REQUEST, when: { ifNotConfirmedWithin: '30m' } });
    const { handle } = await world.serviceOrders.requestCancel(order, {
      requestId: 'r-2',
      reason: REQUEST.reason,
      when: { at },
      mayCancel,
    });
    world.sandbox.serviceOrders.confirm(order);
    await world.pass(HOUR);
    expect(await handle.state()).toMatchObject({ phase: 'waiting' });
    const { typedSearchAttributes } = await world.client.workflow.getHandle(handle.workflowId).describe();
    expect(typedSearchAttributes.get(deadlineAttribute)?.toISOString()).toBe(at);
  });

  it('joins the watch that runs', async () => {
    const rental = await newRental();
    await rental.watch();
    const run = await runOf(rental);
    await rental.request();
    await rental.watch();
    expect(await rental.outcome()).toMatchObject({ ended: 'cancelled' });
    expect(await runOf(rental)).toBe(run);
    await rental.promisesAreKept();
  });

  it('that comes twice, also at once, is one request', async () => {
    const rental = await newRental();
    const first = { when: { ifNotConfirmedWithin: '30m' } } as const;
    const [one, other] = await Promise.all([rental.request(first), rental.request(first)]);
    expect(other).toEqual(one);
    expect(await rental.request({ when: 'now', reason: OTHER_REASON })).toEqual({ ...one, requestDiffers: true });
    await rental.world.pass(29 * MINUTE);
    expect(rental.countOf('cancel')).toBe(0);
    await rental.world.pass(2 * MINUTE);
    expect(await rental.outcome()).toEqual(CANCELLED);
    expect(rental.countOf('cancel')).toBe(1);
    await rental.promisesAreKept();
  });

  it('after the end begins a new watch, which asks WeChat Pay first', async () => {
    const rental = await newRental();
    rental.confirm();
    await rental.request();
    expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'confirmed' });
    const run = await runOf(rental);
    await rental.request({ requestId: 'r-2', mayCancel: ['in-service'] });
    expect(await rental.outcome()).toMatchObject({ ended: 'cancelled', cancelSent: 'yes' });
    expect(await runOf(rental)).not.toBe(run);
    const confirmed = 'query DOING USER_CONFIRM';
    expect(rental.calls).toEqual([confirmed, confirmed, 'cancel 200', 'query REVOKED']);
    await rental.promisesAreKept();
  });

  it('of what was cancelled long ago sends no second cancel', async () => {
    const rental = await newRental();
    await rental.request();
    await rental.outcome();
    await rental.request({ requestId: 'r-2', reason: OTHER_REASON });
    expect(await rental.outcome()).toEqual({ ended: 'cancelled', cancelSent: 'no' });
    expect(rental.countOf('cancel')).toBe(1);
    await rental.promisesAreKept();
  });

  it('with faults is refused with all of them, and nothing is started', async () => {
    const rental = await newRental();
    const request = rental.request({ requestId: 'not one', reason: '', mayCancel: [], when: { at: 'soon' } });
    const faults = ['requestId', 'reason', 'when.at', 'mayCancel'].map((field) => ({ field }));
    await expect(request).rejects.toMatchObject({ code: 'invalid-order', faults });
    await expect(rental.handle.state()).rejects.toMatchObject({ code: 'order-not-found' });
    expect(rental.calls).toEqual([]);
  });

  it('with faults, from another client than ours, is refused by the workflow, which goes on', async () => {
    const rental = await newRental();
    await rental.watch();
    const workflow = rental.world.client.workflow.getHandle(rental.handle.workflowId);
    const refused = workflow.executeUpdate('requestCancel', { args: [{ requestId: 'r-1', reason: 'x'.repeat(31) }] });
    await expect(refused).rejects.toMatchObject({ cause: { type: 'INVALID_REQUEST' } });
    await rental.request();
    expect(await rental.outcome()).toMatchObject({ ended: 'cancelled', reason: REQUEST.reason });
    await rental.promisesAreKept();
  });
});

describe('a service that asks whether a cancel is on its way', () => {
  it('is told so from the due time to the end, and not before', async () => {
    const rental = await newRental();
    rental.meets({ what: 'inProgress', on: 'cancel' });
    const { dueAt } = await rental.request({ when: { ifNotConfirmedWithin: '30m' } });
    expect(await rental.handle.state()).toMatchObject({ isCancelling: false, cancelsAt: dueAt });
    await rental.world.pass(30 * MINUTE - 2 * SECOND);
    expect(await rental.handle.isCancelling()).toBe(false);
    await rental.world.pass(3 * SECOND);
    expect(await rental.handle.isCancelling()).toBe(true);
    await rental.is({ phase: 'unsettled', cancelsAt: null });
    await rental.world.pass(2 * MINUTE);
    expect(await rental.handle.isCancelling()).toBe(true);
    await rental.world.pass(2 * MINUTE);
    expect(await rental.outcome()).toMatchObject({ ended: 'cancelled' });
    expect(await rental.handle.isCancelling()).toBe(false);
  });

  it('is told so while the query before the cancel is on its way, and may complete it when it is kept', async () => {
    const rental = await newRental();
    rental.confirm();
    rental.keepsBack('query');
    await rental.request();
    await rental.received('query');
    expect(await rental.handle.isCancelling()).toBe(true);
    expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'confirmed' });
    expect(await rental.handle.isCancelling()).toBe(false);
  });
});

describe('a service order that is to be cancelled if it is not confirmed in time', () => {
  it('is kept if the user confirmed it, though no notification came', async () => {
    const rental = await newRental();
    await rental.request({ when: { ifNotConfirmedWithin: '30m' } });
    await rental.world.pass(29 * MINUTE);
    rental.confirm();
    await rental.world.pass(2 * MINUTE);
    expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'confirmed' });
    expect(rental.countOf('cancel')).toBe(0);
    await rental.promisesAreKept();
  });

  it('may be cancelled sooner if another request says so', async () => {
    const rental = await newRental();
    await rental.request({ when: { ifNotConfirmedWithin: '30m' } });
    await rental.is({ phase: 'waiting' });
    await rental.request({ requestId: 'r-2', reason: OTHER_REASON });
    expect(await rental.outcome()).toEqual({ ended: 'cancelled', cancelSent: 'yes', reason: OTHER_REASON });
    await rental.promisesAreKept();
  });
});
