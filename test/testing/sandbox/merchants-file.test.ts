import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import type { MerchantsFileOptions } from '../../../testing/sandbox/merchants-file.js';
import { loadMerchants } from '../../../wechatpay/merchants/file.js';
import { newSandbox, sharedSandbox } from './wire.js';

interface Content {
  readonly merchants: readonly {
    readonly v3: MerchantsFileOptions & { readonly wechatpayKeys: readonly { readonly serial: string }[] };
  }[];
}

const shared = sharedSandbox();
const KEY = '1900000109_key.pem';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-file-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

it('keys that the sandbox did not write are left as they are, and nothing is put beside them', async () => {
  const folder = await newFolder();
  await mkdir(join(folder, 'keys'));
  await writeFile(join(folder, 'keys', KEY), 'the real key');
  const { sandbox } = shared();
  await expect(sandbox.writeMerchantsFile(folder)).rejects.toMatchObject({
    name: 'FolderTakenError',
    message: expect.stringContaining(join(folder, 'keys', KEY)),
  });
  expect(await readFile(join(folder, 'keys', KEY), 'utf8')).toBe('the real key');
  expect(await readdir(join(folder, 'keys'))).toEqual([KEY]);
  expect(await readdir(folder)).toEqual(['keys']);
});

it('keys of other merchants do not disturb, and stay', async () => {
  const folder = await newFolder();
  await mkdir(join(folder, 'keys'));
  await writeFile(join(folder, 'keys', '1900000999_key.pem'), 'the real key');
  await shared().sandbox.writeMerchantsFile(folder);
  expect(await readFile(join(folder, 'keys', '1900000999_key.pem'), 'utf8')).toBe('the real key');
});

it('what the sandbox wrote itself it writes anew', async () => {
  const folder = await newFolder();
  const { sandbox } = shared();
  await sandbox.writeMerchantsFile(folder);
  await writeFile(join(folder, 'keys', KEY), 'spoilt');
  await sandbox.writeMerchantsFile(folder);
  expect(await readFile(join(folder, 'keys', KEY), 'utf8')).toContain('PRIVATE KEY');
});

it('certificates are named in it, or are to be downloaded', async () => {
  const { sandbox } = await newSandbox({ wechatpayKeys: 'both' });
  const folder = await newFolder();
  const v3 = async (more: MerchantsFileOptions) => {
    const content = parse(await readFile(await sandbox.writeMerchantsFile(folder, more), 'utf8')) as Content;
    const { platformCertificates, wechatpayKeys } = content.merchants[0]?.v3 ?? {};
    return { platformCertificates, serials: wechatpayKeys?.map(({ serial }) => serial) };
  };
  const [certificate, publicKey] = sandbox.wechatpayKeys.map(({ serial }) => serial);
  expect(await v3({})).toEqual({ platformCertificates: undefined, serials: [certificate, publicKey] });
  const downloaded = { platformCertificates: 'v3' } as const;
  expect(await v3(downloaded)).toEqual({ ...downloaded, serials: [publicKey] });
});

it('the secret of a checkout stays when the file is written anew: the checkout may have read it', async () => {
  const { sandbox } = shared();
  const folder = await newFolder();
  const checkout = { url: 'http://127.0.0.1:8091/wechatpay/outcomes' };
  const secret = () => readFile(join(folder, 'keys/outcomes.secret'), 'utf8');
  const file = await sandbox.writeMerchantsFile(folder, { checkout });
  const first = await secret();
  expect(first).toMatch(/^whsec_/);
  await sandbox.writeMerchantsFile(folder, { checkout });
  expect(await secret()).toBe(first);
  const [endpoint] = loadMerchants(file).find('1900000109')?.outcomes ?? [];
  expect(endpoint?.url.href).toBe(checkout.url);
});

it('a secret that the sandbox did not write is left as it is', async () => {
  const folder = await newFolder();
  await mkdir(join(folder, 'keys'));
  await writeFile(join(folder, 'keys/outcomes.secret'), 'the real secret');
  const checkout = { url: 'http://127.0.0.1:8091/wechatpay/outcomes' };
  await expect(shared().sandbox.writeMerchantsFile(folder, { checkout })).rejects.toThrow('outcomes.secret');
  expect(await readFile(join(folder, 'keys/outcomes.secret'), 'utf8')).toBe('the real secret');
});
