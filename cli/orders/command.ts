import type { Command } from 'commander';
import { LOCALES, type Locale, type Text } from '../../domain/locale.js';
import { INTERRUPTED, newCommand, oneOf } from '../../process/command-line.js';
import { EXIT_CODES } from '../../process/exit.js';
import { localeIn, openDesk, say } from './desk.js';
import { EXITS } from './many.js';
import type { CommandRow, Options } from './options.js';
import { COMMANDS } from './table.js';
import { failureOf } from './words.js';

const NAME = 'wechatpay-orders orders';

const DESCRIPTION: Text = {
  en: `Lists orders, and acts on one or on many. Needs the Temporal server; what changes an order also needs a worker.
An order is named by the id of its workflow (order/1900000109/A1001), or by its number.`,
  zh: '列出订单，并对单个或多个订单进行操作。需要 Temporal 服务；更改订单还需要 worker。订单以工作流 ID（order/1900000109/A1001）或单号指定。',
};

const MORE: Text = {
  en: `
Environment:
  TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_…, TEMPORAL_PROFILE
                     the connection, as Temporal's own tools read it
  WXPAY_TASK_QUEUE   where the workers listen
`,
  zh: `
环境变量：
  TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_…, TEMPORAL_PROFILE
                     与 Temporal 自带工具相同的连接设置
  WXPAY_TASK_QUEUE   worker 所在的任务队列
`,
};

const EXAMPLES: Readonly<Record<string, Text>> = {
  'list state=needs-attention': { en: 'all that need a person', zh: '所有需人工处理的' },
  "retry --where 'reason=signature-refused merchant=1900000109'": {
    en: 'after the key was fixed',
    zh: '密钥修复之后',
  },
  'retry --help': { en: 'what a command takes', zh: '某个命令的用法' },
};

/** The exit codes of every command. */
export const EXIT_MEANS: Readonly<Record<number, Text>> = {
  [EXIT_CODES.ok]: { en: 'all was done', zh: '全部完成' },
  [EXITS.someNot]: { en: 'something was not done: the report says what, and why', zh: '有未完成的：报告中有说明' },
  [INTERRUPTED]: { en: 'interrupted: what was under way is done', zh: '被中断：已开始的部分已完成' },
};

const EVERYWHERE = {
  json: { en: 'one JSON value on stdout instead of words', zh: '在标准输出以 JSON 代替文字' },
  lang: { en: "en or zh; default: the terminal's", zh: 'en 或 zh；默认取自终端' },
} as const satisfies Record<string, Text>;

type InOneLanguage = Readonly<Record<string, string>>;

function inLanguage(texts: Readonly<Record<string, Text>>, locale: Locale, prefix = ''): InOneLanguage {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [prefix + name, text[locale]]));
}

/** Lists orders, or acts on them. @returns the exit code */
export async function orders(args: string[]): Promise<number> {
  const locale = localeIn(args, process.env);
  let exitCode: number = EXIT_CODES.ok;
  const program = newCommand(NAME, DESCRIPTION[locale], {
    more: MORE[locale],
    examples: inLanguage(EXAMPLES, locale, `${NAME} `),
    exitCodes: inLanguage(EXIT_MEANS, locale),
  });
  for (const [name, row] of Object.entries<CommandRow>(COMMANDS)) {
    const command = commandOf(name, row, locale);
    command.action(async () => {
      exitCode = await run(row, command, locale);
    });
    program.addCommand(command);
  }
  await program.parseAsync(args, { from: 'user' });
  return exitCode;
}

function commandOf(name: string, row: CommandRow, locale: Locale): Command {
  const command = newCommand(name, row.means[locale], {
    examples: inLanguage(row.examples, locale, `${NAME} ${name} `),
    exitCodes: inLanguage({ ...EXIT_MEANS, ...row.exitCodes }, locale),
  });
  if (row.takes !== '') command.argument(row.takes);
  for (const { flags, means, parse = String, isRequired } of row.options) {
    if (isRequired) command.requiredOption(flags, means[locale], parse);
    else if (flags.includes('<')) command.option(flags, means[locale], parse);
    else command.option(flags, means[locale]);
  }
  return command
    .option('--json', EVERYWHERE.json[locale])
    .option('--lang <name>', EVERYWHERE.lang[locale], oneOf(LOCALES));
}

async function run(row: CommandRow, command: Command, locale: Locale): Promise<number> {
  const { json = false, ...options } = command.opts<Options & { json?: boolean }>();
  const desk = openDesk(process.env, { locale, json });
  try {
    return await row.run(desk, command.args, options);
  } catch (error) {
    const failure = failureOf(error, desk);
    say(desk, `${failure.code}: ${failure.message}`, failure);
    return EXITS.someNot;
  }
}
