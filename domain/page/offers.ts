import { code, jsonBlock } from './markdown.js';
import type { Locale, Text } from '../locale.js';
import { BETWEEN, fill, OFFERS } from './texts.js';

/** An update that can be sent in a state, with an input that would be taken as it stands. */
export interface Offer {
  readonly update: string;
  readonly text: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A word on how it ended, for a person to send. */
export interface OfferedResolution<As extends string> {
  readonly as: As;
  readonly note: string;
  readonly by: string;
}

/** What can be done, in Markdown: every update with its input, ready to be copied; and what the button of the UI means. */
export function renderOffers(offers: readonly Offer[], stopWatching: Text, locale: Locale): string {
  const head = offers.length === 0 ? OFFERS.none : OFFERS.some;
  const items = offers.map(({ update, text, input }) =>
    [fill(OFFERS.item, locale, { update: code(update), text }), jsonBlock(input)].join('\n\n'),
  );
  return [head[locale], [...items, `- ${stopWatching[locale]}`].join('\n')].join('\n\n');
}

/** A resolution that says `as`, and what else it can say. */
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
