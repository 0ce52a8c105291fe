import type { Text } from '../../domain/locale.js';
import { matching, wholeNumber } from '../../process/command-line.js';
import type { Desk } from './desk.js';
import { DEFAULT_RATE } from './many.js';
import { CONDITION_NAMES } from './where.js';

/** What was given on the command line: by each option's name, as its `parse` made it. */
export interface Options {
  readonly merchant?: string;
  readonly where?: string;
  readonly yes?: boolean;
  readonly rate?: number;
  readonly limit?: number;
  readonly all?: boolean;
  readonly replacedBy?: string;
  readonly until?: string;
  readonly as?: string;
  readonly note?: string;
  readonly by?: string;
  readonly force?: boolean;
  readonly reason?: string;
  readonly requestId?: string;
  readonly at?: string;
  readonly mayCancel?: readonly string[];
  readonly giveUp?: number;
  readonly transactions?: readonly string[];
  readonly since?: string;
  readonly with?: string;
}

export interface OptionRow {
  /** As commander takes them: `--as <end>`. */
  readonly flags: string;
  readonly means: Text;
  readonly parse?: (text: string) => unknown;
  readonly isRequired?: true;
}

export interface CommandRow {
  readonly means: Text;
  /** As commander takes them: `<order>`, `[order]`. */
  readonly takes: string;
  readonly options: readonly OptionRow[];
  /** What comes after the name of the command, and what it does. */
  readonly examples: Readonly<Record<string, Text>>;
  /** Besides those of every command. */
  readonly exitCodes?: Readonly<Record<number, Text>>;
  readonly run: (desk: Desk, args: readonly string[], options: Options) => Promise<number>;
}

export const anyText = matching(/\S/, 'must not be empty');

export const merchant = {
  flags: '--merchant <number>',
  means: {
    en: 'the merchant of an order that is named by its number; of a partner 1900000109/1900000110, its own and the sub-merchant',
    zh: '仅以单号指定订单时的商户号；服务商模式为 1900000109/1900000110（服务商与子商户）',
  },
  parse: matching(/^\d{1,32}(\/\d{1,32})?$/, 'must be a merchant number, or two with a slash between them'),
} as const satisfies OptionRow;

export const bulk = [
  {
    flags: '--where <conditions>',
    means: {
      en: `all that fit instead of one: ${CONDITION_NAMES.map((name) => `${name}=…`).join(' ')}`,
      zh: `按条件选择多个：${CONDITION_NAMES.map((name) => `${name}=…`).join(' ')}`,
    },
  },
  { flags: '--yes', means: { en: 'do not ask before many are changed', zh: '批量操作前不再确认' } },
  rateOf(DEFAULT_RATE),
] as const satisfies readonly OptionRow[];

export function rateOf(rate: number) {
  return {
    flags: '--rate <count>',
    means: { en: `how many begin in a second; default ${rate}`, zh: `每秒开始的数量；默认 ${rate}` },
    parse: wholeNumber(1, 1_000),
  } as const satisfies OptionRow;
}

export const by = {
  flags: '--by <name>',
  means: {
    en: 'who decides; asked for once and kept if it is left out',
    zh: '经办人；省略时只询问一次并保存',
  },
  parse: anyText,
} as const satisfies OptionRow;

export const noteOption = {
  flags: '--note <text>',
  means: { en: 'what was found, and where', zh: '核实的结果与依据' },
  parse: anyText,
  isRequired: true,
} as const satisfies OptionRow;

export const named = (args: readonly string[], { merchant: of }: Options) => ({ text: args[0] ?? '', merchant: of });

export const selecting = (args: readonly string[], options: Options) => ({
  named: args[0] === undefined ? undefined : named(args, options),
  where: options.where,
  yes: options.yes ?? false,
  rate: options.rate ?? DEFAULT_RATE,
});
