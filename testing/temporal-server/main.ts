import { isServerNotFoundError } from './errors.js';
import { findServer } from './find.js';
import type { ServerKind } from './types.js';

const USAGE = `Finds the Temporal servers that the demo and the tests run against, and fetches once what
is missing. What it found goes to stdout, progress to stderr.

Usage: tsx temporal-server/main.ts [dev|time-skipping|all]     (default: all)

  WXPAY_TEMPORAL_CLI           path of a \`temporal\` binary to use
  WXPAY_TEMPORAL_TEST_SERVER   path of a \`temporal-test-server\` binary to use

Exit code: 0 found, 1 not found, 2 wrong usage.
`;

const choices: ReadonlyMap<string, readonly ServerKind[]> = new Map([
  ['dev', ['dev']],
  ['time-skipping', ['time-skipping']],
  ['all', ['dev', 'time-skipping']],
]);

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(USAGE);
    return 0;
  }
  const chosen = args.length > 1 ? undefined : choices.get(args[0] ?? 'all');
  if (chosen === undefined) {
    process.stderr.write(`Not understood: ${args.join(' ')}\n\n${USAGE}`);
    return 2;
  }
  let exitCode = 0;
  for (const kind of chosen) {
    try {
      const onProgress = (line: string) => void process.stderr.write(`${line}\n`);
      const { description } = await findServer(kind, { onProgress });
      process.stdout.write(`${description}\n`);
    } catch (error) {
      if (!isServerNotFoundError(error)) throw error;
      process.stderr.write(`${error.message}\n`);
      exitCode = 1;
    }
  }
  return exitCode;
}

process.exitCode = await main(process.argv.slice(2));
