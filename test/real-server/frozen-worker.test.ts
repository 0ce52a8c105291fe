import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { SECOND } from '../../domain/time.js';
import { startLab, type Lab } from '../../tools/verify-writes/lab.js';
import { PLACES } from '../../tools/verify-writes/cases.js';
import { frozenTrials } from '../../tools/verify-writes/trial.js';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ workflowBundle: inject('workflowBundle') });
});
afterAll(() => lab.end());

// Every place, longer and more often, also with a worker that is killed there: npm run verify:writes.
it.concurrent.each([
  // Frozen until the query is older than a write may follow it.
  { place: 'before-verifying', where: PLACES['before-verifying'], write: 'close', frozenMs: 11 * SECOND },
  { place: 'write-connect', where: PLACES['write-connect'], write: 'cancel', frozenMs: 6 * SECOND },
  { place: 'after-write', where: PLACES['after-write'], write: 'close', frozenMs: 11 * SECOND },
] as const)(
  'a worker that is frozen $where sends no write by an old query, and the order ends right',
  async ({ place, write, frozenMs }) => {
    const [finding] = await frozenTrials(lab, { place, write, numbers: [`VERIFY-${place}`] }, frozenMs);
    expect(finding).toMatchObject({ ended: write === 'close' ? 'closed' : 'cancelled', writes: 1, breaches: [] });
  },
);
