/** The languages that operators can read in. */
export const LOCALES = ['en', 'zh'] as const;
export type Locale = (typeof LOCALES)[number];

/** A text for people, in each of the languages. */
export type Text = Readonly<Record<Locale, string>>;

/** Where the merchants file names no time zone: Beijing time, which WeChat Pay itself goes by. */
export const DEFAULT_TIME_ZONE = 'Asia/Shanghai';

/** For whom a text is. */
export interface Reader {
  readonly locale: Locale;
  /** An IANA name, as in `Asia/Hong_Kong`. */
  readonly timeZone: string;
}
