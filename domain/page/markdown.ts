import type { Locale, Text } from '../locale.js';
import { BETWEEN, fill, OFFERS } from './texts.js';

/** The most bytes (UTF-8) that Temporal takes as the summary of a workflow, a timer or an activity. */
export const MAX_SUMMARY_BYTES = 200;

/** How many bytes of a text from outside are shown. The rest is in the history. */
const MAX_CODE_BYTES = 400;

/**
 * A text from outside as a code span, so that nothing in it is read as Markdown. Line breaks, and characters that change the
 * direction of writing, become spaces.
 */
export function code(text: string): string {
  // A note has at most a thousand UTF-16 units, so no text needs to be read further.
  const beginning = text.slice(0, 1_000);
  const line = cut(beginning.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' '), MAX_CODE_BYTES);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const padding = longest > 0 || line.trim() === '' ? ' ' : '';
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** A number or a code: unchanged if nothing in it can be read as Markdown, otherwise as a code span. */
export function plain(text: string): string {
  return /^[0-9A-Za-z-]{1,64}$/.test(text) ? text : code(text);
}

/** JSON to copy from a page: a code block of one line inside a list item. */
export function jsonBlock(json: unknown): string {
  return ['```json', JSON.stringify(json), '```'].map((line) => `  ${line}`).join('\n');
}

/** A text cut to what Temporal takes as a summary. */
export function summary(text: string): string {
  const short = cut(text, MAX_SUMMARY_BYTES);
  return short === text ? text : withoutOpenSpan(short);
}

/** Drops a code span that was cut: its text would be read as Markdown. */
function withoutOpenSpan(text: string): string {
  let open: RegExpMatchArray | undefined;
  for (const fence of text.matchAll(/`+/g)) {
    if (open === undefined) open = fence;
    else if (open[0] === fence[0]) open = undefined;
  }
  return open === undefined ? text : `${text.slice(0, open.index)}…`;
}

/** As many whole characters as fit, and an ellipsis if some do not. */
function cut(text: string, maxBytes: number): string {
  let bytes = 0;
  let short = '';
  for (const character of text) {
    bytes += bytesOf(character);
    if (bytes > maxBytes) return `${short}…`;
    if (bytes <= maxBytes - bytesOf('…')) short += character;
  }
  return text;
}

function bytesOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}

/** An update that can be sent in a state, with an input that would be accepted unchanged. */
export interface Offer {
  readonly update: string;
  readonly text: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The input of `resolve`, for a person to complete. */
export interface OfferedResolution<As extends string> {
  readonly as: As;
  readonly note: string;
  readonly by: string;
}

/**
 * What can be done, in Markdown: every update.
 *
 * @param isWhole with its input to copy, and how to send it
 */
export function renderOffers(offers: readonly Offer[], locale: Locale, isWhole: boolean): string {
  if (offers.length === 0) return OFFERS.none[locale];
  const items = offers.map(({ update, text, input }) => {
    const item = fill(OFFERS.item, locale, { update: code(update), text });
    return isWhole ? [item, jsonBlock(input)].join('\n\n') : item;
  });
  return [OFFERS[isWhole ? 'some' : 'brief'][locale], items.join('\n')].join('\n\n');
}

/** The offer to resolve as `as`, with the other values that it can have. */
export function offerToResolve<As extends string>(as: As, all: readonly As[], text: Text, locale: Locale): Offer {
  const others = all.filter((each) => each !== as).map(code);
  const choice = fill(OFFERS.resolvedAs, locale, { as: code(as), others: others.join(BETWEEN.values[locale]) });
  const input: OfferedResolution<As> = { as, note: OFFERS.note[locale], by: OFFERS.by[locale] };
  return { update: 'resolve', text: sentences([text[locale], choice], locale), input: { ...input } };
}

/** Sentences in a row, as each language spaces them. */
export function sentences(texts: readonly string[], locale: Locale): string {
  return texts.join(BETWEEN.sentences[locale]);
}
