import { expect, it } from 'vitest';
import { playOut, type Play } from '../../../testing/demo/story-clock.js';

const ENDED = { got: 'paid', claim: 'paid' };
const LONG = 60_000;

function play(changes: Partial<Play>): Play {
  return { outcome: () => Promise.resolve(ENDED), state: () => Promise.resolve('closing'), actions: [], ...changes };
}

it('a story ends with its order, and who still waits then does nothing more', async () => {
  const goesOn: boolean[] = [];
  const late = async (clock: Parameters<Play['actions'][number]>[0]): Promise<void> => {
    goesOn.push(await clock.at('1h'));
  };
  expect(await playOut(play({ actions: [late] }), LONG)).toEqual(ENDED);
  expect(goesOn).toEqual([false]);
});

it('a story that is not over in time is reported with the state it is in', async () => {
  const outcome = () => new Promise<never>(() => undefined);
  expect(await playOut(play({ outcome }), 50)).toEqual({ got: 'still closing' });
  const state = () => Promise.reject(new Error('no worker'));
  expect(await playOut(play({ outcome, state }), 50)).toEqual({ got: 'still open' });
});

it('a story in which somebody fails is not waited for', async () => {
  const outcome = () => new Promise<never>(() => undefined);
  const failing = () => Promise.reject(new Error('refused'));
  await expect(playOut(play({ outcome, actions: [failing] }), LONG)).rejects.toThrow('refused');
});
