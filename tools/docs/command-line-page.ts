import { EXIT_MEANS } from '../../cli/orders/command.js';
import type { CommandRow } from '../../cli/orders/options.js';
import { COMMANDS } from '../../cli/orders/table.js';
import { CONDITION_NAMES, CONDITIONS } from '../../cli/orders/where.js';
import { EXIT_CODES } from '../../process/exit.js';
import { code, table } from './markdown.js';

const ROWS: readonly (readonly [string, CommandRow])[] = Object.entries(COMMANDS);

/** Every command of `orders`. */
export function deskCommands(): string {
  return table(
    ['command', 'what it does', 'options'],
    ROWS.map(([name, { means, takes, options }]) => [
      code(`${name} ${takes}`.trim()),
      means.en,
      options.map(({ flags, isRequired }) => code(flags) + (isRequired ? ' (needed)' : '')).join('<br/>') || '–',
    ]),
  );
}

/** Every condition of `list` and `--where`. */
export function deskConditions(): string {
  return table(
    ['condition', 'its value'],
    CONDITION_NAMES.map((name) => [code(`${name}=…`), CONDITIONS[name].form]),
  );
}

/** Every exit code of `orders`. */
export function deskExitCodes(): string {
  const own = ROWS.flatMap(([name, { exitCodes = {} }]) =>
    Object.entries(exitCodes).map(([exit, { en }]): [string, string] => [exit, `${code(name)}: ${en}`]),
  );
  const all = Object.entries(EXIT_MEANS).map(([exit, { en }]): [string, string] => [exit, en]);
  const usage: [string, string] = [
    String(EXIT_CODES.configuration),
    'arguments that cannot be used, or the environment',
  ];
  const rows = [...all, usage, ...own].sort(([one], [other]) => Number(one) - Number(other));
  return table(['exit code', 'what it means'], rows);
}
