#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { ENVIRONMENT_HELP } from './config.js';
import { connect } from './connect.js';
import { ConfigurationError, orThrow } from '../wechatpay/merchants/faults.js';
import { endWell } from '../process/exit.js';
import { startWorker } from './index.js';
import { readProfile } from '../process/settings.js';
import { setUp } from './setup.js';

const HELP = `Usage: wechatpay-order-worker [run|setup|doctor]

  run     watch WeChat Pay orders until asked to stop (the default)
  setup   register the search attributes with the namespace; again changes nothing
  doctor  check the merchants file, WeChat Pay and Temporal; changes nothing (doctor --help)

${ENVIRONMENT_HELP}

Exit codes:
  0  stopped as asked
  1  unexpected: a fault of the worker
  2  configuration: arguments, environment, the merchants file or its keys, Temporal's profile, an address that is taken
  3  the Temporal server cannot be reached, or refuses our credentials
  4  setup missing: there is no such namespace, or it lacks the search attributes`;

async function setup(): Promise<void> {
  const temporal = await connect(orThrow(readProfile(process.env)));
  try {
    const registered = await setUp(temporal);
    const what = registered.length > 0 ? `registered ${registered.join(', ')}` : 'nothing to do, all are registered';
    console.log(`Search attributes of ${temporal.namespace} at ${temporal.address}: ${what}.`);
  } finally {
    await temporal.connection.close();
  }
}

const COMMANDS: Readonly<Record<string, () => Promise<void>>> = { run: () => startWorker(), setup };

/** Loaded where it is asked for. It has arguments and exit codes of its own. */
async function doctor(args: readonly string[]): Promise<void> {
  const { runDoctor } = await import('./doctor/command.js');
  process.exit(await runDoctor(args));
}

function commandOf(args: string[]): () => Promise<void> {
  if (args[0] === 'doctor') return () => doctor(args.slice(1));
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) return () => Promise.resolve(console.log(HELP));
  const [name = 'run', ...rest] = positionals;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined && rest.length === 0) return command;
  const fault = { what: 'The arguments cannot be used (see --help)', where: 'unknown', rule: positionals.join(' ') };
  throw new ConfigurationError([fault]);
}

await endWell('worker', () => commandOf(process.argv.slice(2))());
