import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { blocksOf } from '../../../tools/verify-quick-start/blocks.js';

const FENCE = '```';

function section(...lines: readonly string[]): string {
  return ['# A', '## Install', `${FENCE}sh`, 'no', FENCE, '## Quick start', ...lines, '', '## More', FENCE].join('\n');
}

it('blocks are read in their order, each as its language and the marker before it say', () => {
  const markdown = section(
    `${FENCE}sh`,
    'mkdir a',
    '## no heading',
    FENCE,
    '<!-- quick-start: runs until "It is \\"ready\\"." -->',
    '',
    `${FENCE}sh`,
    'serve',
    FENCE,
    '<!-- quick-start: file a-shop.mjs -->',
    `${FENCE}js`,
    'go();',
    '',
    'on();',
    FENCE,
    'What one sees:',
    `${FENCE}text`,
    'closed',
    FENCE,
  );
  expect(blocksOf(markdown, 'Quick start')).toEqual([
    { kind: 'command', line: 7, text: 'mkdir a\n## no heading\n' },
    { kind: 'running', until: 'It is \\"ready\\".', line: 13, text: 'serve\n' },
    { kind: 'file', name: 'a-shop.mjs', line: 17, text: 'go();\n\non();\n' },
    { kind: 'seen', line: 23, text: 'closed\n' },
  ]);
});

it.each([
  ['a block without its closing fence', [`${FENCE}sh`, 'mkdir a'], 'Line 7: the block has no closing fence.'],
  [
    'one with another block after it',
    [`${FENCE}sh`, 'mkdir a', '', `${FENCE}sh`, 'cd a', FENCE],
    'Line 7: the block has no closing fence.',
  ],
  [
    'an unknown marker',
    ['<!-- quick-start: run until "x" -->', `${FENCE}sh`, FENCE],
    'Line 7: the marker "run until "x"" is not known, only quick-start: runs until "TEXT", quick-start: file NAME.',
  ],
  [
    'a marker that says nothing',
    ['<!-- quick-start -->', `${FENCE}sh`, FENCE],
    'Line 7: the marker "" is not known, only quick-start: runs until "TEXT", quick-start: file NAME.',
  ],
  [
    'a file outside of the folder',
    ['<!-- quick-start: file ../a.mjs -->', `${FENCE}js`, FENCE],
    'Line 7: the marker "file ../a.mjs" is not known, only quick-start: runs until "TEXT", quick-start: file NAME.',
  ],
  [
    'a marker with words between it and its block',
    ['<!-- quick-start: file a.mjs -->', 'Then:', `${FENCE}js`, FENCE],
    'Line 7: no block follows the marker.',
  ],
  ['a marker at the end', ['<!-- quick-start: file a.mjs -->'], 'Line 7: no block follows the marker.'],
  [
    'a program without a marker',
    [`${FENCE}js`, FENCE],
    'Line 7: a block that is neither sh nor text needs a marker: quick-start: runs until "TEXT", quick-start: file NAME.',
  ],
  [
    'a program that is to be run as a command',
    ['<!-- quick-start: runs until "x" -->', `${FENCE}js`, FENCE],
    'Line 8: only a block of sh can be run.',
  ],
])('%s is refused', (_, lines, message) => {
  // Nothing follows: what stands after an open block would be in it.
  const markdown = ['# A', '', '', '', '', '## Quick start', ...lines].join('\n');
  expect(() => blocksOf(markdown, 'Quick start')).toThrow(
    expect.objectContaining({ name: 'BlockError', message }) as Error,
  );
});

it('a section that is not there is refused', () => {
  expect(() => blocksOf('# A\n\n## Install\n', 'Quick start')).toThrow('There is no section "Quick start".');
});

it('README has a quick start that can be read, and ends with what is in the database', () => {
  const blocks = blocksOf(readFileSync('README.md', 'utf8'), 'Quick start');
  expect(blocks.at(-1)).toMatchObject({
    kind: 'seen',
    text: expect.stringMatching(/order\.closed.*order\.paid/s) as string,
  });
});
