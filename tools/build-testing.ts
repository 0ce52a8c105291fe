import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { newCommand, runTool } from '../process/command-line.js';

const DESCRIPTION = `Builds what tests of a checkout import, wechatpay-order-lifecycle/testing, once more as CommonJS with its types,
into dist: Jest cannot require ESM. The rest of the package is ESM only.`;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const input = join(ROOT, 'testing/stack/index.ts');
const built = join(ROOT, 'dist/testing/stack/index');

await runTool(async (args) => {
  newCommand('tsx tools/build-testing.ts', DESCRIPTION).parse(args, { from: 'user' });
  // What is not ours is left to be seen below.
  const external = [/^[^.\/]/];
  const code = await rolldown({ input, external, platform: 'node', cwd: ROOT });
  const { output } = await code.write({ file: `${built}.cjs`, format: 'cjs' });
  const foreign = output.flatMap((each) => (each.type === 'chunk' ? each.imports : [])).filter((id) => !isBuiltin(id));
  if (foreign.length > 0) throw new Error(`it loads ${foreign.join(', ')}, and may load nothing but Node.js`);
  await code.close();
  const types = await rollup({ input, external, plugins: [dts({ tsconfig: join(ROOT, 'tsconfig.json') })] });
  await types.write({ file: `${built}.d.cts` });
  await types.close();
  return 0;
});
