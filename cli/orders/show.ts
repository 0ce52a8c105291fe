import { Conversation } from '../../client/conversation.js';
import { OrderNotFoundError } from '../../client/index.js';
import { wholeStoryOf } from '../../client/whole-story.js';
import type { Locale } from '../../domain/locale.js';
import { commandsFor, describeCommand } from '../../domain/page/commands.js';
import { describeWhole, type WholeLife } from '../../domain/page/whole-story.js';
import { SECOND, toRfc3339 } from '../../domain/time.js';
import { EXIT_CODES } from '../../process/exit.js';
import { type Desk, say } from './desk.js';
import { idOf, type Named } from './which.js';

/** How long it may take to read the histories. In milliseconds. */
const READ_WITHIN_MS = 60 * SECOND;

/** Tells one order as a story. @param all every step of a long story @throws UsageError, OrderNotFoundError, and what the client throws */
export async function show(desk: Desk, named: Named, all: boolean): Promise<number> {
  const { client, locale } = desk;
  const typed = named.text;
  const workflowId = typed.includes('/') ? workflowIdOf(typed) : await idOf(desk, named, ['order', 'payscore', 'late']);
  const story = await new Conversation(client, workflowId, READ_WITHIN_MS).within(() =>
    wholeStoryOf(client, workflowId),
  );
  if (story === undefined) throw new OrderNotFoundError(workflowId);
  say(desk, describeWhole(story, locale, all).join('\n'), asJson(story, locale));
  return EXIT_CODES.ok;
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

function asJson(story: WholeLife, language: Locale): object {
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
