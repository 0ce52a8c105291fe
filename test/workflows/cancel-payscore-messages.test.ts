import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../domain/time.js';
import { newWorld } from '../support/world.js';
import { CANCELLED, GUARDED, Rental } from './service-rows/rental.js';

const BY_MEI = { note: '已电话核实', by: 'Mei' } as const;

async function newRental(): Promise<Rental> {
  const world = await newWorld();
  return new Rental(world, await world.rental());
}

/** The first query is refused for good, so that a person is asked. */
async function newRentalInNeed(): Promise<Rental> {
  const rental = await newRental();
  rental.meets({ what: 'noAuth', on: 'query' });
  await rental.request();
  await rental.is({ phase: 'needsAttention' });
  return rental;
}

describe('a PayScore notification', () => {
  it('that the user paid is confirmed by a query, which is the reason of the end', async () => {
    const rental = await newRental();
    rental.complete(100);
    await rental.watch();
    await rental.pay();
    await rental.notification('USER_PAID');
    expect(await rental.outcome()).toEqual({ ended: 'done' });
    expect(rental.calls).toEqual(['query DONE USER_PAID']);
    await rental.promisesAreKept();
  });

  it('that the user paid counts more than a cancel that is on its way', async () => {
    const rental = await newRental();
    rental.complete(100);
    rental.keepsBack('cancel');
    rental.meets({ what: 'inProgress', on: 'cancel' });
    await rental.request({ giveUp: { total: 100 } });
    await rental.received('cancel');
    await rental.notification('USER_PAID');
    await rental.world.pass(4 * MINUTE);
    await rental.pay();
    await rental.world.pass(5 * MINUTE);
    expect(await rental.outcome()).toEqual({ ended: 'done' });
    expect(rental.countOf('cancel')).toBe(1);
    await rental.promisesAreKept();
  });

  it('that comes twice costs one query more, and changes nothing', async () => {
    const rental = await newRental();
    await rental.watch();
    rental.confirm();
    await Promise.all([
      rental.notification('USER_CONFIRM'),
      rental.notification('USER_CONFIRM').catch(() => undefined),
    ]);
    expect(await rental.outcome()).toEqual({ ended: 'kept', reason: 'confirmed' });
  });

  it('of the wrong form, or of another service order, is ignored', async () => {
    const rental = await newRental();
    await rental.watch();
    const workflow = rental.world.client.workflow.getHandle(rental.handle.workflowId);
    await workflow.signal('serviceOrderNotification', { said: 'USER_PAID' });
    await workflow.signal('serviceOrderNotification', { order: rental.order, said: 'USER_LEFT' });
    await workflow.signal('serviceOrderNotification', null);
    await workflow.signal('serviceOrderNotification', {
      order: { ...rental.order, outOrderNo: 'ANOTHER' },
      said: 'USER_PAID',
    });
    await rental.world.pass(HOUR);
    await rental.is({ phase: 'waiting', last: null });
    expect(rental.calls).toEqual([]);
    await rental.request();
    expect(await rental.outcome()).toEqual(CANCELLED);
  });

  it('of another service order is refused by the client', async () => {
    const rental = await newRental();
    await rental.watch();
    const foreign = { order: { ...rental.order, outOrderNo: 'ANOTHER' }, said: 'USER_PAID' } as const;
    await expect(rental.handle.serviceOrderNotification(foreign)).rejects.toMatchObject({ code: 'invalid-order' });
    const { serviceOrders } = rental.world;
    await expect(serviceOrders.serviceOrderNotification(foreign)).rejects.toMatchObject({ code: 'order-not-found' });
  });

  it('after the end is refused, and the caller gets the outcome', async () => {
    const rental = await newRental();
    await rental.request();
    await rental.outcome();
    await expect(rental.notification('USER_PAID')).rejects.toMatchObject({ code: 'already-ended', outcome: CANCELLED });
  });
});

describe('a person', () => {
  it('who is not asked is refused', async () => {
    const rental = await newRental();
    await rental.watch();
    await expect(rental.handle.retry()).rejects.toMatchObject({ code: 'invalid-order' });
    const word = rental.handle.resolve({ as: 'cancelled', ...BY_MEI });
    await expect(word).rejects.toMatchObject({ code: 'invalid-order' });
  });

  it('whose resolution has faults gets all of them', async () => {
    const rental = await newRentalInNeed();
    const word = rental.handle.resolve({ as: 'cancelled', note: ' ', by: '' });
    await expect(word).rejects.toMatchObject({ code: 'invalid-order', faults: [{ field: 'note' }, { field: 'by' }] });
  });

  it('whose resolution comes after an end gets that end', async () => {
    const rental = await newRentalInNeed();
    rental.become({ state: 'REVOKED' });
    const reply = await rental.handle.resolve({ as: 'kept', ...BY_MEI });
    expect(reply).toMatchObject({ ended: 'cancelled', said: 'REVOKED' });
    expect(await rental.outcome()).toEqual({ ended: 'cancelled', cancelSent: 'no' });
  });

  it('whose resolution ends it by force if WeChat Pay gives no answer', async () => {
    const rental = await newRentalInNeed();
    rental.meets({ what: 'noAuth', on: 'query', times: 2 });
    const reply = await rental.handle.resolve({ as: 'kept', ...BY_MEI });
    expect(reply).toMatchObject({ ended: null, said: 'NO_AUTH' });
    await rental.handle.resolve({ as: 'kept', force: true, ...BY_MEI });
    expect(await rental.outcome()).toEqual({ ended: 'resolved', as: 'kept', said: 'NO_AUTH', ...BY_MEI });
    await rental.promisesAreKept();
  });

  it('is asked when patience is over, and WeChat Pay every hour, until it answers', async () => {
    const rental = await newRental();
    rental.meets({ what: 'tooOften', on: 'cancel' });
    await rental.request();
    await rental.received('cancel');
    // It was seen, so it cannot end as never existed, however often it is not found.
    rental.meets({ what: 'notFound', on: 'query', times: 60 });
    await rental.world.pass(23 * HOUR);
    await rental.is({ phase: 'unsettled' });
    await rental.world.pass(2 * HOUR);
    await rental.is({ phase: 'needsAttention', visible: 'needs-attention' });
    const asked = rental.countOf('query');
    await rental.world.pass(5 * HOUR);
    expect(rental.countOf('query') - asked).toBe(5);
    rental.world.sandbox.misbehaviours.clear();
    await rental.world.pass(HOUR);
    expect(await rental.outcome()).toEqual(CANCELLED);
    await rental.promisesAreKept();
  });
});

