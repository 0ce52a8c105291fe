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
    /** A folder with the programs compiled, laid out as by `npm run build`: a process starts in half the time. */
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

/** What every test file needs and takes long to make: found, or made, once. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-tests-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true });
  try {
    await compile(folder);
    // Where a compiled program looks for it. `STACK_TRACES=1` makes one that says where a workflow failed, and is slower.
    const workflowBundle = join(folder, 'workflow-bundle.js');
    await writeFile(workflowBundle, await bundleWorkflows({ stackTraces: process.env['STACK_TRACES'] === '1' }));
    const onProgress = (line: string): void => {
      console.error(line);
    };
    const devServer = await findDevServer({ onProgress });
    const timeSkippingServer = await findTimeSkippingServer({ onProgress });
    provide('compiled', folder);
    provide('workflowBundle', workflowBundle);
    provide('devServer', devServer.path);
    provide('timeSkippingServer', timeSkippingServer.path);
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}

/** The programs that tests start, with all that they import. */
const PROGRAMS = 'activities cli client domain examples http process testing wechatpay worker workflows'.split(' ');

/** Compiles without a check of the types, which `npm run check` makes. */
async function compile(folder: string): Promise<void> {
  for (const name of ['node_modules', 'package.json', 'schemas']) await symlink(resolve(name), join(folder, name));
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext };
  for (const top of PROGRAMS) {
    const names = await readdir(top, { recursive: true });
    for (const source of names.filter((name) => name.endsWith('.ts')).map((name) => join(top, name))) {
      const { outputText } = ts.transpileModule(await readFile(source, 'utf8'), { compilerOptions });
      const target = join(folder, source.replace(/\.ts$/, '.js'));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, outputText);
    }
  }
}
