import { describe, expect, it } from 'vitest';
import { SECOND } from '../../domain/time.js';
import { newWorld } from '../support/world.js';
import { Rental } from './service-rows/rental.js';

describe('a cancel that waits for a busy worker', () => {
  // The activity goes by when the server gave it out; what it then waits in the queue is bounded by its timeout.
  it('is not sent once its query is more than five seconds old', async () => {
    const world = await newWorld({ callsAtOnce: 1 });
    const [rental, other] = [new Rental(world, await world.rental()), new Rental(world, await world.rental())];
    rental.meets({ what: 'slow', on: 'query', delayMs: 1_000 });
    other.meets({ what: 'slow', on: 'query', delayMs: 6_000 });
    await rental.request();
    await rental.received('query');
    await other.request();
    await rental.world.pass(30 * SECOND);
    expect(await rental.outcome()).toMatchObject({ ended: 'cancelled' });
    await rental.promisesAreKept();
  });
});
