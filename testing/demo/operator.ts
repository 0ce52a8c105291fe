import type { OrderHandle } from '../../client/index.js';
import type { StoryClock } from './story-clock.js';
import type { OrderStory } from './story-schema.js';

/** How often the operator looks, and how long it takes to see what is wrong. In milliseconds. */
const LOOKS_EVERY_MS = 500;
const THINKS_FOR_MS = 1_500;

interface Work {
  readonly operator: NonNullable<OrderStory['operator']>;
  readonly handle: OrderHandle;
  readonly clock: StoryClock;
  readonly tell: (deed: string) => void;
}

/** Waits until the order needs a person, and does what the story says. */
export async function operate({ operator, handle, clock, tell }: Work): Promise<void> {
  do {
    if (!(await clock.rest(LOOKS_EVERY_MS))) return;
  } while ((await handle.state()).visible !== 'needs-attention');
  if (!(await clock.rest(THINKS_FOR_MS))) return;
  if (operator.does === 'retry') {
    tell('the operator has fixed it, and retries');
    await handle.retry();
    return;
  }
  const { does: _, ...word } = operator;
  tell(`${word.by} resolves it as ${word.as}: ${word.note}`);
  const { ended, said } = await handle.resolve(word);
  if (ended === null) tell(`WeChat Pay does not confirm it: ${said}`);
}
