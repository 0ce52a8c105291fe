import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import type { TestProject } from 'vitest/node';
import { findDevServer, findTimeSkippingServer } from '../../testing/temporal-server/index.js';
import { bundleWorkflows } from '../../worker/workflow-bundle.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A file with the workflow bundle, built once for the whole run. */
    workflowBundle: string;
    /** A folder with the programs compiled, as `npm run build` lays them out: a process starts in half the time. */
    compiled: string;
    /** The binaries of the two Temporal servers. */
    devServer: string;
    timeSkippingServer: string;
    /** How many workflows a worker keeps in memory; with 0, each is replayed at every step. */
    maxCachedWorkflows: number;
    /** What the property tests of a run draw from. */
    propertySeed: number;
  }
}

/** What every test file needs and takes long to make: found, or built, once. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-tests-'));
  const workflowBundle = join(folder, 'workflow-bundle.js');
  // As it is deployed. `STACK_TRACES=1` makes one that also says where a workflow failed, and is slower.
  await writeFile(workflowBundle, await bundleWorkflows({ stackTraces: process.env['STACK_TRACES'] === '1' }));
  const onProgress = (line: string): void => {
    console.error(line);
  };
  const devServer = await findDevServer({ onProgress });
  const timeSkippingServer = await findTimeSkippingServer({ onProgress });
  await compile(folder);
  provide('workflowBundle', workflowBundle);
  provide('compiled', folder);
  provide('devServer', devServer.path);
  provide('timeSkippingServer', timeSkippingServer.path);
  return () => rm(folder, { recursive: true });
}

/** What runs in a process of its own is in these folders, with all that it imports. */
const COMPILED = 'activities client domain examples http process testing tools wechatpay worker workflows'.split(' ');

/** Compiles without a check of the types, which `npm run check` makes. */
async function compile(folder: string): Promise<void> {
  for (const name of ['node_modules', 'package.json']) await symlink(resolve(name), join(folder, name));
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext };
  for (const top of COMPILED) {
    const names = await readdir(top, { recursive: true });
    for (const name of names.filter((each) => each.endsWith('.ts'))) {
      const source = join(top, name);
      const target = join(folder, source.replace(/\.ts$/, '.js'));
      const { outputText } = ts.transpileModule(await readFile(source, 'utf8'), { compilerOptions });
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, outputText);
    }
  }
}
