import { newCommand, oneOf, runTool, section } from '../../process/command-line.js';
import { isServerNotFoundError } from './errors.js';
import { findServer } from './find.js';
import type { ServerKind } from './types.js';

const DESCRIPTION = `Finds the Temporal servers that the demo and the tests use, and downloads those that are missing, once.
The servers found go to stdout, progress goes to stderr.`;

const HELP = {
  more: section('Environment', {
    WXPAY_TEMPORAL_CLI: 'path of a `temporal` binary to use',
    WXPAY_TEMPORAL_TEST_SERVER: 'path of a `temporal-test-server` binary to use',
  }),
  examples: { 'tsx testing/temporal-server/main.ts dev': '' },
  exitCodes: { 0: 'found', 1: 'not found' },
};

const KINDS: readonly ServerKind[] = ['dev', 'time-skipping'];

await runTool(async (args) => {
  const [kind] = newCommand('tsx testing/temporal-server/main.ts', DESCRIPTION, HELP)
    .argument('[kind]', `${KINDS.join(', ')}, or all`, oneOf([...KINDS, 'all']), 'all')
    .parse(args, { from: 'user' }).processedArgs as [ServerKind | 'all'];
  let exitCode = 0;
  for (const each of kind === 'all' ? KINDS : [kind]) {
    try {
      const { description } = await findServer(each, { onProgress: (line) => console.error(line) });
      console.log(description);
    } catch (error) {
      if (!isServerNotFoundError(error)) throw error;
      console.error(error.message);
      exitCode = 1;
    }
  }
  return exitCode;
});
