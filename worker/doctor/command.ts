import '../../process/musl.js';
import { DefaultLogger } from '@temporalio/worker';
import { InvalidArgumentError } from 'commander';
import { MCHID } from '../../domain/orders/input.js';
import { EXIT_CODES } from '../../process/exit.js';
import { matching, newCommand } from '../../process/command-line.js';
import type { Finding, Result } from './finding.js';
import { CHECK_NAMES } from './table.js';
import { withTimeout } from '../../wechatpay/timeout.js';
import { installRuntime } from '../metrics.js';
import type { Context } from './context.js';
import { runChecks } from './run.js';

/** How long one request may take, in seconds. A call to WeChat Pay ends by itself after 9. */
const DEFAULT_TIMEOUT = 10;
const MAX_TIMEOUT = 600;

/** The exit codes are those of a worker, except that 1 means a finding of the doctor. */
const FAILURE_FOUND = 1;

const DESCRIPTION = `Checks a merchants file, WeChat Pay and Temporal, as far as that is possible without moving money: files
and keys, WeChat Pay (a query of an order that does not exist), the clock, and the Temporal server. Changes nothing.`;

const HELP = {
  more: '\nEach line begins with ✓ (ok), ! (warning), ✗ (failure) or - (skipped).\n',
  examples: {
    'wechatpay-orders doctor merchants.yaml': '',
    'wechatpay-orders doctor merchants.yaml --merchant 1900000109 --offline': '',
  },
  exitCodes: { 0: 'no failure was found; there may be warnings', [FAILURE_FOUND]: 'a failure was found' },
  mayRepeat: false,
};

export interface DoctorOptions {
  readonly merchantsFile: string | undefined;
  readonly merchant?: string;
  readonly offline?: true;
  /** How long one request may take, in seconds. */
  readonly timeout: number;
  readonly json?: true;
}

function seconds(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= MAX_TIMEOUT) return value;
  throw new InvalidArgumentError(`must be a number of seconds up to ${MAX_TIMEOUT}`);
}

/** @throws UsageError, which does not repeat the arguments: one may be a key */
export function readOptions(args: readonly string[]): DoctorOptions {
  const command = newCommand('wechatpay-orders doctor', DESCRIPTION, HELP)
    .argument('[merchants-file]', 'the merchants file (default: WXPAY_MERCHANTS_FILE)')
    .option(
      '--merchant <mchid>',
      "check only this merchant; another's fault is not reported, though it would keep a worker from starting",
      matching(MCHID, 'must be 1 to 32 digits'),
    )
    .option('--offline', 'ask no server: check files and settings only')
    .option('--timeout <seconds>', `how long one request may take, up to ${MAX_TIMEOUT}`, seconds, DEFAULT_TIMEOUT)
    .option('--json', 'one JSON object: {"findings": [{check, subject, result, said, whatToDo}], "ok"}')
    .parse(args, { from: 'user' });
  return { merchantsFile: command.args[0], ...command.opts<Omit<DoctorOptions, 'merchantsFile'>>() };
}

/** The mark at the beginning of a line. */
export const MARKS: Readonly<Record<Result, string>> = { ok: '✓', warn: '!', fail: '✗', skipped: '-' };

const WIDTH = Math.max(...CHECK_NAMES.map((name) => name.length));

/** The line of a finding, and another one if there is something to do. */
export function linesOf({ check, subject, result, said, whatToDo }: Finding): string {
  const what = subject === null ? said : `${subject}: ${said}`;
  const line = `${MARKS[result]} ${check.padEnd(WIDTH)}  ${oneLine(what)}`;
  return whatToDo === null ? line : `${line}\n  → ${oneLine(whatToDo)}`;
}

/** A text from a file may have several lines, or control characters. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/** The last line: the number of each result. */
export function countsOf(findings: readonly Finding[]): string {
  const count = (result: Result): number => findings.filter((each) => each.result === result).length;
  const named = (number: number, name: string): string => `${number} ${name}${number === 1 ? '' : 's'}`;
  return [
    `${count('ok')} ok`,
    named(count('warn'), 'warning'),
    named(count('fail'), 'failure'),
    `${count('skipped')} skipped`,
  ].join(', ');
}

export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ result }) => result !== 'fail');
}

/** How long the native side may take to close a connection, in milliseconds. */
const END_MS = 1000;

/**
 * Runs the doctor and prints its findings.
 *
 * @param args the arguments after `doctor`
 * @returns the exit code; the caller should end the process with it, since the native side may still wait for a server
 * @throws UsageError for arguments that cannot be used
 */
export async function doctor(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const options = readOptions(args);
  // A reader such as `head` may close the pipe early.
  process.stdout.on('error', () => undefined);
  // The native side logs nothing: all that matters is in the findings.
  installRuntime(new DefaultLogger('ERROR', () => undefined), undefined);
  const findings = await runAll(options, env);
  const ok = isWell(findings);
  await print(options.json ? `${JSON.stringify({ findings, ok })}\n` : `\n${countsOf(findings)}\n`);
  return ok ? EXIT_CODES.ok : FAILURE_FOUND;
}

async function runAll(options: DoctorOptions, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const { merchant: mchid, offline = false, timeout, json = false } = options;
  const merchantsFile = options.merchantsFile ?? (env['WXPAY_MERCHANTS_FILE'] || undefined);
  const context: Context = {
    env,
    merchantsFile,
    mchid,
    timeoutMs: timeout * 1000,
    found: {},
    now: Date.now,
    ends: [],
  };
  const progress = json ? SILENT : progressOn(process.stderr);
  const findings: Finding[] = [];
  try {
    for await (const each of runChecks(context, { offline, onCheck: progress.begin })) {
      findings.push(each);
      progress.clear();
      if (!json) await print(`${linesOf(each)}\n`);
    }
  } finally {
    progress.clear();
    await endAll(context);
  }
  return findings;
}

async function endAll({ ends }: Context): Promise<void> {
  await withTimeout(END_MS, Promise.allSettled(ends.map((end) => end())));
}

/** Waits until the text is written, because the process may end right after. */
function print(text: string): Promise<void> {
  return new Promise((resolve) => void process.stdout.write(text, () => resolve()));
}

interface Progress {
  readonly begin: (check: string) => void;
  readonly clear: () => void;
}

const SILENT: Progress = { begin: () => undefined, clear: () => undefined };

/** Shows on a terminal which check is running. */
function progressOn(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY || !process.stdout.isTTY) return SILENT;
  return { begin: (check) => void stream.write(`\r\u001b[K… ${check}`), clear: () => void stream.write('\r\u001b[K') };
}
