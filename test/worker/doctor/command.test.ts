import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { freeAddress } from '../../../testing/demo/processes.js';
import { CHECK_NAMES } from '../../../worker/doctor/table.js';
import type { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { startSandbox } from '../../support/sandbox.js';
import { startDevServer } from '../../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../../worker/setup.js';
import { run } from '../run-command.js';
import { folderOf } from './look.js';
import { leaksOf } from './secrets.js';

async function newSandbox(): Promise<{ sandbox: Sandbox; merchantsFile: string; secrets: string[] }> {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.stop());
  const secrets = [...sandbox.merchants.values()].flatMap(({ keys, apiV3Key, apiV2Key }) => [
    keys.privatePem,
    apiV3Key,
    apiV2Key,
  ]);
  return { sandbox, merchantsFile: await sandbox.writeMerchantsFile(folderOf({})), secrets };
}

interface Json {
  readonly findings: readonly Record<string, unknown>[];
  readonly ok: boolean;
}

describe('the command doctor', () => {
  it('tells everything about a worker’s surroundings, and ends with 0 while there are only warnings', async () => {
    const { env, address } = await startDevServer({ ui: false });
    onTestFinished(() => env.teardown());
    await registerSearchAttributes(env.connection, 'default');
    const { sandbox, merchantsFile, secrets } = await newSandbox();
    const { code, said } = await run(['doctor', merchantsFile], { TEMPORAL_ADDRESS: address });
    expect(golden(said)).toBe(golden(sampleOfDocs()));
    expect(code).toBe(0);
    expect(leaksOf(said, secrets)).toEqual([]);
    expect(sandbox.ledger.entries().map(({ call }) => call)).toEqual(['query', 'query', 'query']);

    const json = await run(['doctor', '--json'], { TEMPORAL_ADDRESS: address, WXPAY_MERCHANTS_FILE: merchantsFile });
    const { findings, ok } = JSON.parse(json.said) as Json;
    expect(json.code).toBe(0);
    expect(ok).toBe(true);
    expect([...new Set(findings.map(({ check }) => check))]).toEqual(
      CHECK_NAMES.filter((name) => name !== 'platform-certificates'),
    );
    for (const each of findings) expect(Object.keys(each)).toEqual(['check', 'subject', 'result', 'said', 'whatToDo']);
  });

  it('ends with 1 for a failure, and tells every other', async () => {
    const { sandbox, merchantsFile, secrets } = await newSandbox();
    sandbox.misbehaveOnAny({ what: 'signError', times: 99 });
    chmodSync(join(merchantsFile, '../keys/1900000109_apiv3.key'), 0o644);
    const { code, said } = await run(['doctor', merchantsFile], { TEMPORAL_ADDRESS: await freeAddress() });
    expect(code).toBe(1);
    expect(said).toMatch(/^✗ signed-query {12}1900000109 v3: SIGN_ERROR: .*\n {2}→ Check the merchant's key/m);
    expect(said).toMatch(/^✗ temporal-server {9}127\.0\.0\.1:\d+: .*nothing listens there/m);
    expect(said).toMatch(/^! key-permissions .*\n {2}→ chmod/m);
    expect(said).toMatch(/\n\n\d+ ok, 1 warning, 4 failures, \d+ skipped\n$/);
    expect(leaksOf(said, secrets)).toEqual([]);
    // What a terminal would be told goes nowhere else.
    expect(said).not.toContain('\u001b');
    expect(said).not.toContain('…');
  });

  it('asks nobody with --offline', async () => {
    const { sandbox, merchantsFile } = await newSandbox();
    const { code, said } = await run(['doctor', merchantsFile, '--offline', '--json', '--merchant', sandbox.mchid]);
    expect(code).toBe(0);
    expect((JSON.parse(said) as Json).ok).toBe(true);
    expect(sandbox.ledger.entries()).toEqual([]);
  });

  it('repeats nothing of a key that was pasted where its path should be', async () => {
    const { merchantsFile, secrets } = await newSandbox();
    const key = secrets[1] ?? '';
    writeFileSync(merchantsFile, readFileSync(merchantsFile, 'utf8').replace(/keys\/\w+_apiv3\.key/, key));
    const faulty = await run(['doctor', merchantsFile, '--offline']);
    expect(faulty).toMatchObject({
      code: 1,
      said: expect.stringContaining('the key itself never stands in this file'),
    });
    const instead = await run(['doctor', key, '--offline']);
    expect(instead).toMatchObject({ code: 1, said: expect.stringContaining('ENOENT') });
    expect(leaksOf(faulty.said + instead.said, secrets)).toEqual([]);
  });

  it('explains itself, and ends with 2 for arguments that it does not know', async () => {
    const help = await run(['doctor', '--help']);
    expect(help).toMatchObject({ code: 0, said: expect.stringContaining('--offline') });
    expect(help.said.match(/^ {2}\d {2}/gm)).toEqual(['  0  ', '  1  ', '  2  ']);
    const wrong = await run(['doctor', '--faster'], { WXPAY_WORKFLOW_BUNDLE: inject('workflowBundle') });
    expect(wrong).toMatchObject({ code: 2, said: expect.stringContaining('wechatpay-orders doctor --help') });
    expect(wrong.said).not.toContain('faster');
  });
});

/** A report without what is another one each time. */
function golden(report: string): string {
  return report
    .replace(/^(. merchants-file +)\S+:/m, '$1FILE:')
    .replace(/127\.0\.0\.1:\d+/g, 'ADDRESS')
    .replace(/Request-ID [0-9a-f-]{36}/g, 'Request-ID ID')
    .replace(/server \d+\.\d+\.\d+/, 'server VERSION')
    .replace(/(?:as|\d s ahead of) WeChat Pay's/, "as WeChat Pay's")
    .trim();
}

/** The report that docs/doctor.md shows. */
function sampleOfDocs(): string {
  const page = readFileSync(new URL('../../../docs/doctor.md', import.meta.url), 'utf8');
  return /```text\n(.*?)```/s.exec(page)?.[1] ?? '';
}
