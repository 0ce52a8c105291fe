import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { watchMerchants, type MerchantsWatch, type WatchOptions } from '../../../wechatpay/merchants/watch.js';
import type { MerchantsFileOptions } from '../../../testing/sandbox/merchants-file.js';
import type { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { type SandboxOptions } from '../../../testing/sandbox/sandbox.js';
import { startSandbox } from '../../support/sandbox.js';
import type { Merchant } from '../../../wechatpay/merchant.js';
import { queryOrder } from '../../../wechatpay/orders.js';

/** Soon enough for a test, and long enough that half of a change can be seen. */
export const EVERY_MS = 20;

const AMOUNT = { total: 888, currency: 'HKD' };

export interface LogEntry {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly attributes: Record<string, unknown> | undefined;
}

/** A sandbox with its merchants file, and who watches it. All of it ends with the test. */
export interface Watched extends MerchantsWatch {
  readonly log: LogEntry[];
  readonly reloads: ('taken' | 'refused')[];
  /** The merchant as it is now. */
  readonly merchant: () => Merchant;
}

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-watch-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A sandbox of its own, with one order that is paid, and its merchants file. */
export async function sandboxWithFile(options: SandboxOptions, more: MerchantsFileOptions = {}) {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.stop());
  const folder = await newFolder();
  const { mchid } = sandbox;
  await sandbox.place({ mchid, outTradeNo: 'PAID-1', amount: AMOUNT });
  await sandbox.pay({ mchid, outTradeNo: 'PAID-1' });
  return { sandbox, folder, file: await sandbox.writeMerchantsFile(folder, more) };
}

export function watched(file: string, options: Partial<WatchOptions> = {}): Watched {
  const log: LogEntry[] = [];
  const reloads: ('taken' | 'refused')[] = [];
  const logger = {
    info: (message: string, attributes?: Record<string, unknown>) =>
      void log.push({ level: 'info', message, attributes }),
    warn: (message: string, attributes?: Record<string, unknown>) =>
      void log.push({ level: 'warn', message, attributes }),
  };
  const onReload = (result: 'taken' | 'refused'): void => void reloads.push(result);
  const watch = watchMerchants(file, { everyMs: EVERY_MS, logger, onReload, ...options });
  onTestFinished(() => watch.stop());
  const merchant = (): Merchant => {
    const [first] = watch.merchants.all();
    if (first === undefined) throw new Error('the file has a merchant');
    return first;
  };
  return { ...watch, log, reloads, merchant };
}

/** What became of a query: the state that WeChat Pay says, verified, or the code of the failure. */
export async function asked(merchant: Merchant, outTradeNo = 'PAID-1'): Promise<string> {
  const answer = await queryOrder(merchant, { api: 'v3-global', mchid: merchant.mchid, outTradeNo });
  return answer.ok ? answer.value.tradeState : answer.failure.code;
}

/** How many times the list of certificates was asked for. */
export function downloadsOf({ ledger }: Sandbox): number {
  return ledger.entries().filter(({ call }) => call === 'certificates').length;
}

/** Changes what a merchants file says of its first merchant's access to APIv3. */
export function editV3(file: string, change: (v3: Record<string, unknown>) => unknown): Promise<void> {
  return rewrite(file, (text) => {
    const content = parse(text) as { readonly merchants: readonly { readonly v3: Record<string, unknown> }[] };
    change(content.merchants[0]?.v3 ?? {});
    const [mark = ''] = /^#.*\n/.exec(text) ?? [];
    return mark + stringify(content);
  });
}

/** Changes a file by its text. */
export async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')));
}

export function eventually(check: () => unknown): Promise<void> {
  return expect.poll(check).toBeTruthy();
}
