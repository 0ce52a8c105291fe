import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The tests that SECURITY.md names: the file, and the titles that lead to the test, the outermost first. */
const NAMED = [...readFileSync(join(ROOT, 'SECURITY.md'), 'utf8').matchAll(/\[`([^`]+)`\]\((test\/[^)]+)\)/g)].map(
  ([, title = '', file = '']) => ({ file, title: title.replaceAll('\\|', '|') }),
);

/** The titles of all tests of a file, each behind those of what it stands in. A comment has none, nor has a skipped test. */
function titlesIn(file: string): Set<string> {
  const titles = new Set<string>();
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node, path: readonly string[]): void => {
    const [title, ...rest] = ts.isCallExpression(node) ? node.arguments : [];
    const called = ts.isCallExpression(node)
      ? /^(describe|it)(?:\.(?:each|skipIf)\b|$)/.exec(node.expression.getText())?.[1]
      : '';
    if (called && title !== undefined && ts.isStringLiteralLike(title) && rest.length > 0) {
      const here = [...path, title.text];
      if (called === 'it') titles.add(here.join(' › '));
      else for (const each of rest) visit(each, here);
    } else ts.forEachChild(node, (child) => visit(child, path));
  };
  visit(source, []);
  return titles;
}

describe('the tests that SECURITY.md names', () => {
  it.each([...new Set(NAMED.map(({ file }) => file))])('are in %s', (file) => {
    expect(existsSync(join(ROOT, file))).toBe(true);
    const there = titlesIn(file);
    const named = NAMED.filter((each) => each.file === file).map(({ title }) => title);
    expect(named.filter((title) => !there.has(title))).toEqual([]);
  });

  it('are there in every row of its tables of threats', () => {
    const page = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8').split('## Threats and their tests')[1] ?? '';
    const rows = page.split('\n').filter((line) => /^\|(?! *(?:threat|-+) )/.test(line));
    expect(rows.length).toBeGreaterThan(40);
    expect(rows.filter((row) => !/\[`[^`]+`\]\(test\/[^)]+\) *(?:·|\|)/.test(row))).toEqual([]);
  });
});
