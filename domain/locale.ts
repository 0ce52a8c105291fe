/** The languages that operators can read in. */
export const LOCALES = ['en', 'zh'] as const;
export type Locale = (typeof LOCALES)[number];

/** A text for people, in every language. */
export type Text = Readonly<Record<Locale, string>>;

/** In which language an order is read. `both`: its page is in English, and in Chinese below. */
export const READ_IN = [...LOCALES, 'both'] as const;
export type ReadIn = (typeof READ_IN)[number];

/** The same, as an input may name it: a tag like `zh-CN`, `zh-Hans` or `en-US` is taken as its language. */
export type LocaleInput = ReadIn | `${Locale}-${string}`;

/** The language that is meant. `undefined`: it is none of them. */
export function readIn(value: unknown): ReadIn | undefined {
  if (typeof value !== 'string' || value.length > 35) return undefined;
  const [language] = /^[a-z]+(?=$|(?:[-_][0-9a-z]{1,8})+$)/.exec(value.toLowerCase()) ?? [];
  const known = READ_IN.find((each) => each === language);
  return known === 'both' && value !== 'both' ? undefined : known;
}

/** The language of what has room for one only, as in a line of a list. */
export function oneOf(locale: ReadIn): Locale {
  return locale === 'both' ? 'en' : locale;
}

/** The languages of a page, the main one first. While a person is needed, it is not known which of them the person reads. */
export function languagesOf(locale: ReadIn, isPersonNeeded: boolean): readonly [main: Locale, other?: Locale] {
  const main = oneOf(locale);
  return locale === 'both' || isPersonNeeded ? [main, main === 'en' ? 'zh' : 'en'] : [main];
}

/** The time zone if the merchants file has none: Beijing time, which WeChat Pay itself uses. */
export const DEFAULT_TIME_ZONE = 'Asia/Shanghai';

export interface Reader {
  readonly locale: Locale;
  /** An IANA name, as in `Asia/Hong_Kong`. */
  readonly timeZone: string;
}
