import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { writeWorkflowBundle } from '../worker/workflow-bundle.js';

// Beside the compiled worker, which takes it from there. That it can be made at all is a check: a Node built-in or a
// library that found its way into the workflows ends it.
const dist = new URL('../dist/', import.meta.url);
await mkdir(dist, { recursive: true });
const file = fileURLToPath(new URL('workflow-bundle.js', dist));
await writeWorkflowBundle(file);
console.log('The workflows are bundled into dist/workflow-bundle.js.');
