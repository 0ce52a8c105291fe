/** The languages that operators can read in. */
export const LOCALES = ['en', 'zh'] as const;
export type Locale = (typeof LOCALES)[number];

/** A text for people, in every language. */
export type Text = Readonly<Record<Locale, string>>;

/** The time zone if the merchants file has none: Beijing time, which WeChat Pay itself uses. */
export const DEFAULT_TIME_ZONE = 'Asia/Shanghai';

export interface Reader {
  readonly locale: Locale;
  /** An IANA name, as in `Asia/Hong_Kong`. */
  readonly timeZone: string;
}
