import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OutputChunk, rolldown } from 'rolldown';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { newCommand, runTool } from '../process/command-line.js';

const DESCRIPTION = `Builds the client's package into client/dist: ESM and CommonJS, with types for each. What it uses of domain/,
wechatpay/ and other packages is in it, so its only dependency is the Temporal client of whoever installs it.`;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'client/dist');

const ENTRIES = {
  index: join(ROOT, 'client/index.ts'),
  notifications: join(ROOT, 'client/notifications/index.ts'),
  outcomes: join(ROOT, 'client/outcomes/index.ts'),
  merchants: join(ROOT, 'wechatpay/merchants/index.ts'),
};

/** The one entry that reads the merchants file and calls WeChat Pay, and the packages that only it may load: most checkouts need neither. */
const HEAVY_ENTRY = 'merchants';
const HEAVY = /\/node_modules\/(got|zod|yaml|p-limit)\//;

const FORMATS = [
  { format: 'esm', extension: 'js', types: 'd.ts' },
  { format: 'cjs', extension: 'cjs', types: 'd.cts' },
] as const;

const external = [/^node:/, /^@temporalio\//];

/** How the bundler lets CommonJS in ESM require what Node.js has. Where a checkout's bundler makes CommonJS of it, there is no URL. */
const BY_URL = {
  imported: 'import { createRequire } from "node:module";\n',
  used: '(() => createRequire(import.meta.url))()',
} as const;
const BUILT_IN = '(name) => process.getBuiltinModule(name)';

const requireBuiltIns = {
  name: 'require-built-ins',
  renderChunk: (code: string): string => code.replace(BY_URL.imported, '').replace(BY_URL.used, BUILT_IN),
};

async function buildCode(): Promise<Set<string>> {
  const build = await rolldown({ input: ENTRIES, external, platform: 'node', cwd: ROOT, plugins: [requireBuiltIns] });
  const modules = new Set<string>();
  for (const { format, extension } of FORMATS) {
    const { output } = await build.write({
      dir: DIST,
      format,
      entryFileNames: `[name].${extension}`,
      chunkFileNames: `shared-[hash].${extension}`,
    });
    const chunks = output.filter((each) => each.type === 'chunk');
    keepLight(chunks);
    for (const chunk of chunks) {
      if (chunk.code.includes('import.meta')) throw new Error(`${chunk.fileName} has import.meta`);
      for (const id of chunk.moduleIds) modules.add(id);
    }
  }
  await build.close();
  return modules;
}

/** @throws if an entry but the heavy one loads what only that one may, directly or through what it shares with others */
function keepLight(chunks: readonly OutputChunk[]): void {
  for (const entry of chunks.filter(({ isEntry, name }) => isEntry && name !== HEAVY_ENTRY)) {
    const loaded = new Set([entry.fileName]);
    for (const file of loaded) {
      const { imports = [], moduleIds = [] } = chunks.find(({ fileName }) => fileName === file) ?? {};
      const heavy = moduleIds.find((id) => HEAVY.test(id));
      if (heavy !== undefined) throw new Error(`${entry.fileName} loads ${heavy}`);
      for (const each of imports) loaded.add(each);
    }
  }
}

async function buildTypes(): Promise<void> {
  const build = await rollup({ input: ENTRIES, external, plugins: [dts({ tsconfig: join(ROOT, 'tsconfig.json') })] });
  for (const { types } of FORMATS) {
    await build.write({ dir: DIST, entryFileNames: `[name].${types}`, chunkFileNames: `shared-[hash].${types}` });
  }
  await build.close();
}

/** The licences of what is in the code, as they ask for. */
function writeLicenses(modules: ReadonlySet<string>): void {
  const folders = new Set([...modules].flatMap((id) => packageFolder(id) ?? []));
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    return `${name} ${version}\n\n${licenseIn(folder) ?? `Licence, as its package.json says: ${license}\n`}`;
  });
  const own = readFileSync(join(ROOT, 'LICENSE'), 'utf8');
  writeFileSync(join(DIST, 'LICENSES.txt'), [own, ...texts].join(`\n${'-'.repeat(80)}\n\n`));
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/** The folder of the package that a module belongs to. `undefined`: it is ours, or the bundler's. */
function packageFolder(id: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0];
}

function licenseIn(folder: string): string | undefined {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(\.\w+)?$/i.test(name));
  return file === undefined ? undefined : readFileSync(join(folder, file), 'utf8');
}

await runTool(async (args) => {
  newCommand('npm run build:client --', DESCRIPTION).parse(args, { from: 'user' });
  rmSync(DIST, { recursive: true, force: true });
  const modules = await buildCode();
  await buildTypes();
  writeLicenses(modules);
  copyFileSync(join(ROOT, 'schemas/outcome-event.schema.json'), join(DIST, 'outcome-event.schema.json'));
  return 0;
});
