import { DEFAULT_TIME_ZONE, type Locale } from '../locale.js';
import { type Instant, toRfc3339 } from '../time.js';
import type { Amount } from '../orders/order.js';
import { plain } from './markdown.js';
import { fill, MONEY } from './texts.js';

/** An instant for people, to the second, as in `2026-01-31 17:00:00 (Asia/Hong_Kong)`. */
export function formatInstant(instant: Instant, timeZone: string): string {
  const formatter = formatterOf(timeZone);
  const { date, time } = partsOf(formatter, instant);
  return `${date} ${time} (${formatter.resolvedOptions().timeZone})`;
}

/** The same without the time zone, for a line below others. */
export function formatTime(instant: Instant, timeZone: string): string {
  const { date, time } = partsOf(formatterOf(timeZone), instant);
  return `${date} ${time}`;
}

/** RFC 3339 with the offset of a time zone, as in `2026-01-31T17:00:00+08:00`, for people to edit. */
export function toLocalRfc3339(instant: Instant, timeZone: string): string {
  const { date, time, offset } = partsOf(formatterOf(timeZone), instant);
  return offset === undefined ? toRfc3339(instant) : `${date}T${time}${offset}`;
}

/** Making a formatter takes as long as a whole decision, so the one that most orders use is made once. */
const DEFAULT_FORMATTER = formatterIn(DEFAULT_TIME_ZONE);

/** A time zone that this Node does not know must not stop an order. */
function formatterOf(timeZone: string): Intl.DateTimeFormat {
  if (timeZone === DEFAULT_TIME_ZONE) return DEFAULT_FORMATTER;
  try {
    return formatterIn(timeZone);
  } catch {
    return DEFAULT_FORMATTER;
  }
}

function formatterIn(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  });
}

function partsOf(
  formatter: Intl.DateTimeFormat,
  instant: Instant,
): { readonly date: string; readonly time: string; readonly offset: string | undefined } {
  const parts = formatter.formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((each) => each.type === type)?.value ?? '';
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}:${part('minute')}:${part('second')}`,
    offset: /^GMT([+-]\d{2}:\d{2})$/.exec(part('timeZoneName'))?.[1],
  };
}

/**
 * Currencies without a smaller unit. `Intl` reports 0 digits for others too (IDR, HUF, LAK), although ISO 4217 counts cents
 * there, so its 0 counts for these only.
 */
const WHOLE = ['JPY', 'KRW'];

/** Money for people, as in `HKD 8.88`. If the digits of the smaller unit are not known, the integer. */
export function formatMoney({ total, currency }: Amount, locale: Locale): string {
  const digits = minorDigits(currency);
  if (digits === undefined || !Number.isSafeInteger(total) || total < 0) {
    return fill(MONEY.inSmallestUnit, locale, { money: `${plain(currency)} ${plain(String(total))}` });
  }
  if (digits === 0) return `${currency} ${total}`;
  const text = String(total).padStart(digits + 1, '0');
  return `${currency} ${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Money for people, if the amount is known. */
export function moneyOf(amount: Amount | null, locale: Locale): string {
  return amount === null ? MONEY.unknown[locale] : formatMoney(amount, locale);
}

/** An amount of PayScore, which is in fen. */
export function formatFen(total: number, locale: Locale): string {
  return formatMoney({ total, currency: 'CNY' }, locale);
}

const CURRENCIES = Intl.supportedValuesOf('currency');

function minorDigits(currency: string): number | undefined {
  if (!CURRENCIES.includes(currency)) return undefined;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const { maximumFractionDigits: digits = 0 } = format.resolvedOptions();
  return digits > 0 || WHOLE.includes(currency) ? digits : undefined;
}
