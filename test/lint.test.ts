import { readFile } from 'node:fs/promises';
import { ESLint } from 'eslint';
import { expect, it } from 'vitest';

const eslint = new ESLint();

/** The rules that a file breaks with a line more at its end. */
async function brokenBy(filePath: string, line: string): Promise<(string | null)[]> {
  const text = `${await readFile(filePath, 'utf8')}${line}\n`;
  const [result] = await eslint.lintText(text, { filePath });
  return result?.messages.map(({ ruleId }) => ruleId) ?? [];
}

it.each([
  ['a circle of imports', 'domain/time.ts', "export { checkTiming } from './timing.js';", 'import-x/no-cycle'],
  [
    'an arrow that leads up',
    'wechatpay/json.ts',
    "export { fileMerchants } from './merchants/index.js';",
    'import-x/no-restricted-paths',
  ],
  [
    'a client that sends',
    'client/errors.ts',
    "export { send } from '../wechatpay/http.js';",
    'import-x/no-restricted-paths',
  ],
  ['a client that needs more', 'client/errors.ts', "export * from 'got';", '@typescript-eslint/no-restricted-imports'],
  ['a clock in the domain', 'domain/time.ts', 'export const started = Date.now();', 'no-restricted-properties'],
  ['a state that orders share', 'domain/time.ts', 'export let last = 0;', 'no-restricted-syntax'],
] as const)('lint sees %s', async (_, filePath, line, rule) => {
  expect(await brokenBy(filePath, line)).toContain(rule);
});

it('lint sees none of them in these files as they are', async () => {
  const results = await eslint.lintFiles(['domain/time.ts', 'wechatpay/json.ts', 'client/errors.ts']);
  expect(results.flatMap(({ messages }) => messages)).toEqual([]);
});
