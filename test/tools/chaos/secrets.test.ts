import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findLeaks, SecretFinder } from '../../../tools/chaos/secrets.js';

const KEY = 'k'.repeat(16) + '0123456789abcdef';
const PAYER = 'oUpF8uN95-Ptaags6E_roPHg7AG0';
const finder = new SecretFinder([
  { name: 'a key', text: KEY },
  { name: 'a payer', text: PAYER },
]);
/** What is read at once. */
const CHUNK_BYTES = 16 * 1024 * 1024;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chaos-secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('finds a secret in bytes that are no text', () => {
  const bytes = Buffer.concat([Buffer.from([0, 255, 7]), Buffer.from(PAYER), Buffer.from([0])]);
  expect([...finder.in(bytes)]).toEqual(['a payer']);
});

it('finds nothing in what only begins like a secret', () => {
  expect(finder.in(Buffer.from(KEY.slice(0, 20) + '-'.repeat(20))).size).toBe(0);
});

it('finds a secret that lies on the border of two pieces of a file', async () => {
  const file = Buffer.alloc(CHUNK_BYTES + 100, 'x');
  file.write(KEY, CHUNK_BYTES - 10);
  await writeFile(join(folder, 'temporal.sqlite'), file);
  expect(await findLeaks(finder, [folder])).toEqual(['a key in temporal.sqlite']);
});

it('refuses a secret that is too short to be looked for', () => {
  expect(() => new SecretFinder([{ name: 'a pin', text: '1234' }])).toThrow('too short');
});
