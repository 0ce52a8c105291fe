import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { GENERATED_PAGES, readPage, upToDate } from '../tools/docs/pages.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGES = [
  'README.md',
  'client/README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

/** What a page says, without what it shows as code. */
function proseOf(page: string): string {
  return readPage(page)
    .replace(/^ *```[\s\S]*?^ *```/gm, '')
    .replace(/`[^`\n]*`/g, (span) => span.slice(1, -1).replace(/[[\]()]/g, ''));
}

/** The links and pictures of a page that lead into the project: the file, and the heading in it. */
function linksOf(page: string): { readonly file: string; readonly anchor: string }[] {
  const links = [...proseOf(page).matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)/g)];
  return links.map(([, file = '', anchor = '']) => ({ file: file === '' ? page : inProject(page, file), anchor }));
}

function inProject(page: string, link: string): string {
  return resolve(ROOT, dirname(page), link).slice(ROOT.length);
}

/** The files of the project that a page names as code. */
function filesNamedIn(page: string): string[] {
  const names = [...readPage(page).matchAll(/`((?:\.\.?\/)*[\w./-]+\/[\w./-]+\.(?:ts|md|yaml))`/g)].map(
    ([, name = '']) => name,
  );
  return names.filter((name) => existsSync(join(ROOT, name.split('/')[0] ?? '')));
}

/** The names under which the headings of a page can be linked to, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  const taken = new Map<string, number>();
  return [...proseOf(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
    const words = heading.toLowerCase().replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '');
    const anchor = words.replaceAll(' ', '-');
    const times = taken.get(anchor) ?? 0;
    taken.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
}

describe('the documents', () => {
  it.each(GENERATED_PAGES)('%s shows the rules as they are (npm run diagram)', async (page) => {
    expect(await upToDate(page)).toBe(readPage(page));
  });

  it.each(PAGES)('%s links only to what is there', (page) => {
    const lost = linksOf(page).filter(({ file, anchor }) => {
      const isThere = existsSync(join(ROOT, file));
      return !isThere || (anchor !== '' && !anchorsOf(file).includes(anchor));
    });
    expect(lost).toEqual([]);
  });

  it.each(PAGES)('%s names only files that are there', (page) => {
    expect(filesNamedIn(page).filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });

  it('lead from a start to the signed close in at most ten files and 1,500 lines', () => {
    const files = [...readPage('docs/reading.md').matchAll(/^\d+\. \[(.+?)\]/gm)].map(([, file = '']) => file);
    const lines = files.map((file) => readPage(file).split('\n').length - 1);
    expect(files[0]).toBe('client/order-client.ts');
    expect(files.at(-1)).toBe('wechatpay/http.ts');
    expect(files.length).toBeLessThanOrEqual(10);
    expect(lines.reduce((sum, each) => sum + each)).toBeLessThanOrEqual(1500);
  });
});
