import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { newCommand, runTool } from '../process/command-line.js';
import { writeWorkflowBundle } from '../worker/workflow-bundle.js';

const DESCRIPTION = `Bundles the workflows into dist/workflow-bundle.js, where the compiled worker takes them from. It fails if a
Node built-in, or a library with one, is among their imports.`;

await runTool(async (args) => {
  newCommand('npm run bundle --', DESCRIPTION).parse(args, { from: 'user' });
  const dist = new URL('../dist/', import.meta.url);
  await mkdir(dist, { recursive: true });
  await writeWorkflowBundle(fileURLToPath(new URL('workflow-bundle.js', dist)));
  console.log('The workflows are bundled into dist/workflow-bundle.js.');
  return 0;
});
