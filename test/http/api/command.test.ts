import { describe, expect, it, onTestFinished } from 'vitest';
import { readApiConfiguration } from '../../../http/api/config.js';
import { describeFault } from '../../../wechatpay/merchants/faults.js';
import { silentServer } from '../../worker/addresses.js';
import { run, type Ended } from '../../worker/run-command.js';

const api = (args: string[], env?: NodeJS.ProcessEnv): Promise<Ended> => run(['api', ...args], env);

describe('the command of the API', () => {
  it('tells every setting and exit code', async () => {
    const { code, said } = await api(['--help']);
    expect(code).toBe(0);
    for (const word of ['WXPAY_API_ADDRESS', 'WXPAY_API_TOKENS_FILE', 'openapi.json', 'TEMPORAL_ADDRESS', 'Exit codes'])
      expect(said).toContain(word);
  });

  it('says which address is taken', async () => {
    const { server, address } = await silentServer();
    onTestFinished(() => void server.close());
    const { code, said } = await api([], { WXPAY_API_ADDRESS: address });
    expect(code).toBe(2);
    expect(said).toContain(`WXPAY_API_ADDRESS ${address}: another process listens there already`);
  });
});

describe('the settings of the API', () => {
  const faultsOf = (env: NodeJS.ProcessEnv): string[] => {
    const read = readApiConfiguration(env);
    return read.ok ? [] : read.faults.map(describeFault);
  };

  it.each(['127.0.0.1:8070', '127.1.2.3:8070', '[::1]:8070'])('need no tokens on loopback: %s', (address) => {
    expect(faultsOf({ WXPAY_API_ADDRESS: address })).toEqual([]);
  });

  it.each(['0.0.0.0:8070', '[::]:8070', '10.0.0.7:8070', '128.0.0.1:8070'])('need tokens elsewhere: %s', (address) => {
    expect(faultsOf({ WXPAY_API_ADDRESS: address }).join()).toContain(
      'WXPAY_API_ADDRESS must be of this machine only, such as 127.0.0.1:8070, unless WXPAY_API_TOKENS_FILE names',
    );
  });

  it('are all checked at once, and a misspelt one is refused', () => {
    const env = { WXPAY_API_ADRESS: 'x', WXPAY_API_TOKENS_FILE: 'no-such-file.yaml', WXPAY_LOG_LEVEL: 'loud' };
    const faults = faultsOf(env);
    expect(faults).toContain('WXPAY_API_ADRESS is no setting; did you mean WXPAY_API_ADDRESS?');
    expect(faults.join()).toContain('WXPAY_LOG_LEVEL must be one of');
    expect(faults.join()).toContain('cannot be read (ENOENT)');
  });

  it('know those of a worker: they often share a file', () => {
    expect(faultsOf({ WXPAY_MERCHANTS_FILE: 'm.yaml', WXPAY_MAX_CONCURRENT_CALLS: '7' })).toEqual([]);
  });
});
