import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from '@temporalio/client';
import { OrderClient, OutcomeFeed, ServiceOrderClient } from '../../client/index.js';
import { OrderList } from '../../client/order-list.js';
import { LOCALES, type Locale } from '../../domain/locale.js';
import { toLocalRfc3339 } from '../../domain/page/format.js';
import { fill } from '../../domain/page/texts.js';
import { type Instant, parseDuration, parseInstant } from '../../domain/time.js';
import { collect, isRecord, ok } from '../../domain/validation.js';
import { INTERRUPTED, UsageError } from '../../process/command-line.js';
import { connectWhenNeeded } from '../../process/lazy-connection.js';
import { PROCESS_SETTINGS, readProfile, readSettings } from '../../process/settings.js';
import { type ConfigurationFault, ConfigurationError, type Configured } from '../../wechatpay/merchants/faults.js';
import { z } from 'zod';
import { USAGE } from './texts.js';

/** What a command works with: the clients, and the person at the terminal. */
export interface Desk {
  readonly client: Client;
  readonly orders: OrderClient;
  readonly serviceOrders: ServiceOrderClient;
  readonly list: OrderList;
  feedOf(mchid: string | undefined): OutcomeFeed;
  /** The address of the Temporal server, for messages. */
  readonly address: string;
  readonly locale: Locale;
  /** Whether stdout gets one JSON value instead of words. */
  readonly json: boolean;
  /** Whether there is somebody to ask. */
  readonly isTerminal: boolean;
}

/** The language of the terminal, or the one that `--lang` names. */
export function localeIn(args: readonly string[], env: NodeJS.ProcessEnv): Locale {
  const named = args.find((arg, index) => arg.startsWith('--lang=') || args[index - 1] === '--lang');
  const given = LOCALES.find((each) => each === named?.replace('--lang=', ''));
  const ofTerminal = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return given ?? (ofTerminal.startsWith('zh') ? 'zh' : 'en');
}

/** Reads the settings, and connects at the first call. @throws UsageError */
export function openDesk(env: NodeJS.ProcessEnv, reader: Pick<Desk, 'locale' | 'json'>): Desk {
  const settings = settingsIn(env);
  if (!settings.ok) throw new UsageError(new ConfigurationError(settings.faults).message);
  const { profile, taskQueue } = settings.value;
  const { address, namespace } = profile;
  const client = new Client({ connection: connectWhenNeeded(profile), namespace });
  return {
    ...reader,
    client,
    orders: new OrderClient(client, { taskQueue }),
    serviceOrders: new ServiceOrderClient(client, { taskQueue }),
    list: new OrderList(client),
    feedOf: (mchid) => new OutcomeFeed(client, { taskQueue, ...(mchid !== undefined && { mchid }) }),
    address,
    isTerminal: process.stdin.isTTY && process.stderr.isTTY,
  };
}

const schema = z.object({ WXPAY_TASK_QUEUE: PROCESS_SETTINGS.WXPAY_TASK_QUEUE });

function settingsIn(env: NodeJS.ProcessEnv) {
  const faults: ConfigurationFault[] = [];
  const values = collect(faults, readSettings(schema, env));
  const profile = collect(faults, readProfile(env));
  return values && profile
    ? ok({ taskQueue: values.WXPAY_TASK_QUEUE, profile })
    : ({ ok: false, faults } satisfies Configured<never>);
}

/** The one result of a command, on stdout. */
export function say({ json }: Pick<Desk, 'json'>, words: string, value: unknown): void {
  process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${words}\n`);
}

/** What is said besides the result, on stderr. */
export function note(words: string): void {
  process.stderr.write(`${words}\n`);
}

/** Asks the person at the terminal. Empty if they end the input instead. */
export function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  lines.on('SIGINT', () => process.exit(INTERRUPTED));
  return new Promise((resolve) => {
    lines.on('close', () => resolve(''));
    lines.question(question, (answer) => {
      resolve(answer.trim());
      lines.close();
    });
  });
}

/** The name of the person who decides: as given, as kept from before, or asked for and then kept. @throws UsageError */
export async function nameOf({ locale, isTerminal }: Desk, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const { XDG_CONFIG_HOME: folder = '' } = process.env;
  const file = join(folder || join(homedir(), '.config'), 'wechatpay-orders', 'config.json');
  const kept = await readFile(file, 'utf8').then(byIn, () => undefined);
  if (kept !== undefined) return kept;
  const by = isTerminal ? await ask(fill(USAGE.askBy, locale, { file })) : '';
  if (by === '') throw new UsageError(fill(USAGE.noBy, locale, { file }));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ by }, null, 2)}\n`);
  return by;
}

function byIn(text: string): string | undefined {
  try {
    const config: unknown = JSON.parse(text);
    const by = isRecord(config) ? config['by'] : undefined;
    return typeof by === 'string' && by !== '' ? by : undefined;
  } catch {
    return undefined;
  }
}

/** An instant, or a length of time from now on; before now, if `back`. */
export function momentOf(text: string, now: Instant, back = false): Instant | undefined {
  const length = parseDuration(text);
  return length === undefined ? parseInstant(text) : now + (back ? -length : length);
}

/** The same as the value of an option. @throws UsageError */
export function momentGiven({ locale }: Desk, option: string, text: string, back = false): string {
  const moment = momentOf(text, Date.now(), back);
  if (moment === undefined) throw new UsageError(fill(USAGE.moment, locale, { option, text: JSON.stringify(text) }));
  return new Date(moment).toISOString();
}

export const TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** An instant in the time zone of this machine. @param instant RFC 3339 */
export function localTime(instant: string): string {
  return toLocalRfc3339(Date.parse(instant), TIME_ZONE);
}
