import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  findDevServer,
  findTimeSkippingServer,
  startDevServer,
  startTimeSkippingServer,
} from '../../../testing/temporal-server/index.js';

// These tests start the real servers, and fetch none: `npm run temporal -- --fetch` does that.
const fetchFrom = [] as const;
const isThere = (search: Promise<unknown>) =>
  search.then(
    () => true,
    () => false,
  );
const dev = await isThere(findDevServer({ fetchFrom }));
const timeSkipping = await isThere(findTimeSkippingServer({ fetchFrom }));

/** The command lines of the running processes that name this port. */
async function processesWith(port: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
  return stdout.split('\n').filter((line) => line.includes('temporal') && line.includes(port));
}

const portOf = (address: string) => address.split(':').at(-1) ?? '';

describe.skipIf(!dev)('the dev server', () => {
  it('serves calls and its Web UI, has the search attributes, and ends on teardown', async () => {
    const merchant = defineSearchAttributeKey('WxpayMerchant', SearchAttributeType.KEYWORD);
    const started = await startDevServer({ ui: true, fetchFrom, searchAttributes: [merchant] });
    const { env, address, uiAddress } = started;
    try {
      expect((await fetch(uiAddress ?? '')).status).toBe(200);
      const { customAttributes } = await env.connection.operatorService.listSearchAttributes({
        namespace: 'default',
      });
      expect(Object.keys(customAttributes)).toContain('WxpayMerchant');
      expect(await processesWith(portOf(address))).toHaveLength(1);
    } finally {
      await env.teardown();
    }
    expect(await processesWith(portOf(address))).toEqual([]);
  });

  it('writes its database file quickly, and only then', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'temporal-server-db-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const dbFilename = join(directory, 'temporal.db');
    const { env, uiAddress, address } = await startDevServer({ ui: false, fetchFrom, dbFilename });
    try {
      expect(uiAddress).toBeUndefined();
      const [line] = await processesWith(portOf(address));
      expect(line).toContain(`--db-filename ${dbFilename}`);
      expect(line).toContain('--sqlite-pragma journal_mode=wal --sqlite-pragma synchronous=normal');
    } finally {
      await env.teardown();
    }
  });
});

describe.skipIf(!timeSkipping)('the time-skipping server', () => {
  it('skips time, and ends on teardown', async () => {
    const env = await startTimeSkippingServer({ fetchFrom });
    const port = portOf(env.address);
    try {
      const before = await env.currentTimeMs();
      await env.sleep('1 hour');
      expect((await env.currentTimeMs()) - before).toBeGreaterThanOrEqual(3_600_000);
    } finally {
      await env.teardown();
    }
    expect(await processesWith(port)).toEqual([]);
  });
});
