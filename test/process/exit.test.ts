import { expect, it } from 'vitest';
import { endingAll, type Ends } from '../../process/exit.js';

it('ends all that was begun, the last first, and throws the first failure', async () => {
  const ended: string[] = [];
  const end = (name: string) => (): Promise<void> => {
    ended.push(name);
    return Promise.resolve();
  };
  const failing = (): Promise<void> => Promise.reject(new Error('an end'));
  const begun = (ends: Ends): void => void ends.push(end('first'), failing, end('last'));
  const running = endingAll((ends) => {
    begun(ends);
    return Promise.reject(new Error('the run'));
  });
  await expect(running).rejects.toThrow('the run');
  expect(ended).toEqual(['last', 'first']);
  await expect(endingAll((ends) => Promise.resolve(begun(ends)))).rejects.toThrow('an end');
  await expect(endingAll(() => Promise.resolve())).resolves.toBeUndefined();
});
