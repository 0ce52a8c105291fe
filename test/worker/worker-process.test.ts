import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { startDevServer } from '../../testing/temporal-server/index.js';
import { silentServer } from './addresses.js';
import { refusingServer } from './refusing-server.js';
import { merchantsFile, run, type Ended } from './run-command.js';

/** Runs a worker as far as it comes with an address of Temporal. */
async function runAt(TEMPORAL_ADDRESS: string, more: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const WXPAY_WORKFLOW_BUNDLE = inject('workflowBundle');
  return run(['worker'], {
    TEMPORAL_ADDRESS,
    WXPAY_MERCHANTS_FILE: await merchantsFile(),
    WXPAY_WORKFLOW_BUNDLE,
    ...more,
  });
}

describe('the worker process', () => {
  it('explains itself, with every setting and every exit code', async () => {
    const { code, said } = await run(['worker', '--help']);
    expect(code).toBe(0);
    for (const name of ['MERCHANTS_FILE', 'HEALTH_ADDRESS', 'METRICS_ADDRESS', 'CALLS_PER_SECOND'])
      expect(said).toContain(`WXPAY_${name} `);
    expect(said.match(/^ {2}\d {2}/gm)).toEqual(['  0  ', '  1  ', '  2  ', '  3  ', '  4  ']);
  });

  it.each([
    ['worker', 'walk'],
    ['worker', '--faster'],
    ['setup', 'again'],
  ])('ends with 2 for arguments that it does not know: %s %s', async (command, argument) => {
    const { code, said } = await run([command, argument]);
    expect(code).toBe(2);
    expect(said).toMatch(/^The arguments cannot be used: .*\n/);
    expect(said).toMatch(new RegExp(`\\nSee wechatpay-orders ${command} --help\\.\\n$`));
    // It may be a key.
    expect(said).not.toContain(argument);
  });
});

describe('a configuration that cannot be used ends the worker with 2', () => {
  it('and every fault of the environment', async () => {
    const { code, said } = await run(['worker'], { WXPAY_LOG_LEVEL: 'loud', WXPAY_SHUTDOWN_GRACE_SECONDS: 'long' });
    expect(code).toBe(2);
    for (const name of ['WXPAY_MERCHANTS_FILE', 'WXPAY_LOG_LEVEL', 'WXPAY_SHUTDOWN_GRACE_SECONDS'])
      expect(said).toContain(name);
  });

  it("and every fault of the environment, the merchants file, its keys, the bundle and Temporal's profile", async () => {
    const file = await merchantsFile();
    const profile = join(dirname(file), 'temporal.toml');
    await writeFile(profile, '[profile.default]\napi_key = "the-api-key\n');
    await rm(join(dirname(file), 'keys', '1900000109_key.pem'));
    const { code, said } = await run(['worker'], {
      WXPAY_MERCHANTS_FILE: file,
      WXPAY_HEALTH_ADDRESS: 'everywhere',
      WXPAY_WORKFLOW_BUNDLE: '/nowhere/bundle.js',
      TEMPORAL_CONFIG_FILE: profile,
    });
    expect(code).toBe(2);
    expect(said).toContain('WXPAY_HEALTH_ADDRESS must be an IP address and a port');
    expect(said).toContain('v3.privateKeyFile: keys/1900000109_key.pem: cannot be read (ENOENT)');
    expect(said).toContain('/nowhere/bundle.js does not exist');
    expect(said).toContain('the TOML profile');
    expect(said).not.toContain('the-api-key');
  });

  it.each(['WXPAY_HEALTH_ADDRESS', 'WXPAY_METRICS_ADDRESS'])('and %s where that is taken', async (setting) => {
    const { server, address } = await silentServer();
    onTestFinished(() => void server.close());
    const { code, said } = await runAt('127.0.0.1:1', { [setting]: address });
    expect({ code, said }).toMatchObject({ code: 2 });
    expect(said).toContain(`${setting} ${address}: another process listens there already`);
  });
});

describe('a Temporal server that cannot be worked with ends the worker with 3', () => {
  it.each([
    ['127.0.0.1:1', 'nothing listens there'],
    ['no-such-host.invalid:7233', 'the name cannot be resolved'],
    ['127.0.0.1:99999', 'that is no address; it must be host:port'],
  ])('and what is wrong with %s', async (address, reason) => {
    const { code, said } = await run(['setup'], { TEMPORAL_ADDRESS: address });
    expect(code).toBe(3);
    expect(said).toContain(`No Temporal server answers at ${address}: ${reason}`);
    expect(said).toContain('TEMPORAL_ADDRESS');
  });

  it('when it takes the connection and says nothing', async () => {
    const { server, address } = await silentServer();
    const connected = once(server, 'connection');
    onTestFinished(() => void server.close());
    const ended = run(['setup'], { TEMPORAL_ADDRESS: address });
    await connected;
    expect(await ended).toMatchObject({ code: 3, said: expect.stringContaining('says nothing') });
  });

  it('when it speaks TLS otherwise than we do', async () => {
    const address = await refusingServer('unimplemented', () => true);
    const { code, said } = await run(['setup'], { TEMPORAL_ADDRESS: address, TEMPORAL_API_KEY: 'the-api-key' });
    expect(code).toBe(3);
    expect(said).toContain('TLS fails');
    expect(said).not.toContain('the-api-key');
  });

  it.each(['unauthenticated', 'permissionDenied'] as const)('when our credentials are refused: %s', async (refusal) => {
    const { code, said } = await runAt(await refusingServer(refusal, () => true));
    expect(code).toBe(3);
    expect(said).toContain('refuses our credentials for the namespace default');
    expect(said).toContain('TEMPORAL_API_KEY');
  });
});

describe('a namespace that is not set up ends the worker with 4', () => {
  it('until setup has registered the search attributes, also where they cannot be listed', async () => {
    const { env, address } = await startDevServer({ ui: false });
    onTestFinished(() => env.teardown());
    const elsewhere = { TEMPORAL_NAMESPACE: 'elsewhere' };
    for (const ended of [
      await runAt(address, elsewhere),
      await run(['setup'], { TEMPORAL_ADDRESS: address, ...elsewhere }),
    ]) {
      expect(ended).toMatchObject({ code: 4, said: expect.stringContaining('has no namespace elsewhere') });
      expect(ended.said).toContain('TEMPORAL_NAMESPACE');
    }

    const refused = await runAt(address);
    expect(refused).toMatchObject({ code: 4, said: expect.stringContaining('WxpayState (KEYWORD)') });
    expect(refused.said).toContain('wechatpay-orders setup');

    // As Temporal Cloud has it.
    const cloud = await refusingServer('permissionDenied', (path) => path.includes('operatorservice'), address);
    const unlisted = await run(['setup'], { TEMPORAL_ADDRESS: cloud });
    expect(unlisted).toMatchObject({ code: 4, said: expect.stringContaining('"WxpayDeadline=Datetime"') });
    expect(await runAt(cloud)).toMatchObject({ code: 4, said: expect.stringContaining('WxpayState (KEYWORD)') });

    const environment = { TEMPORAL_ADDRESS: address };
    expect((await run(['setup'], environment)).said).toContain('registered WxpayMerchant, WxpayState');
    expect((await run(['setup'], environment)).said).toContain('nothing to do');
    expect(await run(['setup'], { TEMPORAL_ADDRESS: cloud })).toMatchObject({
      code: 0,
      said: expect.stringContaining('nothing to do'),
    });
  });
});
