import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bundleWorkflows } from '../../worker/workflow-bundle.js';
import { edited, type Edit } from './mutants.js';
import type { Product } from './site.js';

/** What a worker does not need. */
const LEFT_OUT = /^(test|docs|examples)\//;

/**
 * Copies the source tree into a folder, changes it, and bundles its workflows.
 *
 * @param root of the tree, in which git knows the files
 * @throws Error if an edit does not fit exactly once
 */
export async function mutated(root: string, edits: readonly Edit[], folder: string): Promise<Product> {
  const { stdout } = await promisify(execFile)('git', ['ls-files', '-z'], { cwd: root });
  for (const file of stdout.split('\0').filter((each) => each !== '' && !LEFT_OUT.test(each))) {
    const copy = join(folder, file);
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(join(root, file), copy);
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const edit of edits) {
    const copy = join(folder, edit.file);
    await writeFile(copy, edited(await readFile(copy, 'utf8'), edit));
  }
  const workflowBundle = join(folder, 'workflow-bundle.js');
  await writeFile(workflowBundle, await bundleWorkflows({ workflowsPath: join(folder, 'workflows/index.ts') }));
  return { root: folder, workflowBundle };
}
