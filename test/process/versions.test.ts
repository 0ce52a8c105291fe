import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

function versionIn(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

it('gives both packages one version, which the changelog names first', () => {
  const [, named] = /^## (\d\S*)/m.exec(readFileSync('CHANGELOG.md', 'utf8')) ?? [];
  expect(versionIn('client/package.json')).toBe(versionIn('package.json'));
  expect(named).toBe(versionIn('package.json'));
});
