import { languagesOf, type Reader, type ReadIn } from '../locale.js';
import type { StoryFacts } from '../story.js';
import { describeLastSteps, lengthInUrl } from './story.js';

/**
 * How long a page may be as a part of a URL: Temporal UI passes it to its renderer so, and 8 kB is the longest request line
 * that common proxies take.
 */
const MAX_PAGE_IN_URL = 7_000;

interface Laid extends StoryFacts {
  readonly locale: ReadIn;
  readonly timeZone: string;
  readonly isPersonNeeded: boolean;
}

/**
 * A page in Markdown: in the language of the order; what matters also in the other one, if both are read or a person is
 * needed; and the last steps, as many as have room.
 *
 * @param paragraphsIn the paragraphs in one language. `isWhole`: everything; otherwise what a person must know
 */
export function layOut(
  { locale, timeZone, isPersonNeeded, story }: Laid,
  paragraphsIn: (reader: Reader, isWhole: boolean) => readonly string[],
): string {
  const [first, second] = languagesOf(locale, isPersonNeeded);
  const main: Reader = { locale: first, timeZone };
  const other: Reader | undefined = second && { locale: second, timeZone };
  const page = [...paragraphsIn(main, true)];
  // Most orders that wait have no step yet, and counting takes longer than a decision.
  if (other === undefined && story.entries.length === 0) return page.join('\n\n');
  let room = MAX_PAGE_IN_URL - lengthInUrl(page.join('\n\n'));
  // The most important ones come first, and those that have no room are in the main language anyway.
  for (const paragraph of other === undefined ? [] : ['---', ...paragraphsIn(other, false)]) {
    const length = lengthInUrl(`\n\n${paragraph}`);
    if (length > room) break;
    page.push(paragraph);
    room -= length;
  }
  return [...page, ...describeLastSteps(story.entries, main, room)].join('\n\n');
}
