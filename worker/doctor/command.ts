import { parseArgs } from 'node:util';
import { DefaultLogger } from '@temporalio/worker';
import { MCHID } from '../../domain/orders/input.js';
import { ConfigurationError } from '../../wechatpay/merchants/faults.js';
import type { Finding, Result } from './finding.js';
import { CHECK_NAMES } from './table.js';
import { withTimeout } from '../../wechatpay/timeout.js';
import { installRuntime } from '../metrics.js';
import type { Context } from './context.js';
import { runChecks } from './run.js';

/** How long one question may take, seconds. A call to WeChat Pay ends by itself after 9. */
const DEFAULT_TIMEOUT = 10;
const MAX_TIMEOUT = 600;

/** The exit codes: a worker's, except that any failure it finds is 1. */
export const DOCTOR_EXIT_CODES = { well: 0, failureFound: 1, usage: 2 } as const;

export const HELP = `Usage: wechatpay-order-worker doctor [merchants-file] [options]

Checks a merchants file and the surroundings of a worker as far as that goes without moving money: files and keys,
WeChat Pay (an order number that nobody has is asked for), the clock, and the Temporal server. Nothing is changed.

  merchants-file       default: WXPAY_MERCHANTS_FILE
  --merchant <mchid>   look at this merchant only; another's fault, which keeps a worker from starting, is not told
  --offline            ask nobody: files and settings only
  --timeout <seconds>  how long one question may take; default ${DEFAULT_TIMEOUT}
  --json               one JSON object: {"findings": [{check, subject, result, said, whatToDo}], "ok"}
  -h, --help           this text

Each line begins with ✓ (ok), ! (warning), ✗ (failure) or - (not looked at).

Exit codes:
  ${DOCTOR_EXIT_CODES.well}  no failure was found; there may be warnings
  ${DOCTOR_EXIT_CODES.failureFound}  a failure was found
  ${DOCTOR_EXIT_CODES.usage}  arguments that cannot be used`;

export interface DoctorOptions {
  readonly merchantsFile: string | undefined;
  readonly mchid: string | undefined;
  readonly offline: boolean;
  readonly timeoutMs: number;
  readonly json: boolean;
}

/** @returns the options, or `help` @throws ConfigurationError; what was typed is not repeated, it may be a key */
export function readOptions(args: readonly string[]): DoctorOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const { merchant, timeout, offline, json } = values;
  const seconds = Number(timeout);
  const faults = [
    ...(positionals.length > 1 ? ['name one merchants file only'] : []),
    ...(merchant !== undefined && !MCHID.test(merchant) ? ['--merchant must be 1 to 32 digits'] : []),
    ...(/^\d+(\.\d+)?$/.test(timeout) && seconds > 0 && seconds <= MAX_TIMEOUT
      ? []
      : [`--timeout must be a number of seconds up to ${MAX_TIMEOUT}`]),
  ];
  if (faults.length > 0) throw unusable(faults);
  return { merchantsFile: positionals[0], mchid: merchant, offline, json, timeoutMs: seconds * 1000 };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        merchant: { type: 'string' },
        timeout: { type: 'string', default: String(DEFAULT_TIMEOUT) },
        offline: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch {
    throw unusable(['an option is not known, or lacks its value']);
  }
}

function unusable(faults: readonly string[]): ConfigurationError {
  const what = 'The arguments cannot be used (see doctor --help)';
  return new ConfigurationError(faults.map((rule) => ({ what, where: '', rule })));
}

/** The mark of a result, at the beginning of a line. */
export const MARKS: Readonly<Record<Result, string>> = { ok: '✓', warn: '!', fail: '✗', skipped: '-' };

const WIDTH = Math.max(...CHECK_NAMES.map((name) => name.length));

/** One line, and another if there is something to do. */
export function linesOf({ check, subject, result, said, whatToDo }: Finding): string {
  const what = subject === null ? said : `${subject}: ${said}`;
  const line = `${MARKS[result]} ${check.padEnd(WIDTH)}  ${oneLine(what)}`;
  return whatToDo === null ? line : `${line}\n  → ${oneLine(whatToDo)}`;
}

/** The text of a file could have several lines, or control a terminal. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/** The last line: how many of each there are. */
export function countsOf(findings: readonly Finding[]): string {
  const count = (result: Result): number => findings.filter((each) => each.result === result).length;
  const named = (number: number, name: string): string => `${number} ${name}${number === 1 ? '' : 's'}`;
  return [
    `${count('ok')} ok`,
    named(count('warn'), 'warning'),
    named(count('fail'), 'failure'),
    `${count('skipped')} not looked at`,
  ].join(', ');
}

/** Whether nothing has failed. */
export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ result }) => result !== 'fail');
}

/** How long the native side may take to close a connection, milliseconds. */
const END_MS = 1000;

/**
 * Runs the doctor and prints what it finds.
 *
 * @param args those after `doctor`
 * @returns the exit code; the caller should end the process with it, since the native side may still wait for a server
 * @throws ConfigurationError for arguments that cannot be used
 */
export async function runDoctor(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const options = readOptions(args);
  if (options === 'help') {
    await print(`${HELP}\n`);
    return DOCTOR_EXIT_CODES.well;
  }
  // The reader may close the pipe early, as `head` does.
  process.stdout.on('error', () => undefined);
  // The log of the native side is dropped: only findings are printed.
  installRuntime(new DefaultLogger('ERROR', () => undefined), undefined);
  const findings = await lookAt(options, env);
  const ok = isWell(findings);
  await print(options.json ? `${JSON.stringify({ findings, ok })}\n` : `\n${countsOf(findings)}\n`);
  return ok ? DOCTOR_EXIT_CODES.well : DOCTOR_EXIT_CODES.failureFound;
}

async function lookAt({ offline, json, ...options }: DoctorOptions, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const { merchantsFile = env['WXPAY_MERCHANTS_FILE'] || undefined, mchid, timeoutMs } = options;
  const context: Context = { env, merchantsFile, mchid, timeoutMs, found: {}, now: Date.now, ends: [] };
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

/** Waits until it is written: the process may be ended right after. */
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
