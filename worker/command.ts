import { ENVIRONMENT_HELP } from './config.js';
import { connect } from './connect.js';
import { orThrow } from '../wechatpay/merchants/faults.js';
import { newCommand } from '../process/command-line.js';
import { EXIT_CODES } from '../process/exit.js';
import { startWorker } from './index.js';
import { readProfile } from '../process/settings.js';
import { setUp } from './setup.js';

const NO_CONNECTION = 'the Temporal server cannot be reached, or refuses our credentials';

const WORKER = 'Watches WeChat Pay orders, and runs until it is asked to stop (SIGTERM, SIGINT).';

const WORKER_HELP = {
  more: `\n${ENVIRONMENT_HELP}\n`,
  examples: { 'WXPAY_MERCHANTS_FILE=merchants.yaml wechatpay-orders worker': '' },
  exitCodes: {
    0: 'stopped as asked',
    1: 'unexpected: a bug in the worker',
    2: "configuration: arguments, environment, the merchants file or its keys, Temporal's profile, an address that is taken",
    3: NO_CONNECTION,
    4: 'setup missing: there is no such namespace, or it lacks the search attributes',
  },
  // Someone may paste a key where an argument should be.
  mayRepeat: false,
};

/** Runs a worker until it is asked to stop. @returns the exit code */
export async function worker(args: string[]): Promise<number> {
  newCommand('wechatpay-orders worker', WORKER, WORKER_HELP).parse(args, { from: 'user' });
  await startWorker();
  return EXIT_CODES.ok;
}

const SETUP = `Registers the search attributes of the workflows with the namespace. Again changes nothing. A worker does not
start without them.`;

const SETUP_HELP = {
  more: `
Environment:
  TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_…, TEMPORAL_PROFILE
                      the connection, as Temporal's own tools read it
`,
  examples: { 'TEMPORAL_ADDRESS=temporal.internal:7233 wechatpay-orders setup': '' },
  exitCodes: {
    0: 'all are registered',
    1: 'unexpected: a bug in the setup',
    2: "configuration: arguments, Temporal's profile",
    3: NO_CONNECTION,
    4: 'there is no such namespace, or it does not let us register them',
  },
  mayRepeat: false,
};

/** Registers the search attributes. @returns the exit code */
export async function setup(args: string[]): Promise<number> {
  newCommand('wechatpay-orders setup', SETUP, SETUP_HELP).parse(args, { from: 'user' });
  const temporal = await connect(orThrow(readProfile(process.env)));
  try {
    const registered = await setUp(temporal);
    const what = registered.length > 0 ? `registered ${registered.join(', ')}` : 'nothing to do, all are registered';
    console.log(`Search attributes of ${temporal.namespace} at ${temporal.address}: ${what}.`);
  } finally {
    await temporal.connection.close();
  }
  return EXIT_CODES.ok;
}
