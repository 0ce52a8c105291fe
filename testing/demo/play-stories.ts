import { setTimeout as sleep } from 'node:timers/promises';
import { claimKey } from '../sandbox/claims.js';
import { shortened } from './asked.js';
import { orderKey, playOrder } from './checkout.js';
import { moveKeys } from './key-move.js';
import type { Progress } from './progress.js';
import { playServiceOrder, serviceOrderKey } from './rental.js';
import { report } from './report.js';
import { StoryClock, type Ending } from './story-clock.js';
import type { Played, DemoContext } from './context.js';
import { lengthOf, storyNumber, type Story } from './story-schema.js';

/** Plays the stories, all at once, and prints how they ended. @returns whether all is as it should be */
export async function playStories(
  stories: readonly Story[],
  progress: Progress,
  context: DemoContext,
): Promise<boolean> {
  console.log(introduction(stories, context));
  const clock = new StoryClock();
  const moved = moveKeys(clock, { ...context, tell: (deed) => context.tell('WeChat Pay', deed) });
  const played = await Promise.all(stories.map((story) => playStory(story, context)));
  clock.end();
  await moved;
  await progress.untilShown(new Map(played.map(({ story, got }) => [storyNumber(story), got])));
  const claims = played.flatMap(({ key, claim }): [string, string][] => (claim === undefined ? [] : [[key, claim]]));
  const { text, holds } = report(played, context.sandbox.audit(new Map(claims)), columns());
  console.log(`\n${text}\n`);
  return holds;
}

function introduction(stories: readonly Story[], { run }: DemoContext): string {
  const hurried = stories.map(shortened).filter((each) => each !== undefined);
  return [
    '',
    `${stories.length} orders and service orders. The orders were created some minutes ago, and that`,
    "is vouched for, so WeChat Pay's 5 minutes hold as they are. Waits of our own that",
    'are shortened:',
    ...(hurried.length === 0 ? ['none'] : hurried).map((each) => `  ${each}`),
    `Each number ends in -${run}, which is left out here. A line shows a new state, with what`,
    'WeChat Pay said last, or, after >, what somebody did.',
    '',
  ].join('\n');
}

/** Plays one story. If it fails, the failure is how it ended, so that the report still covers the others. */
async function playStory(story: Story, context: DemoContext): Promise<Played> {
  const key = claimKey('outTradeNo' in story ? orderKey(story, context) : serviceOrderKey(story, context));
  const ending = await endingOf(story, context).catch(broken);
  return { ...ending, story, key };
}

async function endingOf(story: Story, context: DemoContext): Promise<Ending> {
  if (!('outTradeNo' in story)) return playServiceOrder(story, context);
  await sleep(lengthOf(story.startsAfter));
  return playOrder(story, context);
}

function broken(error: unknown): Ending {
  return { got: 'broken', fault: error instanceof Error ? error.message : 'for no known reason' };
}

/** The terminal's, within what a table can be read in. */
function columns(): number {
  return Math.min(Math.max(process.stdout.columns ?? 120, 80), 130);
}
