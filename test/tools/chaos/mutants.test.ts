import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { edited, type Mutant, MUTANTS } from '../../../tools/chaos/mutants.js';

const all = Object.entries(MUTANTS).map(([name, mutant]): [string, Mutant] => [name, mutant]);

const sourceOf = (file: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8');

function syntaxFaults(text: string): string[] {
  const { diagnostics = [] } = ts.transpileModule(text, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext },
  });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('the mutants of the product', () => {
  it.each(all)('%s fits the source exactly once, changes it, and can still be compiled', async (_, { edits }) => {
    for (const edit of edits) {
      const source = await sourceOf(edit.file);
      const changed = edited(source, edit);
      expect(changed).not.toBe(source);
      expect(syntaxFaults(changed)).toEqual([]);
    }
  });

  it('are refused where their text is not there, or there twice', () => {
    const edit = { file: 'a.ts', find: 'one', replace: 'two' };
    expect(() => edited('three', edit)).toThrow('0 times');
    expect(() => edited('one one', edit)).toThrow('2 times');
  });
});
