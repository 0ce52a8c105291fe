import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadMerchants } from '../../../wechatpay/merchants/file.js';
import { newNumber, sharedSandbox } from '../../testing/sandbox/wire.js';
import { newTestReceiver } from './fixtures.js';

const shared = sharedSandbox();

const URL_ENTRY = { url: 'https://shop.example/outcomes', secretFiles: ['webhook.secret'] };
const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

interface Entry {
  outcomes?: unknown;
  v3: Record<string, unknown>;
}

/** Whether a receiver with a merchants file says that nobody is told. */
async function saysNobody(change: (entry: Entry) => void): Promise<boolean> {
  const { sandbox } = shared();
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-told-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = await sandbox.writeMerchantsFile(folder);
  const file = parse(await readFile(path, 'utf8')) as { merchants: Entry[] };
  file.merchants.forEach(change);
  await writeFile(path, stringify(file));
  await writeFile(join(folder, 'webhook.secret'), SECRET);
  const order = { mchid: sandbox.mchid, outTradeNo: newNumber() };
  await sandbox.place({ ...order, amount: { total: 888, currency: 'HKD' } });
  await sandbox.pay(order);
  const { receiver } = newTestReceiver(loadMerchants(path, { verifiesOnly: true }));
  const { headers, body } = sandbox.paymentNotification(order);
  const { fact } = await receiver.receive(body, headers);
  return fact?.of === 'order' && fact.notification.hasWebhook === false;
}

it.each<[string, (entry: Entry) => void, boolean]>([
  ["the worker's file without a URL", () => undefined, true],
  ["the worker's file with a URL", (entry) => void (entry.outcomes = [URL_ENTRY]), false],
  [
    'a file of its own, without a private key and without a URL',
    ({ v3 }) => {
      delete v3['privateKeyFile'];
    },
    false,
  ],
  [
    'a file of its own that says on purpose that nobody is told',
    (entry) => {
      delete entry.v3['privateKeyFile'];
      entry.outcomes = [];
    },
    true,
  ],
])('a receiver with %s says so or not', async (_, change, expected) => {
  expect(await saysNobody(change)).toBe(expected);
});
