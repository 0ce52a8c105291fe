import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readReceiverConfiguration } from '../../../http/receiver/config.js';
import { AnswerSigner, encrypt, newKeyPair } from '../../../testing/sandbox/keys.js';
import { describeFault, orThrow } from '../../../wechatpay/merchants/faults.js';
import { readMerchants } from '../../../wechatpay/merchants/file.js';
import { APPID, MCHID, newTestReceiver, PAYMENT, SERIAL, V3_KEY } from '../../client/notifications/fixtures.js';

const MERCHANTS = `
merchants:
  - mchid: "${MCHID}"
    appids: [${APPID}]
    v3:
      certificateSerial: 5157F09EFDC096DE15EBE81A47057A7232F1B8E1
      apiV3KeyFile: apiv3.key
      wechatpayKeys:
        - { serial: ${SERIAL}, file: pub.pem }
`;

it('a receiver accepts notifications with no private key on its machine, and a worker does not start so', async () => {
  const keys = await newKeyPair();
  const folder = mkdtempSync(join(tmpdir(), 'wxpay-receiver-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = { 'merchants.yaml': MERCHANTS, 'apiv3.key': V3_KEY, 'pub.pem': keys.publicPem };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o600 });
  const file = join(folder, 'merchants.yaml');
  const { merchants } = orThrow(readReceiverConfiguration({ WXPAY_MERCHANTS_FILE: file }));
  const { receiver, facts } = newTestReceiver(merchants.list);
  const resource = encrypt(JSON.stringify(PAYMENT), V3_KEY, 'transaction');
  const body = Buffer.from(JSON.stringify({ id: 'EV-1', event_type: 'TRANSACTION.SUCCESS', resource }));
  const headers = new AnswerSigner(keys, SERIAL).headersFor(body, Date.now());
  expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
  expect(facts).toHaveLength(1);
  // Nobody can sign a request in this process.
  expect(() => merchants.list.find(MCHID)?.v3?.signer.sign('GET\n')).toThrow('nothing that signs');
  const worker = readMerchants(file);
  expect(worker.ok ? [] : worker.faults.map(describeFault).join()).toContain('nothing signs for this merchant');
});

it('a receiver is refused with a setting that nobody knows, and told the nearest; those of a worker are known', () => {
  const env = {
    WXPAY_MERCHANTS_FILE: 'no-such-file.yaml',
    WXPAY_MAX_CONCURRENT_CALLS: '7',
    WXPAY_RECEIVER_ADRESS: 'x',
  };
  const read = readReceiverConfiguration(env);
  const faults = read.ok ? [] : read.faults.map(describeFault);
  expect(faults[0]).toBe('WXPAY_RECEIVER_ADRESS is no setting; did you mean WXPAY_RECEIVER_ADDRESS?');
  expect(faults.join()).not.toContain('WXPAY_MAX_CONCURRENT_CALLS');
});
