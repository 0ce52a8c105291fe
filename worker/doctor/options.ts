import { parseArgs } from 'node:util';
import { MCHID } from '../../domain/orders/input.js';
import { ConfigurationError } from '../../wechatpay/merchants/configuration-error.js';

/** How long one question may take, seconds. A call to WeChat Pay ends by itself after 9. */
const DEFAULT_TIMEOUT = 10;
const MAX_TIMEOUT = 600;

/** What the doctor ends with. As a worker's, except that whatever it finds is 1. */
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
  return new ConfigurationError('The arguments cannot be used (see doctor --help):', faults);
}
