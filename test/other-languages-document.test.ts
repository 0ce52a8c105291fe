import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPage } from '../tools/docs/pages.js';

const EXAMPLES = 'examples/languages';

/** The languages of blocks, and the folders that they are from. */
const FOLDERS = new Map(
  Object.entries({
    bash: ['curl'],
    python: ['python', 'temporal-python'],
    go: ['go', 'temporal-go'],
    java: ['java'],
    php: ['php'],
  }),
);

const blocks = [...readPage('docs/other-languages.md').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', text = '']) => ({ language, text, title: text.split('\n')[0] }),
);
/** Those of `sh` are for people to type. */
const excerpts = blocks.filter(({ language }) => language !== 'sh');

/** The programs of a folder, as they are and without the indentation of what stands in a class. */
function sourcesIn(folder: string): string[] {
  const files = readdirSync(join(EXAMPLES, folder)).map((name) => readFileSync(join(EXAMPLES, folder, name), 'utf8'));
  return files.flatMap((source) => [source, source.replaceAll(/^ {2}/gm, '')]);
}

describe('the blocks of docs/other-languages.md', () => {
  it('show each language', () => {
    expect(new Set(excerpts.map(({ language }) => language))).toEqual(new Set(FOLDERS.keys()));
  });

  it.each(excerpts)('are taken word for word from the programs: $language, $title', ({ language, text }) => {
    const sources = (FOLDERS.get(language) ?? []).flatMap(sourcesIn);
    expect(sources.some((source) => source.includes(text))).toBe(true);
  });
});
