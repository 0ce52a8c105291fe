import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { matching, newCommand, runTool } from '../../process/command-line.js';
import { quietRuntime } from '../../testing/demo/processes.js';
import { startDevServer } from '../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import { outsideEnvironment } from '../environment.js';
import { CELLS, type Cell } from './cells.js';
import { checkExports, EXPORTS_CHECKS } from './exports.js';
import { packBoth, packForRelease, ROOT, type Tarballs } from './pack.js';
import { run } from './run.js';

const DESCRIPTION = `Checks what the two packages export, with publint and attw. Then installs the packed client in empty folders, with
the package managers and the versions of Node.js that checkouts have, compiles a checkout there, and lets it start an order at a real
Temporal server. Some five minutes; it downloads Node.js and the package managers.`;

const HELP = {
  examples: {
    'npm run verify:packages -- yarn': 'only the checks and cells whose name has that',
    'npm run verify:packages -- --release ../release':
      'packs them as they are to be published, and leaves the tarballs there',
  },
  exitCodes: { 0: 'all passed', 1: 'one did not' },
};

const CONSUMER = fileURLToPath(new URL('consumer', import.meta.url));

/** What the cells share: made once. */
interface Shop extends Tarballs {
  readonly folder: string;
  readonly temporal: string;
  readonly temporalAddress: string;
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
    // Yarn 1 knows a tarball by its version only, and would take what an earlier run has packed.
    YARN_CACHE_FOLDER: join(shop.folder, 'yarn-cache'),
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
  if (cell.withWorker === true) await run(join(folder, 'node_modules/.bin', BIN), ['receiver', '--help'], folder, env);
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

async function open(folder: string, tarballs: Tarballs): Promise<Omit<Shop, 'temporalAddress'>> {
  const tools = join(folder, 'tools');
  await mkdir(tools);
  await writeFile(join(tools, 'package.json'), JSON.stringify({ private: true, dependencies: TOOLS }));
  await run('npm', INSTALLS.npm, tools, process.env);
  const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return { folder, ...tarballs, temporal: dependencies['@temporalio/client'] ?? '' };
}

/** @returns whether it passed */
async function tell(name: string, check: () => Promise<void>): Promise<boolean> {
  const begunAt = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - begunAt) / 1000)} s`;
  try {
    await check();
    console.log(`passed  ${name}  ${seconds()}`);
    return true;
  } catch (error) {
    console.log(`FAILED  ${name}  ${seconds()}`);
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
}

function isChosen({ name }: { readonly name: string }, part: string | undefined): boolean {
  return part === undefined || name.includes(part);
}

/** Tries each whose name has the part, and says of the others that they were not run. */
async function tellEach<Each extends { readonly name: string }>(
  all: readonly Each[],
  part: string | undefined,
  check: (each: Each) => Promise<void>,
): Promise<boolean[]> {
  const results: boolean[] = [];
  for (const each of all) {
    if (isChosen(each, part)) results.push(await tell(each.name, () => check(each)));
    else console.log(`not run ${each.name}`);
  }
  return results;
}

async function playCells(folder: string, tarballs: Tarballs, part: string | undefined): Promise<boolean[]> {
  if (!CELLS.some((cell) => isChosen(cell, part))) return tellEach(CELLS, part, () => Promise.resolve());
  const { env, address } = await startDevServer({ ui: false, onProgress: (line) => console.error(line) });
  try {
    await registerSearchAttributes(env.connection, 'default');
    const shop = { ...(await open(folder, tarballs)), temporalAddress: address };
    return await tellEach(CELLS, part, (cell) => play(cell, shop));
  } finally {
    await env.teardown();
  }
}

await runTool(async (args) => {
  const command = newCommand('npm run verify:packages --', DESCRIPTION, HELP)
    .argument('[part]', 'only the checks and cells whose name has this', matching(/./, 'must be a part of a name'))
    .option('--release <folder>', 'pack for npm: READMEs with absolute links; the tarballs stay in this folder')
    .parse(args, { from: 'user' });
  const [part] = command.processedArgs as [string | undefined];
  const { release } = command.opts<{ release?: string }>();
  quietRuntime();
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-packages-'));
  try {
    const tarballs = await (release === undefined ? packBoth(folder) : packForRelease(folder));
    const results = [
      ...(await tellEach(EXPORTS_CHECKS, part, (check) => checkExports(check, tarballs))),
      ...(await playCells(folder, tarballs, part)),
    ];
    console.log(`${results.filter(Boolean).length} of ${EXPORTS_CHECKS.length + CELLS.length} checks and cells passed`);
    if (results.includes(false)) return 1;
    if (release !== undefined) await keep(tarballs, release);
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function keep(tarballs: Tarballs, release: string): Promise<void> {
  await mkdir(release, { recursive: true });
  for (const tarball of [tarballs.client, tarballs.worker]) {
    const kept = join(release, basename(tarball));
    await cp(tarball, kept);
    console.log(`${kept} is ready for npm publish`);
  }
}
