import type { FeedPage, FeedPosition, OutcomeEvent, UnwatchedOrder } from '../../client/index.js';
import { fill } from '../../domain/page/texts.js';
import { EXIT_CODES } from '../../process/exit.js';
import { type Desk, localTime, momentGiven, say } from './desk.js';
import { OUTCOMES, SAID } from './texts.js';
import { handleNamed, type Named } from './which.js';

/** Lists what ended, or asked for a person, since an instant. */
export async function outcomes(desk: Desk, since: string, mchid: string | undefined): Promise<number> {
  const { locale } = desk;
  const from = momentGiven(desk, '--since', since, true);
  const feed = desk.feedOf(mchid);
  const events = new Map<string, OutcomeEvent>();
  const unwatched: UnwatchedOrder[] = [];
  let page: FeedPage | undefined;
  for (let position: FeedPosition = { since: from }; page?.isCaughtUp !== true; position = { cursor: page.cursor }) {
    page = await feed.read(position);
    for (const event of page.events) events.set(event.id, event);
    unwatched.push(...page.unwatched);
  }
  const told = [...events.values()].sort((one, other) => one.occurredAt.localeCompare(other.occurredAt));
  const { lostBefore } = page;
  const lines = [
    ...told.map(({ occurredAt, type, workflowId }) => `${localTime(occurredAt)}  ${type}  ${workflowId}`),
    ...unwatched.map(
      ({ endedAt, status, workflowId }) =>
        `${localTime(endedAt)}  ${fill(OUTCOMES.unwatched, locale, { status })}  ${workflowId}`,
    ),
    ...(lostBefore === null ? [] : [fill(OUTCOMES.lost, locale, { at: localTime(lostBefore) })]),
  ];
  const nothing = fill(OUTCOMES.none, locale, { since: localTime(from) });
  say(desk, lines.length === 0 ? nothing : lines.join('\n'), { events: told, unwatched, lostBefore });
  return EXIT_CODES.ok;
}

/** Has the last event of an order posted again. */
export async function resend(desk: Desk, named: Named): Promise<number> {
  const { handle } = await handleNamed(desk, named, ['order', 'payscore', 'late']);
  const event = await desk.feedOf(undefined).resend(handle.workflowId);
  const { workflowId: id, type } = event;
  say(desk, fill(SAID.resent, desk.locale, { id, type, event: event.id }), event);
  return EXIT_CODES.ok;
}
