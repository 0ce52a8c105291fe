import { describe, expect, it } from 'vitest';
import { readConfig } from '../../worker/config.js';
import { type ConfigurationFault, describeFault, orThrow } from '../../wechatpay/merchants/faults.js';
import { parseAddress } from '../../process/settings.js';

const GOOD = { WXPAY_MERCHANTS_FILE: 'merchants.yaml' };

function faultsOf(env: NodeJS.ProcessEnv): readonly ConfigurationFault[] {
  const config = readConfig({ ...GOOD, ...env });
  return config.ok ? [] : config.faults;
}

describe('the environment of a worker', () => {
  it('needs a merchants file only; listening, limits and the cache are left off or to the SDK', () => {
    expect(orThrow(readConfig(GOOD))).toMatchObject({
      taskQueue: 'wechatpay-orders',
      healthAddress: undefined,
      metricsAddress: undefined,
      reloadEveryMs: 10_000,
      callsPerSecond: undefined,
      maxConcurrentCalls: 100,
      maxCachedWorkflows: undefined,
      shutdownGraceMs: 30_000,
      stickyTimeoutMs: 10_000,
    });
  });

  it('is read with fractions of a call and with no cache at all', () => {
    const zeros = { WXPAY_MAX_CACHED_WORKFLOWS: '0', WXPAY_MERCHANTS_RELOAD_SECONDS: '0' };
    const env = { ...GOOD, WXPAY_CALLS_PER_SECOND: '0.5', ...zeros };
    expect(orThrow(readConfig(env))).toMatchObject({ callsPerSecond: 0.5, maxCachedWorkflows: 0, reloadEveryMs: 0 });
  });

  it.each([
    ['WXPAY_MAX_CACHED_WORKFLOWS', '', 'a whole number of orders from 0 to 100000'],
    ['WXPAY_MAX_CACHED_WORKFLOWS', '-1', 'a whole number of orders'],
    ['WXPAY_MAX_CACHED_WORKFLOWS', '100001', 'from 0 to 100000'],
    ['WXPAY_CALLS_PER_SECOND', '0', 'a number of calls from 0.1 to 100000, such as 1'],
    ['WXPAY_CALLS_PER_SECOND', '1e3', 'a number of calls'],
    ['WXPAY_MAX_CONCURRENT_CALLS', '0', 'a whole number of calls from 1 to 1000'],
    ['WXPAY_MAX_CONCURRENT_CALLS', '2.5', 'a whole number'],
    ['WXPAY_SHUTDOWN_GRACE_SECONDS', '601', 'from 0 to 600'],
    ['WXPAY_MERCHANTS_RELOAD_SECONDS', '3601', 'from 0 to 3600'],
    ['WXPAY_STICKY_TIMEOUT_SECONDS', '0', 'from 0.1 to 60'],
    ['WXPAY_HEALTH_ADDRESS', 'localhost:8080', 'an IP address and a port'],
    ['WXPAY_METRICS_ADDRESS', '9464', 'an IP address and a port'],
    ['WXPAY_TASK_QUEUE', "it's", '1 to 200 letters'],
    ['WXPAY_CA_FILE', 'no-such-file.pem', 'a file that can be read'],
    ['WXPAY_CA_FILE', 'package.json', 'a file of X.509 certificates in PEM'],
    ['HTTPS_PROXY', 'proxy.internal:3128', 'the URL of an HTTP proxy, such as http://proxy.internal:3128'],
    ['all_proxy', 'socks5://127.0.0.1:1080', 'the URL of an HTTP proxy'],
  ])('is refused with %s=%j', (name, value, message) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toMatchObject([{ where: name, rule: expect.stringContaining(message) }]);
    expect(faults.map(describeFault).join()).toMatch(new RegExp(`^${name} must be`));
  });

  it.each([
    [{ HTTPS_PROXY: 'http://proxy.internal:3128', ALL_PROXY: 'socks5://127.0.0.1:1080' }],
    [{ https_proxy: '', HTTPS_PROXY: '' }],
  ])('is taken with the proxy that counts, whatever the others are: %j', (env) => {
    expect(faultsOf(env)).toEqual([]);
  });

  it('is refused without a word of the login to a proxy', () => {
    const faults = faultsOf({ HTTPS_PROXY: 'me:pa55word@proxy:3128' });
    expect(faults.map(describeFault).join()).not.toMatch(/pa55word/);
  });

  it.each([
    ['WXPAY_TASKQUEUE', 'is no setting; did you mean WXPAY_TASK_QUEUE?'],
    ['WXPAY_METRIC_ADDRESS', 'is no setting; did you mean WXPAY_METRICS_ADDRESS?'],
    ['WXPAY_MERCHANT_FILE', 'is no setting; did you mean WXPAY_MERCHANTS_FILE?'],
    ['WXPAY_task_queue', 'is no setting; did you mean WXPAY_TASK_QUEUE?'],
    ['WXPAY_RECEIVER_PORT', 'is no setting; did you mean WXPAY_RECEIVER_PATH?'],
  ])('is refused with a setting that is misspelt, %s, whose value is not repeated', (name, rule) => {
    const faults = faultsOf({ [name]: 'pa55word' });
    expect(faults).toMatchObject([{ where: name, rule: expect.stringContaining(rule) }]);
    expect(JSON.stringify(faults)).not.toContain('pa55word');
  });

  it('may have the settings of a receiver and of the tests, what Kubernetes writes for a service, and what is of others', () => {
    const ours = { WXPAY_RECEIVER_ADDRESS: 'x', WXPAY_RECEIVER_PATH: 'x', WXPAY_TEMPORAL_CLI: 'x' };
    const links = {
      WXPAY_WORKER_SERVICE_HOST: '10.0.0.1',
      WXPAY_WORKER_SERVICE_PORT: '8080',
      WXPAY_WORKER_SERVICE_PORT_METRICS: '9464',
      WXPAY_WORKER_PORT: 'tcp://10.0.0.1:8080',
      WXPAY_WORKER_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
      WXPAY_WORKER_PORT_8080_TCP_ADDR: '10.0.0.1',
    };
    const others = { wxpay_task_queue: 'x', MY_WXPAY_TASKQUEUE: 'x', WXPAY_MCHID: 'x', WXPAY_API_V3_KEY: 'x' };
    expect(faultsOf({ ...ours, ...links, ...others })).toEqual([]);
  });

  it('is refused with every fault at once', () => {
    const faults = faultsOf({
      WXPAY_HEALTH_ADDRESS: ':8080',
      WXPAY_METRICS_ADDRESS: '127.0.0.1:0',
      WXPAY_CALLS_PER_SECOND: 'many',
      WXPAY_MAX_CACHED_WORKFLOWS: 'all',
      WXPAY_LOG_LEVEL: 'loud',
      WXPAY_TASKQUEUE: 'orders',
    });
    expect(faults).toHaveLength(6);
  });
});

describe('an address to listen on', () => {
  it.each([
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
    ['0.0.0.0:65535', { host: '0.0.0.0', port: 65_535 }],
    ['[::]:9464', { host: '::', port: 9464 }],
    ['[::1]:1', { host: '::1', port: 1 }],
  ])('%s is one', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each(['', '127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', '::1:80', '[127.0.0.1]:80', 'a.example:80', '1.2.3.4:8o'])(
    '%j is none',
    (text) => {
      expect(parseAddress(text)).toBeUndefined();
    },
  );
});