describe('Request Cancellation', () => {
  it('in a pause releases the service order at once', async () => {
    const rental = await newRental();
    rental.meets({ what: 'notFound', on: 'query' });
    await rental.request();
    await rental.is({ phase: 'unsettled' });
    await rental.release();
    expect(await rental.outcome()).toEqual({ ended: 'released' });
    expect(rental.calls).toEqual(['query ORDER_NOT_EXIST']);
  });

  it('while a person is asked releases the service order at once', async () => {
    const rental = await newRentalInNeed();
    await rental.release();
    expect(await rental.outcome()).toEqual({ ended: 'released' });
    expect(rental.calls).toEqual(['query NO_AUTH']);
  });

  it('in a query that shows an end takes effect after it', async () => {
    const rental = await newRental();
    rental.complete(0);
    rental.keepsBack('query');
    await rental.request();
    await rental.received('query');
    await rental.release();
    expect(await rental.outcome()).toEqual({ ended: 'done' });
    await rental.promisesAreKept();
  });

  it('in a query that fails again and again ends it at once, and no attempt follows', async () => {
    const rental = await newRentalInNeed();
    rental.meets({ what: 'systemError', on: 'query', times: 'always' });
    await rental.handle.retry();
    await rental.backsOffBefore(3);
    await rental.release();
    expect(await rental.outcome()).toEqual({ ended: 'released' });
    await rental.world.pass(6 * MINUTE);
    expect(rental.calls).toEqual(['query NO_AUTH', 'query SYSTEM_ERROR', 'query SYSTEM_ERROR']);
  });

  it('while the query before a cancel fails again and again sends none, and ends it when no query was answered', async () => {
    const rental = await newRental();
    rental.meets({ what: 'systemError', on: 'query', times: 'always' });
    await rental.request();
    await rental.backsOffBefore(3);
    await rental.release();
    // Between two attempts, Temporal does not report what the earlier ones sent, so WeChat Pay is asked.
    await rental.is({ phase: 'confirming' });
    await rental.world.pass(6 * MINUTE);
    expect(await rental.outcome()).toEqual({ ended: 'released' });
    expect(rental.countOf('cancel')).toBe(0);
  });

  it('in a cancel has its answer awaited, and a query confirms it', async () => {
    const rental = await newRental();
    rental.keepsBack('cancel');
    await rental.request();
    await rental.received('cancel');
    await rental.release();
    expect(await rental.outcome()).toEqual(CANCELLED);
    expect(rental.calls).toEqual(GUARDED);
    await rental.promisesAreKept();
  });

  it('in a cancel that raced is answered with the money that is to be collected', async () => {
    const rental = await newRental();
    rental.keepsBack('cancel');
    rental.meets({ what: 'completeFirst', on: 'cancel', totalAmount: 100 });
    await rental.request();
    await rental.received('cancel');
    await rental.release();
    expect(await rental.outcome()).toEqual({ ...CANCELLED, raced: true, totalDue: 100 });
    await rental.promisesAreKept();
  });

  it('leaves a service order that a new request takes up again', async () => {
    const rental = await newRental();
    await rental.watch();
    await rental.release();
    expect(await rental.outcome()).toEqual({ ended: 'released' });
    await rental.request();
    expect(await rental.outcome()).toEqual(CANCELLED);
  });
});

describe('every attempt', () => {
  it('is one HTTP request, signed anew', async () => {
    const rental = await newRental();
    rental.meets({ what: 'systemError', on: 'query' }, { what: 'reset', on: 'query' });
    await rental.request();
    await rental.received('query', 2);
    await rental.world.pass(MINUTE);
    expect(await rental.outcome()).toEqual(CANCELLED);
    const { events } = await rental.world.client.workflow.getHandle(rental.handle.workflowId).fetchHistory();
    const attempts = (events ?? []).flatMap((event) => event.activityTaskStartedEventAttributes?.attempt ?? []);
    expect(attempts).toEqual([3]);
    expect(rental.entries.map(({ call }) => call)).toEqual(['query', 'query', 'query', 'cancel', 'query']);
    expect(new Set(rental.entries.map(({ nonce }) => nonce)).size).toBe(5);
    expect(rental.world.sandbox.ledger.refused).toEqual([]);
  });
});
