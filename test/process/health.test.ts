import { describe, expect, it } from 'vitest';
import { type Health, liveness, readiness, type WorkerState } from '../../process/health.js';

describe('a worker', () => {
  it.each([
    ['STARTING', true],
    ['INITIALIZED', true],
    ['RUNNING', true],
    ['STOPPING', true],
    ['DRAINING', true],
    ['DRAINED', true],
    ['STOPPED', false],
    ['FAILED', false],
  ] as const)('that is %s is alive: %s', (state, ok) => {
    expect(liveness(state)).toEqual({ ok, checks: { worker: state } });
  });

  it.each<WorkerState>(['STARTING', 'INITIALIZED', 'STOPPING', 'DRAINING', 'DRAINED', 'STOPPED', 'FAILED'])(
    'that is %s is not ready, and the server is not asked for that',
    async (state) => {
      const unasked = (): Promise<Health> => Promise.reject(new Error('asked all the same'));
      expect(await readiness(state, unasked)).toEqual({ ok: false, checks: { worker: state } });
    },
  );
});
