import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { wholeStoryOf, type WholeStory } from '../../client/whole-story.js';
import { LOCALES, type Locale } from '../../domain/locale.js';
import { commandsFor, describeCommand } from '../../domain/page/commands.js';
import { describeWhole, languageOf } from '../../domain/page/whole-story.js';
import { toRfc3339 } from '../../domain/time.js';
import { newCommand, oneOf, UsageError } from '../../process/command-line.js';

/** Calls Temporal, as the settings of its caller say, and ends the connection afterwards. */
export type WithClient = <T>(run: (client: Client) => Promise<T>) => Promise<T>;

interface Options {
  readonly json?: true;
  readonly lang?: Locale;
  readonly all?: true;
}

const EXAMPLES = {
  'wechatpay-orders orders show order/1900000109/A1001': 'an order, by the id of its workflow',
  'wechatpay-orders orders show 1900000109/A1001 --lang zh': 'the same, in Chinese',
  'wechatpay-orders orders show payscore/1900000109/R1 --json': 'a service order, for programs',
};

/**
 * Adds `show` to a command: one order as a story.
 *
 * @param say shows a line
 */
export function addShow(orders: Command, withClient: WithClient, say: (line: string) => void = console.log): Command {
  const show = newCommand('show', 'tell the story of one order: what happened, what is next, what can be done', {
    examples: EXAMPLES,
    exitCodes: { 0: 'it was shown', 2: 'Temporal does not know the order' },
  })
    .argument('<order>', 'the id of a workflow (order/…, payscore/…, late/…, outcome/…), or {mchid}/{outTradeNo}')
    .option('--lang <language>', 'the language: en or zh; default: that of the order', oneOf(LOCALES))
    .option('--json', 'print JSON, with every step')
    .option('--all', 'show every step of a long story')
    .action(async (order: string, { json, lang, all }: Options) => {
      const workflowId = workflowIdOf(order);
      const story = await withClient((client) => wholeStoryOf(client, workflowId));
      if (story === undefined) throw new UsageError(unknown(workflowId));
      const language = lang ?? languageOf(story);
      if (json) say(JSON.stringify(asJson(story, language), null, 2));
      else for (const line of describeWhole(story, language, all)) say(line);
    });
  return orders.addCommand(show);
}

/** What people type for an order: the id of its workflow, as it is or as in a link of Temporal UI, or its merchant and number. */
export function workflowIdOf(order: string): string {
  const id = /\/workflows\/([^/?#]+)/.exec(order)?.[1];
  const typed = id === undefined ? order : decoded(id);
  return /^(?:order|payscore|late|outcome)\//.test(typed) ? typed : `order/${typed}`;
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

function unknown(workflowId: string): string {
  return `Temporal does not know ${workflowId}: it was never started, is of another namespace, or ended longer ago than Temporal keeps. Is the number right? An order of an institution is order/{mchid}/{subMchid}/{outTradeNo}.`;
}

function asJson(story: WholeStory, language: Locale): object {
  const { workflowId, type, status, shows, entries, outcome, until, pending, events, runs } = story;
  const commands = commandsFor(type, shows?.state ?? '', status === 'RUNNING');
  return {
    workflowId,
    type,
    status,
    state: shows?.state ?? null,
    reason: shows?.reason ?? null,
    outcome: outcome ?? null,
    until: until === null ? null : toRfc3339(until),
    pending,
    events,
    runs,
    steps: entries.map(({ at, since, ...step }) => ({
      at: toRfc3339(at),
      ...step,
      ...(since !== undefined && { since: toRfc3339(since) }),
    })),
    commands: commands.map((name) => describeCommand(name, workflowId, language)[0]),
  };
}
