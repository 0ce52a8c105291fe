import { setTimeout as sleep } from 'node:timers/promises';
import { claimKey } from '../sandbox/claims.js';
import { shortened } from './asked.js';
import { orderKey, playOrder } from './checkout.js';
import { moveKeys } from './key-move.js';
import type { Narrator } from './progress.js';
import { playServiceOrder, serviceOrderKey } from './rental.js';
import { report } from './report.js';
import { Scene, type Ending } from './story-clock.js';
import type { Played, Stage } from './context.js';
import { lengthOf, numberOf, type Story } from './story-schema.js';

/** Plays the stories, all at once, and prints how they ended. @returns whether all is as it should be */
export async function perform(stories: readonly Story[], narrator: Narrator, stage: Stage): Promise<boolean> {
  console.log(introduction(stories, stage));
  const scene = new Scene();
  const moved = moveKeys(scene, { ...stage, tell: (deed) => stage.tell('WeChat Pay', deed) });
  const played = await Promise.all(stories.map((story) => playStory(story, stage)));
  scene.end();
  await moved;
  await narrator.untilTold(new Map(played.map(({ story, got }) => [numberOf(story), got])));
  const claims = played.flatMap(({ key, claim }): [string, string][] => (claim === undefined ? [] : [[key, claim]]));
  const { text, holds } = report(played, stage.sandbox.audit(new Map(claims)), columns());
  console.log(`\n${text}\n`);
  return holds;
}

function introduction(stories: readonly Story[], { run }: Stage): string {
  const hurried = stories.map(shortened).filter((each) => each !== undefined);
  return [
    '',
    `${stories.length} orders and service orders. The orders were created some minutes ago, and that`,
    "is vouched for, so WeChat Pay's 5 minutes hold as they are. Waits of our own that",
    'are shortened:',
    ...(hurried.length === 0 ? ['none'] : hurried).map((each) => `  ${each}`),
    `Behind each number comes -${run}. Told are new states, with what WeChat Pay said`,
    'last; and after > what somebody did.',
    '',
  ].join('\n');
}

/** Plays one story. What goes wrong in it is how it ended, so that the others are told of all the same. */
async function playStory(story: Story, stage: Stage): Promise<Played> {
  const key = claimKey('outTradeNo' in story ? orderKey(story, stage) : serviceOrderKey(story, stage));
  const ending = await endingOf(story, stage).catch(broken);
  return { ...ending, story, key };
}

async function endingOf(story: Story, stage: Stage): Promise<Ending> {
  if (!('outTradeNo' in story)) return playServiceOrder(story, stage);
  await sleep(lengthOf(story.startsAfter));
  return playOrder(story, stage);
}

function broken(error: unknown): Ending {
  return { got: 'broken', fault: error instanceof Error ? error.message : 'for no known reason' };
}

/** The terminal's, within what a table can be read in. */
function columns(): number {
  return Math.min(Math.max(process.stdout.columns ?? 120, 80), 130);
}
