import { setTimeout as sleep } from 'node:timers/promises';
import { claimKey } from '../sandbox/ledger.js';
import { lengthOf, shortened, type Story, storyNumber } from './story-schema.js';
import { orderKey, playOrder } from './checkout.js';
import type { Progress } from './progress.js';
import { playServiceOrder, serviceOrderKey } from './rental.js';
import { report } from './report.js';
import { type Ending, StoryClock } from './story-clock.js';
import type { DemoContext, Played } from './context.js';
import type { Sandbox } from '../sandbox/sandbox.js';

/** Plays all stories at once, and prints how they ended. @returns whether all ended as expected and the audit is clean */
export async function playStories(
  stories: readonly Story[],
  progress: Progress,
  context: DemoContext,
): Promise<boolean> {
  console.log(introduction(stories, context));
  const clock = new StoryClock();
  const moved = moveKeys(clock, { ...context, tell: (text) => context.tell('WeChat Pay', text) });
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

/** The width of the terminal, within the bounds that a table needs. */
function columns(): number {
  return Math.min(Math.max(process.stdout.columns ?? 120, 80), 130);
}

/** Which platform certificates are downloaded, until there is a public key. */
const CERTIFICATES = { platformCertificates: 'v3-global' } as const;

/** Writes the merchants file of the demo, with the keys that WeChat Pay has now. @returns its path */
export function writeMerchants(sandbox: Sandbox, folder: string): Promise<string> {
  return sandbox.writeMerchantsFile(folder, CERTIFICATES);
}

/** How often the worker and the receiver of the demo check the merchants file. Their default is 10 s. */
export const LOOKED_AT_EVERY_SECONDS = 1;

/** When each step of the key move happens, after the beginning of the stories. */
const STEPS = { prepare: '3s', begin: '6s', end: '12s' } as const;

/**
 * Moves WeChat Pay from its platform certificate to its public key, while the orders are in flight: first the merchant
 * has both, then half of the answers and notifications are signed with each, then the certificate is gone. Nothing is
 * started again for that.
 */
export async function moveKeys(
  clock: StoryClock,
  {
    sandbox,
    folder,
    tell,
  }: { readonly sandbox: Sandbox; readonly folder: string; readonly tell: (text: string) => void },
): Promise<void> {
  if (!(await clock.at(STEPS.prepare))) return;
  await sandbox.moveKeys('prepare', 'public-key');
  await writeMerchants(sandbox, folder);
  tell('a public key is there; it is put into the merchants file');
  if (!(await clock.at(STEPS.begin))) return;
  await sandbox.moveKeys('begin', 'public-key');
  tell('half is signed with the certificate, half with the public key');
  if (!(await clock.at(STEPS.end))) return;
  sandbox.endMoveOfKeys();
  tell('all is signed with the public key; the certificate is gone');
}
