import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../domain/time.js';
import { newWorld } from '../support/world.js';
import { CANCELLED, Rental, REQUEST } from './service-rows/rental.js';

const OTHER_REASON = '设备故障';

async function newRental(): Promise<Rental> {
  const world = await newWorld();
  return new Rental(world, await world.rental());
}

describe('the body of a cancel', () => {
  it('is the same in every attempt, whichever request is due by then', async () => {
    const rental = await newRental();
    rental.meets({ what: 'systemError', on: 'cancel' }, { what: 'inProgress', on: 'cancel' });
    await rental.request();
    await rental.is({ phase: 'unsettled' });
    rental.keepsBack('cancel');
    const alike = await rental.request({ requestId: 'r-2' });
    expect(alike).toMatchObject({ requestId: 'r-2', reasonSent: REQUEST.reason, reasonDiffers: false });
    await rental.received('cancel', 3);
    const later = await rental.request({ requestId: 'r-3', reason: OTHER_REASON });
    expect(later).toMatchObject({ requestId: 'r-3', reasonSent: REQUEST.reason, reasonDiffers: true });
    expect(await rental.outcome()).toEqual(CANCELLED);
    expect(rental.countOf('cancel')).toBe(3);
    expect(rental.bodies).toHaveLength(1);
    await rental.promisesAreKept();
  });

  it('is one for two requests that are due at once, also if first the one allows the cancel and then the other', async () => {
    const rental = await newRental();
    const when = { at: new Date((await rental.world.now()) + HOUR).toISOString() };
    await rental.request({ when });
    await rental.request({ requestId: 'r-2', reason: OTHER_REASON, when, mayCancel: ['in-service'] });
    rental.meets({ what: 'systemError', on: 'cancel', times: 2 });
    const passing = rental.world.pass(HOUR + SECOND);
    await rental.received('cancel');
    rental.confirm();
    await passing;
    await rental.world.pass(10 * SECOND);
    expect(await rental.outcome()).toEqual(CANCELLED);
    expect(rental.calls.at(0)).toBe('query CREATED');
    expect(rental.calls.slice(-3)).toEqual(['query DOING USER_CONFIRM', 'cancel 200', 'query REVOKED']);
    expect(rental.bodies).toHaveLength(1);
    await rental.promisesAreKept();
  });

  it('is that of the first request that is due, though a later one allows it, and both callers see that', async () => {
    const rental = await newRental();
    rental.confirm();
    rental.meets({ what: 'noAuth', on: 'query' });
    await rental.request();
    await rental.needsPerson('fatal-answer');
    // Nothing was sent, so nothing is frozen.
    expect(await rental.request()).toMatchObject({ reasonSent: null, reasonDiffers: false });
    const second = await rental.request({ requestId: 'r-2', reason: OTHER_REASON, mayCancel: ['in-service'] });
    expect(second).toMatchObject({ reasonSent: REQUEST.reason, reasonDiffers: true });
    expect(await rental.outcome()).toEqual(CANCELLED);
    expect(rental.bodies).toHaveLength(1);
    await rental.promisesAreKept();
  });

  it('may be another one once it is sure that the first was never sent', async () => {
    const rental = await newRental();
    const at = new Date((await rental.world.now()) + HOUR).toISOString();
    await rental.request({ when: { at } });
    rental.meets({ what: 'noAuth', on: 'query' });
    expect(await rental.request({ requestId: 'r-2', reason: OTHER_REASON })).toMatchObject({
      reasonSent: OTHER_REASON,
    });
    await rental.needsPerson('fatal-answer');
    await rental.world.pass(HOUR + MINUTE);
    expect(await rental.outcome()).toEqual(CANCELLED);
    expect(rental.bodies).toHaveLength(1);
    await rental.promisesAreKept();
  });

  it('of a new watch that is not the one that WeChat Pay has seen is refused, and needs a person', async () => {
    const rental = await newRental();
    rental.meets({ what: 'systemError', on: 'cancel' }, { what: 'inProgress', on: 'cancel' });
    await rental.request();
    await rental.is({ phase: 'unsettled' });
    await rental.release();
    expect(await rental.outcome()).toEqual({ ended: 'released' });
    await rental.request({ requestId: 'r-2', reason: OTHER_REASON });
    await rental.needsPerson('request-refused');
    expect(rental.calls.slice(-2)).toEqual(['cancel INVALID_REQUEST', 'query CREATED']);
    await rental.promisesAreKept(2);
  });
});
