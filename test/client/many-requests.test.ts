import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isOrderClientError, OrderClient, type OrderHandle } from '../../client/index.js';
import { MINUTE } from '../../domain/time.js';
import { times } from '../support/facts.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';

/** More than the ten that the server takes at a time. */
const MANY = 40;

let world: RealWorld;
beforeAll(async () => {
  world = await newRealWorld();
});
afterAll(() => world.end());

const payBefore = new Date(Date.now() + 30 * MINUTE).toISOString();

async function started(): Promise<OrderHandle> {
  const { handle } = await world.checkout(20 * MINUTE);
  return handle;
}

/** The same order through a client whose connection has none of the SDK's own retries. */
async function withoutRetries({ ref }: OrderHandle, answeredWithinMs: number): Promise<OrderHandle> {
  const connection = await Connection.connect({ address: world.address, interceptors: [] });
  onTestFinished(() => connection.close());
  return new OrderClient(new Client({ connection }), { answeredWithinMs }).order(ref);
}

const manyAtOnce = (handle: OrderHandle): Promise<unknown[]> =>
  Promise.all(
    times(MANY, () =>
      handle.extend({ payBefore }).then(
        (answer): unknown => answer,
        (error: unknown) => error,
      ),
    ),
  );

describe('more requests at once than the server takes for an order', () => {
  it('fail with no-worker at their deadline, and those that it did not take say so', async () => {
    const handle = await withoutRetries(await started(), 6_000);
    const begin = Date.now();
    const errors = await manyAtOnce(handle);
    expect(Date.now() - begin).toBeLessThan(9_000);
    expect(errors.map((error) => (isOrderClientError(error) ? error.code : error))).toEqual(
      times(MANY, () => 'no-worker'),
    );
    expect(errors.filter((error) => /as many requests in flight/.test(String(error))).length).toBeGreaterThan(0);
  });

  describe('while a worker runs', () => {
    beforeAll(() => world.startWorker());

    it.each([
      ['with the retries of the SDK', (handle: OrderHandle) => Promise.resolve(handle)],
      ['without them', (handle: OrderHandle) => withoutRetries(handle, 10_000)],
    ])('are all answered, %s', async (_, ofClient) => {
      const handle = await ofClient(await started());
      const answers = await manyAtOnce(handle);
      expect(answers).toMatchObject(times(MANY, () => ({ accepted: true })));
    });
  });
});
