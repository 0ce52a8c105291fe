import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readReadme, withDiagram } from '../scripts/diagram.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs')).filter(isPage).map(inDocs),
];

function isPage(file: string): boolean {
  return file.endsWith('.md');
}

function inDocs(file: string): string {
  return `docs/${file}`;
}

describe('the documents', () => {
  it('show the state table as it is (npm run diagram)', () => {
    expect(withDiagram(readReadme())).toBe(readReadme());
  });

  it.each(PAGES)('%s links only to files that are there', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link ?? '');
    const lost = links.filter((link) => !existsSync(resolve(ROOT, dirname(page), link)));
    expect(lost).toEqual([]);
  });
});
