import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { matching, newCommand, runTool } from '../../process/command-line.js';
import { quietRuntime } from '../../testing/demo/processes.js';
import { startDevServer } from '../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import { outsideEnvironment } from '../environment.js';
import { CELLS, type Cell } from './cells.js';

const DESCRIPTION = `Installs the packed client in empty folders, with the package managers and the versions of Node.js that checkouts
have, compiles a checkout there, and lets it start an order at a real Temporal server. Some five minutes; it downloads Node.js and the
package managers.`;

const HELP = {
  examples: { 'npm run verify:packages -- yarn': 'only the cells whose name has that' },
  exitCodes: { 0: 'every cell passed', 1: 'one did not' },
};

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONSUMER = fileURLToPath(new URL('consumer', import.meta.url));
const MAX_OUTPUT = 32 * 1024 * 1024;
const COMMAND_WITHIN_MS = 300_000;

/** What the cells share: made once. */
interface Shop {
  readonly folder: string;
  readonly client: string;
  readonly worker: string;
  readonly temporal: string;
  readonly temporalAddress: string;
}

const exec = promisify(execFile);

async function run(file: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const limits = { maxBuffer: MAX_OUTPUT, timeout: COMMAND_WITHIN_MS };
  try {
    return (await exec(file, args, { cwd, env, ...limits })).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${[file, ...args].join(' ')}\n${stdout}\n${stderr}`.trimEnd(), { cause: error });
  }
}

/** Node.js and the package managers, from the registry. */
const TOOLS = {
  node20: 'npm:node@20',
  node22: 'npm:node@22',
  node24: 'npm:node@24',
  pnpm: '10',
  yarn1: 'npm:yarn@1',
  yarn4: 'npm:@yarnpkg/cli-dist@4',
} as const;

const PROGRAMS = {
  pnpm: 'pnpm/bin/pnpm.cjs',
  yarn1: 'yarn1/bin/yarn.js',
  yarn4: 'yarn4/bin/yarn.js',
} as const;

/** How each installs what the package.json names. None may change it, or use what another cell has downloaded but a cache. */
const INSTALLS = {
  npm: ['install', '--no-audit', '--no-fund'],
  pnpm: ['install', '--no-frozen-lockfile'],
  yarn1: ['install', '--non-interactive'],
  yarn4: ['install'],
} as const;

async function play(cell: Cell, shop: Shop): Promise<void> {
  const folder = await mkdtemp(join(shop.folder, 'cell-'));
  const modules = join(shop.folder, 'tools/node_modules');
  const bin = join(modules, `node${cell.node}`, 'bin');
  const env = {
    ...outsideEnvironment(),
    PATH: [bin, dirname(process.execPath), process.env['PATH']].join(delimiter),
    YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    YARN_ENABLE_SCRIPTS: 'true',
    TEMPORAL_ADDRESS: shop.temporalAddress,
    NUMBER: folder.slice(-6).toUpperCase(),
  };
  const node = join(bin, 'node');
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifestOf(cell, shop)));
  if (cell.npmrc !== undefined) await writeFile(join(folder, '.npmrc'), cell.npmrc);
  if (cell.manager === 'yarn4') await writeFile(join(folder, '.yarnrc.yml'), 'nodeLinker: node-modules\n');
  const options = { target: 'es2022', strict: true, skipLibCheck: true, types: ['node'], outDir: 'out', rootDir: '.' };
  const tsconfig = { compilerOptions: { ...options, ...cell.compilerOptions }, files: ['main.ts'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  await cp(CONSUMER, folder, { recursive: true });
  if (cell.manager === 'npm') await run('npm', INSTALLS.npm, folder, env);
  else await run(node, [join(modules, PROGRAMS[cell.manager]), ...INSTALLS[cell.manager]], folder, env);
  await run(node, ['node_modules/typescript/bin/tsc'], folder, env);
  const workflowId = await runCheckout(cell, node, folder, env);
  if (!workflowId.startsWith('order/')) throw new Error(`it printed ${workflowId}`);
  if (cell.withWorker === true) await run(join(folder, 'node_modules/.bin', BIN), ['--help'], folder, env);
}

const BIN = 'wechatpay-orders';

async function runCheckout({ runs }: Cell, node: string, folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  switch (runs) {
    case 'compiled':
      return run(node, ['out/main.js'], folder, env);
    case 'bundled': {
      const bundle = ['out/main.js', '--bundle', '--platform=node', '--format=cjs', '--outfile=out/bundle.cjs'];
      await run(join(folder, 'node_modules/.bin/esbuild'), bundle, folder, env);
      return run(node, ['out/bundle.cjs'], folder, env);
    }
    case 'jest':
      await cp(join(folder, 'checkout.test.cjs'), join(folder, 'out/checkout.test.cjs'));
      await run(
        node,
        ['node_modules/jest/bin/jest.js', '--rootDir', 'out', '--testMatch', '**/*.test.cjs'],
        folder,
        env,
      );
      return 'order/';
  }
}

function manifestOf({ type, temporal, withWorker, runs }: Cell, shop: Shop): object {
  return {
    name: 'a-checkout',
    private: true,
    type,
    dependencies: {
      '@temporalio/client': temporal ?? shop.temporal,
      'wechatpay-order-lifecycle-client': `file:${shop.client}`,
      ...(withWorker === true && { 'wechatpay-order-lifecycle': `file:${shop.worker}` }),
    },
    devDependencies: {
      typescript: '5.9.3',
      '@types/node': '20.19.25',
      ...(runs === 'bundled' && { esbuild: '0.28.2' }),
      ...(runs === 'jest' && { jest: '30.2.0' }),
    },
  };
}

async function pack(folder: string, cwd: string): Promise<string> {
  const out = await run('npm', ['pack', '--json', '--pack-destination', folder], cwd, process.env);
  const [{ filename } = { filename: '' }] = JSON.parse(out.slice(out.indexOf('['))) as { filename: string }[];
  return join(folder, filename);
}

async function open(folder: string): Promise<Omit<Shop, 'temporalAddress'>> {
  const tools = join(folder, 'tools');
  await mkdir(tools);
  await writeFile(join(tools, 'package.json'), JSON.stringify({ private: true, dependencies: TOOLS }));
  await run('npm', INSTALLS.npm, tools, process.env);
  const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const [client, worker] = [await pack(folder, join(ROOT, 'client')), await pack(folder, ROOT)];
  return { folder, client, worker, temporal: dependencies['@temporalio/client'] ?? '' };
}

/** @returns whether it passed */
async function tell(cell: Cell, shop: Shop): Promise<boolean> {
  const begunAt = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - begunAt) / 1000)} s`;
  try {
    await play(cell, shop);
    console.log(`passed  ${cell.name}  ${seconds()}`);
    return true;
  } catch (error) {
    console.log(`FAILED  ${cell.name}  ${seconds()}`);
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
}

await runTool(async (args) => {
  const [part] = newCommand('npm run verify:packages --', DESCRIPTION, HELP)
    .argument('[part]', 'only the cells whose name has this', matching(/./, 'must be a part of a name'))
    .parse(args, { from: 'user' }).processedArgs as [string | undefined];
  quietRuntime();
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-packages-'));
  const { env, address } = await startDevServer({ ui: false, onProgress: (line) => console.error(line) });
  try {
    await registerSearchAttributes(env.connection, 'default');
    const shop = { ...(await open(folder)), temporalAddress: address };
    const results: boolean[] = [];
    for (const cell of CELLS) {
      if (part === undefined || cell.name.includes(part)) results.push(await tell(cell, shop));
      else console.log(`not run ${cell.name}`);
    }
    console.log(`${results.filter(Boolean).length} of ${CELLS.length} cells passed`);
    return results.includes(false) ? 1 : 0;
  } finally {
    await env.teardown();
    await rm(folder, { recursive: true, force: true });
  }
});
