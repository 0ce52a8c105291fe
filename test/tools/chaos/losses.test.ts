import { describe, expect, it } from 'vitest';
import { crashesOf } from '../../../tools/chaos/collect-evidence.js';
import type { Loss, Work } from '../../../tools/chaos/evidence.js';
import { recoveries } from '../../../tools/chaos/incidents.js';
import type { ProcessRun } from '../../../tools/chaos/supervised-process.js';
import { CANCELLED, CLOSED, GOOD } from './planted.js';

const temporalKilled: Loss = { what: 'temporal-killed', from: 10_000, until: 16_000, pid: null };

const run = (startedAt: number, endedAt: number, more: Partial<ProcessRun> = {}): ProcessRun => ({
  pid: 1,
  startedAt,
  readyAt: null,
  endedAt,
  crash: '3',
  ...more,
});

describe('processes that ended by themselves', () => {
  it.each<[string, ProcessRun, number]>([
    ['excuses one that started while Temporal was away', run(11_000, 14_000), 0],
    ['excuses one that looked for Temporal when it was killed', run(9_000, 12_000), 0],
    ['counts one that found no server though Temporal was there', run(1_000, 4_000), 1],
    ['counts one that started after Temporal was back', run(17_000, 20_000), 1],
    ['counts one that was ready, and ended so later', run(1_000, 12_000, { readyAt: 3_000 }), 1],
    ['counts one that ended long after Temporal was back', run(11_000, 40_000), 1],
    ['counts another exit code', run(11_000, 14_000, { crash: '1' }), 1],
    ['does not count one that was killed', run(1_000, 12_000, { crash: null }), 0],
  ])('%s', (_, each, count) => {
    expect(crashesOf('worker-1', [each], [temporalKilled])).toHaveLength(count);
  });
});

const work = (pid: number, startedAt: number, endedAt: number | null, isDone: boolean): Work => ({
  what: 'task',
  pid,
  startedAt,
  endedAt,
  isDone,
});

describe('times to recover', () => {
  const killed: Loss = { what: 'worker-killed', from: 10_000, until: 12_000, pid: 1 };

  it('are those of what the lost worker was working on, and not of what others do', () => {
    const runs = [
      { ...CLOSED, work: [work(1, 9_000, 39_000, false), work(2, 39_000, 40_500, true)] },
      // The work of others meanwhile: one workflow was never on the lost worker, and one had finished there before.
      { ...CANCELLED, work: [work(2, 9_900, 10_100, true)] },
      { ...CANCELLED, work: [work(1, 9_000, 9_500, true), work(2, 10_200, 10_300, true)] },
    ];
    const [recovery] = recoveries({ ...GOOD, runs, losses: [killed] });
    expect(recovery).toMatchObject({ restart: [2_000], work: [30_500] });
  });

  it('are none if the lost worker had nothing to do', () => {
    const [recovery] = recoveries({ ...GOOD, losses: [killed] });
    expect(recovery?.work).toEqual([]);
  });
});
