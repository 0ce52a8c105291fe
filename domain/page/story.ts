import type { Reader } from '../locale.js';
import type { StoryEntry } from '../story.js';
import { formatTime } from './format.js';
import { code } from './markdown.js';
import { fill } from './texts.js';
import { HAPPENINGS, STORY } from './texts-story.js';

/** A step in one line: its time in the reader's time zone, what happened, what was said, and what a list shows since. */
export function describeStep(entry: StoryEntry, reader: Reader): string {
  const { locale, timeZone } = reader;
  const { what, said = [], requestId, sent, about, by, times, since, shows, at } = entry;
  const name = what in HAPPENINGS ? HAPPENINGS[what as keyof typeof HAPPENINGS][locale] : code(what);
  const parts = [`${formatTime(at, timeZone)} ${name}`];
  if (said.length > 0) parts.push(fill(STORY.said, locale, { said: said.map(code).join(' → ') }));
  if (sent !== undefined && sent !== 'yes') parts.push(STORY[sent === 'no' ? 'notSent' : 'maybeSent'][locale]);
  if (about !== undefined) {
    const isAsked = about === 'checkNow';
    parts.push(fill(isAsked ? STORY.asked : STORY.about, locale, { about: code(about) }));
  }
  if (by !== undefined) parts.push(fill(STORY.by, locale, { by: code(by) }));
  if (times !== undefined && since !== undefined) {
    parts.push(fill(STORY.times, locale, { times: String(times), since: formatTime(since, timeZone) }));
  }
  if (typeof requestId === 'string') parts.push(fill(STORY.requestId, locale, { requestId: code(requestId) }));
  if (shows !== undefined) {
    const state = code(shows.state);
    const whole = shows.reason === null ? state : fill(STORY.reason, locale, { state, reason: code(shows.reason) });
    parts.push(fill(STORY.shows, locale, { state: whole }));
  }
  return parts.join('');
}

/**
 * The last steps of a page: as many as have room.
 *
 * @param room in characters of a URL
 */
export function describeLastSteps(entries: readonly StoryEntry[], reader: Reader, room: number): string[] {
  const head = fill(STORY.head, reader.locale, { timeZone: reader.timeZone });
  const lines: string[] = [];
  let left = room - lengthInUrl(`\n\n${head}\n`);
  for (const entry of entries.toReversed()) {
    const line = `\n- ${describeStep(entry, reader)}`;
    left -= lengthInUrl(line);
    if (left < 0) break;
    lines.unshift(line);
  }
  return lines.length === 0 ? [] : [`${head}\n${lines.join('')}`];
}

/** How long a text is in a URL, where most characters but letters and digits take three for each byte. */
export function lengthInUrl(text: string): number {
  let length = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x80) length += isUnreserved(point) ? 1 : 3;
    else if (point < 0x800) length += 6;
    else length += point < 0x10000 ? 9 : 12;
  }
  return length;
}

/** Letters and digits. A page has few of the other characters that take one, and may well be a little shorter. */
function isUnreserved(point: number): boolean {
  return (point > 0x60 && point < 0x7b) || (point > 0x40 && point < 0x5b) || (point > 0x2f && point < 0x3a);
}
