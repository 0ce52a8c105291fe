import { newCommand } from '../../process/command-line.js';
import { EXIT_CODES } from '../../process/exit.js';
import { jsonLogger } from '../../process/logging.js';
import { orThrow } from '../../wechatpay/merchants/faults.js';
import { API_HELP, readApiConfiguration } from './config.js';
import { runApi } from './run.js';

const DESCRIPTION = `Serves the operations of the client library over HTTP, for services in any language: start an order,
ask for its state, check, close or extend it; cancel PayScore service orders; read outcomes. It has no state, so run as
many as you like.`;

const HELP = {
  more: API_HELP,
  examples: {
    'wechatpay-orders api': 'for this machine only',
    'WXPAY_API_TOKENS_FILE=tokens.yaml WXPAY_API_ADDRESS=0.0.0.0:8070 wechatpay-orders api': '',
  },
  exitCodes: {
    0: 'stopped as asked',
    1: 'unexpected: a bug in the API',
    2: "configuration: arguments, environment, the tokens file or its tokens, Temporal's profile, an address that is taken",
  },
  // Someone may paste a token where an argument should be.
  mayRepeat: false,
};

/** Runs the API until it is asked to stop. @returns the exit code */
export async function api(args: string[]): Promise<number> {
  newCommand('wechatpay-orders api', DESCRIPTION, HELP).parse(args, { from: 'user' });
  const configuration = orThrow(readApiConfiguration(process.env));
  const stopped = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopped.abort());
  await runApi(configuration, jsonLogger(configuration.config.logLevel), stopped.signal);
  return EXIT_CODES.ok;
}
