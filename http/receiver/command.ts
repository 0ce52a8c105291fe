import { newCommand } from '../../process/command-line.js';
import { orThrow } from '../../wechatpay/merchants/faults.js';
import { EXIT_CODES } from '../../process/exit.js';
import { jsonLogger } from '../../process/logging.js';
import { readReceiverConfiguration, RECEIVER_HELP } from './config.js';
import { runReceiver } from './run.js';

const DESCRIPTION = `Takes WeChat Pay's notifications: of payments (v3, v3 global, v2) and of PayScore service orders. What
they say goes to the workflow of the order. Give WeChat Pay, as notify_url, the https address under which this path is
reached from outside.`;

const HELP = {
  more: RECEIVER_HELP,
  examples: { 'WXPAY_MERCHANTS_FILE=merchants.yaml WXPAY_RECEIVER_ADDRESS=0.0.0.0:8090 wechatpay-orders receiver': '' },
  exitCodes: {
    0: 'stopped as asked',
    1: 'unexpected: a bug in the receiver',
    2: "configuration: arguments, environment, the merchants file or its keys, Temporal's profile, an address that is taken",
  },
  // Someone may paste a key where an argument should be.
  mayRepeat: false,
};

/** Runs a receiver until it is asked to stop. @returns the exit code */
export async function receiver(args: string[]): Promise<number> {
  newCommand('wechatpay-orders receiver', DESCRIPTION, HELP).parse(args, { from: 'user' });
  const configuration = orThrow(readReceiverConfiguration(process.env));
  const stopped = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopped.abort());
  await runReceiver(configuration, jsonLogger(configuration.config.logLevel), stopped.signal);
  return EXIT_CODES.ok;
}
