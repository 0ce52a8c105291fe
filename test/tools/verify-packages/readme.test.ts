import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addressOf, withAbsoluteLinks } from '../../../tools/verify-packages/readme.js';

const PUBLISHED = { url: 'https://git.example/shop/orders', ref: 'v1.2.3' };

describe('a README on npm', () => {
  it.each([
    [
      '[a page](docs/outcomes.md#take-it)',
      '.',
      '[a page](https://git.example/shop/orders/blob/v1.2.3/docs/outcomes.md#take-it)',
    ],
    [
      '[a page](../docs/outcomes.md)',
      'client',
      '[a page](https://git.example/shop/orders/blob/v1.2.3/docs/outcomes.md)',
    ],
    [
      '![a picture](docs/images/a.png)',
      '.',
      '![a picture](https://git.example/shop/orders/raw/v1.2.3/docs/images/a.png)',
    ],
    ['[elsewhere](https://temporal.io)', '.', '[elsewhere](https://temporal.io)'],
    ['[above](#install)', '.', '[above](#install)'],
    ['```ts\nlist[0](docs)\n```\n', '.', '```ts\nlist[0](docs)\n```\n'],
  ])('has %s in %s as %s', (markdown, folder, shown) => {
    expect(withAbsoluteLinks(markdown, folder, PUBLISHED)).toBe(shown);
  });

  it.each([
    ['README.md', '.'],
    ['client/README.md', 'client'],
  ])('leads nowhere that only a clone has: %s', (file, folder) => {
    const shown = withAbsoluteLinks(readFileSync(file, 'utf8'), folder, PUBLISHED);
    const links = [...shown.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(link).toMatch(/^https:\/\//);
    expect(shown).not.toMatch(/<(?:img|a) /);
  });
});

describe('the address of the repository', () => {
  it.each([
    [{ type: 'git', url: 'git+https://git.example/shop/orders.git' }, 'https://git.example/shop/orders'],
    [{ url: 'https://git.example/shop/orders' }, 'https://git.example/shop/orders'],
    [{ url: 'git@git.example:shop/orders.git' }, undefined],
    [undefined, undefined],
  ])('of %j is %s', (repository, address) => {
    expect(addressOf(repository)).toBe(address);
  });
});
