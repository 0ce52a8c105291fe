import { describe, expect, it, onTestFinished } from 'vitest';
import { silentServer } from '../../worker/addresses.js';
import { merchantsFile, run, type Ended } from '../../worker/run-command.js';

const receiver = (args: string[], env?: NodeJS.ProcessEnv): Promise<Ended> => run(['receiver', ...args], env);

describe('the command of the receiver', () => {
  it('tells every setting and exit code', async () => {
    const { code, said } = await receiver(['--help']);
    expect(code).toBe(0);
    for (const word of [
      'PayScore service orders',
      'notify_url',
      'WXPAY_RECEIVER_ADDRESS',
      'WXPAY_RECEIVER_PATH',
      'TEMPORAL_ADDRESS',
      'Exit codes',
    ]) {
      expect(said).toContain(word);
    }
  });

  it('lists every fault of its configuration at once', async () => {
    const { code, said } = await receiver([], {
      WXPAY_RECEIVER_ADDRESS: 'here',
      WXPAY_RECEIVER_PATH: 'notifications/',
    });
    expect(code).toBe(2);
    expect(said).toContain('WXPAY_MERCHANTS_FILE must be the path');
    expect(said).toContain('WXPAY_RECEIVER_ADDRESS must be an IP address');
    expect(said).toContain('WXPAY_RECEIVER_PATH must be a path such as /wechatpay/notifications');
  });

  it('says which address is taken', async () => {
    const { server, address } = await silentServer();
    onTestFinished(() => void server.close());
    const env = { WXPAY_MERCHANTS_FILE: await merchantsFile(), WXPAY_RECEIVER_ADDRESS: address };
    const { code, said } = await receiver([], env);
    expect(code).toBe(2);
    expect(said).toContain(`WXPAY_RECEIVER_ADDRESS ${address}: another process listens there already`);
  });

  it('does not know other arguments', async () => {
    expect(await receiver(['run'])).toMatchObject({
      code: 2,
      said: expect.stringContaining('wechatpay-orders receiver --help'),
    });
  });
});
