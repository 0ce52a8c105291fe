import { INTERRUPTED, newCommand, runTool, untilInterrupted, wholeNumber } from '../../process/command-line.js';
import { quietRuntime } from '../../testing/demo/processes.js';
import { Cleanups } from '../processes.js';
import { startLab } from './lab.js';
import { installSchemathesis, PYTHON, runSchemathesis } from './schemathesis.js';

const DEFAULTS = { seed: 20_261_130, maxExamples: 150 } as const;
const MAX_SEED = 2 ** 31 - 1;
const MOST = 10_000;

const DESCRIPTION = `Sends requests of all kinds to the HTTP API, made by schemathesis out of its OpenAPI document, and checks each
answer: all checks, all phases, on a real Temporal server with a sandbox and a worker. Some two minutes. Needs Python ${PYTHON} or
later with venv; schemathesis is installed once into the cache directory, beside the Temporal servers.`;

const HELP = {
  exitCodes: {
    0: 'schemathesis finds nothing',
    1: 'it finds something, or cannot run: its output says what',
    3: 'it cannot be installed',
    [INTERRUPTED]: 'interrupted',
  },
};

const cleanups = new Cleanups();

interface Options {
  readonly seed: number;
  readonly maxExamples: number;
}

async function verify({ seed, maxExamples }: Options): Promise<number> {
  const begunAt = performance.now();
  const seconds = (): number => Math.round((performance.now() - begunAt) / 1000);
  const onProgress = (line: string): void => console.log(`${seconds()} s  ${line}`);
  const python = await installSchemathesis(cleanups, onProgress);
  onProgress('starting a Temporal server, a sandbox, a worker and the API');
  const lab = await startLab(cleanups, onProgress);
  onProgress(`running schemathesis with --seed ${seed} and --max-examples ${maxExamples}`);
  const code = await runSchemathesis(python, { ...lab, seed, maxExamples }, cleanups);
  if (cleanups.isOver) return INTERRUPTED;
  console.log(
    code === 0
      ? `verify:api: schemathesis finds nothing (${seconds()} s, seed ${seed})`
      : `verify:api: schemathesis ended with ${code}: see above (${seconds()} s, seed ${seed})`,
  );
  return code === 0 ? 0 : 1;
}

await runTool(async (args) => {
  const options = newCommand('npm run verify:api --', DESCRIPTION, HELP)
    .option('--seed <n>', 'the same seed makes the same requests', wholeNumber(0, MAX_SEED), DEFAULTS.seed)
    .option('--max-examples <n>', 'requests for each operation and phase', wholeNumber(1, MOST), DEFAULTS.maxExamples)
    .parse(args, { from: 'user' })
    .opts<Options>();
  quietRuntime();
  const interrupted = untilInterrupted().then(() => INTERRUPTED);
  try {
    return await Promise.race([verify(options), interrupted]);
  } finally {
    await cleanups.end();
  }
});
