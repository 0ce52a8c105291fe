import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND, type Milliseconds } from '../../domain/time.js';
import { newWorld } from '../support/world.js';
import { CANCELLED, GUARDED, Rental } from './service-rows/rental.js';

async function newRental(): Promise<Rental> {
  const world = await newWorld();
  return new Rental(world, await world.rental());
}

describe('a cancel that WeChat Pay answers with SYSTEM_ERROR', () => {
  it('for a minute is made once that is over: Temporal retries it, each time with its own query, and no person is asked', async () => {
    const rental = await newRental();
    rental.meets({ what: 'systemError', on: 'cancel', times: 'always' });
    await rental.request();
    await rental.world.pass(MINUTE);
    await rental.is({ phase: 'cancelling', isCancelling: true });
    expect(rental.countOf('cancel')).toBeGreaterThan(4);
    rental.world.sandbox.misbehaviours.clear();
    await rental.world.pass(MINUTE);
    expect(await rental.outcome()).toEqual(CANCELLED);
    expect(rental.calls.slice(-3)).toEqual(GUARDED);
    const { events } = await rental.world.client.workflow.getHandle(rental.handle.workflowId).fetchHistory();
    const scheduled = events?.filter((event) => event.activityTaskScheduledEventAttributes);
    expect(scheduled).toHaveLength(1);
    expect(rental.bodies).toHaveLength(1);
    await rental.promisesAreKept();
  });

  it('for a day uses up the patience: then a person is asked, it is still tried every hour, and it succeeds at last', async () => {
    const rental = await newRental();
    rental.meets({ what: 'systemError', on: 'cancel', times: 'always' });
    // Longer pauses than by default, so that the day has fewer attempts. The patience is the default.
    await rental.watch({ timing: { pauses: { unclearWrite: { first: '3h', max: '3h' } } } });
    await rental.request();
    await rental.received('cancel');
    await rental.world.pass(23 * HOUR);
    await rental.is({ isCancelling: true, visible: 'unsettled' });
    await rental.world.pass(2 * HOUR);
    await rental.needsPerson('patience-over');
    for (let hour = 1; hour <= 2; hour += 1) {
      const tried = rental.countOf('cancel');
      await rental.world.pass(HOUR + MINUTE);
      expect(rental.countOf('cancel')).toBeGreaterThan(tried);
      await rental.needsPerson('patience-over');
    }
    rental.world.sandbox.misbehaviours.clear();
    await rental.world.pass(HOUR + MINUTE);
    expect(await rental.outcome()).toEqual(CANCELLED);
    expect(rental.bodies).toHaveLength(1);
    await rental.promisesAreKept();
  });
});

describe('the pauses of a service order', () => {
  it('grow in a row, and begin anew after an answer', async () => {
    const rental = await newRental();
    rental.meets({ what: 'signWrongly', on: 'query', times: 3 });
    rental.meets({ what: 'inProgress', on: 'cancel' });
    rental.meets({ what: 'signWrongly', on: 'query', after: 5, times: 2 });
    await rental.request();
    await rental.received('query');
    await rental.world.pass(5 * MINUTE);
    expect(await rental.outcome()).toEqual(CANCELLED);
    const answered = ['query CREATED', 'cancel USERPAYING', 'query CREATED'];
    const asked = ['query CREATED', 'query CREATED', 'query CREATED'];
    expect(rental.calls).toEqual([...asked, ...answered, 'query CREATED', 'query CREATED', ...GUARDED]);
    const starts = [0, 1, 2, 3, 6, 7, 8].map((call) => rental.entries[call]?.at ?? NaN);
    expect(inSeconds(between(starts))).toEqual([1, 2, 4, 180, 1, 2]);
    await rental.promisesAreKept();
  });

  it('last as long as the start of the watch says, and so does the time in which an accepted cancel settles', async () => {
    const rental = await newRental();
    const inProgress = { first: '10s', max: '10s' } as const;
    await rental.watch({ timing: { pauses: { inProgress }, cancelSettlesWithin: '10m' } });
    rental.meets({ what: 'inProgress', on: 'cancel' });
    await rental.request();
    await rental.is({ phase: 'unsettled' });
    rental.keepsBack('cancel');
    const passing = rental.world.pass(12 * SECOND);
    await rental.received('cancel', 2);
    rental.become({ state: 'CREATED' });
    await passing;
    await rental.is({ phase: 'confirming' });
    await rental.world.pass(9 * MINUTE);
    expect(rental.countOf('cancel')).toBe(2);
    await rental.world.pass(2 * MINUTE);
    expect(await rental.outcome()).toEqual(CANCELLED);
    const cancels = rental.entries.filter(({ call }) => call === 'cancel').map(({ at }) => at);
    const [refused = 0, accepted = 0, again = 0] = cancels;
    expect(inSeconds([accepted - refused])).toEqual([10]);
    expect(again - accepted).toBeGreaterThanOrEqual(10 * MINUTE);
    await rental.promisesAreKept();
  });

  it('end with a person when the patience is over that the start of the watch gave', async () => {
    const rental = await newRental();
    rental.meets({ what: 'signWrongly', on: 'query', times: 'always' });
    await rental.watch({ timing: { patience: '10m', pauses: { needsAttention: { first: '20m', max: '20m' } } } });
    await rental.request();
    await rental.received('query');
    await rental.world.pass(8 * MINUTE);
    await rental.is({ phase: 'unsettled' });
    await rental.world.pass(6 * MINUTE);
    await rental.needsPerson('patience-over');
    rental.world.sandbox.misbehaviours.clear();
    await rental.world.pass(20 * MINUTE);
    expect(await rental.outcome()).toEqual(CANCELLED);
    await rental.promisesAreKept();
  });
});

function between(instants: readonly number[]): Milliseconds[] {
  return instants.slice(1).map((each, index) => each - (instants[index] ?? NaN));
}

/** Whole seconds: the rest is what the calls themselves take. */
function inSeconds(lengths: readonly Milliseconds[]): number[] {
  return lengths.map((length) => Math.floor(length / SECOND));
}
