import { DAY, HOUR, MINUTE, SECOND, type Milliseconds } from '../../domain/time.js';
import { lengthOfPause, type Pause } from '../../domain/timing.js';

/** A text as code. */
export function code(text: string): string {
  return `\`${text}\``;
}

/** Names, each as code. */
export function codes(texts: readonly string[]): string {
  return texts.map(code).join(', ');
}

/** JSON in one line, in a block that can be copied. */
export function jsonBlock(value: unknown): string {
  return ['```json', JSON.stringify(value, null, 1).replace(/\n\s*/g, ' '), '```'].join('\n');
}

/** A table. Prettier gives it its form. */
export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...lines.map(line)].join('\n');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|');
}

const UNITS: readonly (readonly [Milliseconds, string])[] = [
  [DAY, 'day'],
  [HOUR, 'hour'],
  [MINUTE, 'minute'],
  [SECOND, 'second'],
];

/** As in `5 minutes`, `90 seconds`: in the largest unit of which it is a whole number. */
export function inWords(length: Milliseconds): string {
  const [unit, name] = UNITS.find(([each]) => length % each === 0) ?? [1, 'millisecond'];
  const count = length / unit;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** As in `5 seconds, doubling to 5 minutes`. */
export function pauseInWords(pause: Pause): string {
  const { first, max } = pause;
  return first === lengthOfPause(pause, 1) ? inWords(first) : `${inWords(first)}, doubling to ${inWords(max)}`;
}
