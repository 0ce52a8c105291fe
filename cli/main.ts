#!/usr/bin/env node
import type { Command } from 'commander';
import { newCommand, ourVersion, runTool, sayWhatIsMissing } from '../process/command-line.js';
import { endWell } from '../process/exit.js';

/** Takes its arguments, and returns the exit code. */
type Run = (args: string[]) => Promise<number>;

interface Subcommand {
  readonly name: string;
  /** What it does, in one line. */
  readonly means: string;
  /** Whether a fault may repeat an argument or the text of an unexpected error; not if someone may paste a key there. */
  readonly mayRepeat: boolean;
  /** Loads what it needs, which may be slow or native, and only then. */
  readonly load: () => Promise<Run>;
}

/** Adding one is adding its row here, and its module to `ARROWS` in eslint.config.js. */
const SUBCOMMANDS: readonly Subcommand[] = [
  {
    name: 'worker',
    means: 'watch WeChat Pay orders until asked to stop',
    mayRepeat: false,
    load: async () => (await import('../worker/command.js')).worker,
  },
  {
    name: 'receiver',
    means: "take WeChat Pay's notifications until asked to stop",
    mayRepeat: false,
    load: async () => (await import('../http/receiver/command.js')).receiver,
  },
  {
    name: 'api',
    means: 'serve the operations of the client library over HTTP until asked to stop',
    mayRepeat: false,
    load: async () => (await import('../http/api/command.js')).api,
  },
  {
    name: 'orders',
    means: 'list orders, and act on one or on many',
    mayRepeat: true,
    load: async () => (await import('./orders/command.js')).orders,
  },
  {
    name: 'setup',
    means: 'register the search attributes with the namespace; again changes nothing',
    mayRepeat: false,
    load: async () => (await import('../worker/command.js')).setup,
  },
  {
    name: 'doctor',
    means: 'check the merchants file, WeChat Pay and Temporal; changes nothing',
    mayRepeat: false,
    load: async () => (await import('../worker/doctor/command.js')).doctor,
  },
  {
    name: 'demo',
    means: 'play orders with a Temporal server, a sandbox, a worker and a receiver, and audit them',
    mayRepeat: true,
    load: async () => (await import('../testing/demo/command.js')).demo,
  },
  {
    name: 'sandbox',
    means: 'run a WeChat Pay on this machine to try a worker against',
    mayRepeat: true,
    load: async () => (await import('../testing/sandbox/command.js')).sandbox,
  },
  {
    name: 'temporal',
    means: 'run a Temporal dev server with its Web UI, found or downloaded once',
    mayRepeat: true,
    load: async () => (await import('../testing/temporal-server/command.js')).temporal,
  },
];

const DESCRIPTION = `A durable worker for WeChat Pay orders, on Temporal, and what belongs to it. Each command has a --help
with its settings, examples and exit codes.`;

const HELP = {
  examples: {
    'wechatpay-orders demo': 'see it all at work, on this machine',
    'wechatpay-orders doctor merchants.yaml': 'before a worker starts',
    'wechatpay-orders worker --help': 'every setting and exit code of a worker',
    'wechatpay-orders orders list state=needs-attention': 'what needs a person now',
  },
  mayRepeat: false,
};

async function run({ name, mayRepeat, load }: Subcommand, args: string[]): Promise<void> {
  const main: Run = async (words) => (await load().catch(sayWhatIsMissing))(words);
  // Not by itself: what the native side still waits for must not keep the process.
  if (mayRepeat) await runTool(main, args);
  else await endWell(name, async () => process.exit(await main(args)));
}

/** The program. Of a subcommand it reads the name only: the rest, `--help` too, is the subcommand's own. */
function program(): Command {
  const command = newCommand('wechatpay-orders', DESCRIPTION, HELP)
    .version(ourVersion(), '-V, --version', 'show the version')
    .enablePositionalOptions();
  for (const subcommand of SUBCOMMANDS) {
    const own = newCommand(subcommand.name, subcommand.means, { mayRepeat: false })
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
      .passThroughOptions()
      .action((_options, { args }: Command) => run(subcommand, args));
    command.addCommand(own);
  }
  return command;
}

await endWell('command line', () => program().parseAsync());
