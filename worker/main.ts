#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { ENVIRONMENT_HELP } from './config.js';
import { readConfiguration } from './configuration.js';
import { connect, ConnectionError } from './connect.js';
import { ConfigurationError } from '../merchants/configuration-error.js';
import { EXIT_CODES } from './exit-codes.js';
import { jsonLogger } from './logging.js';
import { installRuntime } from './metrics.js';
import { readProfile } from './profile.js';
import { runWorker } from './run.js';
import { setUp, SetupMissingError } from './setup.js';

const HELP = `Usage: wechatpay-order-worker [run|setup]

  run     watch WeChat Pay orders until asked to stop (the default)
  setup   register the search attributes with the namespace; again changes nothing

${ENVIRONMENT_HELP}

Exit codes:
  0  stopped as asked
  1  unexpected: a fault of the worker
  2  configuration: arguments, environment, the merchants file or its keys, Temporal's profile, an address that is taken
  3  the Temporal server cannot be reached, or refuses our credentials
  4  setup missing: there is no such namespace, or it lacks the search attributes`;

async function run(): Promise<void> {
  const configuration = readConfiguration(process.env);
  const { logLevel, metricsAddress } = configuration.config;
  await runWorker(configuration, installRuntime(jsonLogger(logLevel), metricsAddress));
}

async function setup(): Promise<void> {
  const temporal = await connect(readProfile());
  try {
    const registered = await setUp(temporal);
    const what = registered.length > 0 ? `registered ${registered.join(', ')}` : 'nothing to do, all are registered';
    console.log(`Search attributes of ${temporal.namespace} at ${temporal.address}: ${what}.`);
  } finally {
    await temporal.connection.close();
  }
}

const COMMANDS: Readonly<Record<string, () => Promise<void>>> = { run, setup };

function commandOf(args: string[]): () => Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) return () => Promise.resolve(console.log(HELP));
  const [name = 'run', ...rest] = positionals;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined && rest.length === 0) return command;
  throw new ConfigurationError('The arguments cannot be used (see --help):', [`unknown: ${positionals.join(' ')}`]);
}

/** What a person is told, and what the process ends with. Only our own words: others may quote what is secret. */
function farewell(error: unknown): { readonly message: string; readonly code: number } {
  if (error instanceof ConfigurationError) return { message: error.message, code: EXIT_CODES.configuration };
  if (error instanceof ConnectionError) return { message: error.message, code: EXIT_CODES.connection };
  if (error instanceof SetupMissingError) return { message: error.message, code: EXIT_CODES.setupMissing };
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
    return { message: error.message, code: EXIT_CODES.configuration };
  }
  const name = error instanceof Error ? error.name : typeof error;
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  return {
    message: [`unexpected ${name}; this is a fault of the worker`, ...frames].join('\n'),
    code: EXIT_CODES.unexpected,
  };
}

try {
  await commandOf(process.argv.slice(2))();
} catch (error) {
  const { message, code } = farewell(error);
  console.error(message);
  // Not by itself: the native side may still wait for a server that says nothing, and there is nothing to wait for.
  process.exit(code);
}
