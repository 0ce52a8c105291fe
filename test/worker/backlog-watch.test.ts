import { describe, expect, it } from 'vitest';
import { watchBacklog } from '../../worker/backlog.js';

/** Reads that go as told, one after the other; `done` when all have been. */
function readings(...goes: readonly ('well' | 'wrong')[]) {
  const said: string[] = [];
  let count = 0;
  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (finish = resolve));
  const read = (): Promise<void> => {
    const go = goes[count];
    count += 1;
    if (go === undefined) finish();
    return go === 'wrong' ? Promise.reject(new Error('no visibility')) : Promise.resolve();
  };
  const logger = { info: (line: string) => void said.push(line), warn: (line: string) => void said.push(`! ${line}`) };
  return { said, done, watch: watchBacklog(read, logger, 1) };
}

describe('watching the backlog', () => {
  it('goes on through outages, and reports each when it begins and when it ends', async () => {
    const { said, done, watch } = readings('well', 'wrong', 'wrong', 'wrong', 'well', 'well', 'wrong', 'well');
    await done;
    await watch.stop();
    const [out, back] = ['! overdue orders cannot be counted', 'overdue orders are counted again'];
    expect(said.map((line) => line.split(':')[0])).toEqual([out, back, out, back]);
  });

  it('tells nothing of itself where all goes well', async () => {
    const { said, done, watch } = readings('well', 'well');
    await done;
    await watch.stop();
    expect(said).toEqual([]);
  });

  it('ends the reading under way when it is stopped, and says nothing of that', async () => {
    const said: string[] = [];
    const logger = { info: (line: string) => void said.push(line), warn: (line: string) => void said.push(line) };
    let isEnded = false;
    const read = (signal: AbortSignal): Promise<void> =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          isEnded = true;
          reject(new Error('cancelled'));
        }),
      );
    await watchBacklog(read, logger).stop();
    expect(isEnded).toBe(true);
    expect(said).toEqual([]);
  });
});
