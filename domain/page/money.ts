import type { Locale } from '../locale.js';
import type { Amount } from '../orders/order.js';
import { plain } from './markdown.js';
import { fill, MONEY } from './texts.js';

/**
 * Currencies without a smaller unit. `Intl` calls others whole too (IDR, HUF, LAK), where ISO 4217 counts cents; so that
 * it says 0 is believed of these only.
 */
const WHOLE = ['JPY', 'KRW'];

/** Money for people, as in `HKD 8.88`; where it is not sure how many digits the smaller unit has, the integer. */
export function formatMoney({ total, currency }: Amount, locale: Locale): string {
  const digits = minorDigits(currency);
  if (digits === undefined || !Number.isSafeInteger(total) || total < 0) {
    return fill(MONEY.inSmallestUnit, locale, { money: `${plain(currency)} ${plain(String(total))}` });
  }
  if (digits === 0) return `${currency} ${total}`;
  const text = String(total).padStart(digits + 1, '0');
  return `${currency} ${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Money that may not have been said. */
export function moneyOf(amount: Amount | null, locale: Locale): string {
  return amount === null ? MONEY.unknown[locale] : formatMoney(amount, locale);
}

/** PayScore counts in fen. */
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
