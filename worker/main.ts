#!/usr/bin/env node
import type { Command } from 'commander';
import { ENVIRONMENT_HELP } from './config.js';
import { connect } from './connect.js';
import { orThrow } from '../wechatpay/merchants/faults.js';
import { newCommand } from '../process/command-line.js';
import { endWell } from '../process/exit.js';
import { startWorker } from './index.js';
import { readProfile } from '../process/settings.js';
import { setUp } from './setup.js';

const HELP = {
  more: `\n${ENVIRONMENT_HELP}\n`,
  examples: {
    'TEMPORAL_ADDRESS=temporal.internal:7233 wechatpay-order-worker setup': '',
    'WXPAY_MERCHANTS_FILE=merchants.yaml wechatpay-order-worker': '',
  },
  exitCodes: {
    0: 'stopped as asked',
    1: 'unexpected: a bug in the worker',
    2: "configuration: arguments, environment, the merchants file or its keys, Temporal's profile, an address that is taken",
    3: 'the Temporal server cannot be reached, or refuses our credentials',
    4: 'setup missing: there is no such namespace, or it lacks the search attributes',
  },
  mayRepeat: false,
};

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

/** Loaded only if it is needed. It reads its own arguments, and has its own exit codes. */
async function doctor(args: readonly string[]): Promise<void> {
  const { runDoctor } = await import('./doctor/command.js');
  process.exit(await runDoctor(args));
}

/** A subcommand. Like the program, it never repeats its arguments: someone may paste a key there. */
const command = (name: string, description: string) => newCommand(name, description, { mayRepeat: false });

const program = newCommand('wechatpay-order-worker', 'A worker for WeChat Pay orders, and its setup and doctor.', HELP)
  .addCommand(command('run', 'watch WeChat Pay orders until asked to stop (the default)').action(() => startWorker()))
  .addCommand(
    command('setup', 'register the search attributes with the namespace; again changes nothing').action(setup),
  )
  .addCommand(
    command('doctor', 'check the merchants file, WeChat Pay and Temporal; changes nothing (doctor --help)')
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
      .action((_options, { args }: Command) => doctor(args)),
  );

const [, , ...args] = process.argv;
// Without commander's default command, which would take a misspelt command for an argument of `run`.
await endWell('worker', () => program.parseAsync(args.length > 0 ? args : ['run'], { from: 'user' }));
