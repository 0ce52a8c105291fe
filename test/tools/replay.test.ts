import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GOLDEN, MUST_FAIL, readHistories, type RecordedHistory } from '../replay/history-files.js';

interface Ended {
  readonly code: number;
  readonly said: string;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wxpay-replay-'));
});
afterAll(() => rm(folder, { recursive: true }));

function replay(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', 'tools/replay.ts', ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr });
    });
  });
}

async function replayFile(name: string, json: unknown): Promise<Ended> {
  const file = join(folder, name);
  await writeFile(file, JSON.stringify(json));
  return replay(file);
}

function named(histories: readonly RecordedHistory[], name: string): { readonly events: readonly unknown[] } {
  const history = histories.find((each) => each.name === name);
  if (history === undefined) throw new Error(`no history is called ${name}`);
  return history.json as { readonly events: readonly unknown[] };
}

/** Each replay bundles the workflows, which takes long on a busy machine. */
const TIMEOUT_MS = 180_000;

describe('npm run replay', { timeout: TIMEOUT_MS }, () => {
  it('says that the workflows do the same as in a history, of the command line and of Temporal UI', async () => {
    const history = named(readHistories(GOLDEN), 'unpaid-and-closed');
    const expected = { code: 0, said: 'The workflows do the same as in this history.\n' };
    expect(await replayFile('command-line.json', history)).toEqual(expected);
    expect(await replayFile('ui.json', history.events)).toEqual(expected);
  });

  it('says what the workflows do otherwise', async () => {
    const { code, said } = await replayFile('other.json', named(readHistories(MUST_FAIL), 'asks-apart'));
    expect({ code, said }).toMatchObject({ code: 1, said: expect.stringContaining('Nondeterminism') as string });
  });

  it('says what is wrong with a file that is no history, and how to get one', async () => {
    const { code, said } = await replayFile('package.json', { name: 'x' });
    expect(code).toBe(2);
    expect(said).toContain('is no history of a workflow');
    expect(said).toContain('--help');
    expect(await replayFile('empty.json', [])).toMatchObject({ code: 2 });
    expect(await replay('--no-such-option')).toMatchObject({ code: 2 });
    expect(await replay('--help')).toMatchObject({ code: 0 });
    expect(await replay()).toMatchObject({ code: 2 });
  });
});
