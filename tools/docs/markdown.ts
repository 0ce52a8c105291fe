import type { Locale } from '../../domain/locale.js';
import { DAY, HOUR, MINUTE, SECOND, type Milliseconds } from '../../domain/time.js';
import type { Pause } from '../../domain/waiting.js';

export function code(text: string): string {
  return `\`${text}\``;
}

export function codes(texts: readonly string[]): string {
  return texts.map(code).join(', ');
}

/** JSON on one line, in a code block. */
export function jsonBlock(value: unknown): string {
  return ['```json', JSON.stringify(value, null, 1).replace(/\n\s*/g, ' '), '```'].join('\n');
}

/** A table. Prettier aligns it later. */
export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...lines.map(line)].join('\n');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|');
}

/** A table of names and their meanings. */
export function wordsTable(
  head: readonly [name: string, means: string],
  words: Readonly<Record<string, string>>,
): string {
  return table(
    head,
    Object.entries(words).map(([name, means]) => [code(name), means]),
  );
}

const UNITS: readonly (readonly [Milliseconds, Readonly<Record<Locale, string>>])[] = [
  [DAY, { en: 'day', zh: '天' }],
  [HOUR, { en: 'hour', zh: '小时' }],
  [MINUTE, { en: 'minute', zh: '分钟' }],
  [SECOND, { en: 'second', zh: '秒' }],
];

/** As in `5 minutes`, `90 seconds`: in the largest unit that gives a whole number. */
export function inWords(length: Milliseconds, locale: Locale = 'en'): string {
  const [unit, name] = UNITS.find(([each]) => length % each === 0) ?? [1, { en: 'millisecond', zh: '毫秒' }];
  const count = length / unit;
  if (locale === 'zh') return `${count} ${name.zh}`;
  return `${count} ${name.en}${count === 1 ? '' : 's'}`;
}

/** As in `5 seconds, doubling to 5 minutes`. */
export function pauseInWords({ first, max }: Pause, locale: Locale = 'en'): string {
  if (first === max) return inWords(first, locale);
  const to = { en: ', doubling to ', zh: '，逐次加倍至 ' }[locale];
  return inWords(first, locale) + to + inWords(max, locale);
}
