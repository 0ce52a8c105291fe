import { DefaultLogger } from '@temporalio/worker';
import { withTimeout } from '../../wechatpay/timeout.js';
import { installRuntime } from '../metrics.js';
import type { Context } from './context.js';
import type { Finding } from './finding.js';
import { DOCTOR_EXIT_CODES, HELP, readOptions, type DoctorOptions } from './options.js';
import { countsOf, isWell, linesOf } from './report.js';
import { runChecks } from './run.js';

/** What the native side may take to close a connection, milliseconds: nobody waits for more. */
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
  // Whoever reads may have read enough, as `head` does.
  process.stdout.on('error', () => undefined);
  // The native side has nothing to say here: what matters is a finding.
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

/** Says on a terminal what is waited for, and takes it back. */
function progressOn(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY || !process.stdout.isTTY) return SILENT;
  return { begin: (check) => void stream.write(`\r\u001b[K… ${check}`), clear: () => void stream.write('\r\u001b[K') };
}
